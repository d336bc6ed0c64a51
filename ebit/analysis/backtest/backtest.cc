#include "ebit/analysis/backtest/backtest.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include "ebit/analysis/backtest/backtest_plan.h"
#include "ebit/analysis/backtest/backtest_scores.h"
#include "ebit/analysis/backtest/untrained.h"
#include "ebit/analysis/marked_folder.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/data/baseline.h"
#include "ebit/data/metrics.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/panel_models.h"
#include "ebit/settings/models.h"
#include "ebit/settings/resolve.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using experiment::Forecast;
using Json = nlohmann::ordered_json;

constexpr const char* kMark = "backtest.json";

FolderMark mark() {
  return {"backtest", kMark, [](const fs::path& entry) {
            static constexpr std::string_view kOurs[] = {"scores.csv",  "forecasts.csv", "backtest.md",
                                                         "report.html", "plots",         "units"};
            const std::string name = entry.filename().string();
            return std::ranges::count(kOurs, name) > 0 || name.starts_with("cut-");
          }};
}

CutForecast said(Forecast forecast) {
  const auto is_nan = [](double v) { return std::isnan(v); };
  if (std::ranges::any_of(forecast.upper, is_nan)) forecast.lower.clear(), forecast.upper.clear();
  return {std::move(forecast.values), std::move(forecast.lower), std::move(forecast.upper)};
}

void note_once(std::vector<std::string>& notes, std::string line) {
  if (std::ranges::find(notes, line) == notes.end()) notes.push_back(std::move(line));
}

// Gives forecasts of a unit's model their prediction intervals.
class Intervals {
 public:
  Intervals(const BacktestPlan& plan, const Config& config, experiment::PanelModels& models) {
    if (plan.validation <= 0 || plan.config.output.interval <= 0) return;
    const double level = plan.config.output.interval;
    Config own = config;
    if (plan.panel.id.empty()) {
      margins_ = experiment::interval_margins(models.looking_at(""), experiment::prepare_dataset(own),
                                              plan.steps, level);
      return;
    }
    datasets_ = experiment::prepare_panel(own).series;
    pooled_.emplace(models, datasets_, plan.steps, level);
    if (pooled_->none()) margins_.notes.push_back("no prediction intervals: no series has a validation part");
  }

  void give(Forecast& forecast, const std::string& id) {
    if (!pooled_) return experiment::add_intervals(forecast, margins_);
    const auto own = std::ranges::find(datasets_, id, [](const Dataset& d) { return d.series.id; });
    if (own == datasets_.end() || pooled_->none()) return;
    const bool shared = pooled_->give(forecast, *own);
    if (forecast.level <= 0 || std::ranges::any_of(forecast.upper, [](double v) { return std::isnan(v); }))
      note_once(margins_.notes,
                "no prediction intervals: the validation parts of all series together are too short for "
                "some steps");
    else if (shared)
      note_once(
          margins_.notes,
          "intervals of some series rest in some steps on the errors of all series, in scaled units: their "
          "own validation parts are too short");
  }
  const std::vector<std::string>& notes() const { return margins_.notes; }

 private:
  experiment::Margins margins_;    // of one series, and what is to be said
  std::vector<Dataset> datasets_;  // of a panel
  std::optional<experiment::PanelIntervals> pooled_;
};

// What one training of a model says of every series from each of the cuts that are its.
void add_forecasts(const BacktestPlan& plan, const Unit& unit, bool refit, std::vector<BacktestModel>& series,
                   std::vector<std::string>& notes) {
  const Config config = experiment::read_run_config(unit.folder);
  experiment::PanelModels models(config, unit.folder);
  Intervals intervals(plan, config, models);
  const Series none;
  for (std::size_t c = 0; c < plan.behind.size(); ++c) {
    if (refit && c != unit.data) continue;
    const std::vector<Series>& known = plan.past[c];
    for (std::size_t s = 0; s < known.size(); ++s) {
      const Series& whole = plan.panel.series[s];
      require(models.know(whole.id), "the series '{}' was left out of a training: leave it out of the file",
              shown(whole.id));
      // Of rows that came the times are known, with every gap between them.
      const auto first = whole.times.begin() + static_cast<std::ptrdiff_t>(plan.known(s, c));
      Forecast forecast =
          experiment::forecast(models.looking_at(whole.id), known[s], static_cast<int>(plan.steps),
                               config.data.dataset.future.empty() ? none : whole,
                               {first, first + static_cast<std::ptrdiff_t>(plan.steps)});
      intervals.give(forecast, whole.id);
      // Quantiles as they are aim at another level than the intervals that they stand beside.
      if (std::abs(forecast.level - plan.config.output.interval) > 1e-9)
        forecast.lower.clear(), forecast.upper.clear();
      series[s].forecasts[unit.seed - 1][c] = said(std::move(forecast));
    }
  }
  for (const std::string& note : intervals.notes())
    note_once(notes, fmt::format("{}: {}", plan.suite.models[unit.model].name, note));
}

