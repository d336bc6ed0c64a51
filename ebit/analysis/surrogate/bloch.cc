#include "ebit/analysis/surrogate/bloch.h"

#include <cmath>

namespace ebit::analysis {

std::array<double, 3> bloch_vector(const GateEncoder& encoder, double y) {
  std::array<double, 3> r = {0, 0, 1};
  if (encoder.hadamard) r = {1, 0, 0};
  for (const GateRotation& rotation : encoder.rotations) {
    // The two components behind the axis in the order x, y, z turn.
    const int axis = rotation.gate == GateId::kRX ? 0 : rotation.gate == GateId::kRY ? 1 : 2;
    double &a = r[static_cast<std::size_t>((axis + 1) % 3)], &b = r[static_cast<std::size_t>((axis + 2) % 3)];
    const double angle = rotation.value(y), c = std::cos(angle), s = std::sin(angle), before = a;
    a = c * before - s * b;
    b = s * before + c * b;
  }
  return r;
}

std::vector<int> present_letters(const GateEncoder& encoder) {
  std::vector<int> letters = {0};
  for (std::size_t k = 0; k < 3; ++k) {
    double largest = 0;  // sums of products of sines of smooth functions: zero on all of these means zero
    for (double y = -1.9; y < 2; y += 0.13)
      largest = std::max(largest, std::abs(bloch_vector(encoder, y)[k]));
    if (largest > 1e-12) letters.push_back(static_cast<int>(k) + 1);
  }
  return letters;
}

}  // namespace ebit::analysis
