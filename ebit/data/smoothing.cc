#include "ebit/data/smoothing.h"

#include <nlopt.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

#include "ebit/base/error.h"
#include "ebit/data/exponent.h"

namespace ebit::inline data {
namespace {

// The recursion over a series: level, slope and season behind the rows seen so far.
class State {
 public:
  explicit State(const Smoothing& own)
      : own_(own), level_(own.level), slope_(own.slope), seasonal_(own.seasonal) {}

  // k steps ahead, of the row `row`.
  double forecast(std::size_t row, std::size_t k) const {
    double reach = static_cast<double>(k);
    if (own_.damped) reach = own_.phi * (1 - std::pow(own_.phi, reach)) / (1 - own_.phi);
    return level_ + reach * slope_ + seasonal_[row % own_.season];
  }
  // Takes the next row in; its error.
  double take(std::size_t row, double y) {
    double& season = seasonal_[row % own_.season];
    const double phi = own_.damped ? own_.phi : 1;
    const double error = y - (level_ + phi * slope_ + season);
    level_ += phi * slope_ + own_.alpha * error;
    slope_ = own_.trend ? phi * slope_ + own_.beta * error : 0;
    if (own_.season > 1) season += own_.gamma * error;
    return error;
  }

 private:
  const Smoothing& own_;
  double level_, slope_;
  std::vector<double> seasonal_;
};

// Means of what the rows of each season differ from a line by, over at most the first 5; its slope is that
// from the first of these seasons to the last.
std::vector<double> first_seasonal(std::span<const double> rows, std::size_t m) {
  if (m == 1) return {0.0};
  const std::size_t seasons = std::min<std::size_t>(5, rows.size() / m);
  const double length = static_cast<double>(m);
  const auto mean_of = [&](std::size_t k) {
    const auto own = rows.subspan(k * m, m);
    return std::accumulate(own.begin(), own.end(), 0.0) / length;
  };
  const double slope = (mean_of(seasons - 1) - mean_of(0)) / (static_cast<double>(seasons - 1) * length);
  std::vector<double> seasonal(m, 0.0);
  for (std::size_t k = 0; k < seasons; ++k)
    for (std::size_t i = 0; i < m; ++i) {
      const double line = mean_of(k) + slope * (static_cast<double>(i) - (length - 1) / 2);
      seasonal[i] += (rows[k * m + i] - line) / static_cast<double>(seasons);
    }
  return seasonal;
}

// A fit in progress. The free numbers lie in [0, 1]: alpha, level, then beta / alpha and slope, phi, gamma /
// (1 - alpha), as far as there are such.
struct Fit {
  std::span<const double> rows;
  double low, range;  // of the rows
  Smoothing own;

