// The units of a suite: one training each, independent of all others, in a run folder of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ebit/analysis/suite/suite.h"
#include "ebit/experiment/runs/run.h"

namespace ebit::analysis {

/// One model on one data with one seed.
struct Unit {
  std::size_t data = 0;          ///< place in Suite::data
  std::size_t model = 0;         ///< place in Suite::models
  std::uint64_t seed = 0;        ///< of the training
  std::string name;              ///< "DATA/MODEL/SEED"
  std::filesystem::path folder;  ///< its run folder, below the suite's
};

/// All units, data by data, seeds outermost, so that what is done early is a smaller suite.
std::vector<Unit> units_of(const Suite& suite, const std::filesystem::path& folder);

/// The problem of the suite's data `data`.
const std::string& problem_of(const Suite& suite, std::size_t data);
/// Those of `settings` that have an effect on the model of `own`, where `later` is set behind them. Throws
/// Error as apply_setting().
std::vector<Setting> fitting(const std::vector<Setting>& settings, Config own,
                             const std::vector<Setting>& later);

/// The settings of a unit: the suite's and the data's as far as the model has such options, then the model's,
/// what was chosen() for it, then `more`. A forecast without training, such as persistence, is scored beside
/// `linear`. Throws Error as resolve().
Config config_of(const Suite& suite, const Unit& unit, const std::vector<Setting>& more,
                 const std::vector<Setting>& chosen = {});

/// Whether a unit has results.
bool is_done(const Unit& unit);
/// Why a unit could not be trained, one line; "" where it could, or was not yet tried.
std::string why_failed(const Unit& unit, const std::filesystem::path& folder);

/// Lets a unit that could not be trained be tried again.
void forget_failure(const Unit& unit, const std::filesystem::path& folder);

/// What is asked of a unit that is done and was not when it was trained, as "train.lr 0.02 (was 0.01)"; ""
/// where it is the same, or is not known. @param asked config_of() it now.
std::string what_changed(const Unit& unit, const std::filesystem::path& folder, const Config& asked);

/// Trains one unit, or goes on with it; nothing to do where it is done. What [choose] lists is tried before.
/// Its errors are kept for why_failed() and are not thrown. @returns false where it was interrupted, or
/// another process has it.
bool run_unit(const Suite& suite, const Unit& unit, const std::filesystem::path& folder,
              const std::vector<Setting>& more, const experiment::RunCallbacks& callbacks);

/// Trains the unit called `name`, or goes on with it: for schedulers. Throws Error where there is none of
/// that name, and what the training threw.
void run_named_unit(const Suite& suite, const std::vector<Unit>& units, const std::string& name,
                    const std::filesystem::path& folder, const std::vector<Setting>& more,
                    const experiment::RunCallbacks& callbacks);

/// What is told while units are at work.
struct UnitsCallbacks {
  std::function<bool()> interrupted;                                    ///< true stops
  std::function<void(std::size_t done, std::size_t failed)> on_change;  ///< when a unit has ended
  std::function<void(const std::string& line)> on_note = {};            ///< before the first; may be empty
};

/// Does all units that are not done in `jobs` processes of one thread each. Any number of processes, on any
/// machine that sees the folder, may do so at once: a unit is locked while one has it, and what a killed
/// process had is free again. @returns whether all have ended.
bool run_units(const Suite& suite, const std::vector<Unit>& units, const std::filesystem::path& folder,
               const std::vector<Setting>& more, int jobs, const UnitsCallbacks& callbacks);

}  // namespace ebit::analysis
