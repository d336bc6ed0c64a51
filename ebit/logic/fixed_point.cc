#include "ebit/logic/fixed_point.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"

namespace ebit::inline logic {

std::int64_t FixedPoint::nearest(double value) const {
  const double scaled = std::round(std::ldexp(value, fraction));
  return static_cast<std::int64_t>(
      std::clamp(scaled, static_cast<double>(least()), static_cast<double>(greatest())));
}

bool FixedPoint::holds(double value) const {
  const double scaled = std::round(std::ldexp(value, fraction));
  return scaled >= static_cast<double>(least()) && scaled <= static_cast<double>(greatest());
}

void check_format(const FixedPoint& format) {
  require(format.bits >= kLeastBits && format.bits <= kGreatestBits, "--bits must be from {} to {}, not {}",
          kLeastBits, kGreatestBits, format.bits);
  require(format.fraction >= 2 && format.fraction <= format.bits - 2,
          "--fraction must be from 2 to {} for words of {} bits (a sign and a bit for 1 stand before the "
          "point), not {}",
          format.bits - 2, format.bits, format.fraction);
}

FixedPoint format_for(int bits, double most, std::string_view what) {
  for (int fraction = bits - 2; fraction >= 2; --fraction) {
    const FixedPoint format{bits, fraction};
    check_format(format);
    if (format.holds(most) && format.holds(-most)) return format;
  }
  check_format({bits, 2});
  int needed = bits;
  while (!FixedPoint{needed, 2}.holds(most) && needed < 63) ++needed;
  fail("words of {} bits with 2 of them behind the point reach {}, and {} is {:.4g}: take --bits {} or more",
       bits, FixedPoint{bits, 2}.value(FixedPoint{bits, 2}.greatest()), what, most, needed);
}

}  // namespace ebit::inline logic
