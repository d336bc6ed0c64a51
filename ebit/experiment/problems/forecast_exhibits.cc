#include "ebit/experiment/problems/forecast_exhibits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/report/figures.h"
#include "ebit/report/plot_script.h"

namespace ebit::experiment {
namespace {

// Whether all seeds have prediction intervals with ends.
bool have_intervals(std::span<const Scores* const> seeds) {
  return std::ranges::all_of(seeds, [](const Scores* seed) {
    return !seed->upper.empty() &&
           std::ranges::all_of(seed->upper, [](double v) { return std::isfinite(v); });
  });
}

// The mean over the seeds of one of their numbers.
double mean_at(std::span<const Scores* const> seeds, const std::vector<double> Scores::*values,
               std::size_t at) {
  double sum = 0.0;
  for (const Scores* seed : seeds) sum += (seed->*values)[at];
  return sum / static_cast<double>(seeds.size());
}

// Truth and predictions of one target, step `ahead` of those that are predicted; over several seeds their
// mean, least and greatest; on the test part the prediction interval where there is one.
PredictedSeries predicted_series(const Dataset& dataset, std::span<const Scores* const> seeds,
                                 std::size_t target, std::size_t ahead) {
  PredictedSeries series{.name = dataset.options.targets[target],
                         .times = dataset.series.times,
                         .truth = {},
                         .parts = {},
                         .date_order = dataset.series.date_order};
  for (std::size_t row = 0; row < dataset.series.rows(); ++row)
    series.truth.push_back(dataset.series.at(row, dataset.target_columns[target]));
  const Windows* const parts[] = {&dataset.train, &dataset.validation, &dataset.test};
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    const Windows& windows = *parts[part];
    if (windows.count == 0 || seeds[0]->predictions[part].empty()) continue;
    PredictedPart predicted{.name = std::string(kPartNames[part]), .rows = {}};
    for (std::size_t i = 0; i < windows.count; ++i) {
      const std::size_t place = (i * windows.ahead + ahead) * dataset.options.targets.size() + target;
      predicted.rows.push_back(windows.row(i, ahead));
      double sum = 0.0, low = INFINITY, high = -INFINITY;
      for (const Scores* seed : seeds) {
        const double value = seed->predictions[part][place];
        sum += value, low = std::min(low, value), high = std::max(high, value);
      }
      predicted.predicted.push_back(sum / static_cast<double>(seeds.size()));
      if (part == 2 && have_intervals(seeds)) {
        predicted.low.push_back(mean_at(seeds, &Scores::lower, place));
        predicted.high.push_back(mean_at(seeds, &Scores::upper, place));
        continue;
      }
      if (seeds.size() < 2) continue;
      predicted.low.push_back(low), predicted.high.push_back(high);
    }
    // The bands of the parts are one kind of thing, but for the test part's interval: the legend names each
    // once.
    if (part == 2 && have_intervals(seeds))
      predicted.band = fmt::format("{:g} % prediction interval, test", 100 * seeds[0]->level);
    else if (series.parts.empty())
      predicted.band = "least to greatest of the seeds";
    series.parts.push_back(std::move(predicted));
  }
  return series;
}

std::string band_caption(std::span<const Scores* const> seeds) {
  std::string text;
  if (seeds.size() > 1)
    text = "The line is the mean over the seeds, the band reaches from the least to the greatest.";
  if (have_intervals(seeds))
    text += fmt::format("{}On the test part the band is the {:g} % prediction interval, {}.",
                        text.empty() ? "" : " ", 100 * seeds[0]->level,
                        seeds[0]->quantiles[2].empty() ? "from the errors on the validation part"
                                                       : "from the predicted quantiles");
  return text;
}

}  // namespace

std::vector<Exhibit> forecast_exhibits(const Dataset& dataset, std::span<const Scores* const> seeds) {
  std::vector<Exhibit> exhibits;
  const std::size_t targets = dataset.options.targets.size(), steps = dataset.options.steps();
  const std::string& id = dataset.series.id;
  const std::string front = id.empty() ? "" : id + ": ";
  for (std::size_t o = 0; o < targets; ++o)
    for (const std::size_t s :
         steps > 1 ? std::vector<std::size_t>{0, steps - 1} : std::vector<std::size_t>{0}) {
      const std::size_t step = dataset.options.first() + s;
      std::string suffix = targets > 1 ? fmt::format("-{}", o + 1) : "", title;
      if (steps > 1)
        suffix += fmt::format("-step-{}", step),
            title = fmt::format(", {} step{} ahead", step, step == 1 ? "" : "s");
      const PredictedSeries series = predicted_series(dataset, seeds, o, s);
      exhibits.push_back({"predictions" + suffix, band_caption(seeds),
                          sheet_of(prediction_figure(series, front + "Predictions and truth" + title))});
      exhibits.push_back({"residuals" + suffix, "Predicted minus true value.",
                          residual_sheet(series, front + "Residuals" + title)});
      exhibits.push_back({"scatter" + suffix, "",
                          sheet_of(scatter_figure(series, front + "Predicted against true values" + title))});
    }
  return exhibits;
}

}  // namespace ebit::experiment
