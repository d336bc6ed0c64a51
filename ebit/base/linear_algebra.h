// Decompositions and products of small dense matrices. Eigen computes them, in one file: its
// templates take the compiler seconds wherever they are used, its matrices as such hardly anything.
#pragma once

#include <Eigen/Core>
#include <complex>

namespace ebit::inline base {

/// A Hermitian matrix as V diag(values) V^+.
struct HermitianSpectrum {
  Eigen::VectorXd values;    ///< the eigenvalues in increasing order, [n]
  Eigen::MatrixXcd vectors;  ///< V, the eigenvectors as columns, [n, n]
};

/// The spectrum of a Hermitian matrix [n, n]; only its lower triangle is read.
HermitianSpectrum hermitian_spectrum(const Eigen::MatrixXcd& m);

/// Its eigenvalues alone, in increasing order: faster.
Eigen::VectorXd hermitian_eigenvalues(const Eigen::MatrixXcd& m);

/// V diag(f) V^+: a function of the matrix, f its values at the eigenvalues, [n].
Eigen::MatrixXcd with_eigenvalues(const HermitianSpectrum& spectrum, const Eigen::VectorXd& f);

/// The eigenvalues of any 4 x 4 matrix, in no order.
Eigen::Vector4cd eigenvalues(const Eigen::Matrix4cd& m);

/// The largest absolute value of an eigenvalue. @param m [n, n], of real numbers.
double spectral_radius(const Eigen::MatrixXd& m);

/// The determinant.
std::complex<double> determinant(const Eigen::Matrix4cd& m);

/// The singular values, largest first, [min(rows, columns)].
Eigen::VectorXd singular_values(const Eigen::MatrixXcd& m);

/// What is left of m = U S V^+ without its singular values S.
struct PolarFactor {
  Eigen::MatrixXcd isometry;        ///< U V^+, the nearest matrix with orthonormal rows or columns
  double least_singular_value = 0;  ///< where it is 0, more than one is nearest
};
PolarFactor polar_factor(const Eigen::MatrixXcd& m);  ///< by the singular value decomposition

/// The unitary Q of m = Q R, R upper triangular. @param m [n, n].
Eigen::MatrixXcd orthonormal_basis(const Eigen::MatrixXcd& m);

Eigen::MatrixXcd product(const Eigen::MatrixXcd& a, const Eigen::MatrixXcd& b);          ///< a b
Eigen::MatrixXcd adjoint_product(const Eigen::MatrixXcd& a, const Eigen::MatrixXcd& b);  ///< a^+ b
Eigen::MatrixXcd product_adjoint(const Eigen::MatrixXcd& a, const Eigen::MatrixXcd& b);  ///< a b^+

}  // namespace ebit::inline base
