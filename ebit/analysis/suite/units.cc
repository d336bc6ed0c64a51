#include "ebit/analysis/suite/units.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <thread>

#include "ebit/analysis/suite/choice.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/file_lock.h"
#include "ebit/base/parallel.h"
#include "ebit/data/baseline.h"
#include "ebit/settings/models.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/resolve.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;

fs::path claim_of(const Unit& unit, const fs::path& folder) {
  std::string name = unit.name;
  std::ranges::replace(name, '/', ',');
  return folder / "units" / name;
}

// A worker is stopped by its parent alone, and does not outlive it, also in a call that looks at no signal:
// Ctrl-C of a terminal reaches both, and two signals would end it at once. Nothing is lost by a kill.
void follow(pid_t parent) {
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) _exit(0);  // it died before the line above
}

// The settings of a unit, as they were before its data were read.
constexpr const char* kAsked = "asked.toml";
// A worker that is asked to stop ends its batch and saves; one that is still in it by then is killed.
constexpr std::chrono::seconds kPatience(10);
constexpr int kCannotWrite = 3;  // status of a worker that could not even say what failed

fs::path error_of(const Unit& unit, const fs::path& folder) { return claim_of(unit, folder) / "error.txt"; }

}  // namespace

std::vector<Setting> fitting(const std::vector<Setting>& settings, Config own,
                             const std::vector<Setting>& later) {
  std::vector<Setting> all;
  const auto row_of = [&](const Setting& setting) {
    return std::ranges::find_if(option_table(), [&](const OptionRow& row) {
      return name_of(row) == setting.name && applies(row, own);
    });
  };
  for (const Setting& setting : settings)
    if (row_of(setting) != option_table().end()) apply_setting(own, setting), all.push_back(setting);
  for (const Setting& setting : later)
    if (setting.name != "model.name") apply_setting(own, setting);
  // Such as --momentum with another optimizer.
  std::erase_if(all, [&](const Setting& setting) {
    const auto row = row_of(setting);
    return row->users.effective != nullptr && !row->users.effective(own);
  });
  return all;
}

std::vector<Unit> units_of(const Suite& suite, const fs::path& folder) {
  std::vector<Unit> units;
  for (int seed = 1; seed <= suite.seeds; ++seed)
    for (std::size_t d = 0; d < suite.data.size(); ++d)
      for (std::size_t m = 0; m < suite.models.size(); ++m) {
        const std::string& data = suite.data[d].name;
        const std::string& model = suite.models[m].name;
        units.push_back({.data = d,
                         .model = m,
                         .seed = static_cast<std::uint64_t>(seed),
                         .name = fmt::format("{}/{}/{}", data, model, seed),
                         .folder = folder / data / fmt::format("{}-{}", model, seed)});
      }
  return units;
}

const std::string& problem_of(const Suite& suite, std::size_t data) {
  return suite.data[data].problem.empty() ? suite.problem : suite.data[data].problem;
}

Config config_of(const Suite& suite, const Unit& unit, const std::vector<Setting>& more,
                 const std::vector<Setting>& chosen) {
  const SuiteItem& model = suite.models[unit.model];
  const std::string& problem = problem_of(suite, unit.data);
  std::vector<Setting> own = model.settings;
  if (std::ranges::none_of(own, [](const Setting& s) { return s.name == "model.name"; }))
    own.insert(own.begin(), {"model.name", model.name, model.name});
  std::vector<Setting> shared = suite.settings;
  const std::vector<Setting>& data = suite.data[unit.data].settings;
  shared.insert(shared.end(), data.begin(), data.end());
  Setting beside{"baselines.which", "none", "suite"};
  Setting* const name = &*std::ranges::find(own, "model.name", &Setting::name);
  if (const Baseline* const untrained = find_baseline(name->value)) {
    require(find_problem(problem).set == kForecast, "{}: {} forecasts series, and {} is of the problem {}",
            name->where, name->value, suite.data[unit.data].name, problem);
    beside.value = untrained->name, name->value = "linear";
  }
  const Setting base = *name;
  std::vector<Setting> settings = fitting(shared, resolve(problem, std::nullopt, {base, beside}), own);
  settings.insert(settings.end(), own.begin(), own.end());
  settings.insert(settings.end(), chosen.begin(), chosen.end());
  settings.push_back(beside);
  const std::vector<Setting> asked = fitting(more, resolve(problem, std::nullopt, settings), {});
  settings.insert(settings.end(), asked.begin(), asked.end());
  settings.push_back({"output.folder", unit.folder.string(), "suite"});
  Config config = resolve(problem, std::nullopt, settings);
  config.seeds = 1, config.threads = 1, config.train.seed = unit.seed;
  return config;
}

bool is_done(const Unit& unit) {
  std::error_code ignored;
  return fs::exists(unit.folder / experiment::files::kMetrics, ignored);
}

