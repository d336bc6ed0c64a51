#include "ebit/sim/placement.h"

#include <algorithm>
#include <bit>

namespace ebit::inline sim {

Layout::Layout(int wires) {
  for (int q = 0; q < wires; ++q) x_.push_back(std::size_t{1} << (wires - 1 - q));
  z_ = x_;
}

// The new amplitude i is the old amplitude C i, and C turns e_control into e_control + e_target: M becomes M
// C and its inverse C M^-1.
void Layout::cnot(int control, int target) {
  const auto c = static_cast<std::size_t>(control), t = static_cast<std::size_t>(target);
  x_[c] ^= x_[t];
  z_[t] ^= z_[c];
}

void Layout::swap(int a, int b) {
  std::swap(x_[static_cast<std::size_t>(a)], x_[static_cast<std::size_t>(b)]);
  std::swap(z_[static_cast<std::size_t>(a)], z_[static_cast<std::size_t>(b)]);
}

std::size_t Layout::row(std::size_t amplitude) const {
  std::size_t row = 0;
  for (std::size_t q = 0; q < x_.size(); ++q)
    if (amplitude >> (x_.size() - 1 - q) & 1) row ^= x_[q];
  return row;
}

bool Layout::identity() const {
  for (std::size_t q = 0; q < x_.size(); ++q)
    if (x_[q] != std::size_t{1} << (x_.size() - 1 - q)) return false;
  return true;
}

namespace kernels {

Placement place(std::span<const std::size_t> x, std::span<const std::size_t> z) {
  Placement placement;
  placement.targets = static_cast<int>(x.size());
  std::ranges::copy(x, placement.x);
  std::ranges::copy(z, placement.z);
  // Gaussian elimination: the highest bit of what is left of each mask is its pivot.
  std::size_t left[kMaxFused] = {};
  for (std::size_t t = 0; t < x.size(); ++t) {
    left[t] = x[t];
    for (std::size_t s = 0; s < t; ++s)
      if (left[t] & std::bit_floor(left[s])) left[t] ^= left[s];
    std::size_t slot = t;  // insertion sort, smallest pivot first
    const std::size_t pivot = std::bit_floor(left[t]);
    for (; slot > 0 && placement.pivot[slot - 1] > pivot; --slot)
      placement.pivot[slot] = placement.pivot[slot - 1];
    placement.pivot[slot] = pivot;
  }
  return placement;
}

Placement place_diagonal(std::span<const std::size_t> z) {
  Placement placement;
  placement.targets = static_cast<int>(z.size());
  std::ranges::copy(z, placement.z);
  return placement;
}

Placement place(const Gate& gate, const std::array<int, kMaxGateWires>& wires, const Layout& layout) {
  std::size_t x[kMaxFused], z[kMaxFused];
  const auto targets = static_cast<std::size_t>(gate.targets());
  for (std::size_t t = 0; t < targets; ++t) {
    const int wire = wires[static_cast<std::size_t>(gate.controls) + t];
    x[t] = layout.x_mask(wire), z[t] = layout.z_mask(wire);
  }
  Placement placement = place({x, targets}, {z, targets});
  placement.controls = gate.controls;
  for (int c = 0; c < gate.controls; ++c)
    placement.control_z[c] = layout.z_mask(wires[static_cast<std::size_t>(c)]);
  return placement;
}

}  // namespace kernels
}  // namespace ebit::inline sim
