#include "ebit/base/random.h"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace ebit::inline base {

double random_uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t position) {
  r123::Philox2x64::ctr_type counter{{position, stream}};
  r123::Philox2x64::key_type key{{seed}};
  const auto bits = r123::Philox2x64{}(counter, key)[0];
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

double Random::normal() {
  // Box-Muller; 1 - u lies in (0, 1], so the logarithm is finite.
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

std::vector<std::size_t> Random::permutation(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[below(i)]);
  return order;
}

}  // namespace ebit::inline base
