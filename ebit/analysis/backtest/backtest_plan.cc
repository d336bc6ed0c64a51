#include "ebit/analysis/backtest/backtest_plan.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/data/baseline.h"
#include "ebit/experiment/model_specs.h"
#include "ebit/experiment/problems/numbers.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/settings/models.h"
#include "ebit/settings/resolve.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Options that say what a backtest says itself, or that it has no use for; those of a model aside.
constexpr std::pair<std::string_view, std::string_view> kNotOurs[] = {
    {"data.split", "the cuts say what is forecast"},
    {"data.split_seed", "the cuts say what is forecast"},
    {"data.test_from", "the cuts say what is forecast"},
    {"data.generator",
     "a series is cut by the rows of a file: ebit train writes what a generator makes into "
     "predictions.csv"},
    {"data.set", "it is of --generator, and a backtest takes a file"},
    {"data.generator_seed", "it is of --generator, and a backtest takes a file"},
    {"train.seed", "trainings have the seeds 1, 2, ...: --seeds says how many"},
    {"train.threads", "trainings have a thread each: --jobs says how many there are at once"},
    {"baselines.match", "--baseline-hidden says how wide they are"},
    {"output.test", "every forecast is scored on what came"},
    {"output.plots", "the page is always written"},
    {"output.track_entropy", "ebit train samples the memory"},
};

bool given(const BacktestSpec& spec, std::string_view name) {
  return std::ranges::any_of(spec.settings, [&](const Setting& s) { return s.name == name; });
}

Config base_config(const BacktestSpec& spec) {
  for (const Setting& setting : spec.settings)
    if (const std::string_view reason = refused_by_backtest(setting.name); !reason.empty())
      require(setting.value.empty(), "{} has no effect on a backtest: {}", setting.where, reason);
  return resolve("forecast", std::nullopt, spec.settings);
}

// Of the rows before a cut only training and validation part are left, as they were to each other.
void divide(BacktestPlan& plan, const BacktestSpec& spec) {
  const DatasetOptions& o = plan.config.data.dataset;
  plan.train = o.train / (o.train + o.validation), plan.validation = 1 - plan.train;
  std::size_t shortest = 0;
  for (std::size_t s = 1; s < plan.panel.series.size(); ++s)
    if (plan.known(s, 0) < plan.known(shortest, 0)) shortest = s;
  const double rows = static_cast<double>(plan.known(shortest, 0));
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
  plan.notes.push_back(fmt::format(
      "no validation part, and so no prediction intervals: its {} of {} rows before the first "
      "cut cannot hold a "
      "window of {} with horizon {}; set --validation, or a smaller --window{}",
      held, rows, o.window, o.horizon,
      plan.panel.id.empty()
          ? ""
          : fmt::format(", or leave out series '{}', the shortest", shown(plan.panel.series[shortest].id))));
  plan.train = 1, plan.validation = 0;
}

// A series that is too short is not scored where the panel may lose some; trainings have it if they can.
void place_cuts(BacktestPlan& plan, const BacktestSpec& spec) {
  require(spec.cuts >= 1, "--cuts must be at least 1, not {}", spec.cuts);
  require(spec.apart >= 0, "--apart must be 0 (as many rows as are forecast) or more, not {}", spec.apart);
  const std::size_t cuts = static_cast<std::size_t>(spec.cuts);
  const std::size_t apart = spec.apart > 0 ? static_cast<std::size_t>(spec.apart) : plan.steps;
  const std::size_t behind = plan.steps + (cuts - 1) * apart;
  const auto window = static_cast<std::size_t>(plan.config.data.dataset.window);
  std::erase_if(plan.panel.series, [&](const Series& series) {
    if (series.rows() > behind + window + plan.steps) return false;
    const std::string why = fmt::format(
        "{} has {} rows, and {} cuts {} apart with {} steps take the last {} of them, which leaves too few "
        "to train on",
        series.source, series.rows(), cuts, apart, plan.steps, behind);
    require(!plan.panel.id.empty() && plan.config.data.series.unusable == "drop",
            "{}: take fewer --cuts, a smaller --horizon or --apart{}", why,
            plan.panel.id.empty() ? "" : ", or --unusable drop");
    plan.notes.push_back("not scored: " + why);
    return true;
  });
  require(!plan.panel.series.empty(), "no series is long enough for {} cuts {} apart with {} steps", cuts,
          apart, plan.steps);
  for (std::size_t c = 0; c < cuts; ++c) plan.behind.push_back(behind - c * apart);
}

