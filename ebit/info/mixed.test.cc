#include "ebit/info/mixed.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/info/batch.h"
#include "ebit/info/entropy.h"
#include "ebit/info/testing/states.h"

namespace ebit::inline info {
namespace {

using Eigen::MatrixXcd;

double information(const Cut& cut, const std::vector<Complex>& rho) {
  double value = 0;
  mutual_information(cut, rho, {&value, 1});
  return value;
}

double negativity_of(const Cut& cut, const std::vector<Complex>& rho) {
  double value = 0;
  negativity(cut, rho, {&value, 1});
  return value;
}

// p Bell + (1 - p) 1/4: entangled for p > 1/3, with negativity (3p - 1)/4.
std::vector<Complex> werner(double p) {
  MatrixXcd rho = (1 - p) / 4 * MatrixXcd::Identity(4, 4);
  for (int i : {0, 3})
    for (int j : {0, 3}) rho(i, j) += p / 2;
  return row_by_row(rho);
}

TEST(Mixed, WernerStates) {
  for (const double p : {0.0, 0.2, 1.0 / 3, 0.5, 0.9, 1.0}) {
    EXPECT_NEAR(negativity_of(Cut(2, 2), werner(p)), std::max(0.0, (3 * p - 1) / 4), 1e-14) << p;
    const double high = (1 + 3 * p) / 4, low = (1 - p) / 4;
    const double joint = -(high > 0 ? high * std::log2(high) : 0) - (low > 0 ? 3 * low * std::log2(low) : 0);
    EXPECT_NEAR(information(Cut(2, 2), werner(p)), 2 - joint, 1e-13) << p;
  }
}

TEST(Mixed, PureStates) {
  Random random(11);
  const Cut cut(2, 3);
  const std::vector<Complex> psi = random_state(6, random);
  const Eigen::Map<const Eigen::VectorXcd> v(psi.data(), 6);
  const std::vector<Complex> rho = row_by_row(v * v.adjoint());
  double entropy_of_a = 0;
  pure_entropy(entropy(EntropyId::kVonNeumann), cut, psi, {&entropy_of_a, 1});
  EXPECT_NEAR(information(cut, rho), 2 * entropy_of_a, 1e-12);
  const std::vector<double> s = schmidt_values(cut, psi);
  ASSERT_EQ(s.size(), 2u);
  EXPECT_NEAR(negativity_of(cut, rho), s[0] * s[1], 1e-13);
  EXPECT_EQ(rank_of(s), 2);
}

// Correlated but not entangled: a classical mixture of |00> and |11>.
TEST(Mixed, ClassicalCorrelationIsNoEntanglement) {
  const std::vector<Complex> rho{0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5};
  EXPECT_NEAR(information(Cut(2, 2), rho), 1, 1e-14);
  EXPECT_NEAR(negativity_of(Cut(2, 2), rho), 0, 1e-15);
}

TEST(Mixed, ProductsHaveSchmidtRankOne) {
  Random random(12);
  const auto a = random_state(3, random), b = random_state(4, random);
  std::vector<Complex> psi;
  for (const Complex x : a)
    for (const Complex y : b) psi.push_back(x * y);
  EXPECT_EQ(rank_of(schmidt_values(Cut(3, 4), psi)), 1);
}

TEST(Mixed, TracesAndTransposesAgreeWithTheirDefinition) {
  Random random(13);
  const std::vector<int> dims{2, 3, 2}, part{2, 0};
  const Cut cut(dims, part);
  const MatrixXcd rho = matrix_of(random_density(12, 5, random), 12);
  const MatrixXcd traced = partial_trace(cut, rho), turned = partial_transpose(cut, rho);
  // Part A is subsystems 2 and 0 in this order: index i = 2 q2 + q0.
  for (int i = 0; i < 4; ++i)
    for (int k = 0; k < 4; ++k) {
      Complex sum = 0;
      for (int j = 0; j < 3; ++j) {
        const int row = (i % 2) * 6 + j * 2 + i / 2, column = (k % 2) * 6 + j * 2 + k / 2;
        sum += rho(row, column);
        EXPECT_EQ(turned(row, column), rho((k % 2) * 6 + j * 2 + k / 2, (i % 2) * 6 + j * 2 + i / 2));
      }
      EXPECT_NEAR(std::abs(traced(i, k) - sum), 0, 1e-15);
    }
  EXPECT_EQ(partial_transpose(cut, turned), rho);
}

TEST(Mixed, DerivativesEqualFiniteDifferences) {
  Random random(14);
  const Cut cut(2, 3);
  const std::vector<Complex> rho = random_density(6, 6, random);
  const double d_out = -0.6;
  std::vector<Complex> d_rho(36, 0.0);
  mutual_information_backward(cut, rho, {&d_out, 1}, d_rho);
  expect_cotangent([&](const auto& x) { return d_out * information(cut, x); }, rho, d_rho, 0, 1e-6,
                   "information");

  // A mixture with a negative eigenvalue of the partial transpose, away from the kink.
  const std::vector<Complex> entangled = random_density(6, 2, random);
  ASSERT_GT(negativity_of(cut, entangled), 0.05);
  std::vector<Complex> d_entangled(36, 0.0);
  negativity_backward(cut, entangled, {&d_out, 1}, d_entangled);
  expect_cotangent([&](const auto& x) { return d_out * negativity_of(cut, x); }, entangled, d_entangled, 0,
                   1e-6, "negativity");
}

TEST(Mixed, DerivativesAreFiniteOnTheEdge) {
  const double one = 1;
  for (const double p : {0.0, 1.0 / 3, 1.0}) {
    std::vector<Complex> d_rho(16, 0.0);
    mutual_information_backward(Cut(2, 2), werner(p), {&one, 1}, d_rho);
    negativity_backward(Cut(2, 2), werner(p), {&one, 1}, d_rho);
    for (const Complex z : d_rho) EXPECT_TRUE(std::isfinite(z.real()) && std::isfinite(z.imag())) << p;
  }
}

TEST(Mixed, BadInputIsNamed) {
  double value = 0;
  EXPECT_THROW(negativity(Cut(2, 2), std::vector<Complex>(16, 1.0), {&value, 1}), Error);
  EXPECT_THROW(mutual_information(Cut(2, 2), std::vector<Complex>(9, 0.0), {&value, 1}), Error);
}

}  // namespace
}  // namespace ebit::inline info