void add_trained(const BacktestPlan& plan, const BacktestSpec& spec, const fs::path& folder,
                 std::vector<Backtest>& series, std::vector<std::string>& notes) {
  for (std::size_t m = 0; m < plan.suite.models.size(); ++m) {
    BacktestModel model{.name = plan.suite.models[m].name, .trained = true};
    model.forecasts.assign(static_cast<std::size_t>(plan.config.seeds),
                           std::vector<CutForecast>(plan.behind.size()));
    std::vector<BacktestModel> own(series.size(), model);
    std::string error;
    double count = 0;
    for (const Unit& unit : plan.units) {
      if (unit.model != m || !error.empty()) continue;
      error = why_failed(unit, folder);
      if (!error.empty()) break;
      const Json metrics = Json::parse(read_file(unit.folder / experiment::files::kMetrics), nullptr, false);
      require(metrics.is_object(), "'{}' is damaged: delete its folder",
              (unit.folder / experiment::files::kMetrics).string());
      model.parameters = metrics.at("models").at(0).value("parameters", std::int64_t{0});
      model.seconds += metrics.at("models").at(0).value("seconds", 0.0), count += 1;
      add_forecasts(plan, unit, spec.refit, own, notes);
    }
    require(m > 0 || error.empty(), "{} could not be trained: {}", model.name, error);
    if (!error.empty()) {
      notes.push_back(fmt::format("{} is left out, for it could not be trained: {}", model.name, error));
      continue;
    }
    for (std::size_t s = 0; s < series.size(); ++s) {
      own[s].parameters = model.parameters, own[s].seconds = model.seconds / std::max(1.0, count);
      series[s].models.push_back(std::move(own[s]));
    }
  }
}

// A series with so many rows behind it of which nothing is known.
Series with_room(Series series, std::size_t rows) {
  series.times.resize(series.times.size() + rows);
  series.values.resize(series.values.size() + rows * series.names.size(),
                       std::numeric_limits<double>::quiet_NaN());
  return series;
}

void add_untrained(const BacktestPlan& plan, const BacktestSpec& spec, std::size_t place, Backtest& test) {
  std::vector<BacktestModel> models;
  for (const std::string& name : plan.untrained) {
    BacktestModel model{.name = name};
    model.forecasts.emplace_back();
    for (std::size_t c = 0; c < plan.behind.size(); ++c) {
      const std::size_t fitted = plan.known(place, spec.refit ? c : 0);
      const auto judged =
          static_cast<std::size_t>(std::floor(static_cast<double>(fitted) * plan.train + 1e-9));
      const Series past = with_room(plan.past[c][place], plan.steps);
      model.forecasts[0].push_back(untrained_forecast(name, {.series = past,
                                                             .targets = test.targets,
                                                             .known = plan.known(place, c),
                                                             .fitted = fitted,
                                                             .judged = judged,
                                                             .steps = plan.steps,
                                                             .season = test.season,
                                                             .level = plan.config.output.interval}));
    }
    models.push_back(std::move(model));
  }
  test.models.insert(test.models.begin() + 1, std::make_move_iterator(models.begin()),
                     std::make_move_iterator(models.end()));
}

// What came of a series, and the units of its scaled errors.
Backtest frame(const BacktestPlan& plan, const BacktestSpec& spec, std::size_t place) {
  const Series& series = plan.panel.series[place];
  Backtest test{.data = experiment::data_name(plan.config),
                .id = series.id,
                .targets = plan.config.data.dataset.targets,
                .steps = plan.steps,
                .season = std::max(1, plan.config.baselines.season),
                .refit = spec.refit,
                .level = plan.config.output.interval,
                .series = series};
  std::vector<std::size_t> columns;
  for (const std::string& target : test.targets)
    columns.push_back(
        static_cast<std::size_t>(std::ranges::find(series.names, target) - series.names.begin()));
  for (std::size_t c = 0; c < plan.behind.size(); ++c) {
    const std::size_t known = test.known.emplace_back(plan.known(place, c));
    const auto first = series.times.begin() + static_cast<std::ptrdiff_t>(known);
    test.times.emplace_back(first, first + static_cast<std::ptrdiff_t>(plan.steps));
    std::vector<double>& truth = test.truth.emplace_back();
    for (std::size_t s = 0; s < plan.steps; ++s)
      for (const std::size_t column : columns) truth.push_back(series.at(known + s, column));
  }
  for (const std::size_t column : columns) {
    std::vector<double> before;
    for (std::size_t row = 0; row < test.known[0]; ++row)
      before.push_back(plan.past[0][place].at(row, column));
    test.naive_error.push_back(naive_mae(before, test.season));
    test.naive_root.push_back(naive_rmse(before, test.season));
  }
  return test;
}

