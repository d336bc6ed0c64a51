#include "ebit/analysis/suite/suite_page.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "ebit/analysis/study/statistics.h"
#include "ebit/analysis/study/table.h"
#include "ebit/base/atomic_file.h"
#include "ebit/experiment/runs/json.h"
#include "ebit/experiment/runs/show_exhibit.h"
#include "ebit/report/page.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostColumns = 9;   // of the overview; more data have a table of their own
constexpr std::size_t kMostFailures = 6;  // that are told below the overview
constexpr const char* kCounts = "classical + quantum";

double median(const SuiteCell& cell) { return quartiles_of(cell.values).median; }

std::string count_text(const SuiteCell& cell) {
  if (cell.values.empty()) return "–";
  if (cell.quantum < 0) return std::to_string(cell.parameters);
  return fmt::format("{} + {}", cell.parameters - cell.quantum, cell.quantum);
}

// Of the first data that it was trained on.
std::string count_text(const SuiteResults& results, std::size_t model) {
  for (const std::vector<SuiteCell>& row : results.cells)
    if (!row[model].values.empty()) return count_text(row[model]);
  return "–";
}

std::string metric_text(const Suite& suite, const SuiteMetric& metric) {
  return metric.name + (suite.scaled ? " of scaled numbers" : "");
}

std::string mean_text(const std::vector<double>& values) {
  const experiment::MeanSpread over = experiment::mean_spread(values);
  return values.empty() ? "–"
                        : table_spread(over.mean, over.spread > 1e-9 * std::abs(over.mean) ? over.spread : 0);
}

std::string interval_text(const std::vector<double>& values) {
  const Interval interval = median_interval(values);
  return values.size() < 2
             ? "–"
             : fmt::format("{} to {}", table_number(interval.low, 3), table_number(interval.high, 3));
}

std::string p_text(double p) { return std::isnan(p) ? "" : p < 1e-4 ? "< 0.0001" : table_number(p, 2); }

// What could not be trained, the first few, one line each.
std::vector<std::string> failures(const Suite& suite, const SuiteResults& results) {
  std::vector<std::string> lines;
  std::size_t more = 0;
  for (std::size_t d = 0; d < suite.data.size(); ++d)
    for (std::size_t m = 0; m < suite.models.size(); ++m) {
      const SuiteCell& cell = results.cells[d][m];
      if (cell.errors.empty()) continue;
      if (lines.size() == kMostFailures)
        ++more;
      else
        lines.push_back(fmt::format("{}/{}: {}", suite.data[d].name, suite.models[m].name, cell.errors[0]));
    }
  if (more > 0) lines.push_back(fmt::format("and {} more, below the tables of the page", more));
  return lines;
}

// The ranked ones, then the others.
std::vector<std::size_t> models_in_order(const Suite& suite, const std::optional<SuiteComparison>& compared) {
  std::vector<std::size_t> order;
  if (compared) order = compared->models;
  for (std::size_t m = 0; m < suite.models.size(); ++m)
    if (!std::ranges::count(order, m)) order.push_back(m);
  return order;
}

std::ptrdiff_t times_first(const SuiteResults& results, std::size_t model) {
  std::ptrdiff_t times = 0;
  for (std::size_t d = 0; d < results.cells.size(); ++d)
    times += !results.cells[d][model].values.empty() && compare_on(results, d).order[0] == model;
  return times;
}

void note_tests(const SuiteResults& results, const DataComparison& compared, TextTable& table) {
  const auto tested = std::ranges::count_if(compared.p, [](double p) { return !std::isnan(p); });
  if (tested == 0) return;
  table.notes.push_back(
      fmt::format("p: as good as the first? Wilcoxon's signed ranks over seeds, by Holm for {}{}", tested,
                  tested == 1 ? " model" : " models"));
  if (compared.seeds < compared.needed && results.done == results.units)
    table.notes.push_back(fmt::format("{} seeds cannot tell so many models apart: that takes {} at least",
                                      compared.seeds, compared.needed));
}

