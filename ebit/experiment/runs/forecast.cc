#include "ebit/experiment/runs/forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/time.h"
#include "ebit/base/utf8.h"
#include "ebit/data/conformal.h"
#include "ebit/data/continue_times.h"
#include "ebit/experiment/problems/check_inputs.h"
#include "ebit/experiment/problems/forecast_problem.h"
#include "ebit/experiment/problems/forecast_scores.h"
#include "ebit/experiment/problems/panel_problem.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/forecast_path.h"
#include "ebit/experiment/runs/known_ahead.h"
#include "ebit/experiment/runs/score.h"
#include "ebit/fit/checkpoint.h"
#include "ebit/settings/noise_options.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;

// How the training saw its data.
Dataset fitted_of(const TrainedModel& trained) {
  const auto text = trained.metadata.find("data");
  require(text != trained.metadata.end() && !text->second.empty(),
          "'{}' does not say how its data were scaled: it is not of a run of a series",
          trained.job.folder.string());
  return fitted_dataset(text->second, (trained.job.folder / files::kBest).string());
}

// The encoder must take what the forecast shows to the model.
void check_values(const TrainedModel& trained, const Dataset& fitted, const Scaled& scaled,
                  const Series& series) {
  const Config& config = trained.job.config;
  const InputCheck takes(config, scaled.features.size());
  // The transform takes the first rows of the series.
  const std::size_t lost = fitted.transform.lost(), rows = series.rows() - lost;
  const std::size_t seen = static_cast<std::size_t>(fitted.options.window) + fitted.options.first() - 1;
  for (std::size_t f = 0; f < scaled.features.size(); ++f) {
    // A stateful model goes through all rows, any other sees the last windows.
    const std::size_t first = config.model.stateful ? 0 : rows - seen;
    for (std::size_t row = first; row < rows; ++row)
      takes(scaled.features[f][row], series, row + lost, fitted.series.names[fitted.feature_columns[f]]);
  }
}

void check(const Dataset& fitted, const Series& series, int steps) {
  require(steps >= 1, "--steps must be at least 1, not {}", steps);
  const std::size_t needed =
      static_cast<std::size_t>(fitted.options.window) + fitted.options.first() - 1 + fitted.transform.lost();
  require(series.rows() >= needed, "{} has {} rows, but a forecast needs {} (window {}, horizon {})",
          series.source, series.rows(), needed, fitted.options.window, fitted.options.first());
  for (std::size_t f = 0; f < fitted.feature_columns.size(); ++f) {
    if (fitted.ahead[f]) continue;
    const std::size_t column = fitted.feature_columns[f];
    const auto& targets = fitted.target_columns;
    require(
        steps <= fitted.options.horizon || std::find(targets.begin(), targets.end(), column) != targets.end(),
        "--steps {} is beyond the horizon {} and needs future values of '{}', which is not predicted: "
        "forecast at most {} steps, or train with it as a --target, with --future where it is known ahead, "
        "or with "
        "--horizon 1..{}",
        steps, fitted.options.horizon, fitted.series.names[column], fitted.options.horizon, steps);
  }
}

// Says that the offset from UTC changes among times that were continued; nothing where it does not.
std::vector<std::string> offset_note(const std::string& last, std::span<const std::string> times,
                                     const std::string& date_order) {
  const auto known = parse_time(last, date_order_of(date_order));
  for (const std::string& time : times) {
    const auto point = parse_time(time, date_order_of(date_order));
    if (!known || !point || point->offset == known->offset) continue;
    return {
        fmt::format("from {} on the times have another offset from UTC, as in the years before: summer time "
                    "is continued by its weekday of the month",
                    shown(time))};
  }
  return {};
}

}  // namespace

