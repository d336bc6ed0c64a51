// Inner loops of gated cells for a tile of samples, compiled for each vector instruction set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ebit/sim/state.h"

namespace ebit::inline cell {

/// A rotation's angle as a function of a number.
enum class AngleFunction : std::uint8_t {
  kSame,          ///< y
  kArctan,        ///< arctan y
  kArctanSquare,  ///< arctan y^2
  kArcsin,        ///< arcsin y, y clamped to [-1, 1]
  kArccos,        ///< arccos y, likewise
  kCosSquare,     ///< cos y^2; it has no kernel
};
inline constexpr int kAngleFunctions = 6;  ///< rows of AngleFunction

/// Products of features that differ in their last factor only in what comes before: see ProductTable.
struct FactorGroup {
  std::uint32_t feature;  ///< the last factor of each
  std::uint32_t first;    ///< its first product
  std::uint32_t count;    ///< number of products
};

/// Products of a wire's features with those of other wires, [products, kLanes]: product 0 is 1, and each
/// other one is product parents[k] times a feature, of a wire behind those of its parent.
struct ProductTable {
  const FactorGroup* groups;     ///< in the order of their wires
  std::size_t group_count;       ///< how many
  const std::uint32_t* parents;  ///< [products]
  std::size_t products;          ///< with product 0
};

/// Two coefficients that a rotation mixes: a' = cos a - sin b, b' = cos b + sin a.
struct CoefficientPair {
  std::uint32_t a;  ///< row of the first
  std::uint32_t b;  ///< row of the second
};

/// One instruction set's loops. They trust their input; `n` are numbers of whole tiles, arrays are aligned to
/// kAlignment.
template <class T>
struct GateKernels {
  std::string_view name;  ///< "baseline", "avx2", "avx512"

  void (*sigmoid)(std::size_t n, T* x);                         ///< in place
  void (*tanh)(std::size_t n, T* x);                            ///< in place
  void (*sigmoid_backward)(const T* out, std::size_t n, T* d);  ///< d <- d out (1 - out)
  void (*tanh_backward)(const T* out, std::size_t n, T* d);     ///< d <- d (1 - out^2)

  /// angle and slope = d angle / d y; [AngleFunction], null for kCosSquare. Where a clamp holds, and at its
  /// ends, the slope is 0.
  void (*angle[kAngleFunctions])(const T* y, std::size_t n, T* angle, T* slope);

  /// cosine and sine of the angle, and its slope, without the angle; [AngleFunction], null for kSame and
  /// kCosSquare.
  void (*turn[kAngleFunctions])(const T* y, std::size_t n, T* cosine, T* sine, T* slope);

  /// u <- c u - s v, v <- s u + c v: a rotation in the plane of two axes.
  void (*rotate_plane)(std::size_t n, const T* cosine, const T* sine, T* u, T* v);

  /// Undoes that on u, v and their cotangents. @param d_y added to: slope times the derivative in the angle.
  void (*rotate_plane_back)(std::size_t n, const T* cosine, const T* sine, const T* slope, T* u, T* v, T* d_u,
                            T* d_v, T* d_y);

  /// products [products, kLanes] of features [.., kLanes].
  void (*products)(const ProductTable& table, const T* features, T* products);

  /// d_features += what d_products [products, kLanes] says, which is used up.
  void (*products_backward)(const ProductTable& table, const T* features, const T* products, T* d_products,
                            T* d_features);

  /// Rotates pairs of rows of c [.., kLanes], lane by lane: cosine, sine [kLanes].
  void (*rotate)(const CoefficientPair* pairs, std::size_t count, const T* cosine, const T* sine, T* c);

  /// Undoes that on c and on its cotangent d. @param sum [kLanes], added to: the derivative in the angle.
  void (*rotate_back)(const CoefficientPair* pairs, std::size_t count, const T* cosine, const T* sine, T* c,
                      T* d, T* sum);

  /// out [kLanes, kLanes] = x [rows, kLanes] transposed, from lane `first` on; other lanes zero.
  void (*transpose)(const T* x, std::size_t first, std::size_t rows, T* out);
};

/// The loops for the instruction set of kernels::kernel_table(), so that EBIT_SIMD rules both.
template <class T>
const GateKernels<T>& gate_kernels();

/// The loops for the instruction set of that name, one of kernels::usable_kernel_tables(); else throws Error.
template <class T>
const GateKernels<T>& find_gate_kernels(std::string_view name);

}  // namespace ebit::inline cell