std::string why_failed(const Unit& unit, const fs::path& folder) {
  const fs::path file = error_of(unit, folder);
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return "";
  std::string text = read_file(file);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

void forget_failure(const Unit& unit, const fs::path& folder) {
  std::error_code ignored;
  fs::remove(error_of(unit, folder), ignored);
}

std::string what_changed(const Unit& unit, const fs::path& folder, const Config& asked) {
  const fs::path file = claim_of(unit, folder) / kAsked;
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return "";
  std::string changes;
  const std::vector<Setting> then = parse_settings(read_file(file), file.string());
  for (const Setting& now : parse_settings(to_toml(asked), "now")) {
    const auto was = std::ranges::find(then, now.name, &Setting::name);
    if (was == then.end() || was->value == now.value || now.name.starts_with("output.")) continue;
    changes += fmt::format("{}{} {} (was {})", changes.empty() ? "" : ", ", now.name, now.value, was->value);
  }
  return changes;
}

bool run_unit(const Suite& suite, const Unit& unit, const fs::path& folder, const std::vector<Setting>& more,
              const experiment::RunCallbacks& callbacks) {
  if (is_done(unit)) return true;
  const fs::path claim = claim_of(unit, folder);
  make_folder(claim);
  std::optional<FolderLock> lock;
  try {
    lock.emplace(claim);
  } catch (const Error&) {
    return false;  // another process has it
  }
  if (is_done(unit)) return true;
  try {
    if (experiment::is_run_folder(unit.folder))
      return !experiment::resume_run(unit.folder, 0, callbacks).interrupted;
    const auto chosen = choose(suite, unit, folder, more, callbacks);
    if (!chosen) return false;
    const Config config = config_of(suite, unit, more, *chosen);
    write_file_atomically(claim / kAsked, to_toml(config));
    return !experiment::start_run(config, callbacks).interrupted;
  } catch (const std::exception& error) {
    write_file_atomically(error_of(unit, folder), std::string(error.what()) + "\n");
    return true;
  }
}

void run_named_unit(const Suite& suite, const std::vector<Unit>& units, const std::string& name,
                    const fs::path& folder, const std::vector<Setting>& more,
                    const experiment::RunCallbacks& callbacks) {
  const Unit& unit = find_row(units, "there is no training", name);
  forget_failure(unit, folder);
  if (!is_done(unit)) forget_failed_candidates(suite, unit, folder, more);
  run_unit(suite, unit, folder, more, callbacks);
  const std::string error = why_failed(unit, folder);
  require(error.empty(), "{}: {}", name, error);
}

bool run_units(const Suite& suite, const std::vector<Unit>& units, const fs::path& folder,
               const std::vector<Setting>& more, int jobs, const UnitsCallbacks& callbacks) {
  const fs::path told_by = folder / "units" / "worker.txt";
  std::error_code ignored;
  fs::remove(told_by, ignored);  // of an earlier call
  std::vector<pid_t> workers;
  const pid_t self = ::getpid();
  // All begin at the first unit that is free; a worker that finds none ends.
  for (int j = 0; j < jobs; ++j) {
    const pid_t pid = fork();
    require(pid >= 0, "cannot start a worker process: {}", std::generic_category().message(errno));
    if (pid > 0) {
      workers.push_back(pid);
      continue;
    }
    int status = 0;
    try {
      follow(self);
      set_threads(1);
      experiment::RunCallbacks quiet;
      quiet.interrupted = callbacks.interrupted;
      for (const Unit& unit : units) {
        if (callbacks.interrupted()) break;
        if (why_failed(unit, folder).empty()) run_unit(suite, unit, folder, more, quiet);
      }
    } catch (const std::exception& error) {
      status = 1;
      try {
        write_file_atomically(told_by, error.what());
      } catch (const std::exception&) {
        status = kCannotWrite;
      }
    }
    _exit(status);
  }
  std::size_t told = units.size() + 1;
  bool well = true, full = false;
  const auto tell = [&] {
    std::size_t done = 0, failed = 0;
    for (const Unit& unit : units) {
      if (is_done(unit))
        ++done;
      else if (!why_failed(unit, folder).empty())
        ++failed;
    }
    if (done + failed != told) callbacks.on_change(done, failed), told = done + failed;
  };
  std::optional<std::chrono::steady_clock::time_point> stopping;
  while (!workers.empty()) {
    if (!stopping && callbacks.interrupted()) {
      for (const pid_t pid : workers) ::kill(pid, SIGTERM);
      stopping = std::chrono::steady_clock::now();
    }
    if (stopping && std::chrono::steady_clock::now() - *stopping > kPatience)
      for (const pid_t pid : workers) ::kill(pid, SIGKILL);
    std::erase_if(workers, [&](pid_t pid) {
      int status = 0;
      if (waitpid(pid, &status, WNOHANG) == 0) return false;
      if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) well = false;
      if (WIFEXITED(status) && WEXITSTATUS(status) == kCannotWrite) full = true;
      return true;
    });
    tell();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  require(!full,
          "'{}' cannot be written to: is the disk full? What is finished stays; the same command goes on",
          folder.string());
  require(well || stopping, "a worker of the suite ended early ({}); the same command goes on",
          fs::exists(told_by, ignored) ? read_file(told_by) : "killed");
  return told == units.size();
}

}  // namespace ebit::analysis