Forecast forecast(std::span<const TrainedModel> models, const Series& given, int steps, const Series& future,
                  std::vector<std::string> times) {
  require(!models.empty(), "a forecast needs a trained model");
  const Dataset first = fitted_of(models[0]);
  check(first, given, steps);
  const Series series = as_fitted(given, first);
  const std::size_t outputs = first.target_columns.size(), count = static_cast<std::size_t>(steps);
  Forecast result{.targets = first.options.targets,
                  .times = std::move(times),
                  .values = std::vector<double>(count * outputs, 0.0),
                  .least = {},
                  .greatest = {},
                  .direct = std::min(count, static_cast<std::size_t>(first.options.horizon)),
                  .seeds = models.size()};
  const std::size_t whole = whole_steps(first, count);
  if (result.times.empty()) {
    result.times = continue_times(series.times, static_cast<int>(whole), given.date_order);
    result.notes = offset_note(series.times.back(), std::span(result.times).first(count), given.date_order);
  }
  require(result.times.size() >= whole, "a forecast of {} steps came with {} times", whole,
          result.times.size());
  const Series seen = as_seen(series, first);
  const Series known = known_ahead(first, result.times, series, given.date_order, future);
  std::ranges::move(far_values(known, series), std::back_inserter(result.notes));
  result.times.resize(count);
  const double share = 1 / static_cast<double>(models.size());
  for (const TrainedModel& trained : models) {
    const Dataset fitted = fitted_of(trained);
    const Scaled scaled = scale_features(fitted, seen, known);
    check_values(trained, fitted, scaled, series);
    const Path path = run_model(trained, fitted, scaled, seen.rows(), count);
    const RestoredPath own = restored(fitted, series, path);
    if (result.least.empty()) result.least = result.greatest = own.point;
    for (std::size_t i = 0; i < own.point.size(); ++i) {
      result.values[i] += own.point[i] * share;
      result.least[i] = std::min(result.least[i], own.point[i]);
      result.greatest[i] = std::max(result.greatest[i], own.point[i]);
    }
    if (!path.quantiles) continue;
    const std::vector<double>& levels = trained.model->spec().head.quantiles;
    result.level = levels.back() - levels.front();
    result.lower.resize(own.point.size()), result.upper.resize(own.point.size());
    for (std::size_t i = 0; i < own.point.size(); ++i)
      result.lower[i] += own.low[i] * share, result.upper[i] += own.high[i] * share;
  }
  result.quantiles = !result.lower.empty();
  return result;
}

std::vector<std::vector<double>> forecast_errors(const TrainedModel& trained, const Dataset& dataset,
                                                 std::size_t steps, std::size_t most) {
  const std::size_t begin = dataset.part_begin[1], end = dataset.part_begin[2];
  const std::size_t outputs = dataset.target_columns.size(), lost = dataset.transform.lost();
  const std::size_t places = std::min(most, end - begin);
  const Dataset fitted = fitted_of(trained);
  const Transform& transform = fitted.transform;
  Series none;
  none.names = dataset.series.names;
  const Scaled whole = scale_features(fitted, as_seen(dataset.series, fitted), none);
  std::vector<std::vector<double>> errors(steps * outputs);
  for (std::size_t p = 0; p < places; ++p) {
    const std::size_t rows = begin + p * (end - begin) / places, count = std::min(steps, end - rows);
    const std::size_t seen = whole_steps(fitted, count);
    if (seen > count && rows + seen > dataset.series.rows()) continue;
    const Path path = run_model(trained, fitted, first_rows(whole, rows - lost, seen), rows - lost, count);
    const RestoredPath said = restored(fitted, first_rows(dataset.series, rows), path);
    for (std::size_t i = 0; i < count * outputs; ++i) {
      const double z =
          transform.link(dataset.series.at(rows + i / outputs, dataset.target_columns[i % outputs]));
      errors[i].push_back(path.quantiles
                              ? std::max(transform.link(said.low[i]) - z, z - transform.link(said.high[i]))
                              : z - transform.link(said.point[i]));
    }
  }
  return errors;
}

