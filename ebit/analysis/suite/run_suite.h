// A suite from its text to its page.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "ebit/analysis/suite/results.h"

namespace ebit::analysis {

/// What the user asks of a suite.
struct SuiteOptions {
  std::vector<Setting>
      settings;  ///< options of `ebit train` for all models that have them, on top of the suite's
  std::filesystem::path folder;  ///< of the results; empty: `runs/suite-NAME`
  int jobs = 0;                  ///< processes; 0: one a core
  bool overwrite = false;        ///< begin anew in a folder of another suite
};

/// What a call of run_suite() came to.
struct SuiteOutcome {
  std::filesystem::path folder;  ///< where everything lies
  bool finished = false;         ///< every unit has ended; else the same call goes on
  SuiteResults results;          ///< of the units that are done
};

/// Trains all units of a suite, or goes on, and writes suite.json, suite.csv, suite.md, figures and the page.
/// The settings of every model are checked before the first is trained. Throws Error for settings that make
/// no model, for a folder of another suite and not `overwrite`.
SuiteOutcome run_suite(const Suite& suite, const SuiteOptions& options, const UnitsCallbacks& callbacks);

/// Trains one unit, "DATA/MODEL/SEED", in the suite's folder, and writes no page: for schedulers. Throws
/// Error where there is none of that name, and what the training threw.
void run_one_unit(const Suite& suite, const SuiteOptions& options, const std::string& name,
                  const experiment::RunCallbacks& callbacks);

}  // namespace ebit::analysis
