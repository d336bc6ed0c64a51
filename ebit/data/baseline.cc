#include "ebit/data/baseline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/data/metrics.h"
#include "ebit/data/smoothing.h"
#include "ebit/data/theta.h"

namespace ebit::inline data {
namespace {

std::size_t last_known(std::size_t, std::size_t known, std::size_t) { return known; }

std::size_t last_season(std::size_t target, std::size_t known, std::size_t season) {
  const std::size_t horizon = target - known;
  const std::size_t back = (horizon + season - 1) / season * season;
  return back <= target ? target - back : kNoRow;
}

std::vector<double> column_of(const Series& series, std::size_t column, std::size_t rows) {
  std::vector<double> values;
  for (std::size_t row = 0; row < rows; ++row) values.push_back(series.at(row, column));
  return values;
}

// Fits each target by itself on the training rows, and carries it on over all rows. @param fit of rows and
// season.
FittedBaseline carried_on(const Dataset& dataset, std::size_t season, std::string_view name, auto fit) {
  require(dataset.options.split == "time" && dataset.part_begin[1] > 0,
          "{} is fitted on the first rows of a series: it needs --split time", name);
  const std::size_t outputs = dataset.target_columns.size(), rows = dataset.series.rows();
  const std::size_t ahead = dataset.options.steps();
  FittedBaseline fitted{.said = std::vector<double>(ahead * rows * outputs), .remark = {}};
  for (std::size_t o = 0; o < outputs; ++o) {
    const std::vector<double> values = column_of(dataset.series, dataset.target_columns[o], rows);
    const auto own = fit(std::span<const double>(values).first(dataset.part_begin[1]), season);
    for (std::size_t s = 0; s < ahead; ++s) {
      const std::vector<double> said = own.forecasts(values, dataset.options.first() + s);
      for (std::size_t row = 0; row < rows; ++row) fitted.said[(s * rows + row) * outputs + o] = said[row];
    }
    fitted.remark += (o > 0 ? ", " : "") + own.name();
  }
  return fitted;
}

FittedBaseline smooth(const Dataset& dataset, std::size_t season) {
  return carried_on(dataset, season, "ets", fit_smoothing);
}

FittedBaseline theta(const Dataset& dataset, std::size_t season) {
  return carried_on(dataset, season, "theta", fit_theta);
}

FittedBaseline average(const Dataset& dataset, std::size_t) {
  const std::size_t outputs = dataset.target_columns.size();
  const std::size_t rows = dataset.options.steps() * dataset.series.rows();
  const Windows& train = dataset.train;
  FittedBaseline fitted{.said = std::vector<double>(rows * outputs), .remark = {}};
  for (std::size_t o = 0; o < outputs; ++o) {
    double sum = 0;
    for (std::size_t i = 0; i < train.count; ++i)
      for (std::size_t s = 0; s < train.ahead; ++s)
        sum += dataset.series.at(train.row(i, s), dataset.target_columns[o]);
    const double mean = sum / static_cast<double>(train.count * train.ahead);
    for (std::size_t row = 0; row < rows; ++row) fitted.said[row * outputs + o] = mean;
    fitted.remark += fmt::format("{}{:.4g}", o > 0 ? ", " : "", mean);
  }
  return fitted;
}

constexpr std::array<Baseline, 5> kBaselines{{
    {"persistence", "repeats the last known value", false, last_known, nullptr},
    {"seasonal-naive", "repeats the last known value of the same season", true, last_season, nullptr},
    {"ets", "exponential smoothing: simple, Holt or Holt-Winters, fitted on the training part", false,
     nullptr, smooth},
    {"theta", "the theta method: simple smoothing of the adjusted rows, and half the slope of their line",
     false, nullptr, theta},
    {"mean", "a constant: the mean of the training targets", false, nullptr, average},
}};

}  // namespace

std::span<const Baseline> baseline_table() { return kBaselines; }

const Baseline* find_baseline(std::string_view name) {
  const auto row = std::ranges::find(kBaselines, name, &Baseline::name);
  return row == kBaselines.end() ? nullptr : &*row;
}

FittedBaseline fit_baseline(const Baseline& row, const Dataset& dataset, int season) {
  require(row.fit != nullptr, "the baseline {} has nothing to fit", row.name);
  require(season >= 1, "the season is {}; it must be 1 or more", season);
  return row.fit(dataset, static_cast<std::size_t>(season));
}

std::vector<double> forecasts_of(const FittedBaseline& fitted, const Windows& windows) {
  std::vector<double> forecast;
  forecast.reserve(windows.count * windows.outputs);
  const std::size_t outputs = windows.outputs / windows.ahead, rows = fitted.said.size() / windows.outputs;
  for (std::size_t i = 0; i < windows.count; ++i)
    for (std::size_t s = 0; s < windows.ahead; ++s)
      for (std::size_t o = 0; o < outputs; ++o)
        forecast.push_back(fitted.said[(s * rows + windows.row(i, s)) * outputs + o]);
  return forecast;
}

std::vector<double> baseline_forecast(std::string_view name, const Dataset& dataset, const Windows& windows,
                                      int season) {
  const Baseline& row = find_row(kBaselines, "unknown baseline", name);
  require(season >= 1, "the season is {}; it must be 1 or more", season);
  if (row.fit) return forecasts_of(fit_baseline(row, dataset, season), windows);
  std::vector<double> forecast;
  forecast.reserve(windows.count * windows.outputs);
  for (std::size_t i = 0; i < windows.count; ++i) {
    const std::size_t known = windows.target_row[i] - static_cast<std::size_t>(dataset.options.horizon);
    for (std::size_t s = 0; s < windows.ahead; ++s) {
      const std::size_t source = row.source_row(windows.row(i, s), known, static_cast<std::size_t>(season));
      for (const std::size_t column : dataset.target_columns)
        forecast.push_back(source == kNoRow ? std::numeric_limits<double>::quiet_NaN()
                                            : dataset.series.at(source, column));
    }
  }
  return forecast;
}

std::vector<double> true_values(const Dataset& dataset, const Windows& windows) {
  std::vector<double> truth;
  truth.reserve(windows.count * windows.outputs);
  for (std::size_t i = 0; i < windows.count; ++i)
    for (std::size_t s = 0; s < windows.ahead; ++s)
      for (const std::size_t column : dataset.target_columns)
        truth.push_back(dataset.series.at(windows.row(i, s), column));
  return truth;
}

double training_naive_mae(const Dataset& dataset, std::size_t output, int season) {
  require(season >= 1, "the season is {}; it must be 1 or more", season);
  const Series& series = dataset.series;
  const std::size_t column = dataset.target_columns.at(output);
  if (dataset.options.split == "time") {
    std::vector<double> training;
    for (std::size_t row = 0; row < dataset.part_begin[1]; ++row) training.push_back(series.at(row, column));
    return naive_mae(training, season);
  }
  const std::size_t lag = static_cast<std::size_t>(season);
  double sum = 0.0, count = 0.0;
  for (const std::size_t row : dataset.train.target_row) {
    if (row < lag) continue;
    sum += std::abs(series.at(row, column) - series.at(row - lag, column));
    count += 1.0;
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace ebit::inline data
