#include "ebit/train/forecast.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/train/check_inputs.h"
#include "ebit/train/continue_times.h"
#include "ebit/train/model_factory.h"

namespace ebit::train {
namespace {

constexpr std::uint64_t kForecastDraws = std::uint64_t{3} << 60;

// A series in the model's units, features and targets side by side; grows by predictions.
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

// The window whose last row is `last`, as [1, T, F].
torch::Tensor window_of(const Scaled& scaled, std::size_t last, std::size_t steps) {
  const auto features = scaled.features.size();
  torch::Tensor x = torch::empty({1, static_cast<std::int64_t>(steps), static_cast<std::int64_t>(features)},
                                 torch::kFloat64);
  double* next = x.data_ptr<double>();
  for (std::size_t row = last + 1 - steps; row <= last; ++row) {
    for (std::size_t f = 0; f < features; ++f) *next++ = scaled.features[f][row];
  }
  return x;
}

// Scaled predictions [S][O] of one training.
std::vector<std::vector<double>> run_model(const TrainedModel& trained, const Series& series, int steps) {
  const torch::NoGradGuard no_grad;
  const Dataset& fitted = trained.fitted;
  const std::size_t window = static_cast<std::size_t>(fitted.options.window);
  const std::size_t horizon = static_cast<std::size_t>(fitted.options.horizon);
  const torch::Dtype dtype = dtype_of(trained.job.config);
  nn::SequenceModel& model = *trained.model;
  Scaled scaled = scale_features(fitted, series);
  const InputCheck check(trained.job.config, scaled.features.size());
  for (std::size_t f = 0; f < scaled.features.size(); ++f) {
    const std::string& name = fitted.series.names[fitted.feature_columns[f]];
    // A stateful model goes through all rows, any other sees the last windows.
    const std::size_t seen = trained.job.config.train.stateful ? series.rows() : window + horizon - 1;
    for (std::size_t row = series.rows() - seen; row < series.rows(); ++row)
      check(scaled.features[f][row], series, row, name);
  }
  std::vector<std::vector<double>> predictions;
  model.eval();
  for (std::size_t k = 0; k < static_cast<std::size_t>(steps); ++k) {
    const std::size_t target = series.rows() + k, last = target - horizon;
    model.reset_state();
    if (trained.job.config.train.stateful) {
      for (std::size_t end = (last + 1) % window + window - 1; end < last; end += window) {
        model.forward(window_of(scaled, end, window).to(dtype));
      }
    }
    model.seed_draws(trained.job.config.train.seed, kForecastDraws + k);
    const torch::Tensor y = model.forward(window_of(scaled, last, window).to(dtype)).to(torch::kFloat64);
    const double* values = y.data_ptr<double>();
    predictions.emplace_back(values, values + y.numel());
    for (std::size_t f = 0; f < scaled.features.size(); ++f) {
      const std::ptrdiff_t o = scaled.target_of[f];
      if (o < 0) continue;
      // Target and feature are one column under one scaler, so the prediction is the next value as it stands.
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

}  // namespace

Forecast forecast(const std::vector<TrainedModel>& models, const Series& series, int steps) {
  require(!models.empty(), "a forecast needs a trained model");
  const Dataset& fitted = models[0].fitted;
  check(fitted, series, steps);
  const std::size_t outputs = fitted.target_columns.size(), count = static_cast<std::size_t>(steps);
  Forecast result{.targets = fitted.options.targets,
                  .times = continue_times(series.times, steps),
                  .values = std::vector<double>(count * outputs, 0.0),
                  .low = {},
                  .high = {},
                  .direct = std::min(count, static_cast<std::size_t>(fitted.options.horizon)),
                  .seeds = models.size()};
  for (const TrainedModel& trained : models) {
    const auto predictions = run_model(trained, series, steps);
    std::vector<double> original;
    for (const auto& row : predictions) {
      for (std::size_t o = 0; o < outputs; ++o)
        original.push_back(trained.fitted.target_scaler(0, o).inverse(row[o]));
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

}  // namespace ebit::train
