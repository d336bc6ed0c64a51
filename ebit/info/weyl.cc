#include "ebit/info/weyl.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/base/linear_algebra.h"

namespace ebit::inline info {
namespace {

using Eigen::Matrix4cd;
using std::numbers::pi;

constexpr double kWall = 1e-8;  // closer to a wall of the chamber counts as on it

// Y (x) Y, which turns a transpose into a spin flip.
Matrix4cd flip() {
  Matrix4cd m = Matrix4cd::Zero();
  m(0, 3) = m(3, 0) = -1;
  m(1, 2) = m(2, 1) = 1;
  return m;
}

}  // namespace

BipartiteUnitary canonical_gate(double c1, double c2, double c3) {
  // XX, YY and ZZ commute; on span{00, 11} XX = -YY is the flip and ZZ = 1, on span{01, 10} XX = YY and ZZ =
  // -1.
  const std::complex<double> i(0, 1);
  const auto even = std::exp(i * c3 / 2.0), odd = std::exp(-i * c3 / 2.0);
  Matrix4cd m = Matrix4cd::Zero();
  m(0, 0) = m(3, 3) = even * std::cos((c1 - c2) / 2);
  m(0, 3) = m(3, 0) = even * i * std::sin((c1 - c2) / 2);
  m(1, 1) = m(2, 2) = odd * std::cos((c1 + c2) / 2);
  m(1, 2) = m(2, 1) = odd * i * std::sin((c1 + c2) / 2);
  return {2, 2, m, 0};
}

std::array<double, 3> weyl_coordinates(const BipartiteUnitary& u) {
  require(u.d_a == 2 && u.d_b == 2, "Weyl coordinates are of two-qubit gates, not of {}x{}", u.d_a, u.d_b);
  const Matrix4cd m = u.matrix;
  // Eigenvalues exp(2 i h) with h = (c1 - c2 + c3) / 2 and its like, up to a fourth root of 1.
  const Matrix4cd turned = m * flip() * m.transpose() * flip() / std::sqrt(determinant(m));
  const Eigen::Vector4cd values = eigenvalues(turned);
  std::array<double, 4> h{};  // in units of pi, in (-1/4, 3/4]
  for (int k = 0; k < 4; ++k) {
    h[static_cast<std::size_t>(k)] = std::arg(values[k]) / (2 * pi);
    if (h[static_cast<std::size_t>(k)] <= -0.25 + kWall) h[static_cast<std::size_t>(k)] += 1;
  }
  std::ranges::sort(h, std::greater());
  // Their sum is whole; as many as it says are one turn too far.
  const auto turns = std::lround(h[0] + h[1] + h[2] + h[3]);
  for (long k = 0; k < turns; ++k) h[static_cast<std::size_t>(k)] -= 1;
  std::ranges::rotate(h, h.begin() + turns);
  double c1 = h[0] + h[1], c2 = h[0] + h[2];
  double c3 = h[1] + h[2];
  if (c3 < 0) c1 = 1 - c1, c3 = -c3;
  if (c3 < kWall && c1 > 0.5) c1 = 1 - c1;
  std::array<double, 3> c{c1, c2, c3};
  for (double& x : c) x = std::abs(x) < kWall ? 0 : x * pi;
  return c;
}

bool is_perfect_entangler(const std::array<double, 3>& weyl) {
  const auto& [c1, c2, c3] = weyl;
  constexpr double kTolerance = 1e-7;
  return c1 + c2 >= pi / 2 - kTolerance && c1 - c2 <= pi / 2 + kTolerance && c2 + c3 <= pi / 2 + kTolerance;
}

}  // namespace ebit::inline info
