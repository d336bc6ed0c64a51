// The inner loops behind one table of functions a vector instruction set, picked when the program starts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "ebit/sim/placement.h"
#include "ebit/sim/state.h"

namespace ebit::inline sim::kernels {

/// Numbers of a 2x2 matrix an amplitude lane: re [4], im [4].
inline constexpr int kLocalNumbers = 8;

/// Overlaps of a one-qubit gate that its angles' derivatives are made of: Im<g|X|psi>, Im<g|Y|psi>, and of
/// the projectors Im<g|0><0|psi>, Im<g|1><1|psi>.
inline constexpr int kOverlaps = 4;

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

  /// psi <- (U_0 (x) U_1 ...) psi, or its adjoint, in one sweep: matrices[target] is [kLocalNumbers, kLanes].
  using Local = void (*)(const Tile<T>& psi, const Placement& placement, const T* const* matrices);
  Local local[kMaxFused][2][2];  ///< [targets - 1][real matrices][adjoint]

  /// The same undone on psi and on the cotangent g, with the overlaps of both behind the gates on the way:
  /// overlaps [targets, kOverlaps, kLanes], written; of real matrices only Im<g|Y|psi>.
  using LocalBackward = void (*)(const Tile<T>& psi, const Tile<T>& g, const Placement& placement,
                                 const T* const* matrices, T* overlaps);
  LocalBackward local_backward[kMaxFused][2];  ///< [targets - 1][real matrices]

  /// The overlaps of both states as they are; nothing is undone.
  using LocalOverlap = void (*)(const Tile<T>& psi, const Tile<T>& g, const Placement& placement,
                                T* overlaps);
  LocalOverlap local_overlap[kMaxFused][2];  ///< [targets - 1][real matrices]

  /// The same for diagonal gates, as placed by place_diagonal: diagonal[adjoint]. Only the diagonals of the
  /// matrices are read.
  Local diagonal[2];

  /// That undone on both with the overlaps of the projectors; those of X and Y are set to 0.
  LocalBackward diagonal_backward;

  /// Expectation values of X, Y and Z of the targets: values [targets, 3, kLanes], written; [0]: only of Z.
  using LocalExpect = void (*)(const Tile<T>& psi, const Placement& placement, T* values);
  LocalExpect local_expect[kMaxFused][2];  ///< [targets - 1][X and Y wanted]

  /// g += sum over targets of (x X + y Y + z Z) psi: coefficients [targets, 3, kLanes]; [0]: only z.
  using LocalPauli = void (*)(const Tile<T>& psi, const Tile<T>& g, const Placement& placement,
                              const T* coefficients);
  LocalPauli local_pauli[kMaxFused][2];  ///< [targets - 1][X and Y present]

  /// Rows trade places along a cycle of `count` rows: each takes what is in the next one, and the last what
  /// was in the first; rotate_rows[1] is the inverse.
  void (*rotate_rows[2])(const Tile<T>& psi, const std::uint32_t* rows, std::size_t count);

  /// sine and cosine of `count` numbers, a multiple of kLanes; to about one unit in the last place.
  void (*sincos)(const T* x, T* sine, T* cosine, std::size_t count);

  /// matrix <- R matrix for a rotation, or diag(1, exp(i angle)), with sine and cosine of half its angle
  /// [kLanes]: rotate[axis], and rotate[3] for the phase. matrix [kLocalNumbers, kLanes].
  void (*rotate[4])(T* matrix, const T* sine, const T* cosine);
};

/// The kernels that run here: the widest that this processor has. The environment variable EBIT_SIMD
/// (baseline, avx2, avx512) asks for another; one that is not there is an Error.
template <class T>
const KernelTable<T>& kernel_table();

/// Every table that this processor can run, the baseline first; for tests and benchmarks.
template <class T>
std::span<const KernelTable<T>* const> usable_kernel_tables();

}  // namespace ebit::inline sim::kernels
