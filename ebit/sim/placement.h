// Where a gate acts in memory: which amplitudes it mixes, in a layout that CNOTs and SWAPs may have
// relabelled.
#pragma once

#include <cstddef>
#include <vector>

#include "ebit/sim/gate.h"

namespace ebit::inline sim {

/// Most wires whose one-qubit gates run in one sweep over a state.
inline constexpr int kMaxFused = 3;

/// Most diagonal gates that run in one sweep over a state.
inline constexpr int kMaxDiagonal = 4;

/// Which memory row holds which amplitude: amplitude i of a state is in row M i, M an invertible matrix over
/// GF(2). A CNOT or SWAP is such a matrix too, so that it can be carried in M instead of moving amplitudes.
class Layout {
 public:
  explicit Layout(int wires);  ///< amplitude i in row i

  /// Rows whose amplitudes differ in `wire` only have indices that differ by this mask: M e_wire.
  std::size_t x_mask(int wire) const { return x_[static_cast<std::size_t>(wire)]; }
  /// The value of `wire` in a row is the parity of the row's index masked by this: a row of M^-1.
  std::size_t z_mask(int wire) const { return z_[static_cast<std::size_t>(wire)]; }

  void cnot(int control, int target);  ///< what a CNOT does to the state, done to the layout
  void swap(int a, int b);             ///< likewise a SWAP

  int wires() const { return static_cast<int>(x_.size()); }  ///< number of wires
  std::size_t row(std::size_t amplitude) const;              ///< M amplitude
  bool identity() const;                                     ///< true where amplitude i is in row i

 private:
  std::vector<std::size_t> x_, z_;  // [wires]
};

namespace kernels {

/// Which amplitudes a gate mixes: groups of 2^targets rows that differ by the targets' x masks.
struct Placement {
  int targets = 1;                    ///< 1 to kMaxFused, of diagonal gates to kMaxDiagonal
  std::size_t x[kMaxFused] = {};      ///< x masks of the targets; [0] is the matrix's high bit
  std::size_t z[kMaxDiagonal] = {};   ///< their z masks
  std::size_t pivot[kMaxFused] = {};  ///< bits, smallest first, that are all 0 in just one row of each group
  int controls = 0;                   ///< number of control wires
  std::size_t control_z[kMaxGateWires] = {};  ///< z masks of the controls, which must all read 1
};

/// The placement of a gate on `wires` of a state in `layout`.
Placement place(const Gate& gate, const std::array<int, kMaxGateWires>& wires, const Layout& layout);

/// The placement of one-qubit gates on one to kMaxFused qubits with these masks, [targets].
Placement place(std::span<const std::size_t> x, std::span<const std::size_t> z);

/// The placement of diagonal gates that read the parities of rows masked by each of `z`, [targets to
/// kMaxDiagonal]: no amplitudes are mixed, so that there are no x masks and pivots.
Placement place_diagonal(std::span<const std::size_t> z);

}  // namespace kernels

}  // namespace ebit::inline sim
