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

/// The form, such as "DDMMYYYY", of dates that nothing here reads and that all labels seem to be: whole
/// numbers that are not equally far apart, while the dates of that form are. Nothing for fewer than five
/// labels.
std::optional<std::string_view> unread_date_form(std::span<const std::string> labels);

}  // namespace ebit::inline data
