#include "ebit/analysis/backtest/backtest.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>

#include "ebit/analysis/backtest/backtest_scores.h"
#include "ebit/analysis/backtest/untrained.h"
#include "ebit/analysis/marked_folder.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/data/baseline.h"
#include "ebit/data/metrics.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/forecast.h"
#include "ebit/settings/models.h"
#include "ebit/settings/resolve.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using experiment::Forecast;
using Json = nlohmann::ordered_json;

constexpr const char* kMark = "backtest.json";

// Options that say what a backtest says itself, or that it has no use for; those of a model aside.
constexpr std::pair<std::string_view, std::string_view> kNotOurs[] = {
    {"data.split", "the cuts say what is forecast"},
    {"data.split_seed", "the cuts say what is forecast"},
    {"data.test_from", "the cuts say what is forecast"},
    {"data.generator",
     "a series is cut by the rows of a file: ebit train writes what a generator makes into "
     "predictions.csv"},
    {"train.seed", "trainings have the seeds 1, 2, ...: --seeds says how many"},
    {"train.threads", "trainings have a thread each: --jobs says how many there are at once"},
    {"baselines.match", "--baseline-hidden says how wide they are"},
    {"output.test", "every forecast is scored on what came"},
    {"output.plots", "the page is always written"},
    {"output.track_entropy", "ebit train samples the memory"},
};

// Everything that can be said before a training.
struct Plan {
  Config config;          // of the model asked for, on all rows
  Series series;          // all of it
  std::size_t steps = 1;  // S
  Suite suite;            // data: the cuts that are trained at; models: those that are trained
  std::vector<Unit> units;
  std::vector<std::size_t> known;            // rows before each cut
  std::vector<std::string> untrained;        // rows of baseline_table()
  double train = 0.875, validation = 0.125;  // shares of the rows before a cut
  std::vector<std::string> notes;
};

bool given(const BacktestSpec& spec, std::string_view name) {
  return std::ranges::any_of(spec.settings, [&](const Setting& s) { return s.name == name; });
}

Config base_config(const BacktestSpec& spec) {
  for (const Setting& setting : spec.settings)
    for (const auto& [name, reason] : kNotOurs)
      require(setting.name != name || setting.value.empty(), "{} has no effect on a backtest: {}",
              setting.where, reason);
  return resolve("forecast", std::nullopt, spec.settings);
}

// Of the rows before a cut only training and validation part are left, as they were to each other.
void divide(Plan& plan, const BacktestSpec& spec) {
  const DatasetOptions& o = plan.config.data.dataset;
  plan.train = o.train / (o.train + o.validation), plan.validation = 1 - plan.train;
  const double rows = static_cast<double>(plan.known.front());
  const double held = rows - std::floor(rows * plan.train + 1e-9);
  // Windows may begin in the training part unless somebody says otherwise.
  const double needed = o.boundary == "across" ? static_cast<double>(o.steps()) : o.window + o.horizon;
  const bool asked = given(spec, "data.validation") || plan.config.train.patience > 0;
  if (plan.validation <= 0 && !asked && plan.config.output.interval > 0)
    plan.notes.push_back(
        fmt::format("no prediction intervals: {} is trained without a validation part, as published; "
                    "--validation 0.15 gives one",
                    plan.config.model.name));
  if (asked || held >= needed || plan.validation <= 0) return;
  plan.notes.push_back(
      fmt::format("no validation part, and so no prediction intervals: its {} of {} rows before the first "
                  "cut cannot hold a "
                  "window of {} with horizon {}; set --validation, or a smaller --window",
                  held, rows, o.window, o.horizon));
  plan.train = 1, plan.validation = 0;
}

void place_cuts(Plan& plan, const BacktestSpec& spec) {
  require(spec.cuts >= 1, "--cuts must be at least 1, not {}", spec.cuts);
  require(spec.apart >= 0, "--apart must be 0 (as many rows as are forecast) or more, not {}", spec.apart);
  const std::size_t rows = plan.series.rows(), cuts = static_cast<std::size_t>(spec.cuts);
  const std::size_t apart = spec.apart > 0 ? static_cast<std::size_t>(spec.apart) : plan.steps;
  const std::size_t behind = plan.steps + (cuts - 1) * apart;
  const auto window = static_cast<std::size_t>(plan.config.data.dataset.window);
  require(rows > behind + window + plan.steps,
          "{} has {} rows, and {} cuts {} apart with {} steps take the last {} of them, which leaves too few "
          "to train "
          "on: take fewer --cuts, a smaller --horizon or --apart",
          plan.series.source, rows, cuts, apart, plan.steps, behind);
  for (std::size_t c = 0; c < cuts; ++c) plan.known.push_back(rows - behind + c * apart);
}