Figure dots_figure(const Suite& suite, const SuiteResults& results, std::size_t data) {
  SeedsFigure wanted{.title = suite.data[data].name, .x_label = "", .y_label = results.metrics[data].name};
  bool positive = true;
  for (std::size_t m = 0; m < suite.models.size(); ++m) {
    const SuiteCell& cell = results.cells[data][m];
    if (cell.values.empty()) continue;
    wanted.names.push_back(suite.models[m].name), wanted.values.push_back(cell.values);
    for (const double value : cell.values) positive = positive && value > 0;
  }
  Figure figure = wanted.names.empty() ? Figure() : seeds_figure(wanted);
  figure.log_y = positive && !results.metrics[data].greater_is_better;
  return figure;
}

std::string units_csv(const Suite& suite, const SuiteResults& results) {
  std::vector<Json> rows;
  for (std::size_t d = 0; d < suite.data.size(); ++d)
    for (std::size_t m = 0; m < suite.models.size(); ++m) {
      const SuiteCell& cell = results.cells[d][m];
      for (std::size_t k = 0; k < cell.values.size(); ++k)
        rows.push_back({{"data", suite.data[d].name},
                        {"model", suite.models[m].name},
                        {"seed", cell.seeds[k]},
                        {"metric", results.metrics[d].name},
                        {"value", experiment::number(cell.values[k])},
                        {"epochs", cell.epochs[k]},
                        {"parameters", cell.parameters},
                        {"seconds", cell.seconds[k]}});
    }
  return rows_csv(rows);
}

}  // namespace

TextTable overview_table(const Suite& suite, const SuiteResults& results) {
  const std::optional<SuiteComparison> compared = compare_over_data(results);
  const bool one = std::ranges::all_of(
      results.metrics, [&](const SuiteMetric& metric) { return metric.name == results.metrics[0].name; });
  TextTable table{
      .title = fmt::format("Median {} over seeds, and the mean rank",
                           one && results.done > 0 ? metric_text(suite, results.metrics[0]) : "metric"),
      .columns = {{"model", false}, {kCounts}},
      .rows = {},
      .best_row = {},
      .notes = {}};
  const bool wide = suite.data.size() > kMostColumns;
  if (wide) table.columns.push_back({"best on"});
  for (std::size_t d = 0; d < suite.data.size() && !wide; ++d)
    table.columns.push_back(
        {one ? suite.data[d].name : fmt::format("{}, {}", suite.data[d].name, results.metrics[d].name)});
  table.columns.push_back({"mean rank"});
  for (const std::size_t m : models_in_order(suite, compared)) {
    std::vector<std::string> row = {suite.models[m].name, count_text(results, m)};
    if (wide) row.push_back(std::to_string(times_first(results, m)));
    for (std::size_t d = 0; d < suite.data.size() && !wide; ++d)
      row.push_back(table_number(median(results.cells[d][m])));
    const std::size_t i = table.rows.size();
    row.push_back(compared && i < compared->models.size() ? table_number(compared->mean_ranks[i], 3) : "–");
    table.rows.push_back(std::move(row));
  }
  if (compared && compared->best_apart) table.best_row = 0, table.best_meaning = "told apart from all others";
  table.notes = {
      fmt::format("{} of {} trainings; rank 1 is the best median on one data", results.done, results.units)};
  table.notes.insert(table.notes.end(), suite.notes.begin(), suite.notes.end());
  if (!results.changed.empty())
    table.notes.push_back(fmt::format(
        "{} {} trained with other settings than the suite has now; delete their "
        "folders to train them anew: {}",
        results.changed.size(), results.changed.size() == 1 ? "was" : "were", results.changed.front()));
  std::ranges::move(failures(suite, results), std::back_inserter(table.notes));
  return table;
}

TextTable medians_table(const Suite& suite, const SuiteResults& results) {
  TextTable table{
      .title = "Medians over seeds", .columns = {{"data", false}}, .rows = {}, .best_row = {}, .notes = {}};
  const std::vector<std::size_t> order = models_in_order(suite, compare_over_data(results));
  for (const std::size_t m : order) table.columns.push_back({suite.models[m].name});
  for (std::size_t d = 0; d < suite.data.size(); ++d) {
    table.rows.push_back({suite.data[d].name});
    for (const std::size_t m : order)
      table.rows.back().push_back(table_number(median(results.cells[d][m]), 3));
  }
  return table;
}

