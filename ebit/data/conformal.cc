#include "ebit/data/conformal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "ebit/base/error.h"

namespace ebit::inline data {
namespace {

// ceil((n + 1) level), forgiving a product that is a whole number but for rounding.
std::size_t rank(std::size_t n, double level) {
  return static_cast<std::size_t>(std::ceil(static_cast<double>(n + 1) * level - 1e-9));
}

}  // namespace

double conformal_half_width(std::vector<double> errors, double level) {
  for (double& error : errors) error = std::abs(error);
  return conformal_margin(std::move(errors), level);
}

double conformal_margin(std::vector<double> scores, double level) {
  require(level > 0 && level < 1, "the level of prediction intervals must be above 0 and below 1, not {}",
          level);
  const std::size_t place = rank(scores.size(), level);
  if (place > scores.size()) return std::numeric_limits<double>::quiet_NaN();
  for (double& score : scores)
    if (!std::isfinite(score)) score = std::numeric_limits<double>::infinity();
  const auto found = scores.begin() + static_cast<std::ptrdiff_t>(place - 1);
  std::nth_element(scores.begin(), found, scores.end());
  return *found;
}

std::size_t fewest_errors(double level) {
  std::size_t n = 1;
  while (rank(n, level) > n) ++n;
  return n;
}

}  // namespace ebit::inline data
