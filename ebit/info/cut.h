// A system of qudits cut into two parts: which basis index belongs to which pair of outcomes.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "ebit/sim/gate.h"

namespace ebit::inline info {

/// A system cut into a part A and a part B, of any dimensions. Basis indices count the first subsystem as the
/// most significant digit, as wires do.
class Cut {
 public:
  /// Two subsystems: the first is A, the second B. Throws Error for a dimension below 1.
  Cut(int d_a, int d_b);

  /// Subsystems of dimensions `dims`, of which `part_a` (in this order) are A and the others B. Throws Error
  /// for a dimension below 1, and for a subsystem that is not there or named twice.
  Cut(std::span<const int> dims, std::span<const int> part_a);

  std::size_t d_a() const { return a_.size(); }            ///< dimension of A
  std::size_t d_b() const { return b_.size(); }            ///< dimension of B
  std::size_t dimension() const { return d_a() * d_b(); }  ///< dimension of the whole
  std::size_t index(std::size_t i, std::size_t j) const {  ///< basis index of |i> of A and |j> of B
    return a_[i] + b_[j];
  }

  /// The amplitudes as M_ij = psi(index(i, j)), [d_a, d_b]. @param psi [dimension].
  Eigen::MatrixXcd matrix(std::span<const Complex> psi) const;

  /// psi(index(i, j)) += m_ij, the transpose of matrix(). @param psi [dimension].
  void add(const Eigen::MatrixXcd& m, std::span<Complex> psi) const;

 private:
  std::vector<std::size_t> a_, b_;
};

}  // namespace ebit::inline info
