// Numbers in a time column that are dates.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ebit::inline data {

/// Whether all of the labels of a time column, in any order, are dates of one form that DateOrder::kPacked
/// reads (202405, 05.2024, 2024051017, ...). Labels that are equally far apart as numbers, and as dates are
/// not, are numbers.
bool are_packed_dates(std::span<const std::string> labels);

/// Whether they are, five at least, and keep to a step: enough to take a column for the time whatever its
/// name.
bool keep_packed_step(std::span<const std::string> labels);

/// The place of the first label that is no such date where nine of ten are, five at least, and they are not
/// equally far apart as numbers: "202313", or "1.202" that was "01.2020".
std::optional<std::size_t> odd_among_packed(std::span<const std::string> labels);

/// The form, such as "DDMMYYYY", of dates that nothing here reads and that all labels seem to be: whole
/// numbers that are not equally far apart, while the dates of that form are. Nothing for fewer than five
/// labels.
std::optional<std::string_view> unread_date_form(std::span<const std::string> labels);

}  // namespace ebit::inline data
