// Products of a dense layer for a tile of samples, compiled for each vector instruction set.
#pragma once

#include <cstddef>
#include <string_view>

#include "ebit/sim/state.h"

namespace ebit::inline cell {

/// A matrix as it lies in memory: entry (i, j) at data[i * row_stride + j * column_stride], so that a
/// transposed one is the same numbers with the strides swapped.
template <class T>
struct MatrixView {
  const T* data;              ///< entry (0, 0)
  std::size_t rows;           ///< of the matrix
  std::size_t columns;        ///< likewise
  std::size_t row_stride;     ///< numbers from a row to the next
  std::size_t column_stride;  ///< numbers from a column to the next

  /// The matrix with rows and columns exchanged.
  MatrixView transposed() const { return {data, columns, rows, column_stride, row_stride}; }
};

/// One instruction set's loops. They trust their input.
template <class T>
struct DenseKernels {
  std::string_view name;  ///< "baseline", "avx2", "avx512"

  /// y += M x. @param x [columns, kLanes]. @param y [rows, kLanes].
  void (*product)(const MatrixView<T>& matrix, const T* x, T* y);

  /// d_ij += sum over `count` pairs and their lanes of g_i x_j; pair k starts at g + k * rows * kLanes and
  /// x + k * columns * kLanes. @param d [rows, columns].
  void (*outer)(const T* g, std::size_t rows, const T* x, std::size_t columns, std::size_t count, double* d);
};

/// The loops for the instruction set of kernels::kernel_table(), so that EBIT_SIMD rules both.
template <class T>
const DenseKernels<T>& dense_kernels();

/// The loops for the instruction set of that name, one of kernels::usable_kernel_tables(); else throws Error.
template <class T>
const DenseKernels<T>& find_dense_kernels(std::string_view name);

}  // namespace ebit::inline cell
