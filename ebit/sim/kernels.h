// The inner loops behind one table of functions a vector instruction set, picked when the program starts.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "ebit/sim/state.h"

namespace ebit::kernels {

/// Which amplitudes a gate mixes: groups of 2^targets amplitudes whose index differs in the target bits only.
struct Placement {
  int targets = 1;                        ///< 1 or 2
  std::size_t target_bit[2] = {};         ///< of a basis index; [0] is the matrix's high bit
  std::size_t controls = 0;               ///< bits that must all be 1
  int fixed_count = 0;                    ///< targets and controls together
  std::size_t fixed[kMaxGateWires] = {};  ///< their bits, smallest first
};

/// The placement of a gate on `wires` of a register of `total_wires`.
Placement place(const Gate& gate, const std::array<int, kMaxGateWires>& wires, int total_wires);

/// One instruction set's kernels. They trust their input. Matrices are [2^targets, 2^targets] row by row, as
/// re [entries] and im [entries], or with lanes re [entries, kLanes] and im [entries, kLanes].
template <class T>
struct KernelTable {
  std::string_view name;  ///< "baseline", "avx2", "avx512"

  /// psi <- U psi, or U^+ psi: apply[targets - 1][structure][per lane][adjoint].
  using Apply = void (*)(const Tile<T>& psi, const Placement& placement, const T* re, const T* im);
  Apply apply[2][4][2][2];  ///< [targets - 1][structure][per lane][adjoint]

  /// overlap_e += conj(g_i) psi_j for entry e = (i, j) of the target matrix, summed over groups, lane by
  /// lane: overlap[targets - 1][structure]. With psi before the gate and g behind it, dL/dangle = Re sum_e
  /// overlap_e (dU/dangle)_e. re, im [entries, kLanes].
  using Overlap = void (*)(const Tile<T>& psi, const Tile<T>& g, const Placement& placement, T* re, T* im);
  Overlap overlap[2][4];  ///< [targets - 1][structure]
};

/// The kernels that run here: the widest that this processor has. The environment variable EBIT_SIMD
/// (baseline, avx2, avx512) asks for another; one that is not there is an Error.
template <class T>
const KernelTable<T>& kernel_table();

/// Every table that this processor can run, the baseline first; for tests and benchmarks.
template <class T>
std::span<const KernelTable<T>* const> usable_kernel_tables();

}  // namespace ebit::kernels
