// What a suite came to: a number a unit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ebit/analysis/suite/units.h"

namespace ebit::analysis {

/// What a model did on one data. Lists have one number for each seed that is done.
struct SuiteCell {
  std::vector<std::uint64_t> seeds;  ///< that are done, ascending
  std::vector<double> values;        ///< the metric
  std::vector<double> seconds;       ///< of training
  std::vector<int> epochs;           ///< of training
  std::int64_t parameters = 0;       ///< trained numbers
  std::int64_t quantum = -1;         ///< of them, those of circuits; -1: not said
  int solved = -1;                   ///< trainings that ended solved; -1: none was to
  std::vector<std::string> errors;   ///< of units that could not be trained
  std::string chosen;                ///< for it among what [choose] lists, as "lr 0.01"
};

/// What is compared on one data.
struct SuiteMetric {
  std::string name;                ///< "MSE"; "epochs" of training, all of them where it was not solved
  bool greater_is_better = false;  ///< what is best
  double rounding = 0;             ///< less is no error: models with less are equally good
};

/// A suite's numbers.
struct SuiteResults {
  std::vector<SuiteMetric> metrics;           ///< [data]
  std::vector<std::vector<SuiteCell>> cells;  ///< [data][model]
  std::size_t done = 0;                       ///< how many of the units have results
  std::size_t units = 0;                      ///< how many there are
  std::vector<std::string> changed = {};      ///< units trained with other settings than now, and which
};

/// Reads the results of the units that are done, but for `chosen` and `changed`. Throws Error where their
/// files are damaged, or do not have the metric.
SuiteResults read_results(const Suite& suite, const std::vector<Unit>& units,
                          const std::filesystem::path& folder);

/// suite.json: the suite, every value of every unit, medians with their intervals, what is told apart.
nlohmann::ordered_json results_json(const Suite& suite, const SuiteResults& results);

}  // namespace ebit::analysis
