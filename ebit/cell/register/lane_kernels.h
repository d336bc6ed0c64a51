// Dense loops of a time step, compiled for each vector instruction set: products with a folded circuit and
// with the other register.
#pragma once

#include <cstddef>
#include <string_view>

#include "ebit/sim/state.h"

namespace ebit::inline cell {

/// Which imaginary parts can differ from zero: those that cannot are neither read nor written.
enum class Arithmetic {
  kComplex,     ///< complex matrix, complex states
  kRealMatrix,  ///< real matrix, complex states
  kReal,        ///< real matrix, real states
};

/// Rows of a matrix that stand together in a panel; every dimension is a multiple of it.
inline constexpr std::size_t kPanelRows = 4;

/// One instruction set's loops. States are re [n, kLanes] and im [n, kLanes]; a matrix [n, n] is given as
/// panels [n / kPanelRows, n (column), 2 (re, im), kPanelRows], in the order in which the product reads it.
/// The loops trust their input; n is 4 or more and a power of two.
template <class T>
struct LaneKernels {
  std::string_view name;  ///< "baseline", "avx2", "avx512"

  /// out <- M in; out and in must not overlap.
  using Multiply = void (*)(const T* panels, std::size_t n, const T* in_re, const T* in_im, T* out_re,
                            T* out_im);
  Multiply multiply[3];  ///< [Arithmetic]

  /// d_ij += sum over `count` pairs of states and their lanes of g_i conj(psi_j). State k starts at g + k *
  /// stride and psi + k * stride, its im half n * kLanes further on. d is re [n, n], im [n, n]; im is left
  /// alone unless kComplex.
  using Outer = void (*)(std::size_t n, std::size_t count, const T* g, std::size_t g_stride, const T* psi,
                         std::size_t psi_stride, double* d);
  Outer outer[3];  ///< [Arithmetic]

  /// out_(i, j) <- a_i b_j, lane by lane: the state of two registers; [all real].
  using Tensor = void (*)(const Tile<T>& a, const Tile<T>& b, const Tile<T>& out);
  Tensor tensor[2];  ///< [all real]
  /// g_a_i <- sum_j conj(b_j) g_ij, g_b_j <- sum_i conj(a_i) g_ij; [all real].
  using TensorBackward = void (*)(const Tile<T>& a, const Tile<T>& b, const Tile<T>& g, const Tile<T>& g_a,
                                  const Tile<T>& g_b);
  TensorBackward tensor_backward[2];  ///< [all real]

  /// outcome <- the i with the largest sum_j |psi_(i, j)|^2, the first of a tie, of `rows` rows; [all real].
  using MostProbable = void (*)(const Tile<T>& psi, std::size_t rows, T* outcome);
  MostProbable most_probable[2];  ///< [all real]
  /// kept_j <- part_(outcome, j), lane by lane; part is a state's re or im, [rows, columns, kLanes].
  using Pick = void (*)(const T* part, std::size_t rows, std::size_t columns, const T* outcome, T* kept);
  Pick pick;  ///< see Pick
  /// part_(outcome, j) += kept_j.
  using Place = void (*)(const T* kept, std::size_t rows, std::size_t columns, const T* outcome, T* part);
  Place place;  ///< see Place
};

/// The loops for the instruction set of kernels::kernel_table(), so that EBIT_SIMD rules both.
template <class T>
const LaneKernels<T>& lane_kernels();

/// The loops for the instruction set of that name, one of kernels::usable_kernel_tables(); else throws Error.
template <class T>
const LaneKernels<T>& find_lane_kernels(std::string_view name);

}  // namespace ebit::inline cell
