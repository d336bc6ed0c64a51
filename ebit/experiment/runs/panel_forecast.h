// What comes after the ends of the series of a panel.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ebit/experiment/runs/forecast.h"

namespace ebit::experiment {

/// Forecasts of the series of a panel.
struct PanelForecast {
  std::string id;                       ///< the column that names them
  std::vector<RunForecast> series;      ///< of each; Series::id says which
  std::vector<std::string> notes = {};  ///< what is to be known of all, a line each
};

/// Whether the run is one of a panel (--id).
bool is_panel_run(const std::filesystem::path& folder);

/// forecast_run() for each series of a panel. Of other data those that the training had are forecast; a file
/// of what is known ahead names its series, or, without such a column, counts for all. Where the validation
/// part of a series is too short for intervals of its own, they rest on the errors of all series in scaled
/// units, which a note tells. Throws Error as forecast_run(), naming the series, for one that the training
/// did not have unless the run has --unusable drop, and for runs of one series.
PanelForecast forecast_panel(const std::filesystem::path& folder, const ForecastOptions& options,
                             const std::vector<Setting>& changes = {});

/// forecast_csv() with a first column that names the series.
std::string forecast_csv(const PanelForecast& forecast);

/// Draws the forecasts of the first few series, see plot_forecast().
void plot_forecast(const std::filesystem::path& folder, const PanelForecast& forecast);

}  // namespace ebit::experiment
