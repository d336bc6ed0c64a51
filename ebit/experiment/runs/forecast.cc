#include "ebit/experiment/runs/forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/data/conformal.h"
#include "ebit/data/continue_times.h"
#include "ebit/experiment/problems/check_inputs.h"
#include "ebit/experiment/problems/forecast_problem.h"
#include "ebit/experiment/problems/panel_problem.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/known_ahead.h"
#include "ebit/fit/checkpoint.h"
#include "ebit/report/figures.h"
#include "ebit/settings/noise_options.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kForecastDraws = std::uint64_t{3} << 60;

// A series in the model's units; grows by predictions. What is known ahead reaches as far as it is known.
struct Scaled {
  std::vector<std::vector<double>> features;  // [F][rows]
  std::vector<std::ptrdiff_t> target_of;      // [F] the target that continues a feature, or -1
  std::vector<std::size_t> shift;             // [F] rows that a feature is seen ahead
};

// `series` as the model sees it, `known` (see known_ahead()) behind it.
Scaled scale_features(const Dataset& fitted, const Series& series, const Series& known) {
  Scaled scaled;
  for (std::size_t f = 0; f < fitted.feature_columns.size(); ++f) {
    const std::size_t column = fitted.feature_columns[f];
    const std::string& name = fitted.series.names[column];
    std::vector<double> values;
    const auto add = [&](const Series& from) {
      const std::size_t source = column_of(from, name);
      for (std::size_t row = 0; row < from.rows(); ++row)
        values.push_back(fitted.scalers[0][column].transform(from.at(row, source)));
    };
    add(series);
    if (fitted.ahead[f]) add(known);
    scaled.features.push_back(std::move(values));
    const auto& targets = fitted.target_columns;
    const auto target = std::find(targets.begin(), targets.end(), column);
    scaled.target_of.push_back(target == targets.end() ? -1 : target - targets.begin());
    scaled.shift.push_back(fitted.ahead[f] ? static_cast<std::size_t>(fitted.options.horizon) : 0);
  }
  return scaled;
}

// The same where only the first `rows` are known, and what is known ahead for `steps` more.
Scaled first_rows(const Scaled& whole, std::size_t rows, std::size_t steps) {
  Scaled part = whole;
  for (std::size_t f = 0; f < part.features.size(); ++f)
    part.features[f].resize(part.shift[f] > 0 ? rows + steps : rows);
  return part;
}

// The first rows of a series.
Series first_rows(const Series& whole, std::size_t rows) {
  Series part;
  part.names = whole.names;
  part.values.assign(whole.values.begin(),
                     whole.values.begin() + static_cast<std::ptrdiff_t>(rows * whole.columns()));
  return part;
}

// The window whose last row is `last`, as a batch of one.
fit::Examples window_of(const Scaled& scaled, std::size_t last, std::size_t steps) {
  fit::Examples examples{.samples = 1, .steps = steps, .features = scaled.features.size()};
  for (std::size_t row = last + 1 - steps; row <= last; ++row)
    for (std::size_t f = 0; f < scaled.features.size(); ++f)
      examples.x.push_back(scaled.features[f][row + scaled.shift[f]]);
  return examples;
}

// How the training saw its data.
Dataset fitted_of(const TrainedModel& trained) {
  const auto text = trained.metadata.find("data");
  require(text != trained.metadata.end() && !text->second.empty(),
          "'{}' does not say how its data were scaled: it is not of a run of a series",
          trained.job.folder.string());
  return fitted_dataset(text->second, (trained.job.folder / files::kBest).string());
}

// Scaled predictions [S][O] of one training, from behind row `rows` - 1.
std::vector<std::vector<double>> run_model(const TrainedModel& trained, const Dataset& fitted, Scaled scaled,
                                           std::size_t rows, std::size_t steps) {
  const std::size_t window = static_cast<std::size_t>(fitted.options.window);
  const std::size_t horizon = static_cast<std::size_t>(fitted.options.horizon);
  const Config& config = trained.job.config;
  fit::Model& model = *trained.model;
  std::vector<std::vector<double>> predictions;
  for (std::size_t k = 0; k < steps; ++k) {
    const std::size_t target = rows + k, last = target - horizon;
    model.reset_state();
    if (config.model.stateful) {
      for (std::size_t end = (last + 1) % window + window - 1; end < last; end += window) {
        fit::Examples before = window_of(scaled, end, window);
        before.goes_on = true;
        model.answer(before);
      }
    }
    model.seed_draws(config.train.seed, kForecastDraws + k);
    fit::Examples examples = window_of(scaled, last, window);
    examples.goes_on = config.model.stateful;
    predictions.push_back(model.answer(examples).numbers);
    for (std::size_t f = 0; f < scaled.features.size(); ++f) {
      const std::ptrdiff_t o = scaled.target_of[f];
      if (o < 0) continue;
      // Target and feature are one column under one scaler, so the prediction is the next value as it is.
      scaled.features[f].push_back(predictions.back()[static_cast<std::size_t>(o)]);
    }
  }
  model.reset_state();
  return predictions;
}

