#include "ebit/train/forecast.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/data/time_label.h"
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
        "forecast at "
        "most {} steps, or train with it as a --target",
        steps, fitted.options.horizon, fitted.series.names[column], fitted.options.horizon);
  }
}

std::optional<long long> whole_number(const std::string& text) {
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

using Days = std::chrono::sys_days;

std::string date_text(Days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

// Months between two dates on the same day of the month; 0 where they are not.
int whole_months(Days before, Days after) {
  const std::chrono::year_month_day a(before), b(after);
  if (a.day() != b.day()) return 0;
  return (static_cast<int>(b.year()) - static_cast<int>(a.year())) * 12 +
         static_cast<int>(static_cast<unsigned>(b.month())) -
         static_cast<int>(static_cast<unsigned>(a.month()));
}

// Dates that begin with the year, without a time of day or with one.
std::optional<std::vector<std::string>> continue_dates(const std::string& before, const std::string& last,
                                                       int steps) {
  const auto a = parse_time(before, DateOrder::kDayFirst), b = parse_time(last, DateOrder::kDayFirst);
  if (!a || !b || !b->year_first || a->fraction != 0 || b->fraction != 0 || b->seconds <= a->seconds)
    return std::nullopt;
  const auto day_of = [](std::int64_t seconds) {
    return Days(
        std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(seconds))));
  };
  const std::int64_t step = b->seconds - a->seconds;
  const int months =
      step >= 28 * 86400 && !b->has_clock ? whole_months(day_of(a->seconds), day_of(b->seconds)) : 0;
  std::vector<std::string> labels;
  for (int k = 1; k <= steps; ++k) {
    if (months > 0) {
      const std::chrono::year_month_day date(day_of(b->seconds));
      std::chrono::year_month_day next = date + std::chrono::months(months * k);
      if (!next.ok()) next = next.year() / next.month() / std::chrono::last;
      labels.push_back(date_text(Days(next)));
      continue;
    }
    const std::int64_t seconds = b->seconds + k * step, day = ((seconds % 86400) + 86400) % 86400;
    std::string label = date_text(day_of(seconds));
    if (b->has_clock) label += fmt::format(" {:02}:{:02}:{:02}", day / 3600, day / 60 % 60, day % 60);
    labels.push_back(std::move(label));
  }
  return labels;
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

std::vector<std::string> continue_times(const std::vector<std::string>& times, int steps) {
  std::vector<std::string> labels;
  if (times.size() >= 2) {
    const std::string &before = times[times.size() - 2], &last = times.back();
    const auto a = whole_number(before), b = whole_number(last);
    if (a && b && *b > *a) {
      for (int k = 1; k <= steps; ++k) labels.push_back(std::to_string(*b + k * (*b - *a)));
      return labels;
    }
    if (auto dates = continue_dates(before, last, steps)) return *dates;
  }
  for (int k = 1; k <= steps; ++k) labels.push_back(fmt::format("+{}", k));
  return labels;
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