std::string why_no_intervals(const Dataset& dataset, double level) {
  const std::size_t begin = dataset.part_begin[1], end = dataset.part_begin[2];
  const std::size_t needed = static_cast<std::size_t>(dataset.options.window) + dataset.options.first() - 1;
  if (dataset.options.split == "time" && end >= begin + fewest_errors(level) &&
      begin >= needed + dataset.transform.lost())
    return {};
  return fmt::format("{:g} % take a validation part, split by time, of {} rows", 100 * level,
                     fewest_errors(level));
}

Margins interval_margins(std::span<const TrainedModel> models, const Dataset& dataset, std::size_t steps,
                         double level) {
  constexpr std::size_t kMostPlaces = 100;
  const bool quantiles = !models[0].model->spec().head.quantiles.empty();
  Margins margins{.level = level, .values = {}, .transform = dataset.transform, .notes = {}};
  if (const std::string why = why_no_intervals(dataset, level); !why.empty()) {
    margins.notes.push_back(
        fmt::format("no prediction intervals{}: {}", quantiles ? " but the quantiles as they are" : "", why));
    return margins;
  }
  const std::size_t outputs = dataset.target_columns.size();
  margins.values.assign(steps * outputs, 0.0);
  for (const TrainedModel& trained : models) {
    auto errors = forecast_errors(trained, dataset, steps, kMostPlaces);
    for (std::size_t i = 0; i < errors.size(); ++i)
      margins.values[i] +=
          interval_margin(std::move(errors[i]), level, quantiles) / static_cast<double>(models.size());
  }
  const auto missing = std::ranges::find_if(margins.values, [](double h) { return std::isnan(h); });
  if (missing != margins.values.end())
    margins.notes.push_back(
        fmt::format("no intervals from step {} on: the validation part of {} rows is too short for them",
                    static_cast<std::size_t>(missing - margins.values.begin()) / outputs + 1,
                    dataset.part_begin[2] - dataset.part_begin[1]));
  return margins;
}

void add_intervals(Forecast& forecast, const Margins& margins) {
  forecast.notes.insert(forecast.notes.end(), margins.notes.begin(), margins.notes.end());
  if (margins.values.empty()) return;
  forecast.level = margins.level;
  if (!forecast.quantiles) forecast.lower = forecast.upper = forecast.values;
  const Transform& transform = margins.transform;
  for (std::size_t i = 0; i < margins.values.size(); ++i) {
    // A margin below 0 must not turn the ends around; NaN stays.
    const double half = (transform.link(forecast.upper[i]) - transform.link(forecast.lower[i])) / 2;
    const double margin = margins.values[i] < -half ? -half : margins.values[i];
    forecast.lower[i] = transform.ends(forecast.lower[i], margin).first;
    forecast.upper[i] = transform.ends(forecast.upper[i], margin).second;
  }
}

std::vector<TrainedModel> forecasting_models(const Config& config, const fs::path& folder) {
  std::vector<TrainedModel> models;
  for (const Job& job : jobs_of(config, folder)) {
    if (job.baseline) continue;
    const fs::path best = job.folder / files::kBest;
    std::error_code ignored;
    require(fs::exists(best, ignored), "'{}' holds no trained weights yet: ebit resume trains them",
            job.folder.string());
    const fit::Metadata metadata = fit::load_weights(best).metadata;
    const auto fitted = metadata.find("data");
    // A problem without data: what was fitted says all that models need.
    const ForecastProblem problem(
        config, first_fitted(fitted == metadata.end() ? "" : fitted->second, best.string()), best.string());
    models.push_back(load_trained(job, problem, config));
  }
  return models;
}

Config forecast_config(const fs::path& folder, const ForecastOptions& options,
                       const std::vector<Setting>& changes) {
  Config config = with_settings(read_run_config(folder), changes);
  require(find_problem(config.problem.name).set == kForecast,
          "a forecast is for runs of a series, and '{}' is a run of the problem {}: ebit evaluate scores it "
          "again",
          folder.string(), config.problem.name);
  const double level = options.interval.value_or(config.output.interval);
  require(level >= 0 && level < 1, "--interval must be 0 (none) or more and below 1, not {}", level);
  require(options.future.empty() || !config.data.dataset.future.empty(),
          "--future has no effect: the run '{}' has no columns that are known ahead (ebit train --future)",
          folder.string());
  return config;
}

