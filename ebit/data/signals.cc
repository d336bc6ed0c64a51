#include "ebit/data/signals.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/base/random.h"

namespace ebit::inline data {
namespace {

constexpr std::uint64_t kDriveStream = 0xd21e;  // of the random drive of NARMA

// `points` values of f at equal distances from `begin` to `end`, both included.
template <class Function>
Series sampled(const GeneratorValues& values, const char* name, double begin, double end, Function f) {
  const std::size_t n = values.count("points");
  Series series;
  series.names = {name};
  for (std::size_t i = 0; i < n; ++i)
    series.values.push_back(f(begin + (end - begin) * static_cast<double>(i) / static_cast<double>(n - 1)));
  return series;
}

// u of every row: three sines multiplied, or uniform numbers.
std::vector<double> drive(const GeneratorValues& values, std::uint64_t seed) {
  const bool sines = values.text("drive") == "sines";
  const double period = values.number("period"), high = values.number("high");
  Random random(seed, kDriveStream);
  std::vector<double> u(values.count("points"));
  for (std::size_t t = 0; t < u.size(); ++t) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(t) / period;
    u[t] = sines ? 0.1 * (std::sin(2.11 * angle) * std::sin(3.73 * angle) * std::sin(4.11 * angle) + 1)
                 : random.uniform(0, high);
  }
  return u;
}

// y of every row, the next one by `next(t)` from those up to t.
template <class Next>
Series driven(const GeneratorValues& values, const std::vector<double>& u, std::vector<double>& y,
              Next next) {
  y.reserve(u.size());
  y.push_back(values.number("y0"));
  for (std::size_t t = 0; t + 1 < u.size(); ++t) y.push_back(next(t));
  Series series;
  series.names = {"y", "u"};
  for (std::size_t t = 0; t < u.size(); ++t) series.values.insert(series.values.end(), {y[t], u[t]});
  return series;
}

}  // namespace

Series make_bessel(const GeneratorValues& values, std::uint64_t) {
  const double order = values.number("order"), begin = values.number("begin"), end = values.number("end");
  require(end > begin, "generator 'bessel-j2': end is {}, which is not behind begin {}", end, begin);
  return sampled(values, "J", begin, end, [&](double x) { return std::cyl_bessel_j(order, x); });
}

Series make_delayed_control(const GeneratorValues& values, std::uint64_t) {
  const double apart = values.number("delay"), sharp = values.number("sharpness"),
               decay = values.number("decay");
  const std::size_t pulses = values.count("pulses"), n = values.count("points");
  Series series;
  series.names = {"signal"};
  for (std::size_t i = 0; i < n; ++i) {
    const double t = values.number("begin") + values.number("h") * static_cast<double>(i);
    double sum = 0;
    for (std::size_t k = 0; k < pulses; ++k) {
      const double from = t - apart * static_cast<double>(k);
      sum += std::exp(-sharp * from * from);
    }
    series.values.push_back(sum * std::exp(-t / decay));
  }
  return series;
}

// With q^2 = 1 - 16 J^2, of either sign, every term that grows is multiplied by e^{-t/2} beforehand.
Series make_two_qubit_sz(const GeneratorValues& values, std::uint64_t) {
  const double j = values.number("j"), square = 1 - 16 * j * j, q = std::sqrt(std::abs(square));
  require(square != 0, "generator 'sz1': j is {}, where the formula divides by 16 j^2 - 1 = 0", j);
  return sampled(values, "sz1", 0, values.number("duration"), [&](double t) {
    const double fade = std::exp(-t / 2);
    const double up = std::exp((q - 1) * t / 2), down = std::exp(-(q + 1) * t / 2);
    // e^{-t/2} q sinh(q t / 2) and e^{-t/2} cosh(q t / 2), of a real or an imaginary q.
    const double odd = square > 0 ? q * (up - down) / 2 : -q * std::sin(q * t / 2) * fade;
    const double even = square > 0 ? (up + down) / 2 : std::cos(q * t / 2) * fade;
    return (square - 2 * odd - 2 * even + 32 * j * j * fade) / -square;
  });
}

Series make_inversion(const GeneratorValues& values, std::uint64_t) {
  const double omega = values.number("omega");
  return sampled(values, "W", 0, values.number("duration"), [&](double t) { return std::cos(omega * t); });
}

Series make_collapse_revival(const GeneratorValues& values, std::uint64_t) {
  const double mean = values.number("mean"), g = values.number("g");
  std::vector<double> weights;  // Poisson
  for (std::size_t n = 0; n <= values.count("terms"); ++n) {
    const double k = static_cast<double>(n);
    weights.push_back(std::exp(k * std::log(mean) - mean - std::lgamma(k + 1)));
  }
  return sampled(values, "W", 0, values.number("duration"), [&](double t) {
    double sum = 0;
    for (std::size_t n = 0; n < weights.size(); ++n)
      sum += weights[n] * std::cos(2 * g * t * std::sqrt(static_cast<double>(n + 1)));
    return sum;
  });
}

Series make_narma(const GeneratorValues& values, std::uint64_t seed) {
  const std::size_t order = values.count("order");
  const std::vector<double> u = drive(values, seed);
  std::vector<double> y;
  return driven(values, u, y, [&](std::size_t t) {
    double past = 0;  // what lies before the first row is 0
    for (std::size_t j = 0; j < std::min(order, t + 1); ++j) past += y[t - j];
    const double early = t + 1 >= order ? u[t + 1 - order] : 0;
    return 0.3 * y[t] + 0.05 * y[t] * past + 1.5 * early * u[t] + 0.1;
  });
}

Series make_narma_2(const GeneratorValues& values, std::uint64_t seed) {
  const std::vector<double> u = drive(values, seed);
  std::vector<double> y;
  return driven(values, u, y, [&](std::size_t t) {
    const double before = t > 0 ? y[t - 1] : 0;
    return 0.4 * y[t] + 0.4 * y[t] * before + 0.6 * u[t] * u[t] * u[t] + 0.1;
  });
}

Series make_logistic(const GeneratorValues& values, std::uint64_t) {
  const double r = values.number("r");
  const std::size_t drop = values.count("drop"), n = drop + values.count("points");
  double x = values.number("x0");
  Series series;
  series.names = {"x"};
  for (std::size_t i = 0; i < n; ++i) {
    if (i >= drop) series.values.push_back(x);
    x = r * x * (1 - x);
  }
  return series;
}

Series make_multi_sine(const GeneratorValues& values, std::uint64_t) {
  constexpr double kFrequencies[] = {0.2, 0.311, 0.42, 0.51, 0.63, 0.74, 0.85, 0.97};
  const std::size_t sines = values.count("sines"), n = values.count("points");
  Series series;
  series.names = {"value"};
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < sines; ++k)
      sum += std::sin(kFrequencies[k] * values.number("step") * static_cast<double>(i));
    series.values.push_back(sum);
  }
  return series;
}

}  // namespace ebit::inline data
