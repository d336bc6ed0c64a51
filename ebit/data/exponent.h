// Scaling by powers of two, which rounds nothing: squares of values near 1e-300 or 1e300 stay in range.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace ebit::inline data {

/// k such that 2^k is at most `size` and 2^(k + 1) above it; 0 where it is 0 or not finite. ldexp(value, -k)
/// is then near 1 where `value` is near `size`.
inline int exponent_of(double size) { return size != 0.0 && std::isfinite(size) ? std::ilogb(size) : 0; }

/// exponent_of() of the largest of |values|.
inline int exponent_of(std::span<const double> values) {
  double largest = 0.0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return exponent_of(largest);
}

}  // namespace ebit::inline data
