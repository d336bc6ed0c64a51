#include "ebit/analysis/inspect/step_columns.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace ebit::analysis {

StepColumn step_column(const Sequences& sequences, std::string key, std::string heading,
                       const std::vector<double>& values, std::string note) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  StepColumn column{.key = std::move(key), .heading = std::move(heading), .note = std::move(note)};
  column.mean.assign(sequences.window, 0.0);
  column.least.assign(sequences.window, kInfinity), column.greatest.assign(sequences.window, -kInfinity);
  std::vector<double> counts(sequences.window, 0.0);
  for (std::size_t b = 0; b < sequences.samples; ++b)
    for (std::size_t s = 0; s < sequences.length(b); ++s) ++counts[s % sequences.window];
  for (std::size_t b = 0; b < sequences.samples; ++b)
    for (std::size_t s = 0; s < sequences.length(b); ++s) {
      const std::size_t t = s % sequences.window;
      const double value = values[b * sequences.steps + s];
      column.mean[t] += value / counts[t];
      column.least[t] = std::min(column.least[t], value);
      column.greatest[t] = std::max(column.greatest[t], value);
    }
  return column;
}

StepColumn step_column(std::string key, std::string heading, const std::vector<double>& values,
                       std::string note) {
  return {.key = std::move(key),
          .heading = std::move(heading),
          .note = std::move(note),
          .small = true,
          .mean = values,
          .least = values,
          .greatest = values};
}

const StepColumn* find_column(const std::vector<StepColumn>& columns, const std::string& key) {
  const auto found = std::ranges::find(columns, key, &StepColumn::key);
  return found == columns.end() ? nullptr : &*found;
}

std::vector<double> step_numbers(std::size_t count) {
  std::vector<double> x(count);
  std::iota(x.begin(), x.end(), 1.0);
  return x;
}

void add_curves(const std::vector<StepColumn>& columns, std::span<const StepCurve> curves, Figure& figure) {
  for (const bool band : {true, false})
    for (const StepCurve& curve : curves) {
      const StepColumn* const column = find_column(columns, curve.key);
      if (!column || (band && !curve.band)) continue;
      PlotSeries series;
      series.x = step_numbers(column->mean.size()), series.color = curve.color;
      series.style = band ? PlotStyle::kBand : PlotStyle::kLinePoints;
      if (band)
        series.low = column->least, series.high = column->greatest;
      else
        series.y = column->mean, series.label = curve.label;
      figure.series.push_back(std::move(series));
    }
}

}  // namespace ebit::analysis
