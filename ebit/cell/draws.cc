#include "ebit/cell/draws.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ebit::inline cell {
namespace {

// Rounded once, as torch's own loop over numbers is on processors with AVX2: elsewhere torch rounds the
// product too, and its numbers differ in the last bit.
template <class Number, class Bits>
Number spread(Bits bits, Number low, Number high) {
  constexpr int kDigits = sizeof(Number) == 4 ? 24 : 53;
  constexpr Bits kMask = (Bits{1} << kDigits) - 1;
  const Number share =
      static_cast<Number>(bits & kMask) * (Number(1) / static_cast<Number>(Bits{1} << kDigits));
  return std::fma(share, high - low, low);
}

}  // namespace

double Draws::uniform(double low, double high) { return spread(bits64(), low, high); }
float Draws::uniform_single(float low, float high) { return spread(bits32(), low, high); }

void draw(Draws& draws, const InitialRange& range, std::span<double> numbers) {
  if (range.exact) {
    std::ranges::fill(numbers, range.low);
    return;
  }
  if (range.deviation > 0) {
    for (double& number : numbers) {
      const double radius = std::sqrt(-2 * std::log(1 - draws.uniform(0, 1)));
      number = range.deviation * radius * std::cos(2 * std::numbers::pi * draws.uniform(0, 1));
    }
    return;
  }
  const float low = static_cast<float>(range.low), high = static_cast<float>(range.high);
  for (double& number : numbers)
    number = range.single ? draws.uniform_single(low, high) : draws.uniform(range.low, range.high);
}

}  // namespace ebit::inline cell
