// What a suite came to: a number a unit, tables, figures, a page.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ebit/analysis/suite/units.h"
#include "ebit/report/text_table.h"

namespace ebit::analysis {

/// What a model did on one data.
struct SuiteCell {
  std::vector<double> values;       ///< the metric, one a seed that is done
  std::vector<double> seconds;      ///< of training, likewise
  std::int64_t parameters = 0;      ///< trained numbers
  std::int64_t quantum = -1;        ///< of them, those of circuits; -1: not said
  std::vector<std::string> errors;  ///< of units that could not be trained
};

/// A suite's numbers.
struct SuiteResults {
  std::string metric;                         ///< "MSE"
  bool greater_is_better = false;             ///< of the metric
  std::vector<std::vector<SuiteCell>> cells;  ///< [data][model]
  std::size_t done = 0;                       ///< how many of the units have results
  std::size_t units = 0;                      ///< how many there are
};

/// Reads the results of the units that are done. Throws Error where their files are damaged, or do not have
/// the metric.
SuiteResults read_results(const Suite& suite, const std::vector<Unit>& units,
                          const std::filesystem::path& folder);

/// One line a model: its counts, the median on each data, the mean of its ranks by them.
TextTable overview_table(const Suite& suite, const SuiteResults& results);

/// One line a model on one data, the best median first: median, quartiles, least and greatest, counts,
/// seconds. The best is marked only where its worst seed is better than the best seed of every other model.
TextTable data_table(const Suite& suite, const SuiteResults& results, std::size_t data);

/// suite.json: the suite, every value of every unit.
nlohmann::ordered_json results_json(const Suite& suite, const SuiteResults& results);

/// Writes suite.csv (a row a unit), suite.md (the tables), figures and report.html. Throws Error as Page
/// does.
void write_results(const Suite& suite, const SuiteResults& results, const std::filesystem::path& folder);

}  // namespace ebit::analysis