void choose_models(BacktestPlan& plan, const BacktestSpec& spec) {
  Config& config = plan.config;
  if (!given(spec, "baselines.which"))
    config.baselines.which = {"persistence", "seasonal-naive", "ets", "theta", "linear", "poly-ridge"};
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
void fill_suite(BacktestPlan& plan, const BacktestSpec& spec, const fs::path& folder) {
  Suite& suite = plan.suite;
  suite.name = "backtest", suite.seeds = plan.config.seeds;
  static constexpr std::string_view kOwn[] = {"data.file",       "data.horizon",      "data.train",
                                              "data.validation", "data.without_last", "train.seeds"};
  for (const Setting& setting : spec.settings)
    if ((setting.name.starts_with("data.") || setting.name.starts_with("train.") ||
         setting.name == "baselines.season") &&
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
  for (std::size_t c = 0; c < (spec.refit ? plan.behind.size() : 1); ++c)
    suite.data.push_back({.name = fmt::format("cut-{}", c + 1),
                          .settings = {{"data.without_last", std::to_string(plan.left_out(c)), "backtest"}}});
  plan.units = units_of(suite, folder);
}

// Whether every series has one value there, which then is known ahead.
bool is_fixed(const Panel& panel, const std::string& name) {
  return !panel.id.empty() && std::ranges::all_of(panel.series, [&](const Series& series) {
    const auto column =
        static_cast<std::size_t>(std::ranges::find(series.names, name) - series.names.begin());
    for (std::size_t row = 1; row < series.rows(); ++row)
      if (series.at(row, column) != series.at(0, column)) return false;
    return true;
  });
}

// Series of a panel that the first training could not use.
void leave_out_unusable(BacktestPlan& plan) {
  if (plan.panel.id.empty() || plan.config.data.series.unusable != "drop") return;
  Config config = config_of(plan.suite, plan.units.front(), {});
  const experiment::PreparedPanel used = experiment::prepare_panel(config);
  std::erase_if(plan.panel.series, [&](const Series& series) {
    if (std::ranges::any_of(used.series, [&](const Dataset& d) { return d.series.id == series.id; }))
      return false;
    plan.notes.push_back(fmt::format("not scored: {} cannot be trained on", series.source));
    return true;
  });
  require(!plan.panel.series.empty(), "no series is left to score");
}

// The series as they were known at a cut: what is interpolated or merged there knows of nothing that comes
// later.
std::vector<Series> known_at(const BacktestPlan& plan, std::size_t cut) {
  Config config = plan.config;
  config.data.series.without_last = plan.left_out(cut);
  Panel panel = experiment::load_panel(config);
  std::vector<Series> known;
  for (std::size_t s = 0; s < plan.panel.series.size(); ++s) {
    const Series& whole = plan.panel.series[s];
    const auto own = std::ranges::find(panel.series, whole.id, &Series::id);
    require(own != panel.series.end() && own->rows() == plan.known(s, cut) &&
                own->times.back() == whole.times[plan.known(s, cut) - 1],
            "{} has other rows where it is read up to {}, as some behind that are absent or left out: write "
            "a row for "
            "each time into the file",
            whole.source, whole.times[plan.known(s, cut)]);
    known.push_back(std::move(*own));
  }
  return known;
}

// Throws Error for a text that a unit's training does not know, in the rows that its model forecasts from or
// of which it is told ahead.
void check_categories(const BacktestPlan& plan, const Unit& unit, bool refit) {
  Config config = config_of(plan.suite, unit, {});
  const std::vector<Category> known = plan.panel.id.empty()
                                          ? experiment::prepare_dataset(config).categories
                                          : experiment::prepare_panel(config).series.front().categories;
  const std::size_t last = refit ? unit.data : plan.behind.size() - 1;
  for (std::size_t s = 0; s < plan.panel.series.size(); ++s)
    for (const Category& category : known) {
      const bool ahead = std::ranges::count(plan.config.data.dataset.future, category.name) > 0;
      Series seen = plan.panel.series[s];
      const std::size_t rows = plan.known(s, last) + (ahead ? plan.steps : 0);
      seen.times.resize(rows), seen.values.resize(rows * seen.names.size());
      with_categories(seen, {&category, 1});
    }
}

// What a polynomial leaves out, said once: all cuts have windows of one width.
void tell_dropped_degrees(BacktestPlan& plan) {
  for (const Unit& unit : plan.units) {
    Config config = config_of(plan.suite, unit, {});
    if (unit.seed > 1 || unit.data != plan.units.front().data || family_of(config) != kPolynomial) continue;
    const std::unique_ptr<experiment::Problem> problem = experiment::make_problem(config);
    if (std::string note = experiment::dropped_degrees_note(config, *problem); !note.empty())
      plan.notes.push_back(std::move(note));
  }
}

}  // namespace

std::string_view refused_by_backtest(std::string_view option) {
  const auto* const row =
      std::ranges::find(kNotOurs, option, &std::pair<std::string_view, std::string_view>::first);
  return row == std::end(kNotOurs) ? std::string_view() : row->second;
}

BacktestPlan backtest_plan(const BacktestSpec& spec, const BacktestOptions& options, fs::path& folder) {
  BacktestPlan plan{.config = base_config(spec)};
  Config& config = plan.config;
  DatasetOptions& o = config.data.dataset;
  require(o.first_step <= 1, "a backtest forecasts from the first step on: --horizon 1..{}", o.horizon);
  require(o.horizon >= 1, "--horizon must be at least 1, not {}", o.horizon);
  require(config.output.interval >= 0 && config.output.interval < 1,
          "--interval must be 0 (none) or more and below 1, not {}", config.output.interval);
  plan.steps = static_cast<std::size_t>(o.horizon);
  if (o.first_step == 0) o.horizon = 1;
  // Rows before a cut are too few to lose some at the boundary of the parts, and none of them is tested on.
  if (!given(spec, "data.boundary")) o.boundary = "across";
  require(config.seeds >= 1, "--seeds must be at least 1, not {}", config.seeds);
  plan.panel = experiment::load_panel(config);
  if (o.steps() < plan.steps)
    for (const auto* columns : {&o.features, &o.categories})
      for (const std::string& name : *columns)
        require(std::ranges::count(o.targets, name) + std::ranges::count(o.future, name) > 0 ||
                    is_fixed(plan.panel, name),
                "{} steps one after the other need future values of '{}', which is not predicted: give it "
                "with --future where it is known ahead, or predict all steps at once with --horizon 1..{}",
                plan.steps, shown(name), plan.steps);
  plan.notes = plan.panel.warnings;
  std::vector<std::string> single;
  for (const Series& series : plan.panel.series)
    std::ranges::copy(series.warnings, std::back_inserter(single));
  std::ranges::move(experiment::some_notes(std::move(single)), std::back_inserter(plan.notes));
  place_cuts(plan, spec);
  divide(plan, spec);
  choose_models(plan, spec);
  folder = options.folder;
  if (folder.empty())
    folder =
        fs::path("runs") / fmt::format("backtest-{}-{}", experiment::data_name(config), config.model.name);
  fill_suite(plan, spec, folder);
  leave_out_unusable(plan);
  for (std::size_t c = 0; c < plan.behind.size(); ++c) plan.past.push_back(known_at(plan, c));
  for (const Unit& unit : plan.units)
    if (!o.categories.empty() && unit.seed == 1 && unit.model == 0) try {
        check_categories(plan, unit, spec.refit);
      } catch (const Error& error) {
        fail("{}: {}", plan.suite.data[unit.data].name, error.what());
      }
  tell_dropped_degrees(plan);
  return plan;
}

Json protocol_json(const BacktestPlan& plan, const BacktestSpec& spec) {
  Json settings = Json::object();
  for (const Setting& setting : plan.suite.settings) settings[setting.name] = setting.value;
  for (const Setting& setting : plan.suite.models[0].settings) settings[setting.name] = setting.value;
  experiment::DataHash hash;
  for (const Series& series : plan.panel.series) hash.add(series.values);
  Json baselines = plan.config.baselines.which, cuts = Json::array();
  for (std::size_t c = 0; c < plan.behind.size(); ++c) {
    Json known = Json::object();
    for (std::size_t s = 0; s < plan.panel.series.size(); ++s)
      known[plan.panel.series[s].id] = plan.known(s, c);
    cuts.push_back(plan.panel.id.empty() ? Json(plan.known(0, c)) : std::move(known));
  }
  return {{"settings", settings},
          {"model", plan.config.model.name},
          {"baselines", baselines},
          {"baseline_hidden", plan.config.baselines.hidden_size},
          {"baseline_layers", plan.config.baselines.layers},
          {"cuts", std::move(cuts)},
          {"steps", plan.steps},
          {"seeds", plan.config.seeds},
          {"refit", spec.refit},
          {"interval", plan.config.output.interval},
          {"data_hash", fmt::format("{:016x}", hash.value())}};
}

}  // namespace ebit::analysis
