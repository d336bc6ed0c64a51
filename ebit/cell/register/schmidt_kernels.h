// The Schmidt decomposition of the states of a tile, all lanes at once, compiled for each vector instruction
// set.
#pragma once

#include <cstddef>
#include <string_view>

#include "ebit/sim/state.h"

namespace ebit::inline cell {

/// One instruction set's loops. Matrices are re [columns, rows, kLanes], im likewise behind it: a column's
/// entries stand together. The loops trust their input.
template <class T>
struct SchmidtKernels {
  std::string_view name;  ///< "baseline", "avx2", "avx512"

  /// Rotates the columns of w until they are orthogonal, W = M V with V unitary: one-sided Jacobi (Hestenes
  /// 1958), which gives small Schmidt values to their own precision (Demmel and Veselic 1992).
  /// @param w in: M; out: W. @param v [columns, columns] V, written; null: not wanted. @param p [columns,
  /// kLanes], written: squared norms of W's columns, that is the Schmidt values squared, in no order.
  using Orthogonalise = void (*)(std::size_t columns, std::size_t rows, T* w, T* v, T* p);
  Orthogonalise orthogonalise;  ///< see Orthogonalise

  /// g_(r, j) += sum_k f_k W_rk conj(V_jk), lane by lane: the derivative of a function of the p.
  /// @param f [columns, kLanes]. @param g entry (r, j) is amplitude r * row_stride + j * column_stride.
  using Spread = void (*)(std::size_t columns, std::size_t rows, const T* w, const T* v, const T* f,
                          const Tile<T>& g, std::size_t row_stride, std::size_t column_stride);
  Spread spread;  ///< see Spread
};

/// The loops for the instruction set of kernels::kernel_table(), so that EBIT_SIMD rules both.
template <class T>
const SchmidtKernels<T>& schmidt_kernels();

/// The loops for the instruction set of that name, one of kernels::usable_kernel_tables(); else throws Error.
template <class T>
const SchmidtKernels<T>& find_schmidt_kernels(std::string_view name);

}  // namespace ebit::inline cell
