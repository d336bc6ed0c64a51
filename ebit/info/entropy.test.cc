#include "ebit/info/entropy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/info/testing/states.h"

namespace ebit::inline info {
namespace {

using Eigen::MatrixXcd;
using testing::HasSubstr;

const Entropy& kind(EntropyId id) { return entropy(id); }

double one_entropy(const Entropy& row, const Cut& cut, const std::vector<Complex>& psi) {
  double value = 0;
  pure_entropy(row, cut, psi, {&value, 1});
  return value;
}

TEST(Entropy, TheTableIsInOrderAndFoundByName) {
  for (std::size_t i = 0; i < entropies().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(entropies()[i].id), i);
    EXPECT_EQ(&entropy(entropies()[i].name), &entropies()[i]);
    EXPECT_FALSE(entropies()[i].help.empty());
  }
  EXPECT_THROW(entropy("renyi"), Error);
}

TEST(Entropy, ClosedForms) {
  const double r = std::numbers::sqrt2 / 2;
  const std::vector<Complex> bell{r, 0, 0, r};
  EXPECT_NEAR(one_entropy(kind(EntropyId::kVonNeumann), Cut(2, 2), bell), 1, 1e-14);
  EXPECT_NEAR(one_entropy(kind(EntropyId::kRenyi2), Cut(2, 2), bell), 1, 1e-14);
  EXPECT_NEAR(one_entropy(kind(EntropyId::kLinear), Cut(2, 2), bell), 0.5, 1e-14);
  // cos|00> + sin|11>: the binary entropy of cos^2.
  const double c = std::cos(0.4), s = std::sin(0.4), p = c * c, q = s * s;
  const std::vector<Complex> partly{c, 0, 0, Complex(0, s)};
  EXPECT_NEAR(one_entropy(kind(EntropyId::kVonNeumann), Cut(2, 2), partly),
              -p * std::log2(p) - q * std::log2(q), 1e-14);
  EXPECT_NEAR(one_entropy(kind(EntropyId::kRenyi2), Cut(2, 2), partly), -std::log2(p * p + q * q), 1e-14);
  // Three levels of a qutrit with three of a five-level system, unevenly.
  std::vector<Complex> qutrit(15, 0.0);
  qutrit[0] = std::sqrt(0.5), qutrit[6] = std::sqrt(0.25), qutrit[14] = std::sqrt(0.25);
  EXPECT_NEAR(one_entropy(kind(EntropyId::kVonNeumann), Cut(3, 5), qutrit), 1.5, 1e-14);
}

TEST(Entropy, BothPartsAndEveryCutAgreeWithTheDensityMatrix) {
  Random random(3);
  const std::vector<int> dims{2, 3, 2};
  const std::vector<Complex> psi = random_state(12, random);
  for (const std::vector<int>& part :
       std::vector<std::vector<int>>{{0}, {1}, {2}, {0, 2}, {2, 1}, {}, {0, 1, 2}}) {
    const Cut cut(dims, part);
    std::vector<int> rest;
    for (int k = 0; k < 3; ++k)
      if (std::ranges::find(part, k) == part.end()) rest.push_back(k);
    const MatrixXcd m = cut.matrix(psi);
    const std::vector<Complex> rho = row_by_row(m * m.adjoint());
    for (const Entropy& row : entropies()) {
      double density = 0;
      density_entropy(row, cut.d_a(), rho, {&density, 1});
      EXPECT_NEAR(one_entropy(row, cut, psi), density, 1e-13) << row.name;
      EXPECT_NEAR(one_entropy(row, Cut(dims, rest), psi), density, 1e-13) << row.name;
    }
  }
}

TEST(Entropy, BatchesAreSampleBySample) {
  Random random(5);
  std::vector<Complex> all;
  std::vector<double> single;
  for (int b = 0; b < 4; ++b) {
    const auto psi = random_state(6, random);
    all.insert(all.end(), psi.begin(), psi.end());
    single.push_back(one_entropy(kind(EntropyId::kVonNeumann), Cut(2, 3), psi));
  }
  std::vector<double> batch(4);
  pure_entropy(kind(EntropyId::kVonNeumann), Cut(2, 3), all, batch);
  EXPECT_EQ(batch, single);
}

TEST(Entropy, DerivativesEqualFiniteDifferences) {
  Random random(7);
  const Cut cut(2, 3);
  std::vector<Complex> batch = random_state(6, random);
  const auto second = random_state(6, random);
  batch.insert(batch.end(), second.begin(), second.end());
  const std::vector<double> d_out{0.7, -1.3};
  for (const Entropy& row : entropies()) {
    const auto value = [&](const std::vector<Complex>& x) {
      double out[2];
      pure_entropy(row, cut, x, out);
      return d_out[0] * out[0] + d_out[1] * out[1];
    };
    std::vector<Complex> d_psi(12, Complex(1, 2));  // added to, not written
    pure_entropy_backward(row, cut, batch, d_out, d_psi);
    expect_cotangent(value, batch, d_psi, Complex(1, 2), 1e-7, row.name);
  }
}

TEST(Entropy, DensityDerivativesEqualFiniteDifferences) {
  Random random(8);
  const std::vector<Complex> rho = random_density(4, 4, random);
  const double d_out = 1.7;
  for (const Entropy& row : entropies()) {
    const auto value = [&](const std::vector<Complex>& x) {
      double out = 0;
      density_entropy(row, 4, x, {&out, 1});
      return d_out * out;
    };
    std::vector<Complex> d_rho(16, Complex(0));
    density_entropy_backward(row, 4, rho, {&d_out, 1}, d_rho);
    expect_cotangent(value, rho, d_rho, 0, 1e-6, row.name);
  }
}

// Product states, maximally entangled ones and everything degenerate: gradients are finite, and those of the
// state vector are right, where the matrix' own slope is infinite.
TEST(Entropy, ZeroAndEqualEigenvaluesGiveFiniteDerivatives) {
  const double r = std::numbers::sqrt2 / 2;
  const std::vector<std::vector<Complex>> states{
      {1, 0, 0, 0, 0, 0}, {r, 0, 0, 0, r, 0}, {0.6, 0, 0, 0, 0.8, 0}};
  const double one = 1;
  for (const Entropy& row : entropies())
    for (const auto& psi : states) {
      std::vector<Complex> d_psi(6, 0.0);
      pure_entropy_backward(row, Cut(2, 3), psi, {&one, 1}, d_psi);
      for (const Complex z : d_psi)
        EXPECT_TRUE(std::isfinite(z.real()) && std::isfinite(z.imag())) << row.name;
      // Along the sphere a state of extreme entanglement has no slope.
      if (&psi != &states[2]) {
        double radial = 0;
        for (std::size_t i = 0; i < 6; ++i) radial += (std::conj(d_psi[i]) * psi[i]).real();
        for (std::size_t i = 0; i < 6; ++i)
          EXPECT_NEAR(std::abs(d_psi[i] - radial * psi[i]), 0, 1e-12) << row.name;
      }
      const Eigen::MatrixXcd m = Cut(6, 1).matrix(psi);
      std::vector<Complex> d_rho(36, 0.0);
      density_entropy_backward(row, 6, row_by_row(m * m.adjoint()), {&one, 1}, d_rho);
      for (const Complex z : d_rho)
        EXPECT_TRUE(std::isfinite(z.real()) && std::isfinite(z.imag())) << row.name;
    }
}

// dS/drho = -log2 rho - 1/ln 2, here where log2 is known.
TEST(Entropy, TheSlopeOfADiagonalMatrixIsItsLogarithm) {
  const std::vector<Complex> rho{0.25, 0, 0, 0.75};
  std::vector<Complex> d_rho(4, 0.0);
  const double one = 1;
  density_entropy_backward(kind(EntropyId::kVonNeumann), 2, rho, {&one, 1}, d_rho);
  EXPECT_NEAR(d_rho[0].real(), 2 - 1 / std::numbers::ln2, 1e-14);
  EXPECT_NEAR(d_rho[3].real(), -std::log2(0.75) - 1 / std::numbers::ln2, 1e-14);
  EXPECT_NEAR(std::abs(d_rho[1]) + std::abs(d_rho[2]), 0, 1e-15);
}

TEST(Entropy, BadInputIsNamed) {
  double value = 0;
  const auto message = [&](const std::vector<Complex>& psi) -> std::string {
    try {
      pure_entropy(kind(EntropyId::kVonNeumann), Cut(2, 2), psi, {&value, 1});
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message({1, 0, 0}), HasSubstr("4 amplitudes are needed, not 3"));
  EXPECT_THAT(message({1, 1, 0, 0}), HasSubstr("state 0 is not normalised: its norm squared is 2"));
  EXPECT_THAT(message({1, std::numeric_limits<double>::quiet_NaN(), 0, 0}), HasSubstr("not finite"));
  EXPECT_THROW(Cut(std::vector<int>{2, 0}, std::vector<int>{0}), Error);
  EXPECT_THROW(Cut(std::vector<int>{2, 2}, std::vector<int>{2}), Error);
  EXPECT_THROW(Cut(std::vector<int>{2, 2}, std::vector<int>{1, 1}), Error);
}

}  // namespace
}  // namespace ebit::inline info
