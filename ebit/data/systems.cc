#include "ebit/data/systems.h"

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/data/dormand_prince.h"
#include "ebit/data/numpy_random.h"
#include "ebit/data/rk4.h"

namespace ebit::inline data {
namespace {

constexpr std::uint64_t kNoiseStream = 0x5e11;  // of the random numbers of all generators

double noise(const std::string& kind, double level, Random& random) {
  if (kind == "uniform") return random.uniform(-level, level);
  double sum = 0.0;
  if (kind == "gaussian" || kind == "gaussian-twice") sum += level * random.normal();
  if (kind == "gaussian-twice") sum += level * random.normal();
  return sum;
}

}  // namespace

Series make_noisy_sine(const GeneratorValues& values, std::uint64_t seed) {
  const std::size_t n = values.count("points");
  const double end = 2 * std::numbers::pi * values.number("periods");
  Random random(seed, kNoiseStream);
  Series series;
  series.names = {"value"};
  for (std::size_t i = 0; i < n; ++i) {
    const double x = end * static_cast<double>(i) / static_cast<double>(n - 1);
    const double clean = values.number("amplitude") * std::sin(x);
    series.values.push_back(clean + noise(values.text("noise"), values.number("level"), random));
  }
  return series;
}

Series make_damped_pendulum(const GeneratorValues& values, std::uint64_t) {
  constexpr int kSteps = 50;  // a row: the error is then far below what a plot or a scaler shows
  const std::size_t n = values.count("points");
  const double b = values.number("damping"), g = values.number("gravity");
  const double h = values.number("duration") / static_cast<double>(n - 1) / kSteps;
  std::array<double, 2> state{values.number("angle"), values.number("velocity")};
  Series series;
  series.names = {"velocity", "angle"};
  for (std::size_t i = 0; i < n; ++i) {
    series.values.insert(series.values.end(), {state[1], state[0]});
    for (int k = 0; k < kSteps; ++k) {
      rk4_step(state, h, [&](const std::array<double, 2>& s) {
        return std::array<double, 2>{s[1], -b * s[1] - g * std::sin(s[0])};
      });
    }
  }
  return series;
}

Series make_henon(const GeneratorValues& values, std::uint64_t) {
  const double a = values.number("a"), b = values.number("b");
  const std::size_t drop = values.count("drop"), n = drop + values.count("points");
  double x = values.number("x0"), y = values.number("y0");
  // reservoirpy squares by the C library's pow, whose last bit is not that of x * x once in some hundred
  // rows, and chaos makes that another series. The compiler must not see through it.
  double (*const volatile power)(double, double) = std::pow;
  Series series;
  series.names = {"x", "y"};
  for (std::size_t i = 0; i < n; ++i) {
    if (i >= drop) series.values.insert(series.values.end(), {x, y});
    const double next = 1 - a * power(x, 2) + y;
    y = b * x;
    x = next;
  }
  return series;
}

Series make_mackey_glass(const GeneratorValues& values, std::uint64_t seed) {
  const double a = values.number("a"), b = values.number("b"), n = values.number("n"), h = values.number("h");
  const double tau = values.number("tau"), x0 = values.number("x0"), width = values.number("history");
  const std::size_t drop = values.count("drop"), rows = drop + values.count("points");
  require(tau == 0 || (tau >= h && tau / h <= 1e7),
          "generator 'mackey-glass': tau / h is {}; it must be 0, or between 1 and 10000000", tau / h);
  // A ring of the values over the last tau: the oldest is the delayed one, and makes room for the newest.
  std::vector<double> past(static_cast<std::size_t>(tau / h));
  Random random(seed, kNoiseStream);
  NumpyRandom numpys(seed);
  const bool own = values.text("random") == "ebit";
  for (double& x : past) x = x0 + width * ((own ? random.uniform() : numpys.uniform()) - 0.5);

  Series series;
  series.names = {"x"};
  std::array<double, 1> state{x0};
  for (std::size_t i = 0; i < rows; ++i) {
    if (i >= drop) series.values.push_back(state[0]);
    double delayed = 0.0;
    if (!past.empty()) {
      delayed = past[i % past.size()];
      past[i % past.size()] = state[0];
    }
    const double push = a * delayed / (1 + std::pow(delayed, n));
    rk4_step(state, h,
             [&](const std::array<double, 1>& s) { return std::array<double, 1>{push - b * s[0]}; });
  }
  return series;
}

Series make_lorenz(const GeneratorValues& values, std::uint64_t) {
  constexpr int kSteps = 30;  // a row
  const double rho = values.number("rho"), sigma = values.number("sigma"), beta = values.number("beta");
  const std::size_t drop = values.count("drop"), n = drop + values.count("points");
  const std::size_t total = values.count("total") == 0 ? n : values.count("total");
  require(total >= n, "generator 'lorenz': total is {}, and {} rows are wanted with those left out", total,
          n);
  // reservoirpy spreads all its rows evenly over [0, total h], both ends included.
  const double end = values.number("h") * static_cast<double>(total), last = static_cast<double>(total - 1);
  const auto slope = [&](const std::array<double, 3>& s) {
    return std::array<double, 3>{sigma * (s[1] - s[0]), s[0] * (rho - s[2]) - s[1],
                                 s[0] * s[1] - beta * s[2]};
  };
  std::array<double, 3> state{values.number("x0"), values.number("y0"), values.number("z0")};
  Series series;
  series.names = {"x", "y", "z"};
  const auto keep = [&](std::size_t i, const std::array<double, 3>& row) {
    if (i >= drop) series.values.insert(series.values.end(), row.begin(), row.end());
  };
  if (values.text("integrator") == "scipy") {
    std::vector<double> times;
    for (std::size_t i = 0; i < n; ++i) times.push_back(static_cast<double>(i) * (end / last));
    const auto rows = dormand_prince(state, times, slope);
    for (std::size_t i = 0; i < n; ++i) keep(i, rows[i]);
    return series;
  }
  for (std::size_t i = 0; i < n; ++i) {
    keep(i, state);
    for (int k = 0; k < kSteps; ++k) rk4_step(state, end / last / kSteps, slope);
  }
  return series;
}

}  // namespace ebit::inline data
