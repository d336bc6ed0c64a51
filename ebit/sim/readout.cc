#include "ebit/sim/readout.h"

#include <algorithm>
#include <bit>

namespace ebit::inline sim {
namespace {

// 0, 1, 2 for X, Y, Z of a single wire of the usual layout, or -1.
int single_pauli(const Observable& o) {
  const std::size_t wires = o.x_mask | o.z_mask;
  if (std::popcount(wires) != 1) return -1;
  return o.x_mask ? (o.z_mask ? 1 : 0) : 2;
}

}  // namespace

template <class T>
Readout<T>::Readout(std::span<const Observable> observables, const Layout& layout,
                    const kernels::KernelTable<T>& table)
    : kernels_(table) {
  struct Wire {
    int wire, observable[3];
  };
  std::vector<Wire> singles;
  for (std::size_t k = 0; k < observables.size(); ++k) {
    const Observable& o = observables[k];
    scale_.push_back(o.scale), offset_.push_back(o.offset);
    any_offset_ |= o.offset != 0;
    const int pauli = single_pauli(o);
    // The wire's entry, or a new one if it is not there or reads this Pauli already.
    const int wire = pauli < 0 ? -1 : layout.wires() - 1 - std::countr_zero(o.x_mask | o.z_mask);
    const auto found = std::ranges::find_if(
        singles, [&](const Wire& w) { return w.wire == wire && w.observable[pauli] < 0; });
    if (pauli < 0) {
      Observable bare = relabelled(o, layout);
      bare.scale = 1, bare.offset = 0;
      strings_.emplace_back(k, bare);
    } else if (found != singles.end()) {
      found->observable[pauli] = static_cast<int>(k);
    } else {
      singles.push_back({wire, {-1, -1, -1}});
      singles.back().observable[pauli] = static_cast<int>(k);
    }
  }
  // Groups of different wires; one that only reads Z is not joined with one that reads X or Y.
  while (!singles.empty()) {
    Group group;
    std::size_t x[kMaxFused], z[kMaxFused], count = 0;
    const auto full = [](const Wire& w) { return w.observable[0] >= 0 || w.observable[1] >= 0; };
    group.full = full(singles.front());
    for (auto it = singles.begin(); it != singles.end() && count < kMaxFused;) {
      const bool again = std::find(x, x + count, layout.x_mask(it->wire)) != x + count;
      if (again || full(*it) != group.full) {
        ++it;
        continue;
      }
      x[count] = layout.x_mask(it->wire), z[count] = layout.z_mask(it->wire);
      std::ranges::copy(it->observable, group.observable[count]);
      ++count;
      it = singles.erase(it);
    }
    group.placement = kernels::place({x, count}, {z, count});
    groups_.push_back(group);
  }
}

template <class T>
void Readout<T>::read(const Tile<T>& psi, T* values) const {
  constexpr int kW = kLanes<T>;
  alignas(kAlignment) T single[kMaxFused * 3 * kW];
  for (const Group& group : groups_) {
    kernels_.local_expect[group.placement.targets - 1][group.full](psi, group.placement, single);
    for (int t = 0; t < group.placement.targets; ++t)
      for (int pauli = 0; pauli < 3; ++pauli)
        if (group.observable[t][pauli] >= 0)
          std::copy_n(single + (t * 3 + pauli) * kW, kW, values + group.observable[t][pauli] * kW);
  }
  for (const auto& [k, observable] : strings_) expectation(psi, observable, values + k * kW);
  T norm[kW] = {};
  if (any_offset_) expectation(psi, identity_, norm);
  for (std::size_t k = 0; k < size(); ++k) {
    if (scale_[k] == 1 && offset_[k] == 0) continue;
    for (int l = 0; l < kW; ++l)
      values[k * kW + static_cast<std::size_t>(l)] =
          static_cast<T>(scale_[k]) * values[k * kW + static_cast<std::size_t>(l)] +
          static_cast<T>(offset_[k]) * norm[l];
  }
}

template <class T>
void Readout<T>::read_backward(const Tile<T>& psi, const T* d_values, const Tile<T>& g) const {
  constexpr int kW = kLanes<T>;
  alignas(kAlignment) T single[kMaxFused * 3 * kW];
  for (const Group& group : groups_) {
    for (int t = 0; t < group.placement.targets; ++t)
      for (int pauli = 0; pauli < 3; ++pauli) {
        T* const coefficient = single + (t * 3 + pauli) * kW;
        const int k = group.observable[t][pauli];
        for (int l = 0; l < kW; ++l)
          coefficient[l] =
              k < 0 ? T(0) : static_cast<T>(2 * scale_[static_cast<std::size_t>(k)]) * d_values[k * kW + l];
      }
    kernels_.local_pauli[group.placement.targets - 1][group.full](psi, g, group.placement, single);
  }
  T scaled[kW], of_norm[kW] = {};
  for (const auto& [k, observable] : strings_) {
    for (int l = 0; l < kW; ++l)
      scaled[l] = static_cast<T>(scale_[k]) * d_values[k * kW + static_cast<std::size_t>(l)];
    expectation_backward(psi, observable, scaled, g);
  }
  if (!any_offset_) return;
  for (std::size_t k = 0; k < size(); ++k)
    for (int l = 0; l < kW; ++l)
      of_norm[l] += static_cast<T>(offset_[k]) * d_values[k * kW + static_cast<std::size_t>(l)];
  expectation_backward(psi, identity_, of_norm, g);
}

template class Readout<float>;
template class Readout<double>;

}  // namespace ebit::inline sim
