// What a sweep came to: settings by their validation score, the chosen one's test score, and what each option
// does.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ebit/analysis/suite/results.h"
#include "ebit/analysis/sweep/sweep.h"
#include "ebit/report/text_table.h"

namespace ebit::analysis {

/// What the settings with one value of an option came to.
struct ValueEffect {
  std::string value;           ///< of the option
  std::vector<double> scores;  ///< of each setting with it: the median over seeds
};

/// What an option does.
struct OptionEffect {
  std::string name;                 ///< "section.key"
  bool numbers = false;             ///< its values are numbers
  std::vector<ValueEffect> values;  ///< numbers from the least up, others in the file's order
  double spread = 0;                ///< greatest minus least of the medians of its values
  double rank_correlation = 0;      ///< Spearman's, of value and score over the settings; NaN: no numbers
};

/// The test scores of one setting: a row of test.json.
struct TestScores {
  std::string name;  ///< of the setting
  std::vector<double>
      values;  ///< the sweep's metric on the test part, one a seed; empty: there is no test part
};

/// A sweep's numbers.
struct SweepResults {
  SuiteResults suite;                 ///< metrics[0] and cells[0][point]: scores of the validation part
  std::vector<std::size_t> order;     ///< settings with a score of every seed, the best median first
  std::vector<OptionEffect> effects;  ///< one an option
  std::vector<TestScores> tested;     ///< settings ever scored on the test part; the chosen one last

  const SuiteMetric& metric() const { return suite.metrics.at(0); }  ///< what chooses
};

/// Orders the settings by the median over seeds of their validation score, and finds what each option does.
/// A setting takes part where every seed has a score.
SweepResults sweep_results(const SweepSpec& sweep, const std::vector<SweepPoint>& points, SuiteResults suite);

/// One line a setting, the best first: varied values, median, least and greatest, counts, seconds. Those that
/// could not be trained are notes.
TextTable settings_table(const SweepSpec& sweep, const std::vector<SweepPoint>& points,
                         const SweepResults& results);

/// One line a value of each option: settings with it, their best and their median score.
TextTable effects_table(const SweepResults& results);

/// The chosen setting and its scores on both parts in a line; what to say where none could be chosen.
std::string chosen_text(const SweepSpec& sweep, const std::vector<SweepPoint>& points,
                        const SweepResults& results);

/// What goes into sweep.json beside the sweep itself.
nlohmann::ordered_json sweep_json(const SweepSpec& sweep, const std::vector<SweepPoint>& points,
                                  const SweepResults& results);

/// Writes sweep.csv (a row a training), sweep.md, figures and report.html. Throws Error as Page does.
void write_sweep(const SweepSpec& sweep, const std::vector<SweepPoint>& points, const SweepResults& results,
                 const std::filesystem::path& folder);

}  // namespace ebit::analysis
