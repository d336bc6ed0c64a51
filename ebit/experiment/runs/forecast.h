// What comes after the end of a series.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/data/dataset.h"
#include "ebit/data/series.h"
#include "ebit/experiment/runs/run.h"

namespace ebit::experiment {

/// A forecast of S steps for O targets, in the data's units.
struct Forecast {
  std::vector<std::string> targets;  ///< [O]
  /// [S] labels continued from the data's own, see continue_times().
  std::vector<std::string> times;
  std::vector<double> values;                                         ///< [S, O] means over the seeds
  std::vector<double> least, /**< [S, O] over the seeds */ greatest;  ///< [S, O] over the seeds
  std::size_t direct = 0;  ///< so many first steps rest on known values alone; the rest on predictions
  std::size_t seeds = 1;   ///< trainings that it is the mean of
  double level = 0.0;      ///< share of true values that prediction intervals aim to cover; 0: there are none
  bool quantiles = false;  ///< they come from predicted quantiles
  /// [S, O] lower ends of the intervals, NaN for steps that the validation part is too short for; empty:
  /// none.
  std::vector<double> lower = {};
  std::vector<double> upper = {};  ///< [S, O] upper ends
  std::vector<double> raw = {};    ///< [S, O] values with nothing done about errors; empty: `values` are raw
  std::vector<std::string> notes = {};  ///< what is to be known of it, a line each
};

/// Forecasts `steps` rows after the last one of `series`: each window
/// slides over known values, and over predictions where the future is not known; a model that predicts
/// several steps gives all of them from one window. Predicted quantiles are the first intervals of the
/// forecast, and it is their median. Stateful models are run through the windows before it.
/// @param models trainings of one model of a series with different seeds, at least one.
/// @param future where features are known ahead: a series with those columns whose times hold those of the
/// steps. Throws Error for steps below 1, a series too short for one window, values that the model's encoder
/// does not take, features known ahead without a row of their own for a step, and more steps than the horizon
/// where a feature is neither a target nor known ahead, because nothing says how it goes on.
/// @param times of the steps where they are known, as of a past forecast; empty: the series' own go on.
Forecast forecast(std::span<const TrainedModel> models, const Series& series, int steps,
                  const Series& future = {}, std::vector<std::string> times = {});

/// How far the ends of prediction intervals are from forecasts, or from their outer quantiles.
struct Margins {
  double level = 0.0;                   ///< share of true values that they aim to cover
  std::vector<double> values = {};      ///< [S, O] means over the models; NaN: too few errors; empty: none
  Transform transform = {};             ///< they are of errors where its link() makes them alike
  std::vector<std::string> notes = {};  ///< why some or all are not there
};

/// Conformal margins, step by step, from the errors of forecasts that begin in the validation part of
/// `dataset`, the training's own data, at up to 100 places.
Margins interval_margins(std::span<const TrainedModel> models, const Dataset& dataset, std::size_t steps,
                         double level);

/// Gives a forecast of as many steps its intervals, and the notes.
void add_intervals(Forecast& forecast, const Margins& margins);

/// Errors of forecasts that begin in the validation part of `dataset`, at up to `most` places, step by step,
/// where intervals are made of them (Transform::link()): [S, O] lists; of quantiles how far true values lie
/// outside the outer ones.
std::vector<std::vector<double>> forecast_errors(const TrainedModel& trained, const Dataset& dataset,
                                                 std::size_t steps, std::size_t most);

/// Why the validation part of `dataset` makes no intervals; "" where it does.
std::string why_no_intervals(const Dataset& dataset, double level);

/// A forecast and the series that it continues.
struct RunForecast {
  Series series;      ///< up to now
  Forecast forecast;  ///< from there on
};

/// What is asked of a run.
struct ForecastOptions {
  std::string data = {};          ///< a file or included set to go on from; empty: the run's own data
  std::string future = {};        ///< a file with what is known ahead; empty: none
  std::optional<int> steps = {};  ///< rows after the last one; not given: all that it predicts at once
  std::string id = {};  ///< of a panel: what --data calls the column of the series; empty: as the run
  std::optional<double> interval = {};  ///< level of the intervals, 0: none; not given: the run's
};

/// Reads a file for a forecast. Where it cannot be read, the error names options of the training, which a
/// forecast takes from the run: that is added.
template <class Read>
auto as_the_run_reads(const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    const std::string text = error.what();
    if (text.find(" --") == std::string::npos) throw;
    throw Error(text + " (options of ebit train: a forecast reads files as its run did, so mend the file)");
  }
}

/// A line on what stands behind a forecast: that the run's data have changed since, or how many of their
/// rows it was trained on; "" where these are nearly all.
/// @param own_data the forecast goes on from the run's data.
std::string training_note(const Config& config, const std::filesystem::path& folder,
                          const TrainedModel& trained, bool own_data);

/// How a file of what is known ahead is read: as the run reads its data, dates as those of the series.
SeriesOptions future_reading(const Config& config, const Series& series);

/// What is told of mitigated values: "values are mitigated (...), raw ones stand beside them".
std::string mitigation_note(std::string_view mitigation);

/// Rows to forecast: as asked for, or all that the models predict at once.
int steps_of(std::span<const TrainedModel> models, const ForecastOptions& options);

/// The forecast of all trainings of a run's model. Other data are read and scaled as the run's own. Throws
/// Error as forecast(), and for runs of other problems.
/// @param changes settings of the run's model that are others in use, such as noise.
RunForecast forecast_run(const std::filesystem::path& folder, const ForecastOptions& options,
                         const std::vector<Setting>& changes = {});

/// The settings of the run that is forecast from, with `changes`. Throws Error where the options are not
/// right for it, and for runs of other problems.
Config forecast_config(const std::filesystem::path& folder, const ForecastOptions& options,
                       const std::vector<Setting>& changes);

/// The trainings of a run's model, without its data.
std::vector<TrainedModel> forecasting_models(const Config& config, const std::filesystem::path& folder);

/// time, then per target its value, the ends of its interval, and with several seeds its least and greatest.
std::string forecast_csv(const Forecast& forecast);
std::string forecast_heading(const Forecast& forecast);  ///< its first line
/// Its other lines. @param id of a panel: the series, which stands first; empty: it does not.
std::string forecast_rows(const Forecast& forecast, const std::string& id = {});

/// Draws plots/forecast.{svg,png} of a run folder, of several targets a plot each. Throws Error where gnuplot
/// is missing or a file cannot be written.
/// @param suffix behind the name of the plot, where a run has several.
void plot_forecast(const std::filesystem::path& folder, const RunForecast& run,
                   const std::string& suffix = {});

}  // namespace ebit::experiment
