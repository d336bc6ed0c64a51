// The expectation values of a list of observables, read together: few sweeps over the state for many of them.
#pragma once

#include <span>
#include <vector>

#include "ebit/sim/kernels.h"
#include "ebit/sim/observable.h"

namespace ebit::inline sim {

/// A list of observables made ready: X, Y and Z of single wires are read for several wires in one sweep,
/// other Pauli strings one by one.
template <class T>
class Readout {
 public:
  /// @param layout of the states that will be read.
  Readout(std::span<const Observable> observables, const Layout& layout,
          const kernels::KernelTable<T>& table = kernels::kernel_table<T>());

  std::size_t size() const { return scale_.size(); }  ///< number of observables, K

  /// value_kl = <psi_l| O_k |psi_l>. @param values [K, kLanes], written.
  void read(const Tile<T>& psi, T* values) const;

  /// g += sum over k of 2 d_value_k O_k psi, the cotangent of read(). @param d_values [K, kLanes].
  void read_backward(const Tile<T>& psi, const T* d_values, const Tile<T>& g) const;

 private:
  // Single wires of one sweep; which observable reads X, Y and Z of each, or -1.
  struct Group {
    kernels::Placement placement;
    bool full = false;  // some X or Y is read
    int observable[kMaxFused][3];
  };

  const kernels::KernelTable<T>& kernels_;
  std::vector<Group> groups_;
  std::vector<std::pair<std::size_t, Observable>> strings_;  // place in the list, and what is read there
  std::vector<double> scale_, offset_;                       // [K]
  bool any_offset_ = false;
  Observable identity_;
};

}  // namespace ebit::inline sim
