#include "ebit/analysis/suite/estimate.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "ebit/analysis/suite/choice.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/settings/models.h"
#include "ebit/settings/problems.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kEpochs = 2;            // that are timed
constexpr int kPlateauEpochs = 3000;  // most that are counted of a training that ends on a plateau

bool is_series(const Config& config) { return find_problem(config.problem.name).set == kForecast; }

// Series of one suite share a timing, other data have their own.
std::string key_of(const Suite& suite, const Unit& unit, const Config& config) {
  const std::string& model = suite.models[unit.model].name;
  return is_series(config) ? model : model + "/" + suite.data[unit.data].name;
}

// What the time of an epoch grows with; 1 where only data of the same kind are compared.
double work_of(const Config& config) {
  if (!is_series(config)) return 1;
  Config copy = config;
  const Dataset dataset = experiment::prepare_dataset(copy);
  return static_cast<double>(dataset.train.count) * dataset.options.window;
}

// {"epoch": seconds, "rest": seconds, "work": number}
Json time_unit(Config config, const fs::path& scratch, const std::function<bool()>& interrupted) {
  config.output.folder = scratch.string(), config.output.overwrite = true;
  const bool series = is_series(config);
  config.train.epochs = kEpochs;
  double epoch = INFINITY, all = 0;
  const auto begin = std::chrono::steady_clock::now();
  experiment::RunCallbacks callbacks;
  callbacks.interrupted = interrupted;
  callbacks.on_epoch = [&](const auto&, const fit::EpochRecord& record, const auto&) {
    epoch = std::min(epoch, record.seconds), all += record.seconds;
  };
  require(!experiment::start_run(config, callbacks).interrupted, "interrupted");
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return {{"epoch", std::isfinite(epoch) ? epoch : 0},
          {"rest", std::max(0.0, wall - all)},
          {"work", series ? work_of(config) : 1}};
}

// Times what is not in `known` yet and writes it, in a process of its own: the trainings behind it are those
// of processes that fork, which threads of this one would not survive.
void time_all(const Suite& suite, const std::vector<Unit>& units, const fs::path& folder,
              const std::vector<Setting>& more, Json known, const std::function<bool()>& interrupted) {
  const pid_t pid = fork();
  require(pid >= 0, "cannot start a process: {}", std::generic_category().message(errno));
  if (pid > 0) {
    int status = 0;
    waitpid(pid, &status, 0);
    return;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // it measures for its parent, and ends with it
  try {
    set_threads(1);
    const fs::path scratch = folder / "units" / "timing";
    for (const Unit& unit : units) {
      if (interrupted && interrupted()) break;
      try {
        const Config config = config_of(suite, unit, more);
        const std::string key = key_of(suite, unit, config);
        if (!known.contains(key)) known[key] = time_unit(config, scratch, interrupted);
      } catch (const std::exception&) {
        continue;  // another data may do; a unit's own error is told when it is its turn
      }
    }
    std::error_code ignored;
    fs::remove_all(scratch, ignored);
    write_file_atomically(folder / "units" / "timing.json", known.dump(1) + "\n");
  } catch (const std::exception&) {
    _exit(1);
  }
  _exit(0);
}

Json timings_in(const fs::path& folder) {
  const fs::path file = folder / "units" / "timing.json";
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return Json::object();
  // Times that cannot be read are measured again.
  const Json known = Json::parse(read_file(file), nullptr, false);
  Json sound = Json::object();
  if (!known.is_object()) return sound;
  for (const auto& [key, row] : known.items()) {
    const bool numbers =
        row.is_object() && std::ranges::all_of(row, [](const Json& v) { return v.is_number(); });
    if (numbers) sound[key] = row;
  }
  return sound;
}

int epochs_of(const Config& config) {
  if (solved_at_once(config)) return 1;
  return config.train.plateau > 0 ? std::min(config.train.epochs, kPlateauEpochs) : config.train.epochs;
}

}  // namespace

SuiteEstimate estimate_time(const Suite& suite, const std::vector<Unit>& units, const fs::path& folder,
                            const std::vector<Setting>& more, const std::function<bool()>& interrupted) {
  SuiteEstimate estimate;
  std::vector<Unit> left;
  std::ranges::copy_if(units, std::back_inserter(left), [](const Unit& unit) { return !is_done(unit); });
  if (left.size() < 2 * suite.models.size()) return estimate;
  make_folder(folder / "units");
  std::vector<Unit> first;
  std::ranges::copy_if(left, std::back_inserter(first),
                       [&](const Unit& unit) { return unit.seed == left[0].seed; });
  time_all(suite, first, folder, more, timings_in(folder), interrupted);
  const Json known = timings_in(folder);
  if (known.empty()) return estimate;
  std::map<std::pair<std::size_t, std::size_t>, double> seconds;  // of data and model
  std::map<std::size_t, std::optional<double>> work;              // of data
  for (const Unit& unit : left) {
    const std::pair place(unit.data, unit.model);
    const std::size_t trainings =
        1 + (seconds.contains(place) ? 0 : candidates_left(suite, unit, folder, more));
    estimate.units += trainings;
    if (!seconds.contains(place)) {
      const Config config = config_of(suite, unit, more);
      const auto timing = known.find(key_of(suite, unit, config));
      if (timing == known.end()) {
        ++estimate.unknown;
        continue;
      }
      std::optional<double>& size = work[unit.data];
      try {
        if (!size) size = work_of(config);
      } catch (const Error&) {
        ++estimate.unknown;
        continue;  // data that this model does not take
      }
      seconds[place] = timing->value("rest", 0.0) + timing->value("epoch", 0.0) * epochs_of(config) * *size /
                                                        std::max(1.0, timing->value("work", 1.0));
      estimate.stops_early = estimate.stops_early || config.train.patience > 0 || config.train.plateau > 0 ||
                             config.train.stop_below > 0;
    }
    estimate.seconds += static_cast<double>(trainings) * seconds[place];
  }
  return estimate;
}

std::string estimate_text(const SuiteEstimate& estimate, int jobs) {
  const double seconds = estimate.seconds / std::max(1, jobs);
  const std::string time = seconds < 90     ? fmt::format("{:.0f} s", seconds)
                           : seconds < 5400 ? fmt::format("{:.0f} min", seconds / 60)
                                            : fmt::format("{:.1f} hours", seconds / 3600);
  return fmt::format("{} trainings: {} {} on {} {} (an estimate: two epochs of each model were timed{}{})",
                     estimate.units, estimate.stops_early ? "at most about" : "about", time, jobs,
                     jobs == 1 ? "core" : "cores",
                     estimate.stops_early ? "; those that stop early take less" : "",
                     estimate.unknown > 0 ? fmt::format("; {} could not be timed", estimate.unknown) : "");
}

}  // namespace ebit::analysis
