// The source of DenseKernels, compiled once for each instruction set: dense_kernels_*.cc define EBIT_ISA and
// include this file. As in sim/kernels_impl.h nothing here may call an inline function that other files could
// call too.
#include "ebit/cell/controlled/dense_kernels.h"
#include "ebit/sim/kernels_vectors.h"

namespace ebit::inline cell::dense::EBIT_ISA {

using namespace vectors::EBIT_ISA;

// ---- y += M x

// kRows rows for all columns: the sums stay in registers. @tparam kStride from a row to the next, 0: the
// matrix says; where it is known, entries have an address each that takes no register.
template <class T, int kRows, int kStride>
EBIT_INLINE void product_rows(const MatrixView<T>& m, std::size_t first, const T* x, T* y) {
  constexpr int kAtOnce = kChunks<T> == 1 ? 1 : 2;
  for (int v = 0; v < kChunks<T>; v += kAtOnce) {
    Vector<T> sum[kRows][kAtOnce];
    for (int r = 0; r < kRows; ++r)
      for (int c = 0; c < kAtOnce; ++c)
        sum[r][c] = load(y + (first + static_cast<std::size_t>(r)) * kLanes<T> + (v + c) * kWidth<T>);
    const std::size_t stride = kStride > 0 ? kStride : m.row_stride;
    const T* entries = m.data + first * stride;
    for (std::size_t j = 0; j < m.columns; ++j, entries += m.column_stride)
      for (int c = 0; c < kAtOnce; ++c) {
        const Vector<T> own = load(x + j * kLanes<T> + (v + c) * kWidth<T>);
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) sum[r][c] += entries[static_cast<std::size_t>(r) * stride] * own;
      }
    for (int r = 0; r < kRows; ++r)
      for (int c = 0; c < kAtOnce; ++c)
        store(y + (first + static_cast<std::size_t>(r)) * kLanes<T> + (v + c) * kWidth<T>, sum[r][c]);
  }
}

// The rows from `first` on: kRows at a time, then half as many, and so on.
template <class T, int kRows, int kStride>
EBIT_INLINE void product_from(const MatrixView<T>& m, std::size_t first, const T* x, T* y) {
  for (; first + kRows <= m.rows; first += kRows) product_rows<T, kRows, kStride>(m, first, x, y);
  if constexpr (kRows > 1) product_from<T, kRows / 2, kStride>(m, first, x, y);
}

template <class T>
void product(const MatrixView<T>& m, const T* x, T* y) {
  constexpr bool kMany = kRegisters == 32;
  if (m.row_stride == 1)
    product_from<T, kMany ? 16 : 4, 1>(m, 0, x, y);
  else if (m.row_stride == kLanes<T>)
    product_from<T, kMany ? 16 : 4, kLanes<T>>(m, 0, x, y);
  else
    product_from<T, kMany ? 8 : 4, 0>(m, 0, x, y);
}

// ---- sums of outer products

// The block [kRows, kColumns] of d, with its sums over pairs and lanes in registers.
template <class T, int kRows, int kColumns>
EBIT_INLINE void outer_block(const T* g, std::size_t rows, const T* x, std::size_t columns, std::size_t count,
                             double* d) {
  Vector<T> sum[kRows][kColumns] = {};
  for (std::size_t k = 0; k < count; ++k, g += rows * kLanes<T>, x += columns * kLanes<T>)
    for (int l = 0; l < kLanes<T>; l += kWidth<T>) {
      Vector<T> own[kColumns];
      for (int j = 0; j < kColumns; ++j) own[j] = load(x + j * kLanes<T> + l);
#pragma GCC unroll 4
      for (int i = 0; i < kRows; ++i) {
        const Vector<T> a = load(g + i * kLanes<T> + l);
#pragma GCC unroll 4
        for (int j = 0; j < kColumns; ++j) sum[i][j] += a * own[j];
      }
    }
  for (int i = 0; i < kRows; ++i)
    for (int j = 0; j < kColumns; ++j) {
      double total = 0;
      for (int k = 0; k < kWidth<T>; ++k) total += static_cast<double>(sum[i][j][k]);
      d[static_cast<std::size_t>(i) * columns + static_cast<std::size_t>(j)] += total;
    }
}

template <class T, int kRows>
EBIT_INLINE void outer_rows(const T* g, std::size_t rows, const T* x, std::size_t columns, std::size_t count,
                            double* d) {
  constexpr std::size_t kColumns = kRegisters == 32 ? 4 : 2;
  std::size_t j = 0;
  for (; j + kColumns <= columns; j += kColumns)
    outer_block<T, kRows, kColumns>(g, rows, x + j * kLanes<T>, columns, count, d + j);
  for (; j < columns; ++j) outer_block<T, kRows, 1>(g, rows, x + j * kLanes<T>, columns, count, d + j);
}

template <class T>
void outer(const T* g, std::size_t rows, const T* x, std::size_t columns, std::size_t count, double* d) {
  constexpr std::size_t kRows = 4;
  std::size_t i = 0;
  for (; i + kRows <= rows; i += kRows)
    outer_rows<T, kRows>(g + i * kLanes<T>, rows, x, columns, count, d + i * columns);
  for (; i < rows; ++i) outer_rows<T, 1>(g + i * kLanes<T>, rows, x, columns, count, d + i * columns);
}

template <class T>
constexpr DenseKernels<T> make_kernels(const char* name) {
  return {.name = name, .product = product<T>, .outer = outer<T>};
}

#define EBIT_STRING_(x) #x
#define EBIT_STRING(x) EBIT_STRING_(x)
extern constexpr DenseKernels<float> kFloats = make_kernels<float>(EBIT_STRING(EBIT_ISA));
extern constexpr DenseKernels<double> kDoubles = make_kernels<double>(EBIT_STRING(EBIT_ISA));

}  // namespace ebit::inline cell::dense::EBIT_ISA
