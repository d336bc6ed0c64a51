#include "ebit/info/power_slope.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/linear_algebra.h"
#include "ebit/base/random.h"
#include "ebit/info/power.h"

namespace ebit::inline info {
namespace {

using Eigen::MatrixXcd;

MatrixXcd random_matrix(int d, Random& random) {
  MatrixXcd m(d, d);
  for (Eigen::Index i = 0; i < m.size(); ++i) m(i) = {random.normal(), random.normal()};
  return m;
}

// U(t) = exp(i t H) U to first order, taken back to the unitaries.
BipartiteUnitary moved(const BipartiteUnitary& u, const MatrixXcd& h, double t) {
  const std::complex<double> step(0, t);
  return {u.d_a, u.d_b, polar_factor(u.matrix + step * product(h, u.matrix)).isometry};
}

TEST(PowerSlope, AreThoseOfFiniteDifferences) {
  Random random(3);
  for (const auto& [a, b] : {std::pair{2, 2}, {2, 3}, {4, 2}, {4, 4}}) {
    const MatrixXcd m = random_matrix(a * b, random);
    const BipartiteUnitary u{a, b, polar_factor(m).isometry};
    const MatrixXcd g = random_matrix(a * b, random), h = (g + g.adjoint()) / 4;
    const MatrixXcd velocity = std::complex<double>(0, 1) * product(h, u.matrix);
    constexpr double kStep = 1e-5;
    const auto slope_of = [&](const UnitarySlope& s) {
      return adjoint_product(s.slope, velocity).trace().real();
    };
    const double average =
        (average_power(moved(u, h, kStep)) - average_power(moved(u, h, -kStep))) / (2 * kStep);
    EXPECT_NEAR(slope_of(average_power_slope(u)), average, 1e-8);
    for (const PowerKind kind : {PowerKind::kUp, PowerKind::kDown}) {
      MovingPower power(kind, 1, 1);
      const double value = power.search(u, 3, 5);
      const UnitarySlope here = power.at(u);
      EXPECT_NEAR(here.value, value, 1e-9);
      const double ahead = power.at(moved(u, h, kStep)).value, behind = power.at(moved(u, h, -kStep)).value;
      EXPECT_NEAR(slope_of(here), (ahead - behind) / (2 * kStep), 1e-4) << a << "x" << b;
    }
  }
}

TEST(PowerSlope, AMovingPowerIsThePower) {
  Random random(4);
  const BipartiteUnitary u{2, 3, polar_factor(random_matrix(6, random)).isometry};
  MovingPower up(PowerKind::kUp, 1, 1), down(PowerKind::kDown, 1, 1);
  EXPECT_NEAR(up.search(u, 6, 1), entangling_power(u, {.starts = 24, .seed = 9}).value, 1e-6);
  EXPECT_NEAR(down.search(u, 6, 1), disentangling_power(u, {.starts = 24, .seed = 9}).value, 1e-6);
  // Where few starts come to the maximum it stays a lower bound.
  const BipartiteUnitary large{4, 4, polar_factor(random_matrix(16, random)).isometry};
  MovingPower other(PowerKind::kUp, 1, 1);
  const double found = other.search(large, 6, 1),
               most = entangling_power(large, {.starts = 64, .seed = 9}).value;
  EXPECT_LE(found, most + 1e-6);
  EXPECT_GT(found, most - 0.05);
}

}  // namespace
}  // namespace ebit::inline info
