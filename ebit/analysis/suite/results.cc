#include "ebit/analysis/suite/results.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ebit/analysis/study/statistics.h"
#include "ebit/analysis/study/table.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/experiment/runs/json.h"
#include "ebit/experiment/runs/show_exhibit.h"
#include "ebit/report/page.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;

double median(const std::vector<double>& values) { return quartiles_of(values).median; }

double mean(const std::vector<double>& values) {
  return values.empty()
             ? std::nan("")
             : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// The lower the better, whatever the metric.
double order_of(const SuiteResults& results, const SuiteCell& cell) {
  const double value = median(cell.values);
  return std::isnan(value) ? INFINITY : results.greater_is_better ? -value : value;
}

// Ranks from 1 by the median on one data; equal ones share the mean of theirs. NaN: no result.
std::vector<double> ranks(const SuiteResults& results, std::size_t data) {
  const std::vector<SuiteCell>& row = results.cells[data];
  std::vector<double> all;
  for (const SuiteCell& cell : row) {
    const double own = order_of(results, cell);
    double less = 0, equal = 0;
    for (const SuiteCell& other : row) {
      const double theirs = order_of(results, other);
      less += theirs < own, equal += theirs == own;
    }
    all.push_back(std::isinf(own) ? std::nan("") : less + (equal + 1) / 2);
  }
  return all;
}

std::string count_text(const SuiteCell& cell) {
  if (cell.values.empty()) return "–";
  if (cell.quantum < 0) return std::to_string(cell.parameters);
  return fmt::format("{} + {}", cell.parameters - cell.quantum, cell.quantum);
}

constexpr const char* kCounts = "classical + quantum";

}  // namespace

SuiteResults read_results(const Suite& suite, const std::vector<Unit>& units, const fs::path& folder) {
  SuiteResults results{.metric = suite.metric, .cells = {}, .units = units.size()};
  results.cells.assign(suite.data.size(), std::vector<SuiteCell>(suite.models.size()));
  for (const Unit& unit : units) {
    SuiteCell& cell = results.cells[unit.data][unit.model];
    if (const std::string error = why_failed(unit, folder); !error.empty()) cell.errors.push_back(error);
    if (!is_done(unit)) continue;
    const fs::path file = unit.folder / experiment::files::kMetrics;
    const auto metrics = nlohmann::ordered_json::parse(read_file(file), nullptr, false);
    require(metrics.is_object() && metrics.contains("models"),
            "'{}' is damaged: delete that folder, and the suite trains it again", file.string());
    const auto& model = metrics["models"][0];
    const auto& seed = model["seeds"][0];
    const std::string part = metrics["judged"]["part"];
    if (results.metric.empty()) results.metric = metrics["judged"]["metric"];
    for (const auto& row : metrics["metrics"])
      if (row["name"] == results.metric) results.greater_is_better = row["better"] == "greater";
    const auto& scores = seed["parts"][part];
    const auto& values = suite.scaled ? scores.value("scaled", scores["values"]) : scores["values"];
    require(values.contains(results.metric), "{} has no metric '{}' on its {} part", unit.name,
            results.metric, part);
    const auto& value = values[results.metric];
    cell.values.push_back(value.is_number() ? value.get<double>() : std::nan(""));
    cell.seconds.push_back(seed.value("seconds", 0.0));
    cell.parameters = model["parameters"];
    if (model.contains("counts")) cell.quantum = model["counts"].value("quantum", std::int64_t{-1});
    ++results.done;
  }
  return results;
}

TextTable overview_table(const Suite& suite, const SuiteResults& results) {
  TextTable table{.title = fmt::format("Median {}{} over seeds, and the mean rank", results.metric,
                                       suite.scaled ? " of scaled numbers" : ""),
                  .columns = {{"model", false}, {kCounts}},
                  .rows = {},
                  .best_row = {},
                  .notes = {}};
  for (const SuiteItem& data : suite.data) table.columns.push_back({data.name});
  table.columns.push_back({"mean rank"});
  std::vector<std::vector<double>> of_data;
  for (std::size_t d = 0; d < suite.data.size(); ++d) of_data.push_back(ranks(results, d));
  std::vector<std::pair<double, std::vector<std::string>>> rows;
  for (std::size_t m = 0; m < suite.models.size(); ++m) {
    std::vector<std::string> row = {suite.models[m].name, count_text(results.cells[0][m])};
    std::vector<double> own;
    for (std::size_t d = 0; d < suite.data.size(); ++d) {
      row.push_back(table_number(median(results.cells[d][m].values)));
      if (!std::isnan(of_data[d][m])) own.push_back(of_data[d][m]);
    }
    row.push_back(table_number(mean(own), 3));
    rows.emplace_back(own.empty() ? INFINITY : mean(own), std::move(row));
  }
  std::ranges::stable_sort(rows, {}, &std::pair<double, std::vector<std::string>>::first);
  for (auto& [rank, row] : rows) table.rows.push_back(std::move(row));
  table.notes = {
      fmt::format("{} of {} trainings; rank 1 is the best median on one data", results.done, results.units)};
  return table;
}

