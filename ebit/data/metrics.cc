#include "ebit/data/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/data/exponent.h"

namespace ebit::inline data {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// The mean of term(truth, prediction) over all pairs.
template <class Term>
double mean_of(std::span<const double> truth, std::span<const double> prediction, Term&& term) {
  double sum = 0.0;
  for (std::size_t i = 0; i < truth.size(); ++i) sum += term(truth[i], prediction[i]);
  return sum / static_cast<double>(truth.size());
}

double mse(std::span<const double> truth, std::span<const double> prediction, double) {
  return mean_of(truth, prediction, [](double t, double p) { return (p - t) * (p - t); });
}

int exponent_of_errors(std::span<const double> truth, std::span<const double> prediction) {
  double largest = 0.0;
  for (std::size_t i = 0; i < truth.size(); ++i)
    largest = std::max(largest, std::abs(prediction[i] - truth[i]));
  return exponent_of(largest);
}

// The mean of the squared errors over 2^(2k).
double scaled_mse(std::span<const double> truth, std::span<const double> prediction, int k) {
  return mean_of(truth, prediction, [k](double t, double p) { return std::pow(std::ldexp(p - t, -k), 2); });
}

// Right where it is a number itself, though its square may be none.
double rmse(std::span<const double> truth, std::span<const double> prediction, double) {
  const int k = exponent_of_errors(truth, prediction);
  return std::ldexp(std::sqrt(scaled_mse(truth, prediction, k)), k);
}

double mae(std::span<const double> truth, std::span<const double> prediction, double) {
  const int k = exponent_of_errors(truth, prediction);
  return std::ldexp(
      mean_of(truth, prediction, [k](double t, double p) { return std::abs(std::ldexp(p - t, -k)); }), k);
}

double mape(std::span<const double> truth, std::span<const double> prediction, double) {
  return 100.0 * mean_of(truth, prediction,
                         [](double t, double p) { return t == 0.0 ? kUndefined : std::abs((p - t) / t); });
}

double smape(std::span<const double> truth, std::span<const double> prediction, double) {
  return 200.0 * mean_of(truth, prediction, [](double t, double p) {
           const double size = std::abs(t) + std::abs(p);
           return size == 0.0 ? 0.0 : std::abs(p - t) / size;
         });
}

double mase(std::span<const double> truth, std::span<const double> prediction, double naive) {
  return naive > 0.0 ? mae(truth, prediction, 0.0) / naive : kUndefined;
}

double r2(std::span<const double> truth, std::span<const double> prediction, double) {
  const double n = static_cast<double>(truth.size());
  double mean = 0.0, variance = 0.0, farthest = 0.0;
  bool varies = false;
  for (const double t : truth) mean += t / n, varies = varies || t != truth[0];
  for (const double t : truth) farthest = std::max(farthest, std::abs(t - mean));
  const int k = exponent_of(farthest);
  for (const double t : truth) variance += std::pow(std::ldexp(t - mean, -k), 2) / n;
  return varies ? 1.0 - scaled_mse(truth, prediction, k) / variance : kUndefined;
}

constexpr std::array<Metric, 7> kMetrics{{
    {"MSE", "mean squared error, in squared units of the data", false, mse},
    {"RMSE", "root of the mean squared error, in units of the data", false, rmse},
    {"MAE", "mean absolute error, in units of the data", false, mae},
    {"MAPE", "mean of |error / truth|, in percent; undefined where the truth is 0 anywhere", false, mape},
    {"sMAPE", "mean of 2 |error| / (|truth| + |prediction|), in percent, 0 to 200; 0 / 0 counts as 0", false,
     smape},
    {"MASE",
     "MAE over the MAE of the naive forecast on the training part: below 1 beats it; undefined where that is "
     "0",
     false, mase},
    {"R2", "1 - MSE / variance of the truth: 1 is perfect, 0 is its mean; undefined for a constant truth",
     true, r2},
}};

double checked(const Metric& row, std::span<const double> truth, std::span<const double> prediction,
               double naive) {
  const double value = row.value(truth, prediction, naive);
  return std::isfinite(value) ? value : kUndefined;
}

void check_sizes(std::span<const double> truth, std::span<const double> prediction) {
  require(truth.size() == prediction.size(), "metrics: {} true values and {} predictions", truth.size(),
          prediction.size());
  require(!truth.empty(), "metrics: there are no values to compare");
}

}  // namespace

std::span<const Metric> metric_table() { return kMetrics; }

std::size_t metric_index(std::string_view name) {
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    if (kMetrics[i].name == name) return i;
  }
  fail("unknown metric '{}'{}", shown(name), suggestion(name, names_of(kMetrics)));
}

const Metric& metric_row(std::string_view name) { return kMetrics[metric_index(name)]; }

double metric(std::string_view name, std::span<const double> truth, std::span<const double> prediction,
              double naive) {
  check_sizes(truth, prediction);
  return checked(metric_row(name), truth, prediction, naive);
}

std::vector<double> all_metrics(std::span<const double> truth, std::span<const double> prediction,
                                double naive) {
  check_sizes(truth, prediction);
  std::vector<double> values;
  for (const auto& row : kMetrics) values.push_back(checked(row, truth, prediction, naive));
  return values;
}

namespace {

// An error of the seasonal naive forecast of a series.
double naive(double (*error)(std::span<const double>, std::span<const double>, double),
             std::span<const double> training, int season) {
  require(season >= 1, "the season is {}; it must be 1 or more", season);
  const std::size_t lag = static_cast<std::size_t>(season);
  if (training.size() <= lag) return kUndefined;
  return error(training.subspan(lag), training.first(training.size() - lag), 0.0);
}

}  // namespace

double naive_mae(std::span<const double> training, int season) { return naive(mae, training, season); }
double naive_rmse(std::span<const double> training, int season) { return naive(rmse, training, season); }

}  // namespace ebit::inline data
