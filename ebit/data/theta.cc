#include "ebit/data/theta.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ebit/base/error.h"
#include "ebit/data/exponent.h"

namespace ebit::inline data {
namespace {

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Whether the autocorrelation at lag m is beyond what those at smaller lags let expect of none.
bool is_seasonal(std::span<const double> rows, std::size_t m) {
  constexpr double kQuantile = 1.6448536269514722;  // 95 % of a standard normal number
  if (m < 2 || rows.size() <= 2 * m) return false;
  const double mean = mean_of(rows);
  std::vector<double> off;  // from the mean, scaled to what can be squared
  for (const double y : rows) off.push_back(y - mean);
  const int k = exponent_of(off);
  for (double& y : off) y = std::ldexp(y, -k);
  const auto product = [&](std::size_t lag) {
    double sum = 0;
    for (std::size_t t = lag; t < off.size(); ++t) sum += off[t] * off[t - lag];
    return sum;
  };
  const double variance = product(0);
  if (!(variance > 0)) return false;
  double squares = 0;
  for (std::size_t lag = 1; lag < m; ++lag) squares += std::pow(product(lag) / variance, 2);
  return std::abs(product(m) / variance) >
         kQuantile * std::sqrt((1 + 2 * squares) / static_cast<double>(rows.size()));
}

// [m] of classical decomposition; factors have the mean 1, summands 0.
std::vector<double> seasonal_of(std::span<const double> rows, std::size_t m, bool factors) {
  std::vector<double> sums(m, 0.0), counts(m, 0.0);
  const std::size_t half = m / 2;
  for (std::size_t t = half; t + half < rows.size(); ++t) {
    // Over m rows around t; of an even number the outermost two count half each.
    double trend = 0;
    for (std::size_t k = t - half; k <= t + half; ++k)
      trend += rows[k] * (m % 2 == 0 && (k == t - half || k == t + half) ? 0.5 : 1);
    trend /= static_cast<double>(m);
    sums[t % m] += factors ? rows[t] / trend : rows[t] - trend, counts[t % m] += 1;
  }
  std::vector<double> seasonal;
  for (std::size_t k = 0; k < m; ++k) seasonal.push_back(sums[k] / counts[k]);
  const double mean = mean_of(seasonal);
  for (double& value : seasonal) value = factors ? value / mean : value - mean;
  return seasonal;
}

double slope_of(std::span<const double> rows) {
  const double middle = static_cast<double>(rows.size() - 1) / 2, mean = mean_of(rows);
  double products = 0, squares = 0;
  for (std::size_t t = 0; t < rows.size(); ++t) {
    const double x = static_cast<double>(t) - middle;
    products += x * (rows[t] - mean), squares += x * x;
  }
  return products / squares;
}

std::vector<double> adjusted(const Theta& theta, std::span<const double> rows) {
  std::vector<double> values(rows.begin(), rows.end());
  if (theta.seasonal.empty()) return values;
  for (std::size_t t = 0; t < values.size(); ++t) {
    const double season = theta.seasonal[t % theta.seasonal.size()];
    values[t] = theta.factors ? values[t] / season : values[t] - season;
  }
  return values;
}

// What the line's half adds to the level after n rows, k steps ahead, a unit of slope.
double reach(double alpha, std::size_t n, std::size_t k) {
  double seen = static_cast<double>(n);  // the limit for alpha 0
  if (alpha > 0 && n > 0) seen = -std::expm1(seen * std::log1p(-alpha)) / alpha;
  return (static_cast<double>(k) - 1 + seen) / 2;
}

}  // namespace

std::string Theta::name() const {
  if (seasonal.empty()) return "without a season";
  return factors ? "seasonal factors" : "seasonal summands";
}

std::vector<double> Theta::forecasts(std::span<const double> series, std::size_t horizon) const {
  std::vector<double> said = smoothing.forecasts(adjusted(*this, series), horizon);
  for (std::size_t row = 0; row < said.size(); ++row) {
    const std::size_t known = row + 1 > horizon ? row + 1 - horizon : 0;
    // From before the first row all rows are `row` + 1 steps ahead.
    said[row] += slope * reach(smoothing.alpha, known, std::min(horizon, row + 1));
    if (seasonal.empty()) continue;
    const double season = seasonal[row % seasonal.size()];
    said[row] = factors ? said[row] * season : said[row] + season;
  }
  return said;
}

Theta fit_theta(std::span<const double> rows, std::size_t season) {
  constexpr double kLeastFactor = 1e-4;  // a smaller one cannot be divided by
  require(season >= 1, "the season is {}; it must be 1 or more", season);
  require(rows.size() >= 4, "the theta method needs at least 4 rows to be fitted on, not {}", rows.size());
  Theta theta;
  if (is_seasonal(rows, season)) {
    theta.factors = std::ranges::all_of(rows, [](double y) { return y > 0; });
    theta.seasonal = seasonal_of(rows, season, theta.factors);
    if (theta.factors && std::ranges::any_of(theta.seasonal, [](double s) { return s < kLeastFactor; }))
      theta.seasonal.clear(), theta.factors = false;
  }
  const std::vector<double> own = adjusted(theta, rows);
  theta.slope = slope_of(own);
  theta.smoothing = fit_simple_smoothing(own);
  return theta;
}

}  // namespace ebit::inline data