int steps_of(std::span<const TrainedModel> models, const ForecastOptions& options) {
  const DatasetOptions seen = fitted_of(models[0]).options;
  return options.steps.value_or(seen.steps() > 1 ? seen.horizon : 1);
}

namespace {

// A line on how many of its rows a run was trained on; "" where these are nearly all.
std::string trained_up_to(const Config& config) {
  const DatasetOptions& o = config.data.dataset;
  if (o.split != "time" || !o.test_from.empty() || o.train + o.validation >= 0.95) return {};
  return fmt::format(
      "the model was trained on the first {:g} % of its run's rows{}: for a forecast to rely on, train on "
      "later "
      "ones too, as by --train 0.9 --validation 0.1",
      100 * o.train,
      o.validation > 0 ? fmt::format(", and chosen by the next {:g} %", 100 * o.validation) : "");
}

}  // namespace

std::string training_note(const Config& config, const fs::path& folder, const TrainedModel& trained,
                          bool own_data) {
  if (own_data && !problem_as_trained(folder, trained.metadata))
    return "the run's data have changed since the training: the forecast goes on from them as they are now, "
           "scaled as they were then; to train on them go on with ebit train --start-from RUN";
  return trained_up_to(config);
}

SeriesOptions future_reading(const Config& config, const Series& series) {
  SeriesOptions reading = config.data.series;
  reading.first_rows = reading.without_last = 0;  // of the run's own file
  reading.time.date_order = date_order_for_others(series), reading.time.if_there = true;
  for (const std::string& name : config.data.dataset.categories)
    if (std::ranges::find(config.data.dataset.future, name) != config.data.dataset.future.end())
      reading.texts.push_back(name);
  return reading;
}

std::string mitigation_note(std::string_view mitigation) {
  return fmt::format("values are mitigated ({}), raw ones stand beside them", mitigation);
}

RunForecast forecast_run(const fs::path& folder, const ForecastOptions& options,
                         const std::vector<Setting>& changes) {
  const Config config = forecast_config(folder, options, changes);
  const double level = options.interval.value_or(config.output.interval);
  require_one_series(config, "forecast_run()");
  if (options.data.empty()) require_run_data(config);
  const std::vector<TrainedModel> models = forecasting_models(config, folder);
  Config own = config, now = config;
  RunForecast run{as_the_run_reads([&] {
                    return options.data.empty() ? load_data(now) : load_other_data(now, options.data);
                  }),
                  {}};
  Series future;
  if (!options.future.empty())
    future = as_the_run_reads([&] {
      return load_series(options.future, future_reading(config, run.series), config.data.dataset.future);
    });
  run.forecast = forecast(models, run.series, steps_of(models, options), future);
  if (const std::string mitigation = mitigation_of(config); !mitigation.empty()) {
    const Config raw = with_settings(read_run_config(folder), raw_settings(changes));
    run.forecast.raw =
        forecast(forecasting_models(raw, folder), run.series, steps_of(models, options), future).values;
    run.forecast.notes.push_back(mitigation_note(mitigation));
  }
  std::ranges::move(future.warnings, std::back_inserter(run.forecast.notes));
  if (std::string note = training_note(config, folder, models[0], options.data.empty()); !note.empty())
    run.forecast.notes.push_back(std::move(note));
  if (level <= 0) return run;
  try {
    add_intervals(run.forecast,
                  interval_margins(models, prepare_dataset(own), run.forecast.times.size(), level));
  } catch (const Error& error) {
    run.forecast.notes.push_back(
        fmt::format("no prediction intervals, which take the run's own data: {}", error.what()));
  }
  return run;
}

}  // namespace ebit::experiment
