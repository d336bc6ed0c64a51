#include "ebit/data/baseline.h"

#include <array>
#include <cmath>
#include <limits>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/data/metrics.h"

namespace ebit::inline data {
namespace {

std::size_t last_known(std::size_t, std::size_t known, std::size_t) { return known; }

std::size_t last_season(std::size_t target, std::size_t known, std::size_t season) {
  const std::size_t horizon = target - known;
  const std::size_t back = (horizon + season - 1) / season * season;
  return back <= target ? target - back : known;
}

constexpr std::array<Baseline, 2> kBaselines{{
    {"persistence", "repeats the last known value", false, last_known},
    {"seasonal-naive", "repeats the last known value of the same season", true, last_season},
}};

const Baseline& baseline_row(std::string_view name) { return find_row(kBaselines, "unknown baseline", name); }

}  // namespace

std::span<const Baseline> baseline_table() { return kBaselines; }

std::vector<double> baseline_forecast(std::string_view name, const Dataset& dataset, const Windows& windows,
                                      int season) {
  const Baseline& row = baseline_row(name);
  require(season >= 1, "the season is {}; it must be 1 or more", season);
  std::vector<double> forecast;
  forecast.reserve(windows.count * windows.outputs);
  for (const std::size_t target : windows.target_row) {
    const std::size_t known = target - static_cast<std::size_t>(dataset.options.horizon);
    const std::size_t source = row.source_row(target, known, static_cast<std::size_t>(season));
    for (const std::size_t column : dataset.target_columns)
      forecast.push_back(dataset.series.at(source, column));
  }
  return forecast;
}

std::vector<double> true_values(const Dataset& dataset, const Windows& windows) {
  std::vector<double> truth;
  truth.reserve(windows.count * windows.outputs);
  for (const std::size_t target : windows.target_row) {
    for (const std::size_t column : dataset.target_columns)
      truth.push_back(dataset.series.at(target, column));
  }
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
