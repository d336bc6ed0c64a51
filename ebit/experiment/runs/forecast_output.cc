// A forecast as a table and as pictures.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/experiment/problems/numbers.h"
#include "ebit/experiment/runs/forecast.h"
#include "ebit/experiment/runs/known_ahead.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/report/figures.h"

namespace ebit::experiment {

namespace fs = std::filesystem;

std::string forecast_heading(const Forecast& forecast) {
  std::string text = "time";
  for (const std::string& target : forecast.targets) {
    text += fmt::format(",{}", csv_cell(target));
    if (!forecast.raw.empty()) text += fmt::format(",{}", csv_cell(target + " raw"));
    if (forecast.level > 0)
      text += fmt::format(",{},{}", csv_cell(target + " lower"), csv_cell(target + " upper"));
    if (forecast.seeds > 1)
      text += fmt::format(",{},{}", csv_cell(target + " least of seeds"),
                          csv_cell(target + " greatest of seeds"));
  }
  return text + "\n";
}

std::string forecast_rows(const Forecast& forecast, const std::string& id) {
  const std::size_t outputs = forecast.targets.size();
  std::string text;
  for (std::size_t k = 0; k < forecast.times.size(); ++k) {
    text += (id.empty() ? "" : csv_cell(id) + ",") + csv_cell(forecast.times[k]);
    for (std::size_t i = k * outputs; i < (k + 1) * outputs; ++i) {
      text += fmt::format(",{}", forecast.values[i]);
      if (!forecast.raw.empty()) text += fmt::format(",{}", forecast.raw[i]);
      const auto cell = [](double value) {
        return std::isnan(value) ? std::string() : fmt::format("{}", value);
      };
      if (forecast.level > 0) text += fmt::format(",{},{}", cell(forecast.lower[i]), cell(forecast.upper[i]));
      if (forecast.seeds > 1) text += fmt::format(",{},{}", forecast.least[i], forecast.greatest[i]);
    }
    text += "\n";
  }
  return text;
}

std::string forecast_csv(const Forecast& forecast) {
  return forecast_heading(forecast) + forecast_rows(forecast);
}

void plot_forecast(const fs::path& folder, const RunForecast& run, const std::string& suffix) {
  const auto& [series, forecast] = run;
  make_folder(folder / files::kPlots);
  const std::size_t outputs = forecast.targets.size();
  // The band is the interval, or where there is none what the seeds differ by.
  const bool intervals =
      forecast.level > 0 && std::ranges::all_of(forecast.upper, [](double v) { return std::isfinite(v); });
  for (std::size_t o = 0; o < outputs; ++o) {
    const std::size_t column = column_of(series, forecast.targets[o]);
    ForecastSeries drawn{.name = forecast.targets[o],
                         .times = series.times,
                         .truth = {},
                         .future_times = forecast.times,
                         .forecast = {},
                         .low = {},
                         .high = {},
                         .actual = {},
                         .band = intervals ? fmt::format("{:g} % prediction interval", 100 * forecast.level)
                                           : "least to greatest of the seeds",
                         .date_order = series.date_order};
    for (std::size_t row = 0; row < series.rows(); ++row) drawn.truth.push_back(series.at(row, column));
    for (std::size_t i = o; i < forecast.values.size(); i += outputs) {
      drawn.forecast.push_back(forecast.values[i]);
      if (!intervals && forecast.seeds < 2) continue;
      drawn.low.push_back(intervals ? forecast.lower[i] : forecast.least[i]);
      drawn.high.push_back(intervals ? forecast.upper[i] : forecast.greatest[i]);
    }
    const std::string of = series.id.empty() ? "" : fmt::format(" of {}", series.id);
    const Figure figure = forecast_figure(drawn, "Forecast" + of);
    const std::string name =
        outputs > 1 ? fmt::format("forecast{}-{}", suffix, o + 1) : fmt::format("forecast{}", suffix);
    render(figure, folder / files::kPlots / (name + ".svg"));
    render(figure, folder / files::kPlots / (name + ".png"));
  }
}

}  // namespace ebit::experiment
