#include "ebit/experiment/runs/forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/time.h"
#include "ebit/data/calendar.h"
#include "ebit/data/conformal.h"
#include "ebit/data/continue_times.h"
#include "ebit/experiment/problems/check_inputs.h"
#include "ebit/experiment/problems/forecast_problem.h"
#include "ebit/experiment/problems/forecast_scores.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/fit/checkpoint.h"
#include "ebit/report/figures.h"
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

std::size_t column_of(const Series& series, const std::string& name) {
  const auto found = std::find(series.names.begin(), series.names.end(), name);
  require(found != series.names.end(), "{} has no column '{}'{}", series.source, name,
          suggestion(name, series.names));
  return static_cast<std::size_t>(found - series.names.begin());
}

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

// Scaled answers of one training, [S][O] each. The ends are those of the outer quantiles that it predicts, or
// else the points themselves.
struct Path {
  std::vector<std::vector<double>> point, low, high;
  bool quantiles = false;  // whether the ends are others than the points
};

// Where a step comes from: the last row of the window that answers it, and its place in the answer.
struct Origin {
  std::size_t last, place;
};

// Step k behind row `rows` - 1: as few steps ahead as the model can, within a horizon from what is known;
// then on from predictions, a horizon at a time.
Origin origin_of(const DatasetOptions& o, std::size_t rows, std::size_t k) {
  const std::size_t horizon = static_cast<std::size_t>(o.horizon), block = k / horizon * horizon;
  const std::size_t ahead = std::max(o.first(), k - block + 1);
  return {rows + k - ahead, ahead - o.first()};
}

// So many steps must be computed for `steps` to be had: what is known ahead is seen for a horizon at a time.
std::size_t whole_steps(const Dataset& fitted, std::size_t steps) {
  const std::size_t horizon =
      fitted.options.steps() > 1 ? static_cast<std::size_t>(fitted.options.horizon) : 1;
  const bool ahead = std::ranges::find(fitted.ahead, true) != fitted.ahead.end();
  return ahead ? (steps + horizon - 1) / horizon * horizon : steps;
}

// What the model says of the window that ends at row `last`; a stateful one goes through those before it.
std::vector<double> answer_at(const TrainedModel& trained, const Scaled& scaled, std::size_t last,
                              std::size_t window, std::uint64_t draw) {
  const Config& config = trained.job.config;
  fit::Model& model = *trained.model;
  model.reset_state();
  if (config.model.stateful) {
    for (std::size_t end = (last + 1) % window + window - 1; end < last; end += window) {
      fit::Examples before = window_of(scaled, end, window);
      before.goes_on = true;
      model.answer(before);
    }
  }
  model.seed_draws(config.train.seed, draw);
  fit::Examples examples = window_of(scaled, last, window);
  examples.goes_on = config.model.stateful;
  return model.answer(examples).numbers;
}

// Forecasts from behind row `rows` - 1.
Path run_model(const TrainedModel& trained, const Dataset& fitted, Scaled scaled, std::size_t rows,
               std::size_t steps) {
  const std::size_t targets = fitted.target_columns.size();
  const std::vector<double>& levels = trained.model->spec().head.quantiles;
  const std::size_t each = std::max<std::size_t>(1, levels.size()),
                    median = levels.empty() ? 0 : median_of(levels);
  Path path{.point = {}, .low = {}, .high = {}, .quantiles = !levels.empty()};
  std::vector<double> said;
  std::size_t answered = static_cast<std::size_t>(-1);
  for (std::size_t k = 0; k < steps; ++k) {
    const auto [last, place] = origin_of(fitted.options, rows, k);
    if (last != answered)
      said = answer_at(trained, scaled, answered = last, static_cast<std::size_t>(fitted.options.window),
                       kForecastDraws + k);
    for (auto* ends : {&path.point, &path.low, &path.high}) ends->emplace_back();
    for (std::size_t o = 0; o < targets; ++o) {
      const auto own = said.begin() + static_cast<std::ptrdiff_t>((place * targets + o) * each);
      std::vector<double> quantiles(own, own + static_cast<std::ptrdiff_t>(each));
      std::ranges::sort(quantiles);
      path.point.back().push_back(quantiles[median]);
      path.low.back().push_back(quantiles.front()), path.high.back().push_back(quantiles.back());
    }
    for (std::size_t f = 0; f < scaled.features.size(); ++f) {
      const std::ptrdiff_t o = scaled.target_of[f];
      if (o < 0) continue;
      // Target and feature are one column under one scaler, so the prediction is the next value as it is.
      scaled.features[f].push_back(path.point.back()[static_cast<std::size_t>(o)]);
    }
  }
  trained.model->reset_state();
  return path;
}

// [S, O] in the data's units.
std::vector<double> original(const Dataset& fitted, const std::vector<std::vector<double>>& scaled) {
  std::vector<double> values;
  for (const std::vector<double>& row : scaled)
    for (std::size_t o = 0; o < row.size(); ++o) values.push_back(fitted.target_scaler(0, o).inverse(row[o]));
  return values;
}

