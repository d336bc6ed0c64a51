// Missing values: what counts as one, and what is done about it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline data {

/// A row of the table of policies for missing values.
struct MissingPolicy {
  std::string_view name;  ///< as written in options
  std::string_view help;  ///< one line: what it does
};

/// "error", "drop", "interpolate".
std::span<const MissingPolicy> missing_table();

/// The texts that stand for a missing value unless others are given: an empty cell, ?, NA, N/A, NaN, null,
/// ...
std::vector<std::string> default_missing_tokens();

/// True where `cell` is one of `tokens`, letter case ignored.
bool is_missing(std::string_view cell, std::span<const std::string> tokens);

/// Fills the NaN entries of `values` [N] on the straight line between their neighbours; `positions` [N] says
/// where on the time axis they lie, ascending. NaN before the first value or after the last one take the
/// nearest value. Returns how many of these edge entries there were. At least one entry must be a number.
std::size_t interpolate(std::span<double> values, std::span<const double> positions);

}  // namespace ebit::inline data