// Scaled predictions of the rows behind `series` in the data's units, [S, O].
std::vector<double> restored(const Dataset& fitted, const Series& series,
                             const std::vector<std::vector<double>>& scaled) {
  const std::size_t outputs = fitted.target_columns.size();
  std::vector<double> values(scaled.size() * outputs);
  for (std::size_t o = 0; o < outputs; ++o) {
    std::vector<double> z;
    for (const std::vector<double>& row : scaled) z.push_back(fitted.target_scaler(0, o).inverse(row[o]));
    z = fitted.transform.continued(series, fitted.target_columns[o], z);
    for (std::size_t k = 0; k < z.size(); ++k) values[k * outputs + o] = z[k];
  }
  return values;
}

// The encoder must take what the forecast shows to the model.
void check_values(const TrainedModel& trained, const Dataset& fitted, const Scaled& scaled,
                  const Series& series) {
  const Config& config = trained.job.config;
  const InputCheck takes(config, scaled.features.size());
  // The transform takes the first rows of the series.
  const std::size_t lost = fitted.transform.lost(), rows = series.rows() - lost;
  const auto seen = static_cast<std::size_t>(fitted.options.window + fitted.options.horizon - 1);
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
      static_cast<std::size_t>(fitted.options.window + fitted.options.horizon - 1) + fitted.transform.lost();
  require(series.rows() >= needed, "{} has {} rows, but a forecast needs {} (window {}, horizon {})",
          series.source, series.rows(), needed, fitted.options.window, fitted.options.horizon);
  for (std::size_t f = 0; f < fitted.feature_columns.size(); ++f) {
    if (fitted.ahead[f]) continue;
    const std::size_t column = fitted.feature_columns[f];
    const auto& targets = fitted.target_columns;
    require(
        steps <= fitted.options.horizon || std::find(targets.begin(), targets.end(), column) != targets.end(),
        "--steps {} is beyond the horizon {} and needs future values of '{}', which is not predicted: "
        "forecast at most {} steps, or train with it as a --target, or with --future where it is known ahead",
        steps, fitted.options.horizon, fitted.series.names[column], fitted.options.horizon);
  }
}

}  // namespace

Forecast forecast(std::span<const TrainedModel> models, const Series& given, int steps,
                  const Series& future) {
  require(!models.empty(), "a forecast needs a trained model");
  const Dataset first = fitted_of(models[0]);
  check(first, given, steps);
  const Series series = as_fitted(given, first);
  const std::size_t outputs = first.target_columns.size(), count = static_cast<std::size_t>(steps);
  Forecast result{.targets = first.options.targets,
                  .times = continue_times(series.times, steps, given.date_order),
                  .values = std::vector<double>(count * outputs, 0.0),
                  .least = {},
                  .greatest = {},
                  .direct = std::min(count, static_cast<std::size_t>(first.options.horizon)),
                  .seeds = models.size()};
  const Series seen = as_seen(series, first);
  const Series known = known_ahead(first, result.times, series, given.date_order, future);
  for (const TrainedModel& trained : models) {
    const Dataset fitted = fitted_of(trained);
    const Scaled scaled = scale_features(fitted, seen, known);
    check_values(trained, fitted, scaled, series);
    const std::vector<double> original =
        restored(fitted, series, run_model(trained, fitted, scaled, seen.rows(), count));
    if (result.least.empty()) result.least = result.greatest = original;
    for (std::size_t i = 0; i < original.size(); ++i) {
      result.values[i] += original[i] / static_cast<double>(models.size());
      result.least[i] = std::min(result.least[i], original[i]);
      result.greatest[i] = std::max(result.greatest[i], original[i]);
    }
  }
  return result;
}

std::vector<std::vector<double>> forecast_errors(const TrainedModel& trained, const Dataset& dataset,
                                                 std::size_t steps, std::size_t most) {
  const std::size_t begin = dataset.part_begin[1], end = dataset.part_begin[2];
  const std::size_t outputs = dataset.target_columns.size(), lost = dataset.transform.lost();
  const std::size_t places = std::min(most, end - begin);
  const Dataset fitted = fitted_of(trained);
  Series none;
  none.names = dataset.series.names;
  const Scaled whole = scale_features(fitted, as_seen(dataset.series, fitted), none);
  std::vector<std::vector<double>> errors(steps * outputs);
  for (std::size_t p = 0; p < places; ++p) {
    const std::size_t rows = begin + p * (end - begin) / places, count = std::min(steps, end - rows);
    const auto scaled = run_model(trained, fitted, first_rows(whole, rows - lost, count), rows - lost, count);
    const std::vector<double> said = restored(fitted, first_rows(dataset.series, rows), scaled);
    for (std::size_t k = 0; k < count; ++k)
      for (std::size_t o = 0; o < outputs; ++o) {
        const double truth = dataset.series.at(rows + k, dataset.target_columns[o]);
        errors[k * outputs + o].push_back(fitted.transform.link(truth) -
                                          fitted.transform.link(said[k * outputs + o]));
      }
  }
  return errors;
}

