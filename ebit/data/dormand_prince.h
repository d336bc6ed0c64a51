// The integrator with which reservoirpy makes its Lorenz series.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace ebit::inline data {

/// y(t) at the times `at` (rising, from 0 on) of y' = f(y), y(0) = start, by the method of Dormand and Prince
/// 1980 of order 5(4) with adaptive steps and its interpolant of order 4 between them (Shampine 1986), steps
/// chosen as scipy's RK45 chooses them with its default tolerances, 1e-3 relative and 1e-6 absolute. These
/// are wide: of a chaotic system it is one of many series, and equal to scipy's as long as rounding is small.
template <std::size_t N, class Function>
std::vector<std::array<double, N>> dormand_prince(const std::array<double, N>& start,
                                                  const std::vector<double>& at, Function f) {
  using State = std::array<double, N>;
  constexpr double kRelative = 1e-3, kAbsolute = 1e-6;
  constexpr double a[6][5] = {{},
                              {1.0 / 5},
                              {3.0 / 40, 9.0 / 40},
                              {44.0 / 45, -56.0 / 15, 32.0 / 9},
                              {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
                              {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656}};
  constexpr double b[6] = {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84};
  constexpr double e[7] = {-71.0 / 57600,    0,           71.0 / 16695, -71.0 / 1920,
                           17253.0 / 339200, -22.0 / 525, 1.0 / 40};
  constexpr double p[7][4] = {
      {1, -8048581381.0 / 2820520608, 8663915743.0 / 2820520608, -12715105075.0 / 11282082432},
      {0, 0, 0, 0},
      {0, 131558114200.0 / 32700410799, -68118460800.0 / 10900136933, 87487479700.0 / 32700410799},
      {0, -1754552775.0 / 470086768, 14199869525.0 / 1410260304, -10690763975.0 / 1880347072},
      {0, 127303824393.0 / 49829197408, -318862633887.0 / 49829197408, 701980252875.0 / 199316789632},
      {0, -282668133.0 / 205662961, 2019193451.0 / 616988883, -1453857185.0 / 822651844},
      {0, 40617522.0 / 29380423, -110615467.0 / 29380423, 69997945.0 / 29380423}};
  // The root of the mean square of v over its scale at y and z.
  const auto norm = [](const State& v, const State& y, const State& z) {
    double sum = 0;
    for (std::size_t i = 0; i < N; ++i) {
      const double own = v[i] / (kAbsolute + std::max(std::abs(y[i]), std::abs(z[i])) * kRelative);
      sum += own * own;
    }
    return std::sqrt(sum / static_cast<double>(N));
  };
  State y = start, slope = f(y);
  double t = 0, h = 0;
  {  // the first step: Hairer, Norsett, Wanner 1993, section II.4
    const double d0 = norm(y, y, y), d1 = norm(slope, y, y);
    const double h0 = d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : 0.01 * d0 / d1;
    State next{}, change{};
    for (std::size_t i = 0; i < N; ++i) next[i] = y[i] + h0 * slope[i];
    const State there = f(next);
    for (std::size_t i = 0; i < N; ++i) change[i] = there[i] - slope[i];
    const double d2 = norm(change, y, y) / h0;
    const double h1 =
        d1 <= 1e-15 && d2 <= 1e-15 ? std::max(1e-6, h0 * 1e-3) : std::pow(0.01 / std::max(d1, d2), 1.0 / 5);
    h = std::min(100 * h0, h1);
  }
  std::vector<State> said;
  while (said.size() < at.size()) {
    std::array<State, 7> k{slope};
    State next{};
    double after = t, step = h;
    // A step that is not finite is taken as it is: the series then says that it grows beyond bounds.
    for (bool rejected = false;; rejected = true) {
      after = t + h, step = after - t;
      for (std::size_t s = 1; s < 6; ++s) {
        for (std::size_t i = 0; i < N; ++i) {
          double sum = 0;
          for (std::size_t j = 0; j < s; ++j) sum += a[s][j] * k[j][i];
          next[i] = y[i] + sum * step;
        }
        k[s] = f(next);
      }
      State error{};
      for (std::size_t i = 0; i < N; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < 6; ++j) sum += b[j] * k[j][i];
        next[i] = y[i] + step * sum;
      }
      k[6] = f(next);
      for (std::size_t i = 0; i < N; ++i) {
        for (std::size_t j = 0; j < 7; ++j) error[i] += e[j] * k[j][i];
        error[i] *= step;
      }
      const double size = norm(error, y, next);
      if (!(size >= 1)) {
        const double factor = size == 0 ? 10 : std::min(10.0, 0.9 * std::pow(size, -1.0 / 5));
        h = step * (rejected ? std::min(1.0, factor) : factor);
        break;
      }
      h = step * std::max(0.2, 0.9 * std::pow(size, -1.0 / 5));
    }
    for (; said.size() < at.size() && !(at[said.size()] > after);) {
      const double x = (at[said.size()] - t) / step;
      State own{};
      for (std::size_t i = 0; i < N; ++i) {
        double sum = 0, power = x;
        for (std::size_t m = 0; m < 4; ++m, power *= x) {
          double q = 0;
          for (std::size_t j = 0; j < 7; ++j) q += k[j][i] * p[j][m];
          sum += q * power;
        }
        own[i] = y[i] + step * sum;
      }
      said.push_back(own);
    }
    t = after, y = next, slope = k[6];
  }
  return said;
}

}  // namespace ebit::inline data
