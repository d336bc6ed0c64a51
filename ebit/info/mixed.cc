#include "ebit/info/mixed.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/linear_algebra.h"
#include "ebit/info/batch.h"
#include "ebit/info/entropy.h"

namespace ebit::inline info {
namespace {

using Eigen::Index;
using Eigen::MatrixXcd;

// Calls visit(i, k, row, column, same_b) for every entry <i j|rho|k l>, j and l of part B.
template <class Visit>
void for_entries(const Cut& cut, Visit visit) {
  for (std::size_t i = 0; i < cut.d_a(); ++i)
    for (std::size_t k = 0; k < cut.d_a(); ++k)
      for (std::size_t j = 0; j < cut.d_b(); ++j)
        for (std::size_t l = 0; l < cut.d_b(); ++l) visit(i, j, k, l);
}

std::span<const Complex> entries(const MatrixXcd& m) {
  return {m.data(), static_cast<std::size_t>(m.size())};
}

double von_neumann(const MatrixXcd& rho) {
  double value = 0;
  density_entropy(entropy(EntropyId::kVonNeumann), static_cast<std::size_t>(rho.rows()), entries(rho),
                  {&value, 1});
  return value;
}

// dS/drho = -log2 rho - 1/ln 2. Eigen's matrices are column by column, so both ways it is the transpose.
MatrixXcd von_neumann_slope(const MatrixXcd& rho) {
  MatrixXcd slope = MatrixXcd::Zero(rho.rows(), rho.cols());
  const double one = 1;
  density_entropy_backward(entropy(EntropyId::kVonNeumann), static_cast<std::size_t>(rho.rows()),
                           entries(rho), {&one, 1}, {slope.data(), static_cast<std::size_t>(slope.size())});
  return slope;
}

// The state of part B.
MatrixXcd partial_trace_of_a(const Cut& cut, const MatrixXcd& rho) {
  MatrixXcd out = MatrixXcd::Zero(static_cast<Index>(cut.d_b()), static_cast<Index>(cut.d_b()));
  for_entries(cut, [&](auto i, auto j, auto k, auto l) {
    if (i == k) out(j, l) += rho(cut.index(i, j), cut.index(k, l));
  });
  return out;
}

HermitianSpectrum transposed_spectrum(const Cut& cut, std::span<const Complex> rho) {
  const MatrixXcd turned = partial_transpose(cut, matrix_of(rho, cut.dimension()));
  return hermitian_spectrum((turned + turned.adjoint()) / 2);
}

}  // namespace

MatrixXcd partial_trace(const Cut& cut, const MatrixXcd& rho) {
  MatrixXcd out = MatrixXcd::Zero(static_cast<Index>(cut.d_a()), static_cast<Index>(cut.d_a()));
  for_entries(cut, [&](auto i, auto j, auto k, auto l) {
    if (j == l) out(i, k) += rho(cut.index(i, j), cut.index(k, l));
  });
  return out;
}

MatrixXcd partial_transpose(const Cut& cut, const MatrixXcd& rho) {
  MatrixXcd out(rho.rows(), rho.cols());
  for_entries(cut, [&](auto i, auto j, auto k, auto l) {
    out(cut.index(i, j), cut.index(k, l)) = rho(cut.index(k, j), cut.index(i, l));
  });
  return out;
}

void mutual_information(const Cut& cut, std::span<const Complex> rho, std::span<double> out) {
  const std::size_t d = cut.dimension();
  require_densities(rho, d, out.size());
  for (std::size_t b = 0; b < out.size(); ++b) {
    const MatrixXcd one = matrix_of(sample(rho, b, d * d), d);
    out[b] =
        von_neumann(partial_trace(cut, one)) + von_neumann(partial_trace_of_a(cut, one)) - von_neumann(one);
  }
}

void mutual_information_backward(const Cut& cut, std::span<const Complex> rho, std::span<const double> d_out,
                                 std::span<Complex> d_rho) {
  const std::size_t d = cut.dimension();
  require_densities(rho, d, d_out.size());
  require_numbers(d_rho.size(), rho.size(), "cotangents of matrix entries");
  for (std::size_t b = 0; b < d_out.size(); ++b) {
    const MatrixXcd one = matrix_of(sample(rho, b, d * d), d);
    const MatrixXcd of_a = von_neumann_slope(partial_trace(cut, one));
    const MatrixXcd of_b = von_neumann_slope(partial_trace_of_a(cut, one));
    MatrixXcd slope = -von_neumann_slope(one);
    for_entries(cut, [&](auto i, auto j, auto k, auto l) {
      Complex& entry = slope(cut.index(i, j), cut.index(k, l));
      if (j == l) entry += of_a(i, k);
      if (i == k) entry += of_b(j, l);
    });
    add_matrix(d_out[b] * slope, sample(d_rho, b, d * d));
  }
}

void negativity(const Cut& cut, std::span<const Complex> rho, std::span<double> out) {
  const std::size_t d = cut.dimension();
  require_densities(rho, d, out.size());
  for (std::size_t b = 0; b < out.size(); ++b)
    out[b] = -transposed_spectrum(cut, sample(rho, b, d * d)).values.cwiseMin(0.0).sum();
}

void negativity_backward(const Cut& cut, std::span<const Complex> rho, std::span<const double> d_out,
                         std::span<Complex> d_rho) {
  const std::size_t d = cut.dimension();
  require_densities(rho, d, d_out.size());
  require_numbers(d_rho.size(), rho.size(), "cotangents of matrix entries");
  for (std::size_t b = 0; b < d_out.size(); ++b) {
    const HermitianSpectrum spectrum = transposed_spectrum(cut, sample(rho, b, d * d));
    // Rounding about an exact 0 must not pick a side.
    Eigen::VectorXd slope = Eigen::VectorXd::Zero(spectrum.values.size());
    for (Index k = 0; k < slope.size(); ++k)
      if (spectrum.values[k] < -kLeastEigenvalue * 10) slope[k] = -1;
    const MatrixXcd turned = with_eigenvalues(spectrum, slope);
    add_matrix(d_out[b] * partial_transpose(cut, turned), sample(d_rho, b, d * d));
  }
}

std::vector<double> schmidt_values(const Cut& cut, std::span<const Complex> psi) {
  require_states(psi, cut.dimension(), 1);
  const Eigen::VectorXd values = singular_values(cut.matrix(psi));
  return {values.begin(), values.end()};
}

int rank_of(std::span<const double> values, double tolerance) {
  return static_cast<int>(
      std::ranges::count_if(values, [&](double s) { return s > tolerance * values.front(); }));
}

}  // namespace ebit::inline info
