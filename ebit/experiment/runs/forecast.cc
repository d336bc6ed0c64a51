#include "ebit/experiment/runs/forecast.h"

#include <fmt/format.h>

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/data/continue_times.h"
#include "ebit/experiment/problems/check_inputs.h"
#include "ebit/experiment/problems/forecast_problem.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/fit/checkpoint.h"
#include "ebit/report/figures.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kForecastDraws = std::uint64_t{3} << 60;

// A series in the model's units; grows by predictions.
struct Scaled {
  std::vector<std::vector<double>> features;  // [F][rows]
  std::vector<std::ptrdiff_t> target_of;      // [F] the target that continues a feature, or -1
};

std::size_t column_of(const Series& series, const std::string& name) {
  const auto found = std::find(series.names.begin(), series.names.end(), name);
  require(found != series.names.end(), "{} has no column '{}'{}", series.source, name,
          suggestion(name, series.names));
  return static_cast<std::size_t>(found - series.names.begin());
}

Scaled scale_features(const Dataset& fitted, const Series& series) {
  Scaled scaled;
  for (const std::size_t column : fitted.feature_columns) {
    const std::size_t source = column_of(series, fitted.series.names[column]);
    std::vector<double> values;
    for (std::size_t row = 0; row < series.rows(); ++row) {
      values.push_back(fitted.scalers[0][column].transform(series.at(row, source)));
    }
    scaled.features.push_back(std::move(values));
    const auto& targets = fitted.target_columns;
    const auto target = std::find(targets.begin(), targets.end(), column);
    scaled.target_of.push_back(target == targets.end() ? -1 : target - targets.begin());
  }
  return scaled;
}

