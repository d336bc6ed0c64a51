#include "ebit/analysis/suite/choice.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "ebit/analysis/study/statistics.h"
#include "ebit/analysis/written_json.h"
#include "ebit/base/error.h"
#include "ebit/settings/resolve.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostCandidates = 100;
constexpr const char* kFolder = "chosen";

// Of the options that say which data there are, those that do not decide what is judged.
constexpr std::string_view kFreeOfData[] = {
    "problem.epoch_steps", "problem.bptt",  "problem.carry", "problem.words", "problem.ignored_words",
    "problem.loss",        "data.features", "data.window",   "data.boundary", "data.scaler",
    "data.scale_on",       "corpus.order",  "corpus.limit",  "corpus.vectors"};

// Every value of every option with every other; the last option runs fastest.
std::vector<std::vector<Setting>> combinations(const std::vector<ListedOption>& options) {
  std::vector<std::vector<Setting>> all = {{}};
  for (const ListedOption& option : options) {
    std::vector<std::vector<Setting>> longer;
    for (const std::vector<Setting>& some : all)
      for (const std::string& value : option.values) {
        longer.push_back(some);
        longer.back().push_back({option.name, value, option.where});
      }
    all = std::move(longer);
  }
  return all;
}

bool sets(const std::vector<Setting>& settings, const std::string& name) {
  return std::ranges::find(settings, name, &Setting::name) != settings.end();
}

std::vector<Unit> units_of_candidates(const Suite& candidates, const fs::path& folder) {
  return units_of(candidates, folder / kFolder);
}

// Data that have no validation part choose nothing.
void check_validated(const Suite& suite, const Unit& unit, const std::vector<Setting>& more) {
  Config config = config_of(suite, unit, more);
  const std::unique_ptr<experiment::Problem> problem = experiment::make_problem(config);
  require(problem->validated(),
          "{}: [choose] chooses by the validation part, and {} has none: {} gives it a share",
          suite.choose.options.front().where, suite.data[unit.data].name, problem->share_flag());
}

bool has_ended(const Unit& unit, const fs::path& folder) {
  return is_done(unit) || !why_failed(unit, folder / kFolder).empty();
}

// The least validation loss of all epochs of a training.
double validation_loss(const Unit& unit) {
  double least = INFINITY;
  use_json(unit.folder / experiment::files::kMetrics, "delete that folder, and the suite trains it again",
           [&](const nlohmann::ordered_json& metrics) {
             const auto& seed = metrics.at("models").at(0).at("seeds").at(0);
             for (const auto& loss : seed.at("validation").at("loss"))
               if (loss.is_number()) least = std::min(least, loss.get<double>());
           });
  return least;
}

}  // namespace

void check_free(const std::string& option, const std::string& where, const std::vector<Setting>& settings) {
  const std::string section = option.substr(0, option.find('.'));
  const bool of_data = section == "data" || section == "corpus" || section == "problem";
  require(!of_data || std::ranges::count(kFreeOfData, option) > 0,
          "{}: {} decides what is scored, so no score can choose it: put it into [settings]", where, option);
  require(option != "train.seed" && option != "train.seeds",
          "{}: every setting is trained with the same seeds: say `seeds = N` instead of varying {}", where,
          option);
  require(section != "output" && section != "baselines", "{}: {} does not change a model: leave it out",
          where, option);
  for (const Setting& setting : settings)
    require(setting.name != option, "{}: {} is varied, and set at {}: leave one out", where, option,
            setting.where);
}

std::vector<std::string> listed_values(const DocumentPlace& list) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < list.size(); ++i) {
    values.push_back(option_text(list.at(i)));
    for (std::size_t j = 0; j < i; ++j)
      if (values[j] == values[i]) list.at(i).fail_here(fmt::format("is there twice: {}", values[i]));
  }
  if (values.empty()) list.fail_here("is empty: list at least one value");
  return values;
}

SuiteChoice read_choice(const DocumentPlace& table, const std::vector<Setting>& settings) {
  SuiteChoice choice;
  if (const DocumentPlace seeds = table.find("seeds"); seeds.present()) {
    choice.seeds = seeds.integer();
    if (choice.seeds < 1) seeds.fail_here("must be at least 1");
  }
  std::size_t trainings = static_cast<std::size_t>(choice.seeds);
  each_option(table, {"seeds"}, [&](const std::string& name, const DocumentPlace& place) {
    check_free(name, place.where(), settings);
    // Losses of two kinds, or in two units, are not compared.
    require(name != "model.name" && name != "train.loss" && name != "problem.loss" && name != "data.scaler" &&
                name != "data.scale_on",
            "{}: [choose] compares validation losses, which are not the same thing for every {}",
            place.where(), name);
    if (!place.is_list()) place.fail_here("must be a list of values to choose from");
    choice.options.push_back({name, listed_values(place), place.where()});
    trainings *= choice.options.back().values.size();
    require(trainings <= kMostCandidates,
            "{}: [choose] comes to more than {} trainings for each model: list fewer values", place.where(),
            kMostCandidates);
  });
  if (choice.options.empty()) table.fail_here("is empty: list values, as train.lr = [0.003, 0.01]");
  return choice;
}

