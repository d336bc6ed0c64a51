#include "ebit/info/entropy.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "ebit/base/choice.h"
#include "ebit/base/linear_algebra.h"
#include "ebit/info/batch.h"

namespace ebit::inline info {
namespace {

using Eigen::MatrixXcd;
using std::numbers::ln2;

double sum_of_squares(std::span<const double> p) {
  double sum = 0;
  for (const double x : p) sum += x * x;
  return sum;
}

double von_neumann(std::span<const double> p) {
  double sum = 0;
  for (const double x : p)
    if (x > 0) sum -= x * std::log2(x);
  return sum;
}

void von_neumann_slope(std::span<const double> p, double* out) {
  for (std::size_t i = 0; i < p.size(); ++i) out[i] = -std::log2(std::max(p[i], kLeastEigenvalue)) - 1 / ln2;
}

double renyi2(std::span<const double> p) { return -std::log2(sum_of_squares(p)); }

void renyi2_slope(std::span<const double> p, double* out) {
  const double factor = -2 / (ln2 * sum_of_squares(p));
  for (std::size_t i = 0; i < p.size(); ++i) out[i] = factor * p[i];
}

double linear(std::span<const double> p) { return 1 - sum_of_squares(p); }

void linear_slope(std::span<const double> p, double* out) {
  for (std::size_t i = 0; i < p.size(); ++i) out[i] = -2 * p[i];
}

constexpr Entropy kEntropies[] = {
    {EntropyId::kVonNeumann, "von-neumann", "-Tr rho log2 rho, in bits", von_neumann, von_neumann_slope},
    {EntropyId::kRenyi2, "renyi-2", "-log2 Tr rho^2, in bits", renyi2, renyi2_slope},
    {EntropyId::kLinear, "linear", "1 - Tr rho^2", linear, linear_slope},
};

// Eigenvalues below 0 are rounding.
Eigen::VectorXd probabilities_of(const Eigen::VectorXd& eigenvalues) { return eigenvalues.cwiseMax(0.0); }

std::span<const double> span_of(const Eigen::VectorXd& p) {
  return {p.data(), static_cast<std::size_t>(p.size())};
}

MatrixXcd hermitian_part(const MatrixXcd& m) { return (m + m.adjoint()) / 2; }

MatrixXcd slope_matrix(const Entropy& kind, const HermitianSpectrum& spectrum) {
  const Eigen::VectorXd p = probabilities_of(spectrum.values);
  Eigen::VectorXd slope(p.size());
  kind.slope(span_of(p), slope.data());
  // A function of a matrix: equal eigenvalues have equal slopes, so their eigenvectors may be any.
  return with_eigenvalues(spectrum, slope);
}

}  // namespace

std::span<const Entropy> entropies() { return kEntropies; }

const Entropy& entropy(EntropyId id) { return kEntropies[static_cast<std::size_t>(id)]; }

const Entropy& entropy(std::string_view name) { return find_row(kEntropies, "unknown entropy", name); }

double largest_entropy(const Entropy& kind, std::size_t d) {
  return kind.value(std::vector<double>(d, 1.0 / static_cast<double>(d)));
}

double matrix_entropy(const Entropy& kind, const MatrixXcd& m, MatrixXcd* gradient) {
  const bool wide = m.rows() <= m.cols();
  const MatrixXcd rho = wide ? product_adjoint(m, m) : adjoint_product(m, m);
  if (rho.rows() == 1) {
    // A part of one state: no entropy, and none near.
    if (gradient) gradient->setZero(m.rows(), m.cols());
    return 0;
  }
  if (!gradient) return kind.value(span_of(probabilities_of(hermitian_eigenvalues(rho))));
  const HermitianSpectrum spectrum = hermitian_spectrum(rho);
  const MatrixXcd slope = slope_matrix(kind, spectrum);
  *gradient = 2 * (wide ? product(slope, m) : product(m, slope));
  return kind.value(span_of(probabilities_of(spectrum.values)));
}

void pure_entropy(const Entropy& kind, const Cut& cut, std::span<const Complex> psi, std::span<double> out) {
  require_states(psi, cut.dimension(), out.size());
  for (std::size_t b = 0; b < out.size(); ++b)
    out[b] = matrix_entropy(kind, cut.matrix(sample(psi, b, cut.dimension())));
}

void pure_entropy_backward(const Entropy& kind, const Cut& cut, std::span<const Complex> psi,
                           std::span<const double> d_out, std::span<Complex> d_psi) {
  require_states(psi, cut.dimension(), d_out.size());
  require_numbers(d_psi.size(), psi.size(), "cotangents of amplitudes");
  MatrixXcd gradient;
  for (std::size_t b = 0; b < d_out.size(); ++b) {
    matrix_entropy(kind, cut.matrix(sample(psi, b, cut.dimension())), &gradient);
    cut.add(d_out[b] * gradient, sample(d_psi, b, cut.dimension()));
  }
}

void density_entropy(const Entropy& kind, std::size_t d, std::span<const Complex> rho,
                     std::span<double> out) {
  require_densities(rho, d, out.size());
  for (std::size_t b = 0; b < out.size(); ++b) {
    const MatrixXcd one = hermitian_part(matrix_of(sample(rho, b, d * d), d));
    out[b] = kind.value(span_of(probabilities_of(hermitian_eigenvalues(one))));
  }
}

void density_entropy_backward(const Entropy& kind, std::size_t d, std::span<const Complex> rho,
                              std::span<const double> d_out, std::span<Complex> d_rho) {
  require_densities(rho, d, d_out.size());
  require_numbers(d_rho.size(), rho.size(), "cotangents of matrix entries");
  for (std::size_t b = 0; b < d_out.size(); ++b) {
    const MatrixXcd one = hermitian_part(matrix_of(sample(rho, b, d * d), d));
    add_matrix(d_out[b] * slope_matrix(kind, hermitian_spectrum(one)), sample(d_rho, b, d * d));
  }
}

}  // namespace ebit::inline info
