#include "ebit/analysis/sweep/run_sweep.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "ebit/analysis/marked_folder.h"
#include "ebit/analysis/written_json.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/file_lock.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kMark = "sweep.json";
constexpr const char* kTested = "test.json";

// What decides the numbers. What is varied is not in it: a sweep may grow.
Json protocol_json(const SweepSpec& sweep) {
  Json settings = Json::object();
  for (const Setting& setting : sweep.settings) settings[setting.name] = setting.value;
  return {{"sweep", sweep.name}, {"problem", sweep.problem}, {"settings", settings}};
}

FolderMark mark() {
  return {"sweep", kMark, [](const fs::path& entry) {
            static constexpr std::string_view kOurs[] = {"sweep.csv", "sweep.md", "report.html", "plots",
                                                         "units",     kTested,    "settings"};
            return std::ranges::count(kOurs, entry.filename().string()) > 0;
          }};
}

fs::path folder_of(const SweepSpec& sweep, const SweepOptions& options) {
  return options.folder.empty() ? fs::path("runs") / ("sweep-" + sweep.name) : options.folder;
}

// The metric that chooses, checked on data that are ready to be trained on.
std::string metric_of(const SweepSpec& sweep, const experiment::Problem& problem) {
  require(problem.validated(),
          "{}: a sweep chooses by the validation part, and there is none: {} gives it a share",
          sweep.metric_where, problem.share_flag());
  const std::vector<experiment::MetricName> all = problem.metrics();
  const std::string metric = sweep.metric.empty() ? all[problem.judged_metric()].name : sweep.metric;
  find_row(all, sweep.metric_where + ": there is no metric", metric);
  const std::vector<std::string> found = problem.validation_metrics();
  std::string known;
  for (const std::string& name : found) known += (known.empty() ? "" : ", ") + name;
  require(sweep.problem == "forecast" || std::ranges::count(found, metric) > 0,
          "{}: {} is not measured on the validation part: choose by one of these, metric = \"...\": {}",
          sweep.metric_where, metric, known);
  return metric;
}

// Everything that can be said before a training: a model's settings, data, metric.
struct Ready {
  std::vector<SweepPoint> points;
  Suite suite;
  std::vector<Unit> units;
};

Ready prepared(SweepSpec& sweep, const SweepOptions& options, const fs::path& folder) {
  Ready ready{.points = points_of(sweep), .suite = {}, .units = {}};
  ready.suite = suite_of(sweep, ready.points);
  ready.units = units_of(ready.suite, folder);
  std::string first_error;
  bool known = false;
  for (const Unit& unit : ready.units) {
    if (unit.seed != 1) break;
    Config config = config_of(ready.suite, unit, {});  // throws where it is none
    if (known) continue;
    std::unique_ptr<experiment::Problem> problem;
    try {
      problem = experiment::make_problem(config);
    } catch (const Error& error) {
      if (first_error.empty()) first_error = error.what();
      continue;  // such as a window that is too long: a line in the table
    }
    sweep.metric = ready.suite.metric = metric_of(sweep, *problem), known = true;
  }
  require(known, "no setting of the sweep can be made: {}", first_error);
  prepare_marked_folder(folder, mark(), protocol_json(sweep), options.overwrite);
  return ready;
}

std::vector<TestScores> read_tested(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder / kTested, ignored)) return {};
  std::vector<TestScores> tested;
  use_json(folder / kTested, "delete it", [&](const Json& json) {
    for (const Json& row : json) {
      tested.push_back({row.at("setting"), {}});
      for (const Json& value : row.at("values"))
        tested.back().values.push_back(value.is_number() ? value.get<double>() : std::nan(""));
    }
  });
  return tested;
}

void write_tested(const std::vector<TestScores>& tested, const fs::path& folder) {
  Json json = Json::array();
  for (const TestScores& row : tested) {
    json.push_back({{"setting", row.name}, {"values", Json::array()}});
    for (const double value : row.values)
      json.back()["values"].push_back(std::isfinite(value) ? Json(value) : Json(nullptr));
  }
  write_file_atomically(folder / kTested, json.dump(1) + "\n");
}

