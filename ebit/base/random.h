// Counter-based random numbers (Random123's Philox): a number is a function of seed, stream and position,
// so it does not depend on the order or the thread in which it is drawn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ebit::inline base {

/// Uniform number in [0, 1) at `position` of `stream` of `seed`, with 53 random bits.
double random_uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t position);

/// A sequence of random numbers: (seed, stream) name it, position() says how far it was read.
/// Two streams of a seed are independent; a Random can be copied and restored by its three numbers.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0, std::uint64_t position = 0)
      : seed_(seed), stream_(stream), position_(position) {}  ///< starts at `position` of `stream`

  double uniform() { return random_uniform(seed_, stream_, position_++); }            ///< in [0, 1)
  double uniform(double low, double high) { return low + (high - low) * uniform(); }  ///< in [low, high)
  double normal();                                                                    ///< mean 0, variance 1
  /// Uniform whole number in [0, n), n >= 1.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }
  std::vector<std::size_t> permutation(std::size_t n);  ///< 0..n-1 in random order (Fisher-Yates)

  std::uint64_t seed() const { return seed_; }          ///< as given at construction
  std::uint64_t position() const { return position_; }  ///< where the next uniform() reads

 private:
  std::uint64_t seed_, stream_, position_;
};

}  // namespace ebit::inline base
