// What comes after the end of a series.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "ebit/data/series.h"
#include "ebit/experiment/runs/run.h"

namespace ebit::experiment {

/// A forecast of S steps for O targets, in the data's units.
struct Forecast {
  std::vector<std::string> targets;  ///< [O]
  /// [S] labels continued from the data's own, see continue_times().
  std::vector<std::string> times;
  std::vector<double> values;                                         ///< [S, O] means over the seeds
  std::vector<double> low, /**< [S, O] least over the seeds */ high;  ///< [S, O] greatest over the seeds
  std::size_t direct = 0;  ///< so many first steps rest on known values alone; the rest on predictions
  std::size_t seeds = 1;   ///< trainings that it is the mean of
};

/// Forecasts `steps` rows after the last one of `series`: each window slides over known values, and over
/// predictions where the future is not known. Stateful models are run through the windows before it.
/// @param models trainings of one model of a series with different seeds, at least one.
/// Throws Error for steps below 1, a series too short for one window, values that the model's encoder does
/// not take, and more steps than the horizon where a feature is no target, because nothing says how it goes
/// on.
Forecast forecast(std::span<const TrainedModel> models, const Series& series, int steps);

/// A forecast and the series that it continues.
struct RunForecast {
  Series series;      ///< up to now
  Forecast forecast;  ///< from there on
};

/// The forecast of all trainings of a run's model.
/// @param data a CSV file or the name of an included data set to go on from, read and scaled as the run's
///        own; empty: the run's own. Throws Error as forecast(), and for runs of other problems.
/// @param changes settings of the run's model that are others in use, such as noise.
RunForecast forecast_run(const std::filesystem::path& folder, const std::string& data, int steps,
                         const std::vector<Setting>& changes = {});

/// time, then per target its value, and with several seeds its least and greatest.
std::string forecast_csv(const Forecast& forecast);

/// Draws plots/forecast.{svg,png} of a run folder, of several targets a plot each. Throws Error where gnuplot
/// is missing or a file cannot be written.
void plot_forecast(const std::filesystem::path& folder, const RunForecast& run);

}  // namespace ebit::experiment
