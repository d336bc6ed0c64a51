#include "ebit/info/power_landscape.h"

#include <complex>

#include "ebit/base/linear_algebra.h"
#include "ebit/info/entropy.h"

namespace ebit::inline info {
namespace {

using Eigen::Index;
using Eigen::MatrixXcd;
using Eigen::VectorXcd;

const Entropy& ebits() { return entropy(EntropyId::kVonNeumann); }

// Complex numbers lie as pairs (re, im), which is how std::complex lies in memory.
Eigen::Map<const VectorXcd> complex_view(std::span<const double> x) {
  return {reinterpret_cast<const std::complex<double>*>(x.data()), static_cast<Index>(x.size() / 2)};
}

// The cotangent g of a normalised vector v / |v| as that of v.
void store_tangent(const VectorXcd& g, const VectorXcd& unit, double norm, double sign, double* out) {
  Eigen::Map<VectorXcd>(reinterpret_cast<std::complex<double>*>(out), g.size()) =
      sign * (g - unit * unit.dot(g).real()) / norm;
}

}  // namespace

PowerLandscape::PowerLandscape(const BipartiteUnitary& u, int ancilla_a, int ancilla_b)
    : u_(u.matrix), d_a_(u.d_a), d_b_(u.d_b), ancilla_a_(ancilla_a), ancilla_b_(ancilla_b) {}

std::size_t PowerLandscape::state_numbers() const {
  return std::size_t{2} * static_cast<std::size_t>(d_a_ * d_b_ * ancilla_a_ * ancilla_b_);
}

std::size_t PowerLandscape::product_numbers() const {
  return std::size_t{2} * static_cast<std::size_t>(d_a_ * ancilla_a_ + d_b_ * ancilla_b_);
}

MatrixXcd PowerLandscape::across(const MatrixXcd& p) const {
  MatrixXcd m(d_a_ * ancilla_a_, d_b_ * ancilla_b_);
  for (int b2 = 0; b2 < ancilla_b_; ++b2)
    for (int a2 = 0; a2 < ancilla_a_; ++a2)
      for (int b = 0; b < d_b_; ++b)
        for (int a = 0; a < d_a_; ++a)
          m(a * ancilla_a_ + a2, b * ancilla_b_ + b2) = p(a * d_b_ + b, a2 * ancilla_b_ + b2);
  return m;
}

MatrixXcd PowerLandscape::along(const MatrixXcd& m) const {
  MatrixXcd p(d_a_ * d_b_, ancilla_a_ * ancilla_b_);
  for (int b2 = 0; b2 < ancilla_b_; ++b2)
    for (int a2 = 0; a2 < ancilla_a_; ++a2)
      for (int b = 0; b < d_b_; ++b)
        for (int a = 0; a < d_a_; ++a)
          p(a * d_b_ + b, a2 * ancilla_b_ + b2) = m(a * ancilla_a_ + a2, b * ancilla_b_ + b2);
  return p;
}

MatrixXcd PowerLandscape::amplitudes(std::span<const double> x) const {
  const auto flat = complex_view(x);
  return Eigen::Map<const MatrixXcd>(flat.data(), d_a_ * d_b_, ancilla_a_ * ancilla_b_) / flat.norm();
}

std::vector<double> PowerLandscape::numbers(const MatrixXcd& p) const {
  const auto* first = reinterpret_cast<const double*>(p.data());
  return {first, first + 2 * p.size()};
}

double PowerLandscape::loss(std::span<const double> x, std::span<double> gradient) const {
  const MatrixXcd p = amplitudes(x);
  MatrixXcd after, before;
  const bool slope = !gradient.empty();
  const double value = matrix_entropy(ebits(), across(product(u_, p)), slope ? &after : nullptr) -
                       matrix_entropy(ebits(), across(p), slope ? &before : nullptr);
  if (slope) {
    const MatrixXcd g = adjoint_product(u_, along(after)) - along(before);
    store_tangent(g.reshaped(), p.reshaped(), complex_view(x).norm(), -1, gradient.data());
  }
  return -value;
}

double PowerLandscape::product_loss(std::span<const double> x, std::span<double> gradient) const {
  const auto cut = static_cast<std::size_t>(2 * d_a_ * ancilla_a_);
  const auto raw_a = complex_view(x.first(cut)), raw_b = complex_view(x.subspan(cut));
  const VectorXcd a = raw_a.normalized(), b = raw_b.normalized();
  MatrixXcd after;
  const double value = matrix_entropy(ebits(), across(product(u_, along(a * b.transpose()))),
                                      gradient.empty() ? nullptr : &after);
  if (!gradient.empty()) {
    const MatrixXcd g = across(adjoint_product(u_, along(after)));
    store_tangent(g * b.conjugate(), a, raw_a.norm(), -1, gradient.data());
    store_tangent(g.transpose() * a.conjugate(), b, raw_b.norm(), -1, gradient.data() + cut);
  }
  return -value;
}

MatrixXcd PowerLandscape::loss_slope_in_unitary(const MatrixXcd& p) const {
  MatrixXcd after;
  matrix_entropy(ebits(), across(product(u_, p)), &after);
  return -product_adjoint(along(after), p);
}

std::vector<double> PowerLandscape::from_product(std::span<const double> x) const {
  const auto cut = static_cast<std::size_t>(2 * d_a_ * ancilla_a_);
  const VectorXcd a = complex_view(x.first(cut)).normalized(), b = complex_view(x.subspan(cut)).normalized();
  return numbers(along(a * b.transpose()));
}

}  // namespace ebit::inline info