// The window whose last row is `last`, as a batch of one.
fit::Examples window_of(const Scaled& scaled, std::size_t last, std::size_t steps) {
  fit::Examples examples{.samples = 1, .steps = steps, .features = scaled.features.size()};
  for (std::size_t row = last + 1 - steps; row <= last; ++row) {
    for (const std::vector<double>& feature : scaled.features) examples.x.push_back(feature[row]);
  }
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

// Scaled predictions [S][O] of one training.
std::vector<std::vector<double>> run_model(const TrainedModel& trained, const Dataset& fitted,
                                           const Series& series, int steps) {
  const std::size_t window = static_cast<std::size_t>(fitted.options.window);
  const std::size_t horizon = static_cast<std::size_t>(fitted.options.horizon);
  const Config& config = trained.job.config;
  fit::Model& model = *trained.model;
  Scaled scaled = scale_features(fitted, series);
  const InputCheck check(config, scaled.features.size());
  for (std::size_t f = 0; f < scaled.features.size(); ++f) {
    const std::string& name = fitted.series.names[fitted.feature_columns[f]];
    // A stateful model goes through all rows, any other sees the last windows.
    const std::size_t seen = config.model.stateful ? series.rows() : window + horizon - 1;
    for (std::size_t row = series.rows() - seen; row < series.rows(); ++row)
      check(scaled.features[f][row], series, row, name);
  }
  std::vector<std::vector<double>> predictions;
  for (std::size_t k = 0; k < static_cast<std::size_t>(steps); ++k) {
    const std::size_t target = series.rows() + k, last = target - horizon;
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

void check(const Dataset& fitted, const Series& series, int steps) {
  require(steps >= 1, "--steps must be at least 1, not {}", steps);
  const int needed = fitted.options.window + fitted.options.horizon - 1;
  require(series.rows() >= static_cast<std::size_t>(needed),
          "{} has {} rows, but a forecast needs {} (window {}, horizon {})", series.source, series.rows(),
          needed, fitted.options.window, fitted.options.horizon);
  for (const std::size_t column : fitted.feature_columns) {
    const auto& targets = fitted.target_columns;
    require(
        steps <= fitted.options.horizon || std::find(targets.begin(), targets.end(), column) != targets.end(),
        "--steps {} is beyond the horizon {} and needs future values of '{}', which is not predicted: "
        "forecast at most {} steps, or train with it as a --target",
        steps, fitted.options.horizon, fitted.series.names[column], fitted.options.horizon);
  }
}

// The trainings of a run's model. Their problem is without data: what was fitted says all that models need.
std::vector<TrainedModel> models_of(const Config& config, const fs::path& folder) {
  std::vector<TrainedModel> models;
  for (const Job& job : jobs_of(config, folder)) {
    if (job.baseline) continue;
    const fs::path best = job.folder / files::kBest;
    std::error_code ignored;
    require(fs::exists(best, ignored), "'{}' holds no trained weights yet: ebit resume trains them",
            job.folder.string());
    const fit::Metadata metadata = fit::load_weights(best).metadata;
    const auto fitted = metadata.find("data");
    const ForecastProblem problem(config, fitted == metadata.end() ? "" : fitted->second, best.string());
    models.push_back(load_trained(job, problem, config));
  }
  return models;
}

}  // namespace

Forecast forecast(std::span<const TrainedModel> models, const Series& series, int steps) {
  require(!models.empty(), "a forecast needs a trained model");
  const Dataset first = fitted_of(models[0]);
  check(first, series, steps);
  const std::size_t outputs = first.target_columns.size(), count = static_cast<std::size_t>(steps);
  Forecast result{.targets = first.options.targets,
                  .times = continue_times(series.times, steps),
                  .values = std::vector<double>(count * outputs, 0.0),
                  .low = {},
                  .high = {},
                  .direct = std::min(count, static_cast<std::size_t>(first.options.horizon)),
                  .seeds = models.size()};
  for (const TrainedModel& trained : models) {
    const Dataset fitted = fitted_of(trained);
    std::vector<double> original;
    for (const std::vector<double>& row : run_model(trained, fitted, series, steps)) {
      for (std::size_t o = 0; o < outputs; ++o)
        original.push_back(fitted.target_scaler(0, o).inverse(row[o]));
    }
    if (result.low.empty()) result.low = result.high = original;
    for (std::size_t i = 0; i < original.size(); ++i) {
      result.values[i] += original[i] / static_cast<double>(models.size());
      result.low[i] = std::min(result.low[i], original[i]);
      result.high[i] = std::max(result.high[i], original[i]);
    }
  }
  return result;
}

RunForecast forecast_run(const fs::path& folder, const std::string& data, int steps,
                         const std::vector<Setting>& changes) {
  Config config = with_settings(read_run_config(folder), changes);
  require(find_problem(config.problem.name).set == kForecast,
          "a forecast is for runs of a series, and '{}' is a run of the problem {}: ebit evaluate scores it "
          "again",
          folder.string(), config.problem.name);
  if (!data.empty()) {
    config.data.file = data;
    config.data.generator.clear();
  } else {
    require_run_data(config);
  }
  const std::vector<TrainedModel> models = models_of(config, folder);
  RunForecast run{load_data(config), {}};
  run.forecast = forecast(models, run.series, steps);
  return run;
}

std::string forecast_csv(const Forecast& forecast) {
  const std::size_t outputs = forecast.targets.size();
  std::string text = "time";
  for (const std::string& target : forecast.targets) {
    text += fmt::format(",{}", csv_cell(target));
    if (forecast.seeds > 1)
      text += fmt::format(",{},{}", csv_cell(target + " low"), csv_cell(target + " high"));
  }
  text += "\n";
  for (std::size_t k = 0; k < forecast.times.size(); ++k) {
    text += csv_cell(forecast.times[k]);
    for (std::size_t i = k * outputs; i < (k + 1) * outputs; ++i) {
      text += fmt::format(",{}", forecast.values[i]);
      if (forecast.seeds > 1) text += fmt::format(",{},{}", forecast.low[i], forecast.high[i]);
    }
    text += "\n";
  }
  return text;
}

void plot_forecast(const fs::path& folder, const RunForecast& run) {
  const auto& [series, forecast] = run;
  make_folder(folder / files::kPlots);
  const std::size_t outputs = forecast.targets.size();
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
      if (forecast.seeds < 2) continue;
      drawn.low.push_back(forecast.low[i]);
      drawn.high.push_back(forecast.high[i]);
    }
    const Figure figure = forecast_figure(drawn, "Forecast");
    const std::string name = outputs > 1 ? fmt::format("forecast-{}", o + 1) : "forecast";
    render(figure, folder / files::kPlots / (name + ".svg"));
    render(figure, folder / files::kPlots / (name + ".png"));
  }
}

}  // namespace ebit::experiment
