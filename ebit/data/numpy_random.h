// The random numbers of numpy.random.default_rng, for series that others published.
#pragma once

#include <cstdint>

namespace ebit::inline data {

/// numpy.random.default_rng(seed): PCG64 (O'Neill 2014, XSL-RR 128/64) seeded by numpy's SeedSequence.
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint64_t seed);  ///< of default_rng(seed)
  double uniform();                          ///< the next number of random(), in [0, 1)

 private:
  using Wide = unsigned __int128;
  void step();

  Wide state_ = 0, increment_ = 0;
};

}  // namespace ebit::inline data
