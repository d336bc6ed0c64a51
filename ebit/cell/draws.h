// Starting values: uniform draws that equal torch's, with or without torch.
#pragma once

#include <cstdint>
#include <random>
#include <span>

#include "ebit/cell/segment.h"

namespace ebit::inline cell {

/// Where random bits come from. The uniform numbers made of them are those of torch's `uniform_` on a CPU
/// with AVX2, bit for bit; here they are the same on every CPU.
class Draws {
 public:
  virtual ~Draws() = default;
  virtual std::uint32_t bits32() = 0;  ///< 32 random bits
  virtual std::uint64_t bits64() = 0;  ///< 64 random bits; of torch's generator two words, the first on top

  double uniform(double low, double high);      ///< in [low, high), float64
  float uniform_single(float low, float high);  ///< in [low, high), float32
};

/// torch's default CPU generator after `torch.manual_seed(seed)`: a Mersenne twister.
class MersenneDraws : public Draws {
 public:
  /// Only the seed's low 32 bits count, as in torch.
  explicit MersenneDraws(std::uint64_t seed) : engine_(static_cast<std::uint32_t>(seed)) {}
  std::uint32_t bits32() override { return static_cast<std::uint32_t>(engine_()); }
  std::uint64_t bits64() override {
    const std::uint64_t high = bits32();
    return high << 32 | bits32();
  }

 private:
  std::mt19937 engine_;
};

/// Draws `numbers`, one after the other, as `range` says; nothing is drawn of an exact one.
void draw(Draws& draws, const InitialRange& range, std::span<double> numbers);

}  // namespace ebit::inline cell