void choose_models(Plan& plan, const BacktestSpec& spec) {
  Config& config = plan.config;
  if (!given(spec, "baselines.which"))
    config.baselines.which = {"persistence", "seasonal-naive", "ets", "linear", "poly-ridge"};
  SuiteItem own{.name = config.model.name};
  for (const Setting& setting : spec.settings)
    if (setting.name.starts_with("model.")) own.settings.push_back(setting);
  plan.suite.models.push_back(std::move(own));
  for (const std::string& name : config.baselines.which) {
    if (const Baseline* const row = find_baseline(name)) {
      if (!row->needs_season || config.baselines.season > 1)
        plan.untrained.push_back(name);
      else if (given(spec, "baselines.which"))
        plan.notes.push_back(fmt::format("{} is left out: the data have no season (--season)", name));
      continue;
    }
    if (name == config.model.name) continue;
    SuiteItem item{.name = name, .settings = {{"model.name", name, "--baselines"}}};
    const Family family = find_model(name).family;
    if (family & kWithHidden)
      item.settings.push_back(
          {"model.hidden_size", std::to_string(config.baselines.hidden_size), "--baseline-hidden"});
    if (family & (kRecurrent | kMlp))
      item.settings.push_back({"model.layers", std::to_string(config.baselines.layers), "--baseline-layers"});
    plan.suite.models.push_back(std::move(item));
  }
}

// What all trainings have in common, and the rows of each.
void fill_suite(Plan& plan, const BacktestSpec& spec, const fs::path& folder) {
  Suite& suite = plan.suite;
  suite.name = "backtest", suite.seeds = plan.config.seeds;
  static constexpr std::string_view kOwn[] = {"data.file",       "data.horizon",    "data.train",
                                              "data.validation", "data.first_rows", "train.seeds"};
  for (const Setting& setting : spec.settings)
    if ((setting.name.starts_with("data.") || setting.name.starts_with("train.")) &&
        std::ranges::find(kOwn, setting.name) == std::end(kOwn))
      suite.settings.push_back(setting);
  const DatasetOptions& o = plan.config.data.dataset;
  const std::string horizon = o.steps() > 1 ? fmt::format("1..{}", o.horizon) : "1";
  std::string targets;
  for (const std::string& name : o.targets) {
    targets += targets.empty() ? "" : ",";
    for (const char c : name) targets += (c == ',' || c == '\\') ? std::string("\\") + c : std::string(1, c);
  }
  for (const auto& [name, value] : std::initializer_list<std::pair<std::string, std::string>>{
           {"data.file", plan.config.data.file},
           {"data.targets", targets},
           {"data.horizon", horizon},
           {"data.boundary", o.boundary},
           {"data.train", fmt::format("{}", plan.train)},
           {"data.validation", fmt::format("{}", plan.validation)}}) {
    std::erase_if(suite.settings, [&](const Setting& other) { return other.name == name; });
    suite.settings.push_back({name, value, "backtest"});
  }
  for (std::size_t c = 0; c < (spec.refit ? plan.known.size() : 1); ++c)
    suite.data.push_back({.name = fmt::format("cut-{}", c + 1),
                          .settings = {{"data.first_rows", std::to_string(plan.known[c]), "backtest"}}});
  plan.units = units_of(suite, folder);
}

Plan plan_of(const BacktestSpec& spec, const BacktestOptions& options, fs::path& folder) {
  Plan plan{.config = base_config(spec)};
  Config& config = plan.config;
  DatasetOptions& o = config.data.dataset;
  experiment::require_one_series(config, "a backtest");
  require(o.first_step <= 1, "a backtest forecasts from the first step on: --horizon 1..{}", o.horizon);
  require(o.horizon >= 1, "--horizon must be at least 1, not {}", o.horizon);
  require(config.output.interval >= 0 && config.output.interval < 1,
          "--interval must be 0 (none) or more and below 1, not {}", config.output.interval);
  plan.steps = static_cast<std::size_t>(o.horizon);
  if (o.first_step == 0) o.horizon = 1;
  // Rows before a cut are too few to lose some at the boundary of the parts, and none of them is tested on.
  if (!given(spec, "data.boundary")) o.boundary = "across";
  require(config.seeds >= 1, "--seeds must be at least 1, not {}", config.seeds);
  plan.series = experiment::load_data(config);
  if (o.steps() < plan.steps)
    for (const std::string& name : o.features)
      require(std::ranges::find(o.targets, name) != o.targets.end(),
              "{} steps one after the other need future values of '{}', which is not predicted: give it with "
              "--future "
              "where it is known ahead, or predict all steps at once with --horizon 1..{}",
              plan.steps, name, plan.steps);
  plan.notes = plan.series.warnings;
  place_cuts(plan, spec);
  divide(plan, spec);
  choose_models(plan, spec);
  folder = options.folder;
  if (folder.empty())
    folder =
        fs::path("runs") / fmt::format("backtest-{}-{}", experiment::data_name(config), config.model.name);
  fill_suite(plan, spec, folder);
  return plan;
}

