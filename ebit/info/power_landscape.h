// The function that a power is the maximum of, and its gradient. Inside of ebit/info.
#pragma once

#include <span>

#include "ebit/info/unitary.h"

namespace ebit::inline info {

/// E(U psi) - E(psi) over states of A A' : B B'. Amplitudes are kept as P [d_a d_b, ancilla_a ancilla_b], on
/// which U is one product from the left.
class PowerLandscape {
 public:
  PowerLandscape(const BipartiteUnitary& u, int ancilla_a, int ancilla_b);  ///< U is copied

  /// Real numbers of a state: real and imaginary parts of P, column by column, not normalised.
  std::size_t state_numbers() const;
  /// Real numbers of a product state: those of its A A' part [d_a ancilla_a], then of its B B' part.
  std::size_t product_numbers() const;

  /// -(E(U psi) - E(psi)) of psi = P / |P|, for minimize(). @param x [state_numbers]. @param gradient as
  /// there.
  double loss(std::span<const double> x, std::span<double> gradient) const;
  /// The same over product states, whose E(psi) is 0. @param x [product_numbers].
  double product_loss(std::span<const double> x, std::span<double> gradient) const;

  /// The cotangent of U of loss() at a fixed state: how the value of a state changes with U.
  Eigen::MatrixXcd loss_slope_in_unitary(const Eigen::MatrixXcd& p) const;

  /// The numbers of the state that the numbers of a product state stand for, normalised.
  std::vector<double> from_product(std::span<const double> x) const;
  /// P of a state's numbers, normalised.
  Eigen::MatrixXcd amplitudes(std::span<const double> x) const;
  /// The numbers of P.
  std::vector<double> numbers(const Eigen::MatrixXcd& p) const;

  /// P -> M [d_a ancilla_a, d_b ancilla_b], the amplitudes over the cut A A' : B B'.
  Eigen::MatrixXcd across(const Eigen::MatrixXcd& p) const;
  /// The way back from across().
  Eigen::MatrixXcd along(const Eigen::MatrixXcd& m) const;

 private:
  Eigen::MatrixXcd u_;
  int d_a_, d_b_, ancilla_a_, ancilla_b_;
};

}  // namespace ebit::inline info
