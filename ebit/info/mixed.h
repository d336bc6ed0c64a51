// Correlations of two parts of a mixed state, and what a cut of a pure state is made of.
//
// For a mixed state the entropy of a part counts ignorance as well as entanglement. The mutual information
// counts all correlations, classical ones too; the negativity counts entanglement only (it is 0 for every
// separable state, but for some entangled ones as well).
#pragma once

#include <span>
#include <vector>

#include "ebit/info/cut.h"

namespace ebit::inline info {

/// The state of part A: rho_A = Tr_B rho. @param rho [dimension, dimension]; the result is [d_a, d_a].
Eigen::MatrixXcd partial_trace(const Cut& cut, const Eigen::MatrixXcd& rho);

/// The transpose of part A: <i j| out |k l> = <k j| rho |i l>. @param rho [dimension, dimension].
Eigen::MatrixXcd partial_transpose(const Cut& cut, const Eigen::MatrixXcd& rho);

/// I(A:B) = S(A) + S(B) - S(AB) in bits, from 0 to 2 log2 min(d_a, d_b). @param rho [B, dimension, dimension]
/// row by row, Hermitian with trace 1. @param out [B], written. Throws Error as density_entropy() does.
void mutual_information(const Cut& cut, std::span<const Complex> rho, std::span<double> out);

/// Adds to d_rho the cotangent of mutual_information() for d_out [B], every entry on its own.
void mutual_information_backward(const Cut& cut, std::span<const Complex> rho, std::span<const double> d_out,
                                 std::span<Complex> d_rho);

/// N = (|rho^T_A|_1 - 1) / 2, the sum of the partial transpose's negative eigenvalues, from 0 to
/// (min(d_a, d_b) - 1) / 2 (Vidal and Werner 2002, quant-ph/0102117). Shapes and errors as
/// mutual_information().
void negativity(const Cut& cut, std::span<const Complex> rho, std::span<double> out);

/// Adds to d_rho the cotangent of negativity() for d_out [B]. Where an eigenvalue of the partial transpose is
/// 0 the negativity has a kink; the slope taken is that of its side >= 0, none.
void negativity_backward(const Cut& cut, std::span<const Complex> rho, std::span<const double> d_out,
                         std::span<Complex> d_rho);

/// The Schmidt coefficients s_k >= 0 of a pure state, largest first, [min(d_a, d_b)]: |psi> = sum_k s_k |a_k
/// b_k>.
std::vector<double> schmidt_values(const Cut& cut, std::span<const Complex> psi);

/// How many of `values`, largest first, are more than `tolerance` times the first.
int rank_of(std::span<const double> values, double tolerance = 1e-10);

}  // namespace ebit::inline info
