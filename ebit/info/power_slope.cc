#include "ebit/info/power_slope.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/linear_algebra.h"
#include "ebit/info/cut.h"
#include "ebit/info/minimize.h"
#include "ebit/info/mixed.h"
#include "ebit/info/power.h"
#include "ebit/info/power_landscape.h"

namespace ebit::inline info {
namespace {

using Eigen::MatrixXcd;

constexpr std::size_t kMostStates = 4;  // that are kept
constexpr int kFollowEvaluations = 60;  // of a climb after a small step
constexpr double kSameState = 1e-7;     // ebits by which two states' values differ at least

// Tr (R R^+)^2 has the cotangent 4 R R^+ R in R.
MatrixXcd fourth_moment_slope(const MatrixXcd& r) { return 4.0 * product(r, adjoint_product(r, r)); }

}  // namespace

UnitarySlope average_power_slope(const BipartiteUnitary& u) {
  const double a = u.d_a, b = u.d_b;
  const MatrixXcd turned = partial_transpose(Cut(u.d_a, u.d_b), u.matrix);
  // The partial transpose only moves entries, and undoes itself.
  MatrixXcd slope = partial_transpose(Cut(u.d_a, u.d_b), fourth_moment_slope(turned));
  const MatrixXcd aligned = fourth_moment_slope(realignment(u));
  for (int alpha = 0; alpha < u.d_a; ++alpha)
    for (int own = 0; own < u.d_a; ++own)
      for (int beta = 0; beta < u.d_b; ++beta)
        for (int other = 0; other < u.d_b; ++other)
          slope(alpha * u.d_b + beta, own * u.d_b + other) +=
              aligned(alpha * u.d_a + own, beta * u.d_b + other);
  return {average_power(u), -slope / (a * (a + 1) * b * (b + 1))};
}

double MovingPower::search(const BipartiteUnitary& u, int searches, std::uint64_t seed) {
  const BipartiteUnitary v = kind_ == PowerKind::kUp ? u : inverse(u);
  const PowerLandscape land(v, ancilla_a_, ancilla_b_);
  const Cut cut(v.d_a * ancilla_a_, v.d_b * ancilla_b_);
  std::vector<std::pair<double, std::vector<double>>> all;
  for (std::vector<double>& x : states_) {
    const auto loss = [&](auto point, auto gradient) { return land.loss(point, gradient); };
    all.emplace_back(minimize(loss, x), x);
  }
  for (int k = 0; k < searches; ++k) {
    const PowerResult found = entangling_power(v, {.ancilla_a = ancilla_a_,
                                                   .ancilla_b = ancilla_b_,
                                                   .starts = 2,
                                                   .seed = seed + static_cast<std::uint64_t>(k)});
    all.emplace_back(-found.value, land.numbers(land.along(cut.matrix(found.state))));
  }
  std::ranges::stable_sort(all, {}, &std::pair<double, std::vector<double>>::first);
  states_.clear();
  double last = -HUGE_VAL;
  for (auto& [loss, x] : all) {
    // Several states of one value are kept where they came from different searches, the best value's first.
    if (states_.size() == kMostStates) break;
    if (states_.size() >= 2 && loss - last < kSameState) continue;
    last = loss;
    states_.push_back(std::move(x));
  }
  return all.empty() ? 0 : std::max(0.0, -all.front().first);
}

UnitarySlope MovingPower::at(const BipartiteUnitary& u) {
  require(!states_.empty(), "a moving power begins with a search");
  const bool up = kind_ == PowerKind::kUp;
  const PowerLandscape land(up ? u : inverse(u), ancilla_a_, ancilla_b_);
  const auto loss = [&](auto point, auto gradient) { return land.loss(point, gradient); };
  UnitarySlope best{-HUGE_VAL, {}};
  const std::vector<double>* reached = nullptr;
  for (std::vector<double>& x : states_) {
    const double value = -minimize(loss, x, {.evaluations = kFollowEvaluations, .relative_change = 1e-13});
    if (value > best.value) best.value = value, reached = &x;
  }
  // Of U^-1 the cotangent is that of U^+, whose adjoint is U's.
  const MatrixXcd slope = -land.loss_slope_in_unitary(land.amplitudes(*reached));
  best.slope = up ? slope : MatrixXcd(slope.adjoint());
  return best;
}

}  // namespace ebit::inline info