// The metric of one training on the test part; nothing where there is none.
std::optional<double> test_score(const Unit& unit, const Suite& suite) {
  const experiment::RunResult run = experiment::score_test_part(unit.folder, {});
  const std::size_t place = experiment::metric_place(run.results, suite.metric);
  const auto& part = run.results.models.at(0).seeds.at(0).scores.parts[2];
  if (!part) return std::nullopt;
  return suite.scaled && !part->scaled.empty() ? part->scaled.at(place) : part->values.at(place);
}

// The chosen setting's scores on the test part: found once, by one process.
std::vector<TestScores> tested_with(const Ready& ready, std::size_t chosen, int seeds,
                                    const fs::path& folder) {
  const fs::path claim = folder / "units" / "test";
  make_folder(claim);
  for (;;) {
    try {
      const FolderLock lock(claim);
      std::vector<TestScores> tested = read_tested(folder);
      const std::string& name = ready.points[chosen].name;
      TestScores own{.name = name, .values = {}};
      if (const auto found = std::ranges::find(tested, name, &TestScores::name); found != tested.end())
        own = *found, tested.erase(found);
      if (own.values.size() != static_cast<std::size_t>(seeds)) {
        own.values.clear();
        for (const Unit& unit : ready.units)
          if (unit.model == chosen)
            if (const auto score = test_score(unit, ready.suite)) own.values.push_back(*score);
      }
      tested.push_back(std::move(own));
      write_tested(tested, folder);
      return tested;
    } catch (const Error&) {
      if (!fs::exists(claim / kLockFile)) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));  // another process does it
    }
  }
}

}  // namespace

SweepOutcome run_sweep(SweepSpec sweep, const SweepOptions& options, const UnitsCallbacks& callbacks) {
  require(options.jobs >= 0, "--jobs must be 0 (one a core) or more, not {}", options.jobs);
  SweepOutcome outcome{.folder = folder_of(sweep, options), .finished = false, .points = {}, .results = {}};
  Ready ready = prepared(sweep, options, outcome.folder);
  for (const Unit& unit : ready.units) forget_failure(unit, outcome.folder);
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  outcome.finished = run_units(ready.suite, ready.units, outcome.folder, {},
                               options.jobs > 0 ? options.jobs : cores, callbacks);
  outcome.results =
      sweep_results(sweep, ready.points, read_results(ready.suite, ready.units, outcome.folder));
  const SuiteResults& found = outcome.results.suite;
  if (outcome.finished && outcome.results.order.empty())
    for (const SuiteCell& cell : found.cells[0])
      require(cell.errors.empty(), "no setting of the sweep could be trained: {}", cell.errors[0]);
  if (outcome.finished && !outcome.results.order.empty())
    outcome.results.tested = tested_with(ready, outcome.results.order[0], sweep.seeds, outcome.folder);
  Json json = protocol_json(sweep);
  json.update(sweep_json(sweep, ready.points, outcome.results));
  write_file_atomically(outcome.folder / kMark, json.dump(1) + "\n");
  write_sweep(sweep, ready.points, outcome.results, outcome.folder);
  outcome.points = std::move(ready.points);
  return outcome;
}

std::vector<std::string> sweep_units(const SweepSpec& sweep) {
  std::vector<std::string> names;
  for (const Unit& unit : units_of(suite_of(sweep, points_of(sweep)), "")) names.push_back(unit.name);
  return names;
}

void run_one_sweep_unit(SweepSpec sweep, const SweepOptions& options, const std::string& name,
                        const experiment::RunCallbacks& callbacks) {
  const fs::path folder = folder_of(sweep, options);
  const Ready ready = prepared(sweep, options, folder);
  run_named_unit(ready.suite, ready.units, name, folder, {}, callbacks);
}

}  // namespace ebit::analysis