TextTable data_table(const Suite& suite, const SuiteResults& results, std::size_t data) {
  const std::vector<SuiteCell>& row = results.cells[data];
  const std::string& name = suite.data[data].name;
  const bool published = std::ranges::any_of(
      suite.models, [&](const SuiteItem& model) { return model.published.contains(name); });
  const bool solved = std::ranges::any_of(row, [](const SuiteCell& cell) { return cell.solved >= 0; });
  const bool chosen = std::ranges::any_of(row, [](const SuiteCell& cell) { return !cell.chosen.empty(); });
  // What is looked at first stands first: of a narrow page the columns at the end are to be scrolled to.
  TextTable table{.title = fmt::format("{}: {}", name, metric_text(suite, results.metrics[data])),
                  .columns = {{"model", false}, {"median"}, {"95 % of it"}, {"mean ± s.d."}},
                  .rows = {},
                  .best_row = {},
                  .notes = {}};
  if (published) table.columns.push_back({"published"});
  if (solved) table.columns.push_back({"solved"});
  table.columns.push_back({"p"});
  if (chosen) table.columns.push_back({"chosen", false});
  for (const char* column : {"seeds", kCounts, "epochs", "seconds", "least", "greatest"})
    table.columns.push_back({column});
  const DataComparison compared = compare_on(results, data);
  for (const std::size_t m : compared.order) {
    const SuiteCell& cell = row[m];
    const auto [least, greatest] =
        cell.values.empty() ? std::pair(std::nan(""), std::nan(""))
                            : std::pair(std::ranges::min(cell.values), std::ranges::max(cell.values));
    const std::vector<double> epochs(cell.epochs.begin(), cell.epochs.end());
    std::vector<std::string> line = {suite.models[m].name, table_number(median(cell)),
                                     interval_text(cell.values), mean_text(cell.values)};
    const auto known = suite.models[m].published.find(name);
    if (published)
      line.push_back(known == suite.models[m].published.end() ? "" : table_number(known->second));
    if (solved)
      line.push_back(cell.solved < 0 ? "" : fmt::format("{} of {}", cell.solved, cell.values.size()));
    line.push_back(p_text(compared.p[m]));
    if (chosen) line.push_back(cell.chosen);
    line.insert(line.end(), {std::to_string(cell.values.size()), count_text(cell),
                             table_number(quartiles_of(epochs).median),
                             table_number(experiment::mean_spread(cell.seconds).mean, 3), table_number(least),
                             table_number(greatest)});
    table.rows.push_back(std::move(line));
    if (!cell.errors.empty())
      table.notes.push_back(fmt::format("{}: {}", suite.models[m].name, cell.errors[0]));
  }
  note_tests(results, compared, table);
  if (chosen) table.notes.push_back("chosen: by the least validation loss, for each model on these data");
  if (compared.best_apart) table.best_row = 0, table.best_meaning = "told apart from all others";
  return table;
}

void write_results(const Suite& suite, const SuiteResults& results, const fs::path& folder) {
  write_file_atomically(folder / "suite.csv", units_csv(suite, results));
  std::string markdown = table_markdown(overview_table(suite, results));
  Page page("ebit suite " + suite.name, suite.help);
  if (!suite.source.empty()) page.paragraph(suite.source);
  page.section("All data").table(overview_table(suite, results));
  // One set of data says nothing of "over data".
  if (const std::optional<SuiteComparison> compared = compare_over_data(results);
      compared && compared->data.size() > 1) {
    const std::string text = difference_text(suite, *compared);
    experiment::show(experiment::exhibit_of("mean-ranks", difference_figure(suite, *compared), text), folder,
                     page);
    markdown += "\n" + text + "\n";
  }
  if (suite.data.size() > kMostColumns) {
    const TextTable medians = medians_table(suite, results);
    page.table(medians), markdown += "\n" + table_markdown(medians);
  }
  for (std::size_t d = 0; d < suite.data.size(); ++d) {
    const TextTable table = data_table(suite, results, d);
    markdown += "\n" + table_markdown(table);
    page.section(suite.data[d].name).table(table);
    const Figure figure = dots_figure(suite, results, d);
    if (figure.series.empty()) continue;
    experiment::show(experiment::exhibit_of(suite.data[d].name, figure, "A dot for each seed."), folder,
                     page);
  }
  write_file_atomically(folder / "suite.md", markdown);
  page.write(folder / "report.html");
}

}  // namespace ebit::analysis