TextTable data_table(const Suite& suite, const SuiteResults& results, std::size_t data) {
  const std::vector<SuiteCell>& row = results.cells[data];
  TextTable table{.title = fmt::format("{}: {}{}", suite.data[data].name, results.metric,
                                       suite.scaled ? " of scaled numbers" : ""),
                  .columns = {{"model", false},
                              {"median"},
                              {"mean ± s.d."},
                              {"least"},
                              {"greatest"},
                              {"seeds"},
                              {kCounts},
                              {"seconds"}},
                  .rows = {},
                  .best_row = {},
                  .notes = {}};
  const bool published = std::ranges::any_of(
      suite.models, [&](const SuiteItem& model) { return model.published.contains(suite.data[data].name); });
  if (published) table.columns.push_back({"published"});
  std::vector<std::size_t> order(row.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t m) { return order_of(results, row[m]); });
  for (const std::size_t m : order) {
    const SuiteCell& cell = row[m];
    const auto [least, greatest] =
        cell.values.empty() ? std::pair(std::nan(""), std::nan(""))
                            : std::pair(std::ranges::min(cell.values), std::ranges::max(cell.values));
    const experiment::MeanSpread spread = experiment::mean_spread(cell.values);
    table.rows.push_back(
        {suite.models[m].name, table_number(median(cell.values)),
         cell.values.empty()
             ? "–"
             : table_spread(spread.mean, spread.spread > 1e-9 * std::abs(spread.mean) ? spread.spread : 0),
         table_number(least), table_number(greatest), std::to_string(cell.values.size()), count_text(cell),
         table_number(mean(cell.seconds), 3)});
    const auto known = suite.models[m].published.find(suite.data[data].name);
    if (published)
      table.rows.back().push_back(known == suite.models[m].published.end() ? ""
                                                                           : table_number(known->second));
    if (!cell.errors.empty())
      table.notes.push_back(fmt::format("{}: {}", suite.models[m].name, cell.errors[0]));
  }
  // Marked only where no seed of another model reaches the worst seed of the best.
  const auto worst = [&](const SuiteCell& cell) {
    return results.greater_is_better ? -std::ranges::min(cell.values) : std::ranges::max(cell.values);
  };
  const auto best = [&](const SuiteCell& cell) {
    return results.greater_is_better ? -std::ranges::max(cell.values) : std::ranges::min(cell.values);
  };
  if (order.size() > 1 && !row[order[0]].values.empty()) {
    bool apart = true;
    for (std::size_t k = 1; k < order.size(); ++k)
      apart = apart && (row[order[k]].values.empty() || best(row[order[k]]) > worst(row[order[0]]));
    if (apart) table.best_row = 0, table.best_meaning = "every seed better than every seed of the others";
  }
  return table;
}

nlohmann::ordered_json results_json(const Suite& suite, const SuiteResults& results) {
  nlohmann::ordered_json json = {{"suite", suite.name},
                                 {"metric", results.metric},
                                 {"scaled", suite.scaled},
                                 {"done", results.done},
                                 {"units", results.units}};
  json["results"] = nlohmann::ordered_json::array();
  for (std::size_t d = 0; d < suite.data.size(); ++d)
    for (std::size_t m = 0; m < suite.models.size(); ++m) {
      const SuiteCell& cell = results.cells[d][m];
      nlohmann::ordered_json row = {{"data", suite.data[d].name},
                                    {"model", suite.models[m].name},
                                    {"median", experiment::number(median(cell.values))},
                                    {"values", nlohmann::ordered_json::array()},
                                    {"seconds", experiment::number(mean(cell.seconds))},
                                    {"parameters", cell.parameters}};
      for (const double value : cell.values) row["values"].push_back(experiment::number(value));
      if (cell.quantum >= 0) row["quantum"] = cell.quantum;
      if (!cell.errors.empty()) row["errors"] = cell.errors;
      json["results"].push_back(std::move(row));
    }
  return json;
}

void write_results(const Suite& suite, const SuiteResults& results, const fs::path& folder) {
  std::vector<Json> rows;
  for (std::size_t d = 0; d < suite.data.size(); ++d)
    for (std::size_t m = 0; m < suite.models.size(); ++m)
      for (std::size_t k = 0; k < results.cells[d][m].values.size(); ++k)
        rows.push_back({{"data", suite.data[d].name},
                        {"model", suite.models[m].name},
                        {"training", k + 1},
                        {results.metric, experiment::number(results.cells[d][m].values[k])},
                        {"parameters", results.cells[d][m].parameters},
                        {"seconds", results.cells[d][m].seconds[k]}});
  write_file_atomically(folder / "suite.csv", rows_csv(rows));
  std::string markdown = table_markdown(overview_table(suite, results));
  Page page("ebit suite " + suite.name, suite.help);
  if (!suite.source.empty()) page.paragraph(suite.source);
  page.section("All data").table(overview_table(suite, results));
  for (std::size_t d = 0; d < suite.data.size(); ++d) {
    const TextTable table = data_table(suite, results, d);
    markdown += "\n" + table_markdown(table);
    page.section(suite.data[d].name).table(table);
    SeedsFigure wanted{.title = suite.data[d].name, .x_label = "", .y_label = results.metric};
    bool positive = true;
    for (std::size_t m = 0; m < suite.models.size(); ++m) {
      if (results.cells[d][m].values.empty()) continue;
      wanted.names.push_back(suite.models[m].name), wanted.values.push_back(results.cells[d][m].values);
      for (const double value : results.cells[d][m].values) positive = positive && value > 0;
    }
    if (wanted.names.empty()) continue;
    Figure figure = seeds_figure(wanted);
    figure.log_y = positive && !results.greater_is_better;
    experiment::show(experiment::exhibit_of(suite.data[d].name, figure, "A dot for each seed."), folder,
                     page);
  }
  write_file_atomically(folder / "suite.md", markdown);
  page.write(folder / "report.html");
}

}  // namespace ebit::analysis
