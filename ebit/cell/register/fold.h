// A circuit whose angles all samples and steps share, as one matrix.
#pragma once

#include <optional>

#include "ebit/cell/gradient_method.h"
#include "ebit/cell/register/lane_kernels.h"
#include "ebit/sim/program.h"

namespace ebit::inline cell {

/// True where every matrix of the circuit is real whatever its angles are: it keeps real states real.
bool keeps_states_real(const Circuit& circuit);

/// The matrix U of a circuit without per-sample angles, and the way back from dL/dU to the angles.
///
/// U is built by running the circuit on the 2^n basis states as a batch. A real U takes half as many tiles:
/// one tile carries a column in its real part and another in its imaginary part, and the real gates keep them
/// apart.
template <class T>
class Fold {
 public:
  /// Takes memory only when build() is first called. The circuit is on 2 wires or more.
  explicit Fold(const Circuit& circuit);

  bool real() const { return real_; }                   ///< the imaginary part of U is zero for all angles
  std::size_t dimension() const { return dimension_; }  ///< 2^n
  /// Tiles that the circuit runs on in build() and again in backward(), for 2^n columns.
  std::size_t column_tiles() const;

  /// Evaluates U for the angles that the program is bound to. Throws Error where memory does not suffice.
  void build(const Program<T>& program);

  const T* matrix() const { return panels_.data(); }  ///< U as panels (LaneKernels); after build()
  const T* adjoint() const { return panels_.data() + panels_.size() / 2; }  ///< U^+ likewise

  /// Adds the gradients of the angles that build() was called for.
  /// @param d_u dL/dU as re [2^n, 2^n], im [2^n, 2^n] (ignored where U is real): sum of g_i conj(psi_j).
  /// @param d_shared [shared_parameters], added to.
  void backward(GradientMethod method, const Program<T>& program, const double* d_u, double* d_shared);

 private:
  bool real_;
  int wires_;
  std::size_t dimension_;
  std::optional<StateBatch<T>> columns_, work_;  // U; two tiles a tile of it for the way back
  AlignedVector<T> panels_;                      // of U, then of U^+
  std::vector<double> sums_;                     // gradients of each tile
};

}  // namespace ebit::inline cell