Suite candidates_of(const Suite& suite, const Unit& unit, const std::vector<Setting>& more) {
  const SuiteItem& model = suite.models[unit.model];
  Suite candidates{.name = suite.name, .help = {}, .source = {}, .takes = {}};
  candidates.problem = suite.problem, candidates.settings = suite.settings;
  candidates.seeds = suite.choose.seeds, candidates.data = {suite.data[unit.data]};
  std::vector<ListedOption> options = suite.choose.options;
  std::erase_if(options, [&](const ListedOption& option) {
    return sets(model.settings, option.name) || sets(suite.data[unit.data].settings, option.name) ||
           sets(more, option.name);
  });
  if (options.empty()) return candidates;  // without models
  const Config own = config_of(suite, unit, more);
  for (const std::vector<Setting>& all : combinations(options)) {
    SuiteItem item = model;
    item.published.clear();
    if (!sets(item.settings, "model.name"))
      item.settings.insert(item.settings.begin(), {"model.name", model.name, model.name});
    for (const Setting& setting : fitting(all, own, {})) {
      item.name += fmt::format(",{}={}", setting.name, setting.value);
      item.settings.push_back(setting);
    }
    std::ranges::replace(item.name, '/', '_');
    item.settings.push_back({"output.test", "false", "suite"});
    if (std::ranges::find(candidates.models, item.name, &SuiteItem::name) == candidates.models.end())
      candidates.models.push_back(std::move(item));
  }
  if (candidates.models.size() == 1) candidates.models.clear();
  return candidates;
}

void check_choice(const Suite& suite, const std::vector<Unit>& units, const std::vector<Setting>& more) {
  std::set<std::size_t> seen;  // data
  for (const Unit& unit : units)
    if (unit.seed == 1 && !seen.contains(unit.data) && !candidates_of(suite, unit, more).models.empty())
      check_validated(suite, unit, more), seen.insert(unit.data);
}

std::size_t candidates_left(const Suite& suite, const Unit& unit, const fs::path& folder,
                            const std::vector<Setting>& more) {
  const std::vector<Unit> units = units_of_candidates(candidates_of(suite, unit, more), folder);
  return static_cast<std::size_t>(
      std::ranges::count_if(units, [&](const Unit& one) { return !has_ended(one, folder); }));
}

void forget_failed_candidates(const Suite& suite, const Unit& unit, const fs::path& folder,
                              const std::vector<Setting>& more) {
  for (const Unit& one : units_of_candidates(candidates_of(suite, unit, more), folder))
    forget_failure(one, folder / kFolder);
}

std::vector<std::string> failed_candidates(const Suite& suite, const Unit& unit, const fs::path& folder,
                                           const std::vector<Setting>& more) {
  const Suite candidates = candidates_of(suite, unit, more);
  std::vector<std::string> lines;
  for (const Unit& one : units_of_candidates(candidates, folder)) {
    if (is_done(one)) continue;
    if (const std::string why = why_failed(one, folder / kFolder); !why.empty())
      lines.push_back(fmt::format("{}: {}", candidates.models[one.model].name, why));
  }
  return lines;
}

std::vector<Setting> chosen(const Suite& suite, const Unit& unit, const fs::path& folder,
                            const std::vector<Setting>& more) {
  const Suite candidates = candidates_of(suite, unit, more);
  std::vector<std::vector<double>> losses(candidates.models.size());
  std::string error;
  for (const Unit& one : units_of_candidates(candidates, folder)) {
    if (!has_ended(one, folder)) return {};
    if (is_done(one))
      losses[one.model].push_back(validation_loss(one));
    else if (error.empty())
      error = why_failed(one, folder / kFolder);
  }
  std::optional<std::size_t> best;
  const auto loss = [&](std::size_t m) { return quartiles_of(losses[m]).median; };
  for (std::size_t m = 0; m < losses.size(); ++m)
    if (losses[m].size() == static_cast<std::size_t>(candidates.seeds) && std::isfinite(loss(m)) &&
        (!best || loss(m) < loss(*best)))
      best = m;
  require(best || losses.empty(), "{}",
          error.empty() ? "no value of [choose] came to a finite validation loss" : error);
  std::vector<Setting> settings;
  if (best)
    for (const Setting& setting : candidates.models[*best].settings)
      if (std::ranges::find(suite.choose.options, setting.name, &ListedOption::name) !=
          suite.choose.options.end())
        settings.push_back(setting);
  return settings;
}

std::optional<std::vector<Setting>> choose(const Suite& suite, const Unit& unit, const fs::path& folder,
                                           const std::vector<Setting>& more,
                                           const experiment::RunCallbacks& callbacks) {
  const Suite candidates = candidates_of(suite, unit, more);
  const std::vector<Unit> units = units_of_candidates(candidates, folder);
  const auto interrupted = [&] { return callbacks.interrupted && callbacks.interrupted(); };
  for (bool waits = true; waits;) {
    waits = false;
    for (const Unit& one : units) {
      if (interrupted()) return std::nullopt;
      if (has_ended(one, folder)) continue;
      // What another process has is looked at again, when the others are done.
      if (!run_unit(candidates, one, folder / kFolder, more, callbacks)) waits = true;
    }
    if (waits) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return chosen(suite, unit, folder, more);
}

}  // namespace ebit::analysis