std::string why_no_intervals(const Dataset& dataset, double level) {
  const std::size_t begin = dataset.part_begin[1], end = dataset.part_begin[2];
  const std::size_t needed = static_cast<std::size_t>(dataset.options.window + dataset.options.horizon - 1);
  if (dataset.options.split == "time" && end >= begin + fewest_errors(level) &&
      begin >= needed + dataset.transform.lost())
    return {};
  return fmt::format("{:g} % take a validation part, split by time, of {} rows", 100 * level,
                     fewest_errors(level));
}

void give_intervals(Forecast& forecast, const Transform& transform, const std::vector<double>& halves,
                    double level) {
  forecast.level = level;
  for (std::size_t i = 0; i < halves.size(); ++i) {
    const auto [low, high] = transform.ends(forecast.values[i], halves[i]);
    forecast.lower.push_back(low), forecast.upper.push_back(high);
  }
}

void add_intervals(Forecast& forecast, std::span<const TrainedModel> models, const Dataset& dataset,
                   double level) {
  constexpr std::size_t kMostPlaces = 100;
  if (const std::string why = why_no_intervals(dataset, level); !why.empty()) {
    forecast.notes.push_back("no prediction intervals: " + why);
    return;
  }
  const std::size_t outputs = forecast.targets.size();
  std::vector<double> half(forecast.values.size(), 0.0);
  for (const TrainedModel& trained : models) {
    auto errors = forecast_errors(trained, dataset, forecast.times.size(), kMostPlaces);
    for (std::size_t i = 0; i < half.size(); ++i)
      half[i] += conformal_half_width(std::move(errors[i]), level) / static_cast<double>(models.size());
  }
  give_intervals(forecast, dataset.transform, half, level);
  const auto missing = std::ranges::find_if(half, [](double h) { return std::isnan(h); });
  if (missing != half.end())
    forecast.notes.push_back(
        fmt::format("no intervals from step {} on: the validation part of {} rows is too short for them",
                    static_cast<std::size_t>(missing - half.begin()) / outputs + 1,
                    dataset.part_begin[2] - dataset.part_begin[1]));
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

RunForecast forecast_run(const fs::path& folder, const ForecastOptions& options,
                         const std::vector<Setting>& changes) {
  const Config config = forecast_config(folder, options, changes);
  const double level = options.interval.value_or(config.output.interval);
  require_one_series(config, "forecast_run()");
  if (options.data.empty()) require_run_data(config);
  const std::vector<TrainedModel> models = forecasting_models(config, folder);
  Config own = config, now = config;
  Series future;
  if (!options.future.empty()) {
    SeriesOptions reading = config.data.series;
    reading.first_rows = 0;  // of the run's own file
    for (const std::string& name : config.data.dataset.categories)
      if (std::ranges::find(config.data.dataset.future, name) != config.data.dataset.future.end())
        reading.texts.push_back(name);
    future = load_series(options.future, reading, config.data.dataset.future);
  }
  RunForecast run{options.data.empty() ? load_data(now) : load_other_data(now, options.data), {}};
  run.forecast = forecast(models, run.series, options.steps, future);
  if (const std::string mitigation = mitigation_of(config); !mitigation.empty()) {
    const Config raw = with_settings(read_run_config(folder), raw_settings(changes));
    run.forecast.raw = forecast(forecasting_models(raw, folder), run.series, options.steps, future).values;
    run.forecast.notes.push_back(
        fmt::format("values are mitigated ({}), raw ones stand beside them", mitigation));
  }
  if (level <= 0) return run;
  try {
    add_intervals(run.forecast, models, prepare_dataset(own), level);
  } catch (const Error& error) {
    run.forecast.notes.push_back(
        fmt::format("no prediction intervals, which take the run's own data: {}", error.what()));
  }
  return run;
}

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
                         .actual = {}};
    for (std::size_t row = 0; row < series.rows(); ++row) drawn.truth.push_back(series.at(row, column));
    for (std::size_t i = o; i < forecast.values.size(); i += outputs) {
      drawn.forecast.push_back(forecast.values[i]);
      if (!intervals && forecast.seeds < 2) continue;
      drawn.low.push_back(intervals ? forecast.lower[i] : forecast.least[i]);
      drawn.high.push_back(intervals ? forecast.upper[i] : forecast.greatest[i]);
    }
    const std::string of = series.id.empty() ? "" : fmt::format(" of {}", series.id);
    const Figure figure = forecast_figure(
        drawn, intervals ? fmt::format("Forecast{} with {:g} % prediction interval", of, 100 * forecast.level)
                         : "Forecast" + of);
    const std::string name =
        outputs > 1 ? fmt::format("forecast{}-{}", suffix, o + 1) : fmt::format("forecast{}", suffix);
    render(figure, folder / files::kPlots / (name + ".svg"));
    render(figure, folder / files::kPlots / (name + ".png"));
  }
}

}  // namespace ebit::experiment