// The encoder must take what the forecast shows to the model.
void check_values(const TrainedModel& trained, const Dataset& fitted, const Scaled& scaled,
                  const Series& series) {
  const Config& config = trained.job.config;
  const InputCheck takes(config, scaled.features.size());
  const std::size_t seen = static_cast<std::size_t>(fitted.options.window) + fitted.options.first() - 1;
  for (std::size_t f = 0; f < scaled.features.size(); ++f) {
    // A stateful model goes through all rows, any other sees the last windows.
    const std::size_t first = config.model.stateful ? 0 : series.rows() - seen;
    for (std::size_t row = first; row < series.rows(); ++row)
      takes(scaled.features[f][row], series, row, fitted.series.names[fitted.feature_columns[f]]);
  }
}

// Whether two labels are of one time.
bool same_time(const std::string& a, const std::string& order_a, const std::string& b,
               const std::string& order_b) {
  const auto read = [](const std::string& text, const std::string& order) {
    return parse_time(text, order == "mdy" ? DateOrder::kMonthFirst : DateOrder::kDayFirst);
  };
  const auto first = read(a, order_a), second = read(b, order_b);
  return first && second ? *first == *second : a == b;
}

// The columns known ahead at the times of the steps: given ones from `future`, those of the calendar
// computed.
Series known_ahead(const Dataset& fitted, const std::vector<std::string>& times,
                   const std::string& date_order, const Series& future) {
  Series known;
  known.source = future.names.empty() ? "the forecast" : future.source;
  known.times = times, known.date_order = date_order;
  known.names = fitted.options.future;
  for (const std::string& time : times) {
    if (known.names.empty()) break;
    require(!future.names.empty(),
            "the model sees '{}', which is known ahead: give its values with --future FILE, with a row for "
            "{} and the "
            "other steps",
            known.names[0], time);
    std::size_t row = 0;
    while (row < future.rows() && !same_time(future.times[row], future.date_order, time, date_order)) ++row;
    require(row < future.rows(),
            "{} has no row for {}, which the forecast needs ('{}'); its rows are of {} to {}", future.source,
            time, known.names[0], future.times.front(), future.times.back());
    for (const std::string& name : known.names)
      known.values.push_back(future.at(row, column_of(future, name)));
  }
  const std::vector<std::string>& calendar = fitted.options.calendar;
  if (calendar.empty()) return known;
  if (!known.names.empty()) return with_calendar(known, calendar);
  known.names = calendar_columns(calendar);
  known.values = calendar_values(calendar, times, date_order, known.source);
  return known;
}

void check(const Dataset& fitted, const Series& series, int steps) {
  require(steps >= 1, "--steps must be at least 1, not {}", steps);
  const std::size_t needed = static_cast<std::size_t>(fitted.options.window) + fitted.options.first() - 1;
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

}  // namespace

// The trainings of a run's model. Their problem is without data: what was fitted says all that models need.
std::vector<TrainedModel> trained_models(const Config& config, const fs::path& folder) {
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
  if (result.times.empty())
    result.times = continue_times(series.times, static_cast<int>(whole), given.date_order);
  require(result.times.size() >= whole, "a forecast of {} steps came with {} times", whole,
          result.times.size());
  const Series known = known_ahead(first, result.times, given.date_order, future);
  result.times.resize(count);
  const double share = 1 / static_cast<double>(models.size());
  for (const TrainedModel& trained : models) {
    const Dataset fitted = fitted_of(trained);
    const Scaled scaled = scale_features(fitted, series, known);
    check_values(trained, fitted, scaled, series);
    const Path path = run_model(trained, fitted, scaled, series.rows(), count);
    const std::vector<double> own = original(fitted, path.point);
    if (result.least.empty()) result.least = result.greatest = own;
    for (std::size_t i = 0; i < own.size(); ++i) {
      result.values[i] += own[i] * share;
      result.least[i] = std::min(result.least[i], own[i]);
      result.greatest[i] = std::max(result.greatest[i], own[i]);
    }
    if (!path.quantiles) continue;
    const std::vector<double>& levels = trained.model->spec().head.quantiles;
    result.level = levels.back() - levels.front();
    result.lower.resize(own.size()), result.upper.resize(own.size());
    const std::vector<double> low = original(fitted, path.low), high = original(fitted, path.high);
    for (std::size_t i = 0; i < own.size(); ++i)
      result.lower[i] += low[i] * share, result.upper[i] += high[i] * share;
  }
  result.quantiles = !result.lower.empty();
  return result;
}

