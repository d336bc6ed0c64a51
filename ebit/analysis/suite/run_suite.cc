#include "ebit/analysis/suite/run_suite.h"

#include <algorithm>
#include <set>
#include <thread>

#include "ebit/analysis/marked_folder.h"
#include "ebit/analysis/suite/choice.h"
#include "ebit/analysis/suite/estimate.h"
#include "ebit/analysis/suite/suite_page.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/data/included.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kMark = "suite.json";

Json settings_json(const std::vector<Setting>& settings) {
  Json json = Json::object();
  for (const Setting& setting : settings) json[setting.name] = setting.value;
  return json;
}

// What decides the numbers of a suite. The items are not in it: a suite may grow.
Json protocol_json(const Suite& suite, const SuiteOptions& options) {
  return {{"suite", suite.name},
          {"problem", suite.problem},
          {"settings", settings_json(suite.settings)},
          {"more", settings_json(options.settings)}};
}

FolderMark mark_of(const Suite& suite) {
  std::set<std::string> names = {"suite.csv", "suite.md", "report.html", "plots", "units", "chosen"};
  for (const SuiteItem& data : suite.data) names.insert(data.name);
  return {"suite", kMark,
          [names](const fs::path& entry) { return names.contains(entry.filename().string()); }};
}

fs::path folder_of(const Suite& suite, const SuiteOptions& options) {
  return options.folder.empty() ? fs::path("runs") / ("suite-" + suite.name) : options.folder;
}

// Throws Error with the place in the suite where the file of the data is not there.
void check_file(const SuiteItem& data) {
  const auto file = std::ranges::find(data.settings, "data.file", &Setting::name);
  if (file == data.settings.end()) return;
  try {
    find_data(file->value);
  } catch (const Error& error) {
    fail("{}: {}", file->where, error.what());
  }
}

// Checks the settings of all units, or of the one called `only`, and makes the folder.
std::vector<Unit> prepared(const Suite& suite, const SuiteOptions& options, const fs::path& folder,
                           const std::string& only = {}) {
  const std::vector<Unit> units = units_of(suite, folder);
  for (const SuiteItem& data : suite.data) check_file(data);
  for (const Unit& unit : units)
    if (only.empty() ? unit.seed == 1 : unit.name == only)
      config_of(suite, unit, options.settings);  // throws where it makes no model
  check_choice(suite, units, options.settings);
  prepare_marked_folder(folder, mark_of(suite), protocol_json(suite, options), options.overwrite);
  return units;
}

std::string chosen_text(const std::vector<Setting>& settings) {
  std::string text;
  for (const auto& [name, value, where] : settings)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name.substr(name.find('.') + 1), value);
  return text;
}

// What was chosen for each model, what of it could not be trained, and which trainings have settings of the
// suite before it was edited.
void add_choices(const Suite& suite, const std::vector<Unit>& units, const fs::path& folder,
                 const std::vector<Setting>& more, SuiteResults& results) {
  for (const Unit& unit : units) {
    if (!is_done(unit)) continue;
    std::string change = "[choose] lists what was not tried";
    if (candidates_left(suite, unit, folder, more) == 0) {
      const std::vector<Setting> own = chosen(suite, unit, folder, more);
      SuiteCell& cell = results.cells[unit.data][unit.model];
      cell.chosen = chosen_text(own);
      if (unit.seed == cell.seeds.front())
        for (std::string& line : failed_candidates(suite, unit, folder, more))
          cell.errors.push_back("not chosen, for it could not be trained: " + std::move(line));
      change = what_changed(unit, folder, config_of(suite, unit, more, own));
    }
    if (!change.empty()) results.changed.push_back(fmt::format("{}: {}", unit.name, change));
  }
}

}  // namespace

SuiteOutcome run_suite(const Suite& suite, const SuiteOptions& options, const UnitsCallbacks& callbacks) {
  require(options.jobs >= 0, "--jobs must be 0 (one a core) or more, not {}", options.jobs);
  SuiteOutcome outcome{.folder = folder_of(suite, options), .results = {}};
  const std::vector<Unit> units = prepared(suite, options, outcome.folder);
  for (const Unit& unit : units) {
    forget_failure(unit, outcome.folder);
    if (!is_done(unit)) forget_failed_candidates(suite, unit, outcome.folder, options.settings);
  }
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const int jobs = options.jobs > 0 ? options.jobs : cores;
  if (callbacks.on_note) {
    for (const std::string& note : suite.notes) callbacks.on_note(note);
    const SuiteEstimate estimate =
        estimate_time(suite, units, outcome.folder, options.settings, callbacks.interrupted);
    if (estimate.units > 0) callbacks.on_note(estimate_text(estimate, jobs));
  }
  outcome.finished = run_units(suite, units, outcome.folder, options.settings, jobs, callbacks);
  outcome.results = read_results(suite, units, outcome.folder);
  add_choices(suite, units, outcome.folder, options.settings, outcome.results);
  Json json = protocol_json(suite, options);
  json.update(results_json(suite, outcome.results));
  write_file_atomically(outcome.folder / kMark, json.dump(1) + "\n");
  write_results(suite, outcome.results, outcome.folder);
  return outcome;
}

void run_one_unit(const Suite& suite, const SuiteOptions& options, const std::string& name,
                  const experiment::RunCallbacks& callbacks) {
  const fs::path folder = folder_of(suite, options);
  find_row(units_of(suite, folder), "the suite has no unit", name);  // before a folder is made
  run_named_unit(suite, prepared(suite, options, folder, name), name, folder, options.settings, callbacks);
}

}  // namespace ebit::analysis
