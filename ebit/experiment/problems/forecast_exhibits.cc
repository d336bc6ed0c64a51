#include "ebit/experiment/problems/forecast_exhibits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/report/figures.h"
#include "ebit/report/plot_script.h"

namespace ebit::experiment {
namespace {

// Half the prediction interval of a target, the mean over the seeds; 0 where one has none.
double half_width(std::span<const Scores* const> seeds, std::size_t target) {
  double sum = 0.0;
  for (const Scores* seed : seeds) {
    if (target >= seed->half_widths.size() || !std::isfinite(seed->half_widths[target])) return 0.0;
    sum += seed->half_widths[target];
  }
  return sum / static_cast<double>(seeds.size());
}

// Truth and predictions of one target; over several seeds their mean, least and greatest; on the test part
// the prediction interval where there is one.
PredictedSeries predicted_series(const Dataset& dataset, std::span<const Scores* const> seeds,
                                 std::size_t target) {
  PredictedSeries series{
      .name = dataset.options.targets[target], .times = dataset.series.times, .truth = {}, .parts = {}};
  for (std::size_t row = 0; row < dataset.series.rows(); ++row)
    series.truth.push_back(dataset.series.at(row, dataset.target_columns[target]));
  const Windows* const parts[] = {&dataset.train, &dataset.validation, &dataset.test};
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    const Windows& windows = *parts[part];
    if (windows.count == 0 || seeds[0]->predictions[part].empty()) continue;
    PredictedPart predicted{.name = std::string(kPartNames[part]), .rows = windows.target_row};
    for (std::size_t i = 0; i < windows.count; ++i) {
      double sum = 0.0, low = INFINITY, high = -INFINITY;
      for (const Scores* seed : seeds) {
        const double value = seed->predictions[part][i * windows.outputs + target];
        sum += value, low = std::min(low, value), high = std::max(high, value);
      }
      predicted.predicted.push_back(sum / static_cast<double>(seeds.size()));
      if (const double half = half_width(seeds, target); part == 2 && half > 0) {
        const auto [least, greatest] = dataset.transform.ends(predicted.predicted.back(), half);
        predicted.low.push_back(least), predicted.high.push_back(greatest);
        continue;
      }
      if (seeds.size() < 2) continue;
      predicted.low.push_back(low), predicted.high.push_back(high);
    }
    series.parts.push_back(std::move(predicted));
  }
  return series;
}

std::string band_caption(std::span<const Scores* const> seeds, double half, double level) {
  std::string text;
  if (seeds.size() > 1)
    text = "The line is the mean over the seeds, the band reaches from the least to the greatest.";
  if (half > 0)
    text += fmt::format(
        "{}On the test part the band is the {:g} % prediction interval, from the errors on the validation "
        "part.",
        text.empty() ? "" : " ", 100 * level);
  return text;
}

}  // namespace

std::vector<Exhibit> forecast_exhibits(const Dataset& dataset, std::span<const Scores* const> seeds,
                                       double level) {
  std::vector<Exhibit> exhibits;
  const std::size_t targets = dataset.options.targets.size();
  const std::string& id = dataset.series.id;
  const auto title = [&](const std::string& what) {
    return id.empty() ? what : fmt::format("{}: {}", id, what);
  };
  for (std::size_t o = 0; o < targets; ++o) {
    const std::string suffix = targets > 1 ? fmt::format("-{}", o + 1) : "";
    const PredictedSeries series = predicted_series(dataset, seeds, o);
    exhibits.push_back({"predictions" + suffix, band_caption(seeds, half_width(seeds, o), level),
                        sheet_of(prediction_figure(series, title("Predictions and truth")))});
    exhibits.push_back(
        {"residuals" + suffix, "Predicted minus true value.", residual_sheet(series, title("Residuals"))});
    exhibits.push_back(
        {"scatter" + suffix, "", sheet_of(scatter_figure(series, title("Predicted against true values")))});
  }
  return exhibits;
}

}  // namespace ebit::experiment
