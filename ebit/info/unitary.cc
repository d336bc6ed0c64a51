#include "ebit/info/unitary.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/linear_algebra.h"
#include "ebit/info/entropy.h"
#include "ebit/info/mixed.h"

namespace ebit::inline info {
namespace {

using Eigen::Index;
using Eigen::MatrixXcd;

double defect_of(const MatrixXcd& u) {
  return (adjoint_product(u, u) - MatrixXcd::Identity(u.rows(), u.cols())).cwiseAbs().maxCoeff();
}

// Tr (M M^+)^2.
double fourth_moment(const MatrixXcd& m) { return product_adjoint(m, m).squaredNorm(); }

}  // namespace

BipartiteUnitary make_unitary(int d_a, int d_b, const MatrixXcd& matrix, std::string_view name,
                              bool nearest) {
  require(d_a >= 1 && d_b >= 1, "{}: dimensions must be 1 or more, not {}x{}", name, d_a, d_b);
  require(matrix.rows() == matrix.cols(), "{}: the matrix is not square: {} rows, {} columns", name,
          matrix.rows(), matrix.cols());
  require(matrix.rows() == Index{d_a} * d_b, "{}: dimensions {}x{} need a matrix of {} rows, not {}", name,
          d_a, d_b, Index{d_a} * d_b, matrix.rows());
  for (Index i = 0; i < matrix.rows(); ++i)
    for (Index j = 0; j < matrix.cols(); ++j)
      require(std::isfinite(matrix(i, j).real()) && std::isfinite(matrix(i, j).imag()),
              "{}: the entry in row {}, column {} is not a finite number", name, i + 1, j + 1);
  const double defect = defect_of(matrix);
  require(
      nearest || defect <= kUnitarityTolerance,
      "{}: the matrix is not unitary: U^+ U differs from 1 by {:.3g} in its worst entry, and {:g} is taken "
      "as rounding; check it, give more digits, or ask for the nearest unitary",
      name, defect, kUnitarityTolerance);
  // The polar factor. It is worth it for any rounding, because entropies feel an error's square root.
  const PolarFactor polar = polar_factor(matrix);
  require(polar.least_singular_value > 1e-6, "{}: the matrix has no inverse, so no unitary is nearest to it",
          name);
  // A matrix that is unitary to the last digits stays as it is.
  return {d_a, d_b, defect > 1e-14 ? polar.isometry : matrix, defect};
}

BipartiteUnitary inverse(const BipartiteUnitary& u) { return {u.d_a, u.d_b, u.matrix.adjoint(), u.defect}; }

MatrixXcd realignment(const BipartiteUnitary& u) {
  MatrixXcd r(u.d_a * u.d_a, u.d_b * u.d_b);
  for (int alpha = 0; alpha < u.d_a; ++alpha)
    for (int a = 0; a < u.d_a; ++a)
      for (int beta = 0; beta < u.d_b; ++beta)
        for (int b = 0; b < u.d_b; ++b)
          r(alpha * u.d_a + a, beta * u.d_b + b) = u.matrix(alpha * u.d_b + beta, a * u.d_b + b);
  return r;
}

std::vector<double> operator_schmidt_values(const BipartiteUnitary& u) {
  const Eigen::VectorXd values = singular_values(realignment(u));
  return {values.begin(), values.end()};
}

int operator_schmidt_rank(const BipartiteUnitary& u) {
  // Entries that were rounded by the defect move singular values by up to their norm.
  const double rounding = std::min(u.defect, kUnitarityTolerance) * static_cast<double>(u.matrix.rows());
  return rank_of(operator_schmidt_values(u), std::max(1e-10, rounding));
}

double operator_schmidt_entropy(const BipartiteUnitary& u) {
  std::vector<double> p = operator_schmidt_values(u);
  for (double& s : p) s = s * s / (u.d_a * u.d_b);
  return std::max(0.0, entropy(EntropyId::kVonNeumann).value(p));
}

double average_power(const BipartiteUnitary& u) {
  const double a = u.d_a, b = u.d_b;
  // G^T is the partial transpose of A, which has the same singular values.
  const MatrixXcd turned = partial_transpose(Cut(u.d_a, u.d_b), u.matrix);
  return 1 - (a * b * b + a * a * b + fourth_moment(realignment(u)) + fourth_moment(turned)) /
                 (a * (a + 1) * b * (b + 1));
}

double power_limit(const BipartiteUnitary& u) { return 2 * std::log2(std::min(u.d_a, u.d_b)); }

}  // namespace ebit::inline info