// What decides the numbers.
Json protocol_json(const Plan& plan, const BacktestSpec& spec) {
  Json settings = Json::object();
  for (const Setting& setting : plan.suite.settings) settings[setting.name] = setting.value;
  for (const Setting& setting : plan.suite.models[0].settings) settings[setting.name] = setting.value;
  Json baselines = plan.config.baselines.which;
  return {{"settings", settings},
          {"model", plan.config.model.name},
          {"baselines", baselines},
          {"baseline_hidden", plan.config.baselines.hidden_size},
          {"baseline_layers", plan.config.baselines.layers},
          {"cuts", plan.known},
          {"steps", plan.steps},
          {"seeds", plan.config.seeds},
          {"refit", spec.refit},
          {"interval", plan.config.output.interval}};
}

FolderMark mark() {
  return {"backtest", kMark, [](const fs::path& entry) {
            static constexpr std::string_view kOurs[] = {"scores.csv",  "forecasts.csv", "backtest.md",
                                                         "report.html", "plots",         "units"};
            const std::string name = entry.filename().string();
            return std::ranges::count(kOurs, name) > 0 || name.starts_with("cut-");
          }};
}

// The series as it was known at a cut.
Series known_at(const Plan& plan, Config config, std::size_t cut) {
  config.data.series.first_rows = plan.known[cut];
  Series series = experiment::load_data(config);
  require(series.rows() == plan.known[cut] && series.times.back() == plan.series.times[plan.known[cut] - 1],
          "{} does not have the same rows where it is read up to a cut: give --missing interpolate or fix "
          "its gaps",
          plan.series.source);
  return series;
}

CutForecast said(Forecast forecast) {
  const auto is_nan = [](double v) { return std::isnan(v); };
  if (std::ranges::any_of(forecast.upper, is_nan)) forecast.lower.clear(), forecast.upper.clear();
  return {std::move(forecast.values), std::move(forecast.lower), std::move(forecast.upper)};
}

// What one training of a model says from each of the cuts that are its.
void add_forecasts(const Plan& plan, const Unit& unit, bool refit, std::vector<CutForecast>& cuts,
                   std::vector<std::string>& notes) {
  Config config = experiment::read_run_config(unit.folder);
  const std::vector<experiment::TrainedModel> models = experiment::forecasting_models(config, unit.folder);
  experiment::Margins margins;
  if (plan.validation > 0 && plan.config.output.interval > 0) {
    Config own = config;
    margins = experiment::interval_margins(models, experiment::prepare_dataset(own), plan.steps,
                                           plan.config.output.interval);
    for (const std::string& note : margins.notes) {
      std::string line = fmt::format("{}: {}", plan.suite.models[unit.model].name, note);
      if (std::ranges::find(notes, line) == notes.end()) notes.push_back(std::move(line));
    }
  }
  const Series none;
  for (std::size_t c = 0; c < plan.known.size(); ++c) {
    if (refit && c != unit.data) continue;
    // Of rows that came the times are known, with every gap between them.
    const auto first = plan.series.times.begin() + static_cast<std::ptrdiff_t>(plan.known[c]);
    const std::vector<std::string> times(first, first + static_cast<std::ptrdiff_t>(plan.steps));
    Forecast forecast = experiment::forecast(models, known_at(plan, config, c), static_cast<int>(plan.steps),
                                             config.data.dataset.future.empty() ? none : plan.series, times);
    experiment::add_intervals(forecast, margins);
    // Quantiles as they are aim at another level than the intervals that they stand beside.
    if (std::abs(forecast.level - plan.config.output.interval) > 1e-9)
      forecast.lower.clear(), forecast.upper.clear();
    cuts[c] = said(std::move(forecast));
  }
}

