#include "ebit/base/linear_algebra.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/random.h"

namespace ebit::inline base {
namespace {

using Eigen::Index;
using Eigen::MatrixXcd;

MatrixXcd random_matrix(Index rows, Index columns, std::uint64_t seed) {
  Random random(seed);
  MatrixXcd m(rows, columns);
  for (Index j = 0; j < columns; ++j)
    for (Index i = 0; i < rows; ++i) {
      const double re = random.normal();
      m(i, j) = {re, random.normal()};
    }
  return m;
}

// The product entry by entry.
MatrixXcd slow_product(const MatrixXcd& a, const MatrixXcd& b) {
  MatrixXcd out = MatrixXcd::Zero(a.rows(), b.cols());
  for (Index i = 0; i < a.rows(); ++i)
    for (Index j = 0; j < b.cols(); ++j)
      for (Index k = 0; k < a.cols(); ++k) out(i, j) += a(i, k) * b(k, j);
  return out;
}

double distance(const MatrixXcd& a, const MatrixXcd& b) { return (a - b).cwiseAbs().maxCoeff(); }

double defect(const MatrixXcd& u) {
  return distance(slow_product(u.adjoint(), u), MatrixXcd::Identity(u.cols(), u.cols()));
}

TEST(LinearAlgebra, Products) {
  for (const Index n : {1, 3, 20}) {
    const MatrixXcd a = random_matrix(n, n + 1, 1), b = random_matrix(n + 1, n, 2),
                    c = random_matrix(n, 4, 3);
    EXPECT_LT(distance(product(a, b), slow_product(a, b)), 1e-12);
    EXPECT_LT(distance(adjoint_product(a, c), slow_product(a.adjoint(), c)), 1e-12);
    EXPECT_LT(distance(product_adjoint(b, a.transpose()), slow_product(b, a.conjugate())), 1e-12);
  }
}

TEST(LinearAlgebra, AHermitianMatrixIsItsSpectrum) {
  const MatrixXcd m = random_matrix(6, 6, 4), hermitian = (m + m.adjoint()) / 2;
  const HermitianSpectrum spectrum = hermitian_spectrum(hermitian);
  EXPECT_LT(defect(spectrum.vectors), 1e-13);
  EXPECT_TRUE(std::is_sorted(spectrum.values.begin(), spectrum.values.end()));
  EXPECT_LT(distance(with_eigenvalues(spectrum, spectrum.values), hermitian), 1e-13);
  EXPECT_LT((hermitian_eigenvalues(hermitian) - spectrum.values).cwiseAbs().maxCoeff(), 1e-13);
}

TEST(LinearAlgebra, EigenvaluesAndDeterminantOfFourByFour) {
  const Eigen::Matrix4cd m = random_matrix(4, 4, 5);
  const Eigen::Vector4cd values = eigenvalues(m);
  EXPECT_LT(std::abs(values.sum() - m.trace()), 1e-12);
  EXPECT_LT(std::abs(values.prod() - determinant(m)), 1e-12);
}

TEST(LinearAlgebra, SingularValuesAndNearestUnitaries) {
  const MatrixXcd q = orthonormal_basis(random_matrix(5, 5, 6)), wide = random_matrix(3, 5, 7);
  EXPECT_LT(defect(q), 1e-13);
  const Eigen::VectorXd s = singular_values(wide);
  ASSERT_EQ(s.size(), 3);
  EXPECT_GE(s[0], s[1]);
  EXPECT_NEAR(s.squaredNorm(), wide.squaredNorm(), 1e-12);
  EXPECT_LT(defect(polar_factor(wide).isometry.adjoint()), 1e-13);
  // Q times a positive matrix: Q is the nearest unitary.
  const MatrixXcd m = random_matrix(5, 5, 8), positive = slow_product(m.adjoint(), m);
  const PolarFactor polar = polar_factor(slow_product(q, positive));
  EXPECT_LT(distance(polar.isometry, q), 1e-10);
  EXPECT_NEAR(polar.least_singular_value, hermitian_eigenvalues(positive)[0], 1e-10);
  EXPECT_NEAR(polar_factor(MatrixXcd::Zero(2, 2)).least_singular_value, 0, 1e-15);
}

}  // namespace
}  // namespace ebit::inline base
