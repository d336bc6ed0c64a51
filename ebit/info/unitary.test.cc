#include "ebit/info/unitary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/info/entropy.h"
#include "ebit/info/named_unitary.h"
#include "ebit/info/testing/states.h"
#include "ebit/info/weyl.h"

namespace ebit::inline info {
namespace {

using Eigen::Matrix4cd;
using Eigen::MatrixXcd;
using std::numbers::pi;
using testing::HasSubstr;

BipartiteUnitary named(std::string_view text) {
  const UnitaryText unitary = parse_unitary(text);
  return make_unitary(unitary.d_a, unitary.d_b, unitary.matrix(), text);
}

// A CNOT between local unitaries, in the digits of `digits`: rounding must not make its rank larger.
TEST(Unitary, TheRankIsNoFinerThanTheDigits) {
  Eigen::Matrix2cd turn, phase;
  turn << std::cos(0.3), -std::sin(0.3), std::sin(0.3), std::cos(0.3);
  phase << std::polar(1.0, 0.7), 0, 0, std::polar(1.0, -1.1);
  const auto product = [](const Eigen::Matrix2cd& a, const Eigen::Matrix2cd& b) {
    Eigen::MatrixXcd out(4, 4);
    for (int i = 0; i < 2; ++i)
      for (int k = 0; k < 2; ++k) out.block(2 * i, 2 * k, 2, 2) = a(i, k) * b;
    return out;
  };
  const Eigen::MatrixXcd exact = product(turn, phase * turn) * named("cnot").matrix * product(phase, turn);
  EXPECT_EQ(operator_schmidt_rank(make_unitary(2, 2, exact, "exact")), 2);
  const Eigen::MatrixXcd single = exact.cast<std::complex<float>>().cast<std::complex<double>>();
  EXPECT_EQ(operator_schmidt_rank(make_unitary(2, 2, single, "complex64")), 2);
  const auto rounded = [](std::complex<double> v) {
    return std::complex<double>(std::round(v.real() * 1e5) / 1e5, std::round(v.imag() * 1e5) / 1e5);
  };
  EXPECT_EQ(operator_schmidt_rank(make_unitary(2, 2, exact.unaryExpr(rounded), "five digits")), 2);
  EXPECT_EQ(operator_schmidt_rank(named("rzz(0.001)")), 2) << "a weak gate is not rounding";
}

TEST(Unitary, OperatorSchmidtValuesOfKnownGates) {
  EXPECT_EQ(operator_schmidt_rank(named("cnot")), 2);
  EXPECT_EQ(operator_schmidt_rank(named("swap")), 4);
  EXPECT_EQ(operator_schmidt_rank(named("rzz(0)")), 1);
  EXPECT_EQ(operator_schmidt_rank(named("sum3")), 3);
  EXPECT_NEAR(operator_schmidt_entropy(named("cnot")), 1, 1e-12);
  EXPECT_NEAR(operator_schmidt_entropy(named("swap")), 2, 1e-12);
  EXPECT_NEAR(operator_schmidt_entropy(named("iswap")), 2, 1e-12);
  EXPECT_NEAR(operator_schmidt_entropy(named("sum3")), std::log2(3), 1e-12);
  const double p = std::pow(std::cos(0.35), 2);
  EXPECT_NEAR(operator_schmidt_entropy(named("rzz(0.7)")), -p * std::log2(p) - (1 - p) * std::log2(1 - p),
              1e-12);
}

TEST(Unitary, AveragePowersOfKnownGates) {
  EXPECT_NEAR(average_power(named("cnot")), 2.0 / 9, 1e-14);
  EXPECT_NEAR(average_power(named("iswap")), 2.0 / 9, 1e-14);
  EXPECT_NEAR(average_power(named("sqrtswap")), 1.0 / 6, 1e-14);
  EXPECT_NEAR(average_power(named("swap")), 0, 1e-14);
  EXPECT_NEAR(average_power(named("rzz(0.7)")), 2.0 / 9 * std::pow(std::sin(0.7), 2), 1e-14);
}

// Zanardi's formula against the average that it stands for, with parts of different size.
TEST(Unitary, AveragePowerIsTheMeanOverProductStates) {
  constexpr std::uint64_t kSeed = 21;
  Random random(kSeed);
  const BipartiteUnitary u = random_bipartite(2, 3, random);
  double sum = 0, squares = 0;
  constexpr int kStates = 20000;
  for (int n = 0; n < kStates; ++n) {
    const auto a = random_state(2, random), b = random_state(3, random);
    Eigen::VectorXcd psi(6);
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < 3; ++j) psi[static_cast<Eigen::Index>(3 * i + j)] = a[i] * b[j];
    const Eigen::VectorXcd out = u.matrix * psi;
    const double value = matrix_entropy(entropy(EntropyId::kLinear),
                                        Cut(2, 3).matrix({out.data(), static_cast<std::size_t>(out.size())}));
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kStates, error = std::sqrt((squares / kStates - mean * mean) / kStates);
  EXPECT_NEAR(average_power(u), mean, 4 * error) << "seed " << kSeed;
  EXPECT_LT(error, 2e-3);
}

TEST(Unitary, RealignmentGivesUBack) {
  Random random(22);
  const BipartiteUnitary u = random_bipartite(3, 2, random);
  const MatrixXcd r = realignment(u);
  for (int alpha = 0; alpha < 3; ++alpha)
    for (int a = 0; a < 3; ++a)
      for (int beta = 0; beta < 2; ++beta)
        for (int b = 0; b < 2; ++b)
          EXPECT_EQ(r(alpha * 3 + a, beta * 2 + b), u.matrix(alpha * 2 + beta, a * 2 + b));
}

TEST(Unitary, RoundedMatricesBecomeUnitaryAndOthersAreRefused) {
  const MatrixXcd linden = parse_unitary("linden").matrix();
  const BipartiteUnitary u = make_unitary(2, 3, linden, "linden");
  EXPECT_GT(u.defect, 1e-7);
  EXPECT_LT((u.matrix.adjoint() * u.matrix - MatrixXcd::Identity(6, 6)).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_LT((u.matrix - linden).cwiseAbs().maxCoeff(), 2e-6);

  const auto message = [](int d_a, int d_b, const MatrixXcd& m, bool nearest = false) -> std::string {
    try {
      make_unitary(d_a, d_b, m, "m", nearest);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  MatrixXcd stretched = MatrixXcd::Identity(4, 4);
  stretched(2, 2) = 1.1;
  EXPECT_THAT(message(2, 2, stretched), HasSubstr("not unitary: U^+ U differs from 1 by 0.21"));
  EXPECT_EQ(message(2, 2, stretched, true), "");
  EXPECT_THAT(message(2, 3, stretched), HasSubstr("2x3 need a matrix of 6 rows, not 4"));
  EXPECT_THAT(message(2, 2, stretched.leftCols(3)), HasSubstr("not square: 4 rows, 3 columns"));
  EXPECT_THAT(message(2, 2, MatrixXcd::Zero(4, 4), true), HasSubstr("no inverse"));
  stretched(1, 2) = NAN;
  EXPECT_THAT(message(2, 2, stretched), HasSubstr("row 2, column 3 is not a finite number"));
}

// ---- the Weyl chamber

MatrixXcd kron(const MatrixXcd& a, const MatrixXcd& b) {
  MatrixXcd out(a.rows() * b.rows(), a.cols() * b.cols());
  for (Eigen::Index i = 0; i < a.rows(); ++i)
    for (Eigen::Index j = 0; j < a.cols(); ++j)
      out.block(i * b.rows(), j * b.cols(), b.rows(), b.cols()) = a(i, j) * b;
  return out;
}

MatrixXcd random_local(Random& random) {
  const auto one = [&] {
    const auto u = random_unitary(2, random);
    MatrixXcd m(2, 2);
    m << u[0], u[1], u[2], u[3];
    return m;
  };
  const MatrixXcd a = one();
  return kron(a, one());
}

void expect_coordinates(const BipartiteUnitary& u, double c1, double c2, double c3) {
  const auto c = weyl_coordinates(u);
  EXPECT_NEAR(c[0], c1, 1e-7);
  EXPECT_NEAR(c[1], c2, 1e-7);
  EXPECT_NEAR(c[2], c3, 1e-7);
}

TEST(Weyl, KnownGates) {
  expect_coordinates(named("cnot"), pi / 2, 0, 0);
  expect_coordinates(named("cz"), pi / 2, 0, 0);
  expect_coordinates(named("iswap"), pi / 2, pi / 2, 0);
  expect_coordinates(named("swap"), pi / 2, pi / 2, pi / 2);
  expect_coordinates(named("sqrtswap"), 3 * pi / 4, pi / 4, pi / 4);
  expect_coordinates(named("rzz(0.7)"), 0.7, 0, 0);
  expect_coordinates(named("rxx(-0.7)"), 0.7, 0, 0);
  expect_coordinates(named("crx(0.5)"), 0.25, 0, 0);
  expect_coordinates(named("rzz(0)"), 0, 0, 0);
}

// Local gates and a phase change nothing; the canonical gate of the coordinates has the invariants of U.
TEST(Weyl, LocalGatesChangeNothing) {
  constexpr std::uint64_t kSeed = 23;
  Random random(kSeed);
  std::vector<std::array<double, 3>> points{{pi / 2, 0, 0},
                                            {pi / 2, pi / 2, 0},
                                            {pi / 2, pi / 2, pi / 2},
                                            {0, 0, 0},
                                            {pi / 4, pi / 4, pi / 4},
                                            {pi / 4, pi / 4, 0},
                                            {3 * pi / 4, pi / 4, 0.1},
                                            {pi / 2, pi / 4, 0},
                                            {3 * pi / 4, pi / 4, pi / 4}};
  for (int n = 0; n < 40; ++n) {
    const double c1 = random.uniform(0, pi), c2 = random.uniform(0, std::min(c1, pi - c1));
    const double c3 = random.uniform(0, c2);
    points.push_back({c1, c2, c3});
  }
  for (const auto& [c1, c2, c3] : points) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << ", " << c1 << " " << c2 << " " << c3);
    const MatrixXcd m = std::polar(1.0, random.uniform(0, 6)) * random_local(random) *
                        canonical_gate(c1, c2, c3).matrix * random_local(random);
    expect_coordinates(make_unitary(2, 2, m, "m"), c1, c2, c3);
  }
}

// The coordinates of any gate are in the chamber, and its canonical gate has the same operator-Schmidt
// values.
TEST(Weyl, RandomGatesLieInTheChamber) {
  Random random(24);
  for (int n = 0; n < 40; ++n) {
    const BipartiteUnitary u = random_bipartite(2, 2, random);
    const auto c = weyl_coordinates(u);
    EXPECT_GE(c[2], 0);
    EXPECT_GE(c[1], c[2]);
    EXPECT_GE(c[0], c[1]);
    EXPECT_LE(c[0] + c[1], pi + 1e-12);
    const auto wanted = operator_schmidt_values(u);
    const auto got = operator_schmidt_values(canonical_gate(c[0], c[1], c[2]));
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(got[k], wanted[k], 1e-9);
  }
}

TEST(Weyl, PerfectEntanglers) {
  for (const char* gate : {"cnot", "iswap", "sqrtswap", "canonical(1.0, 0.6, 0.3)"})
    EXPECT_TRUE(is_perfect_entangler(weyl_coordinates(named(gate)))) << gate;
  for (const char* gate : {"swap", "rzz(0.7)", "crx(1)", "canonical(1.5, 1.5, 1.2)"})
    EXPECT_FALSE(is_perfect_entangler(weyl_coordinates(named(gate)))) << gate;
  EXPECT_THROW(weyl_coordinates(named("sum3")), Error);
}

}  // namespace
}  // namespace ebit::inline info
