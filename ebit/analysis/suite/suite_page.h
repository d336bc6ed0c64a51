// What a suite came to, shown: tables, figures, a page.
#pragma once

#include "ebit/analysis/suite/comparison.h"
#include "ebit/report/text_table.h"

namespace ebit::analysis {

/// One line a model: its counts, the median on each data (of more than nine: on how many it is the best), its
/// mean rank over them. The first is marked only where compare_over_data() tells it apart from every other.
TextTable overview_table(const Suite& suite, const SuiteResults& results);

/// One line a data set: the median of every model.
TextTable medians_table(const Suite& suite, const SuiteResults& results);

/// One line a model on one data, the best median first: median with its interval, mean, least and greatest,
/// counts, seconds, p against the best. The best is marked only where compare_on() tells every other apart.
TextTable data_table(const Suite& suite, const SuiteResults& results, std::size_t data);

/// Writes suite.csv (a row a unit), suite.md (the tables), figures and report.html. Throws Error as Page
/// does.
void write_results(const Suite& suite, const SuiteResults& results, const std::filesystem::path& folder);

}  // namespace ebit::analysis