// All series of a panel as one result.
Backtest together(std::vector<Backtest> parts, std::vector<std::string>& notes) {
  Backtest whole = parts.front();
  whole.id.clear(), whole.truth.clear(), whole.naive_error.clear(), whole.naive_root.clear(),
      whole.series = {};
  for (BacktestModel& model : whole.models)
    for (std::vector<CutForecast>& cuts : model.forecasts) cuts.clear();
  // The cuts of series that end at other times have no time in common.
  if (std::ranges::any_of(parts, [&](const Backtest& part) { return part.times != whole.times; }))
    for (std::size_t c = 0; c < whole.times.size(); ++c)
      std::ranges::fill(whole.times[c], fmt::format("cut {}", c + 1));
  const auto constant = std::ranges::count_if(parts, [](const Backtest& part) {
    return std::ranges::any_of(part.naive_error, [](double error) { return !(error > 0); });
  });
  if (constant > 0)
    notes.push_back(
        fmt::format("{} of {} series are constant, or shorter than two seasons, before the first cut: they "
                    "have no MASE and "
                    "no RMSSE, and are left out of those means",
                    constant, parts.size()));
  whole.parts = std::move(parts);
  return whole;
}

// The plan, and its folder, which is made once all that can be refused has been.
BacktestPlan prepared(const BacktestSpec& spec, const BacktestOptions& options, fs::path& folder) {
  BacktestPlan plan = backtest_plan(spec, options, folder);
  for (const Unit& unit : plan.units)
    if (unit.seed == 1) {
      Config config = config_of(plan.suite, unit, {});
      if (unit.data == 0 && unit.model == 0) experiment::make_problem(config);
    }
  prepare_marked_folder(folder, mark(), protocol_json(plan, spec), options.overwrite);
  return plan;
}

}  // namespace

std::vector<BacktestTraining> backtest_trainings(const BacktestSpec& spec) {
  fs::path folder;
  const BacktestPlan plan = backtest_plan(spec, {}, folder);
  std::vector<BacktestTraining> trainings;
  for (const Unit& unit : plan.units) trainings.push_back({unit.name, config_of(plan.suite, unit, {})});
  return trainings;
}

void run_one_backtest_unit(const BacktestSpec& spec, const BacktestOptions& options, const std::string& name,
                           const experiment::RunCallbacks& callbacks) {
  find_row(backtest_trainings(spec), "the backtest has no training", name);  // before a folder is made
  fs::path folder;
  const BacktestPlan plan = prepared(spec, options, folder);
  run_named_unit(plan.suite, plan.units, name, folder, {}, callbacks);
}

BacktestOutcome run_backtest(const BacktestSpec& spec, const BacktestOptions& options,
                             const UnitsCallbacks& callbacks) {
  require(options.jobs >= 0, "--jobs must be 0 (one a core) or more, not {}", options.jobs);
  BacktestOutcome outcome;
  const BacktestPlan plan = prepared(spec, options, outcome.folder);
  for (const std::string& note : plan.notes)
    if (callbacks.on_note) callbacks.on_note(note);
  for (const Unit& unit : plan.units) forget_failure(unit, outcome.folder);
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  outcome.finished = run_units(plan.suite, plan.units, outcome.folder, {},
                               options.jobs > 0 ? options.jobs : cores, callbacks);
  outcome.units = plan.units.size();
  outcome.done = static_cast<std::size_t>(std::ranges::count_if(plan.units, is_done));
  if (!outcome.finished) return outcome;
  std::vector<Backtest> series;
  for (std::size_t s = 0; s < plan.panel.series.size(); ++s) series.push_back(frame(plan, spec, s));
  std::vector<std::string> notes = plan.notes;
  add_trained(plan, spec, outcome.folder, series, notes);
  for (std::size_t s = 0; s < series.size(); ++s) add_untrained(plan, spec, s, series[s]);
  outcome.results = plan.panel.id.empty() ? std::move(series.front()) : together(std::move(series), notes);
  outcome.results.notes = std::move(notes);
  Json json = protocol_json(plan, spec);
  json.update(backtest_json(outcome.results));
  write_file_atomically(outcome.folder / kMark, json.dump(1) + "\n");
  write_backtest(outcome.results, outcome.folder);
  return outcome;
}

}  // namespace ebit::analysis
