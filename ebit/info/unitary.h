// A unitary on two parts A and B, and what its operator-Schmidt decomposition says of it.
#pragma once

#include <Eigen/Core>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline info {

/// How far |U^+ U - 1| may be from 0, in its largest entry, for a matrix to be taken as a rounded unitary.
inline constexpr double kUnitarityTolerance = 1e-4;

/// A unitary on A (x) B; row and column indices are a * d_b + b.
struct BipartiteUnitary {
  int d_a = 2;              ///< dimension of A
  int d_b = 2;              ///< dimension of B
  Eigen::MatrixXcd matrix;  ///< [d_a d_b, d_a d_b], unitary to rounding
  double defect = 0;        ///< largest entry of |U^+ U - 1| of the matrix as it was given
};

/// The matrix as a unitary on d_a x d_b. One that misses unitarity by at most kUnitarityTolerance (it was
/// written with few digits) is replaced by the nearest unitary, with `nearest` any matrix of full rank is.
/// `name` is for the message. Throws Error for numbers that are not finite, a matrix that is not square,
/// dimensions that do not multiply to its size, and one that is not unitary, with its defect.
BipartiteUnitary make_unitary(int d_a, int d_b, const Eigen::MatrixXcd& matrix, std::string_view name,
                              bool nearest = false);

/// U^-1.
BipartiteUnitary inverse(const BipartiteUnitary& u);

/// The realignment R of U: rows (alpha, a), columns (beta, b) with U = sum R |alpha><a| (x) |beta><b|,
/// [d_a^2, d_b^2]. Its singular values are the operator-Schmidt values.
Eigen::MatrixXcd realignment(const BipartiteUnitary& u);

/// s_k with U = sum_k s_k A_k (x) B_k, A_k and B_k orthonormal in the Hilbert-Schmidt product, largest first,
/// [min(d_a, d_b)^2]; sum s_k^2 = d_a d_b.
std::vector<double> operator_schmidt_values(const BipartiteUnitary& u);

/// How many operator-Schmidt values are not 0, as far as the matrix' digits tell (see
/// BipartiteUnitary::defect): 1 for a product of local unitaries. From a product state U makes log2 of it
/// ebits at most.
int operator_schmidt_rank(const BipartiteUnitary& u);

/// The entropy of s_k^2 / (d_a d_b) in bits: the entanglement that U makes where A and B are each maximally
/// entangled with an ancilla of their own, so a lower bound of the entangling power with such ancillas.
double operator_schmidt_entropy(const BipartiteUnitary& u);

/// Zanardi's entangling power: the linear entropy 1 - Tr rho_A^2 of U|a>|b>, averaged over all |a> and |b>.
///
///     e_p = 1 - [d_a d_b^2 + d_a^2 d_b + Tr (R R^+)^2 + Tr (G G^+)^2] / [d_a (d_a + 1) d_b (d_b + 1)]
///
/// R is the realignment, G the partial transpose. Source: Zanardi, Zalka, Faoro 2000 (quant-ph/0005031).
double average_power(const BipartiteUnitary& u);

/// 2 log2 min(d_a, d_b): no unitary on d_a x d_b makes or destroys more ebits, whatever the ancillas.
double power_limit(const BipartiteUnitary& u);

}  // namespace ebit::inline info
