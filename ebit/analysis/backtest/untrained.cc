#include "ebit/analysis/backtest/untrained.h"

#include <algorithm>
#include <cmath>

#include "ebit/data/baseline.h"
#include "ebit/data/conformal.h"

namespace ebit::analysis {
namespace {

// The history as a data set whose training part are its first rows: what baseline_forecast() takes.
Dataset data_of(const History& history, std::size_t training) {
  Dataset data;
  data.series = history.series;
  data.options.targets = history.targets;
  data.options.horizon = static_cast<int>(history.steps), data.options.first_step = history.steps > 1 ? 1 : 0;
  for (const std::string& target : history.targets)
    data.target_columns.push_back(
        static_cast<std::size_t>(std::ranges::find(data.series.names, target) - data.series.names.begin()));
  data.part_begin = {0, training, history.known, history.known};
  data.train.count = training;
  for (std::size_t row = 0; row < training; ++row) data.train.target_row.push_back(row);
  return data;
}

// Windows that end right before these rows.
Windows windows_before(const std::vector<std::size_t>& rows, const History& history) {
  Windows windows{
      .count = rows.size(), .outputs = history.steps * history.targets.size(), .ahead = history.steps};
  for (const std::size_t row : rows) windows.target_row.push_back(row + history.steps - 1);
  return windows;
}

// Half the width of the interval of each step and target; empty: there are none.
std::vector<double> half_widths(const std::string& name, const History& history) {
  constexpr std::size_t kMostPlaces = 100;
  const std::size_t begin = std::max<std::size_t>(history.judged, 1), end = history.fitted;
  if (history.level <= 0 || end < begin + fewest_errors(history.level)) return {};
  const std::size_t count = std::min(kMostPlaces, end - begin),
                    columns = history.steps * history.targets.size();
  std::vector<std::size_t> places;
  for (std::size_t p = 0; p < count; ++p) places.push_back(begin + p * (end - begin) / count);
  const Dataset data = data_of(history, history.judged);
  const Windows windows = windows_before(places, history);
  const std::vector<double> said = baseline_forecast(name, data, windows, history.season),
                            truth = true_values(data, windows);
  std::vector<std::vector<double>> errors(columns);
  for (std::size_t i = 0; i < said.size(); ++i) {
    const bool past = places[i / columns] + i % columns / history.targets.size() < end;
    if (past && !std::isnan(said[i])) errors[i % columns].push_back(truth[i] - said[i]);
  }
  std::vector<double> half;
  for (std::vector<double>& own : errors) {
    half.push_back(conformal_half_width(std::move(own), history.level));
    if (std::isnan(half.back())) return {};
  }
  return half;
}

}  // namespace

CutForecast untrained_forecast(const std::string& name, const History& history) {
  const Dataset data = data_of(history, history.fitted);
  CutForecast forecast;
  forecast.values = baseline_forecast(name, data, windows_before({history.known}, history), history.season);
  if (std::ranges::any_of(forecast.values, [](double v) { return std::isnan(v); })) return {};
  const std::vector<double> half = half_widths(name, history);
  for (std::size_t i = 0; i < half.size(); ++i) {
    forecast.lower.push_back(forecast.values[i] - half[i]);
    forecast.upper.push_back(forecast.values[i] + half[i]);
  }
  return forecast;
}

}  // namespace ebit::analysis