void add_trained(const Plan& plan, const BacktestSpec& spec, const fs::path& folder, Backtest& test) {
  for (std::size_t m = 0; m < plan.suite.models.size(); ++m) {
    BacktestModel model{.name = plan.suite.models[m].name, .trained = true};
    model.forecasts.assign(static_cast<std::size_t>(plan.config.seeds),
                           std::vector<CutForecast>(plan.known.size()));
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
      add_forecasts(plan, unit, spec.refit, model.forecasts[unit.seed - 1], test.notes);
    }
    require(m > 0 || error.empty(), "{} could not be trained: {}", model.name, error);
    if (!error.empty()) {
      test.notes.push_back(fmt::format("{} is left out, for it could not be trained: {}", model.name, error));
      continue;
    }
    model.seconds /= std::max(1.0, count);
    test.models.push_back(std::move(model));
  }
}

void add_untrained(const Plan& plan, const BacktestSpec& spec, Backtest& test) {
  std::vector<BacktestModel> models;
  for (const std::string& name : plan.untrained) {
    BacktestModel model{.name = name};
    model.forecasts.emplace_back();
    for (std::size_t c = 0; c < plan.known.size(); ++c) {
      const std::size_t fitted = plan.known[spec.refit ? c : 0];
      const auto judged =
          static_cast<std::size_t>(std::floor(static_cast<double>(fitted) * plan.train + 1e-9));
      model.forecasts[0].push_back(untrained_forecast(name, {.series = plan.series,
                                                             .targets = test.targets,
                                                             .known = plan.known[c],
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

// What came, and the units of the scaled errors.
Backtest frame(const Plan& plan, const BacktestSpec& spec) {
  Backtest test{.data = experiment::data_name(plan.config),
                .targets = plan.config.data.dataset.targets,
                .steps = plan.steps,
                .season = std::max(1, plan.config.baselines.season),
                .refit = spec.refit,
                .level = plan.config.output.interval,
                .known = plan.known,
                .notes = plan.notes,
                .series = plan.series};
  std::vector<std::size_t> columns;
  for (const std::string& target : test.targets)
    columns.push_back(
        static_cast<std::size_t>(std::ranges::find(plan.series.names, target) - plan.series.names.begin()));
  for (const std::size_t known : plan.known) {
    const auto first = plan.series.times.begin() + static_cast<std::ptrdiff_t>(known);
    test.times.emplace_back(first, first + static_cast<std::ptrdiff_t>(plan.steps));
    std::vector<double>& truth = test.truth.emplace_back();
    for (std::size_t s = 0; s < plan.steps; ++s)
      for (const std::size_t column : columns) truth.push_back(plan.series.at(known + s, column));
  }
  for (const std::size_t column : columns) {
    std::vector<double> before;
    for (std::size_t row = 0; row < plan.known[0]; ++row) before.push_back(plan.series.at(row, column));
    test.naive_error.push_back(naive_mae(before, test.season));
    test.naive_square.push_back(naive_mse(before, test.season));
  }
  return test;
}

}  // namespace

std::vector<Config> backtest_configs(const BacktestSpec& spec) {
  fs::path folder;
  const Plan plan = plan_of(spec, {}, folder);
  std::vector<Config> configs;
  for (const Unit& unit : plan.units) configs.push_back(config_of(plan.suite, unit, {}));
  return configs;
}

BacktestOutcome run_backtest(const BacktestSpec& spec, const BacktestOptions& options,
                             const UnitsCallbacks& callbacks) {
  require(options.jobs >= 0, "--jobs must be 0 (one a core) or more, not {}", options.jobs);
  BacktestOutcome outcome;
  const Plan plan = plan_of(spec, options, outcome.folder);
  // What can be refused is, before the folder is made.
  for (const Unit& unit : plan.units)
    if (unit.seed == 1) {
      Config config = config_of(plan.suite, unit, {});
      if (unit.data == 0 && unit.model == 0) experiment::make_problem(config);
    }
  for (const std::string& note : plan.notes)
    if (callbacks.on_note) callbacks.on_note(note);
  const Json protocol = protocol_json(plan, spec);
  prepare_marked_folder(outcome.folder, mark(), protocol, options.overwrite);
  for (const Unit& unit : plan.units) forget_failure(unit, outcome.folder);
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  outcome.finished = run_units(plan.suite, plan.units, outcome.folder, {},
                               options.jobs > 0 ? options.jobs : cores, callbacks);
  outcome.units = plan.units.size();
  outcome.done = static_cast<std::size_t>(std::ranges::count_if(plan.units, is_done));
  if (!outcome.finished) return outcome;
  outcome.results = frame(plan, spec);
  add_trained(plan, spec, outcome.folder, outcome.results);
  add_untrained(plan, spec, outcome.results);
  Json json = protocol;
  json.update(backtest_json(outcome.results));
  write_file_atomically(outcome.folder / kMark, json.dump(1) + "\n");
  write_backtest(outcome.results, outcome.folder);
  return outcome;
}

}  // namespace ebit::analysis