Margins interval_margins(std::span<const TrainedModel> models, const Dataset& dataset, std::size_t steps,
                         double level) {
  constexpr std::size_t kMostPlaces = 100;
  const std::size_t begin = dataset.part_begin[1], end = dataset.part_begin[2];
  const std::size_t outputs = dataset.options.targets.size();
  const std::size_t needed = static_cast<std::size_t>(dataset.options.window) + dataset.options.first() - 1;
  Margins margins{.level = level};
  if (dataset.options.split != "time" || end < begin + fewest_errors(level) || begin < needed) {
    margins.notes.push_back(
        fmt::format("no prediction intervals{}: {:g} % take a validation part, split by time, of {} rows",
                    models[0].model->spec().head.quantiles.empty() ? "" : " but the quantiles as they are",
                    100 * level, fewest_errors(level)));
    return margins;
  }
  const std::size_t places = std::min(kMostPlaces, end - begin);
  margins.values.assign(steps * outputs, 0.0);
  for (const TrainedModel& trained : models) {
    const Dataset fitted = fitted_of(trained);
    Series none;
    none.names = dataset.series.names;
    const Scaled whole = scale_features(fitted, dataset.series, none);
    std::vector<std::vector<double>> errors(steps * outputs);
    for (std::size_t p = 0; p < places; ++p) {
      const std::size_t rows = begin + p * (end - begin) / places, count = std::min(steps, end - rows);
      const std::size_t seen = whole_steps(fitted, count);
      if (seen > count && rows + seen > dataset.series.rows()) continue;
      const Path said = run_model(trained, fitted, first_rows(whole, rows, seen), rows, count);
      const std::vector<double> point = original(fitted, said.point), low = original(fitted, said.low),
                                high = original(fitted, said.high);
      for (std::size_t i = 0; i < count * outputs; ++i) {
        const double y = dataset.series.at(rows + i / outputs, dataset.target_columns[i % outputs]);
        errors[i].push_back(said.quantiles ? std::max(low[i] - y, y - high[i]) : y - point[i]);
      }
    }
    const auto margin =
        trained.model->spec().head.quantiles.empty() ? conformal_half_width : conformal_margin;
    for (std::size_t i = 0; i < errors.size(); ++i)
      margins.values[i] += margin(std::move(errors[i]), level) / static_cast<double>(models.size());
  }
  const auto missing = std::ranges::find_if(margins.values, [](double h) { return std::isnan(h); });
  if (missing != margins.values.end())
    margins.notes.push_back(
        fmt::format("no intervals from step {} on: the validation part of {} rows is too short for them",
                    static_cast<std::size_t>(missing - margins.values.begin()) / outputs + 1, end - begin));
  return margins;
}

void add_intervals(Forecast& forecast, const Margins& margins) {
  forecast.notes.insert(forecast.notes.end(), margins.notes.begin(), margins.notes.end());
  if (margins.values.empty()) return;
  forecast.level = margins.level;
  if (!forecast.quantiles) forecast.lower = forecast.upper = forecast.values;
  for (std::size_t i = 0; i < margins.values.size(); ++i) {
    // A margin below 0 must not turn the ends around; NaN stays.
    const double half = (forecast.upper[i] - forecast.lower[i]) / 2;
    const double margin = margins.values[i] < -half ? -half : margins.values[i];
    forecast.lower[i] -= margin, forecast.upper[i] += margin;
  }
}

RunForecast forecast_run(const fs::path& folder, const ForecastOptions& options,
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
  if (options.data.empty()) require_run_data(config);
  const std::vector<TrainedModel> models = trained_models(config, folder);
  Config own = config;
  Series future;
  if (!options.future.empty()) {
    SeriesOptions reading = config.data.series;
    reading.first_rows = 0;  // of the run's own file
    future = load_series(options.future, reading, config.data.dataset.future);
  }
  RunForecast run{options.data.empty() ? load_data(config) : load_other_data(config, options.data), {}};
  const DatasetOptions seen = fitted_of(models.at(0)).options;
  run.forecast =
      forecast(models, run.series, options.steps.value_or(seen.steps() > 1 ? seen.horizon : 1), future);
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

std::string forecast_csv(const Forecast& forecast) {
  const std::size_t outputs = forecast.targets.size();
  std::string text = "time";
  for (const std::string& target : forecast.targets) {
    text += fmt::format(",{}", csv_cell(target));
    if (forecast.level > 0)
      text += fmt::format(",{},{}", csv_cell(target + " lower"), csv_cell(target + " upper"));
    if (forecast.seeds > 1)
      text += fmt::format(",{},{}", csv_cell(target + " least of seeds"),
                          csv_cell(target + " greatest of seeds"));
  }
  text += "\n";
  for (std::size_t k = 0; k < forecast.times.size(); ++k) {
    text += csv_cell(forecast.times[k]);
    for (std::size_t i = k * outputs; i < (k + 1) * outputs; ++i) {
      text += fmt::format(",{}", forecast.values[i]);
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

void plot_forecast(const fs::path& folder, const RunForecast& run) {
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
    const Figure figure = forecast_figure(
        drawn, intervals ? fmt::format("Forecast with {:g} % prediction interval", 100 * forecast.level)
                         : "Forecast");
    const std::string name = outputs > 1 ? fmt::format("forecast-{}", o + 1) : "forecast";
    render(figure, folder / files::kPlots / (name + ".svg"));
    render(figure, folder / files::kPlots / (name + ".png"));
  }
}

}  // namespace ebit::experiment
