#include "ebit/data/missing.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "ebit/base/error.h"

namespace ebit::inline data {
namespace {

constexpr std::array<MissingPolicy, 3> kPolicies{{
    {"error", "stop at the first missing value, naming line and column"},
    {"drop", "leave out the rows with a missing value"},
    {"interpolate",
     "fill in linearly over time, also the rows that are absent; before the first and after the last value "
     "the nearest "
     "one is taken"},
}};

}  // namespace

std::span<const MissingPolicy> missing_table() { return kPolicies; }

std::vector<std::string> default_missing_tokens() {
  return {"", "?", "-", "--", "NA", "N/A", "#N/A", "n.a.", "NaN", "null", "none", "nil", "missing"};
}

bool is_missing(std::string_view cell, std::span<const std::string> tokens) {
  const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  return std::any_of(tokens.begin(), tokens.end(), [&](const std::string& token) {
    return std::equal(cell.begin(), cell.end(), token.begin(), token.end(), same);
  });
}

std::size_t interpolate(std::span<double> values, std::span<const double> positions) {
  require(values.size() == positions.size(), "interpolate: {} values at {} positions", values.size(),
          positions.size());
  const auto is_value = [](double v) { return !std::isnan(v); };
  const auto first_value = std::find_if(values.begin(), values.end(), is_value);
  require(first_value != values.end(), "interpolate: all {} values are missing", values.size());

  std::size_t last = static_cast<std::size_t>(first_value - values.begin());  // the last value met so far
  const std::size_t first = last;
  std::fill(values.begin(), first_value, *first_value);
  for (std::size_t i = first + 1; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    const double step = positions[i] - positions[last];
    const bool use_rows = !(step > 0 && std::isfinite(step));  // positions too far apart for a double
    for (std::size_t k = last + 1; k < i; ++k) {
      const double weight = use_rows ? static_cast<double>(k - last) / static_cast<double>(i - last)
                                     : (positions[k] - positions[last]) / step;
      values[k] = std::lerp(values[last], values[i], weight);
    }
    last = i;
  }
  std::fill(values.begin() + static_cast<std::ptrdiff_t>(last) + 1, values.end(), values[last]);
  return first + (values.size() - 1 - last);
}

}  // namespace ebit::inline data
