// A sweep from its text to its page.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ebit/analysis/sweep/sweep_results.h"

namespace ebit::analysis {

/// What the user asks of a sweep.
struct SweepOptions {
  std::filesystem::path folder;  ///< of the results; empty: `runs/sweep-NAME`
  int jobs = 0;                  ///< processes; 0: one a core
  bool overwrite = false;        ///< begin anew in a folder of another sweep
};

/// What a call of run_sweep() came to.
struct SweepOutcome {
  std::filesystem::path folder;    ///< where everything lies
  bool finished = false;           ///< every training has ended, and one setting is chosen and tested
  std::vector<SweepPoint> points;  ///< the settings
  SweepResults results;            ///< of the trainings that are done
};

/// Trains every setting of a sweep with every seed, or goes on; chooses by the validation part; scores the
/// chosen setting, and it alone, on the test part; writes sweep.json, sweep.csv, sweep.md, figures and the
/// page. Trainings are units of a suite: run folders of their own below `settings`, shared out to `jobs`
/// processes and to any others at work on the folder. A setting that cannot be made is told of in the table.
/// Throws Error for settings that make no model, a metric that the validation part does not have, a folder of
/// another sweep and not `overwrite`, and where no setting could be trained.
SweepOutcome run_sweep(SweepSpec sweep, const SweepOptions& options, const UnitsCallbacks& callbacks);

/// The names of a sweep's trainings, "settings/NAME/SEED".
std::vector<std::string> sweep_units(const SweepSpec& sweep);

/// Does one of them and writes no page: for schedulers. Throws Error where there is none of that name, and
/// what the training threw.
void run_one_sweep_unit(SweepSpec sweep, const SweepOptions& options, const std::string& name,
                        const experiment::RunCallbacks& callbacks);

}  // namespace ebit::analysis