  std::size_t size() const {
    return 2 + (own.trend ? 2u : 0u) + (own.damped ? 1u : 0u) + (own.season > 1 ? 1u : 0u);
  }
  void set(const double* p) {
    own.alpha = p[0], own.level = low + range * (2 * p[1] - 0.5);
    std::size_t next = 2;
    if (own.trend) {
      own.beta = own.alpha * p[next], own.slope = range * (p[next + 1] - 0.5);
      next += 2;
    }
    if (own.damped) own.phi = 0.8 + 0.18 * p[next++];  // in [0.8, 0.98], as is usual
    if (own.season > 1) own.gamma = (1 - own.alpha) * p[next];
  }
  double error() {
    State state(own);
    double sum = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const double e = state.take(row, rows[row]);
      sum += e * e;
    }
    return sum;
  }
};

double objective(unsigned, const double* p, double*, void* data) {
  Fit& fit = *static_cast<Fit*>(data);
  fit.set(p);
  return std::min(fit.error(), 1e300);
}

// On rows whose range is near 1.
Smoothing fitted(std::span<const double> rows, bool trend, bool damped, std::size_t season) {
  const auto [low, high] = std::minmax_element(rows.begin(), rows.end());
  Fit fit{.rows = rows, .low = *low, .range = *high > *low ? *high - *low : 1.0, .own = {}};
  fit.own.trend = trend, fit.own.damped = damped, fit.own.season = season;
  fit.own.seasonal = first_seasonal(rows, season);
  const auto place = [](double value) { return std::clamp(value, 0.0, 1.0); };
  // From the first rows: their level and the mean slope over two seasons, or ten rows.
  const std::size_t span = std::min(rows.size() - 1, season > 1 ? season : std::size_t{10});
  const double slope = (rows[span] - rows[0]) / static_cast<double>(span);
  std::vector<double> start = {0.5, place(((rows[0] - fit.own.seasonal[0] - *low) / fit.range + 0.5) / 2)};
  if (trend) start.insert(start.end(), {0.1, place(slope / fit.range + 0.5)});
  if (damped) start.push_back(0.9);
  if (season > 1) start.push_back(0.1);
  const auto n = static_cast<unsigned>(start.size());
  // BOBYQA finds one minimum near its start: slow and quick levels and slopes are begun with.
  std::vector<double> best;
  double least = HUGE_VAL;
  for (const auto& [alpha, beta] : {std::pair{0.1, 0.1}, {0.9, 0.1}, {0.1, 0.9}, {0.9, 0.9}}) {
    if (!trend && beta > 0.5) continue;
    std::vector<double> point = start;
    point[0] = alpha;
    if (trend) point[2] = beta;
    const std::unique_ptr<nlopt_opt_s, decltype(&nlopt_destroy)> optimizer(nlopt_create(NLOPT_LN_BOBYQA, n),
                                                                           nlopt_destroy);
    nlopt_set_min_objective(optimizer.get(), objective, &fit);
    nlopt_set_lower_bounds1(optimizer.get(), 0), nlopt_set_upper_bounds1(optimizer.get(), 1);
    nlopt_set_initial_step1(optimizer.get(), 0.05);
    nlopt_set_xtol_abs1(optimizer.get(), 1e-6), nlopt_set_maxeval(optimizer.get(), 400);
    double value = HUGE_VAL;
    // The status says only why it stopped.
    nlopt_optimize(optimizer.get(), point.data(), &value);
    if (value < least) least = value, best = point;
  }
  if (best.empty()) best = start;
  fit.set(best.data());
  fit.own.squares = fit.error();
  // Numbers that were fitted, with the season's and the error's variance.
  const double count = static_cast<double>(rows.size());
  const double k = static_cast<double>(fit.size() + (season > 1 ? season - 1 : 0)) + 1;
  fit.own.criterion = count * std::log(std::max(fit.own.squares, 1e-300) / count) + 2 * k +
                      (count > k + 1 ? 2 * k * (k + 1) / (count - k - 1) : HUGE_VAL);
  return fit.own;
}

// The smoothing of the smallest criterion, of those without a trend alone where `simple` says so. It is
// fitted on the rows over 2^k near their range, which changes no digit of them: squares of others may be no
// numbers.
Smoothing best_of(std::span<const double> rows, std::size_t season, bool simple) {
  require(rows.size() >= 4, "exponential smoothing needs at least 4 rows to be fitted on, not {}",
          rows.size());
  const auto [low, high] = std::minmax_element(rows.begin(), rows.end());
  const double half = *high / 2 - *low / 2;  // the range itself may be too large for a number
  const int k = half > 0 ? exponent_of(half) + 1 : 0;
  std::vector<double> scaled(rows.begin(), rows.end());
  for (double& y : scaled) y = std::ldexp(y, -k);
  Smoothing best = fitted(scaled, false, false, 1);
  for (const std::size_t m : {std::size_t{1}, season})
    for (const auto& [trend, damped] : {std::pair{false, false}, {true, false}, {true, true}}) {
      if (simple || (m == 1 && !trend)) continue;  // the one that is there
      if (m > 1 && rows.size() < 2 * m) continue;
      Smoothing other = fitted(scaled, trend, damped, m);
      if (other.criterion < best.criterion) best = std::move(other);
    }
  best.level = std::ldexp(best.level, k), best.slope = std::ldexp(best.slope, k);
  for (double& number : best.seasonal) number = std::ldexp(number, k);
  best.squares = std::ldexp(best.squares, 2 * k);
  return best;
}

}  // namespace

std::string Smoothing::name() const {
  if (!trend) return season > 1 ? "seasonal" : "simple";
  return std::string(damped ? "damped " : "") + (season > 1 ? "Holt-Winters" : "Holt");
}

std::vector<double> Smoothing::forecasts(std::span<const double> series, std::size_t horizon) const {
  State state(*this);
  std::vector<double> said(series.size());
  for (std::size_t row = 0; row < std::min(horizon, series.size()); ++row)
    said[row] = state.forecast(row, row + 1);
  for (std::size_t row = 0; row + horizon < series.size(); ++row) {
    state.take(row, series[row]);
    said[row + horizon] = state.forecast(row + horizon, horizon);
  }
  return said;
}

Smoothing fit_smoothing(std::span<const double> rows, std::size_t season) {
  require(season >= 1, "the season is {}; it must be 1 or more", season);
  return best_of(rows, season, false);
}

Smoothing fit_simple_smoothing(std::span<const double> rows) { return best_of(rows, 1, true); }

}  // namespace ebit::inline data
