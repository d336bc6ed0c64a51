#include "ebit/base/linear_algebra.h"

#include <Eigen/Dense>

namespace ebit::inline base {

using Eigen::MatrixXcd;

HermitianSpectrum hermitian_spectrum(const MatrixXcd& m) {
  const Eigen::SelfAdjointEigenSolver<MatrixXcd> solver(m);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

Eigen::VectorXd hermitian_eigenvalues(const MatrixXcd& m) {
  return Eigen::SelfAdjointEigenSolver<MatrixXcd>(m, Eigen::EigenvaluesOnly).eigenvalues();
}

MatrixXcd with_eigenvalues(const HermitianSpectrum& spectrum, const Eigen::VectorXd& f) {
  return spectrum.vectors * f.asDiagonal() * spectrum.vectors.adjoint();
}

Eigen::Vector4cd eigenvalues(const Eigen::Matrix4cd& m) {
  return Eigen::ComplexEigenSolver<Eigen::Matrix4cd>(m, /*computeEigenvectors=*/false).eigenvalues();
}

double spectral_radius(const Eigen::MatrixXd& m) {
  return Eigen::EigenSolver<Eigen::MatrixXd>(m, /*computeEigenvectors=*/false)
      .eigenvalues()
      .cwiseAbs()
      .maxCoeff();
}

std::complex<double> determinant(const Eigen::Matrix4cd& m) { return m.determinant(); }

Eigen::VectorXd singular_values(const MatrixXcd& m) {
  return Eigen::JacobiSVD<MatrixXcd>(m).singularValues();
}

PolarFactor polar_factor(const MatrixXcd& m) {
  const Eigen::JacobiSVD<MatrixXcd> svd(m, Eigen::ComputeThinU | Eigen::ComputeThinV);
  return {svd.matrixU() * svd.matrixV().adjoint(), svd.singularValues().minCoeff()};
}

MatrixXcd orthonormal_basis(const MatrixXcd& m) { return Eigen::HouseholderQR<MatrixXcd>(m).householderQ(); }

MatrixXcd product(const MatrixXcd& a, const MatrixXcd& b) { return a * b; }
MatrixXcd adjoint_product(const MatrixXcd& a, const MatrixXcd& b) { return a.adjoint() * b; }
MatrixXcd product_adjoint(const MatrixXcd& a, const MatrixXcd& b) { return a * b.adjoint(); }

}  // namespace ebit::inline base
