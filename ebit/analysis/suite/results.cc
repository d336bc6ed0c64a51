#include "ebit/analysis/suite/results.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/analysis/study/statistics.h"
#include "ebit/analysis/suite/comparison.h"
#include "ebit/analysis/written_json.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/data/baseline.h"
#include "ebit/experiment/runs/json.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using experiment::number;

constexpr double kRounding = 1e-20;  // of errors of numbers between -1 and 1

// The unit's model in its metrics.json: a forecast without training stands beside `linear`. Null: it is not
// there.
const Json* row_of(const Suite& suite, const Unit& unit, const Json& metrics) {
  const SuiteItem& model = suite.models[unit.model];
  const auto named = std::ranges::find(model.settings, "model.name", &Setting::name);
  const std::string& name = named == model.settings.end() ? model.name : named->value;
  if (find_baseline(name) == nullptr) return &metrics.at("models").at(0);
  for (const auto& row : metrics.at("models"))
    if (row.at("role") == "reference" && row.at("name") == name) return &row;
  return nullptr;
}

void read_unit(const Suite& suite, const Unit& unit, const Json& metrics, SuiteMetric& metric,
               SuiteCell& cell) {
  const Json* const found = row_of(suite, unit, metrics);
  if (found == nullptr) {
    cell.errors.push_back("it is not defined on these data: without a season?");
    return;
  }
  const Json& model = *found;
  const Json& seed = model.at("seeds").at(0);
  const std::string part = metrics.at("judged").at("part");
  if (metric.name.empty()) metric.name = metrics.at("judged").at("metric");
  for (const auto& row : metrics.at("metrics"))
    if (row.at("name") == metric.name) metric.greater_is_better = row.at("better") == "greater";
  if (metric.name == "epochs") {
    cell.values.push_back(seed.value("epochs", 0));
  } else {
    const Json& scores = seed.at("parts").at(part);
    const Json values = scores.at(suite.scaled && scores.contains("scaled") ? "scaled" : "values");
    require(values.contains(metric.name), "{} has no metric '{}' on its {} part", unit.name, metric.name,
            part);
    const Json& value = values.at(metric.name);
    cell.values.push_back(value.is_number() ? value.get<double>() : std::nan(""));
  }
  if (seed.contains("solved_at"))
    cell.solved = std::max(cell.solved, 0) + (seed.at("solved_at").is_null() ? 0 : 1);
  cell.seeds.push_back(unit.seed);
  cell.seconds.push_back(seed.value("seconds", 0.0));
  cell.epochs.push_back(seed.value("epochs", 0));
  cell.parameters = model.at("parameters");
  if (model.contains("counts")) cell.quantum = model.at("counts").value("quantum", std::int64_t{-1});
}

Json comparison_json(const Suite& suite, const SuiteComparison& c) {
  Json json = {{"friedman", number(c.friedman)},
               {"test", c.by_pairs ? "wilcoxon-holm" : "nemenyi"},
               {"level", kLevel}};
  if (!c.by_pairs) json["critical_difference"] = number(c.difference);
  json["data"] = Json::array(), json["models"] = Json::array();
  for (const std::size_t d : c.data) json["data"].push_back(suite.data[d].name);
  for (std::size_t i = 0; i < c.models.size(); ++i) {
    Json row = {{"model", suite.models[c.models[i]].name}, {"mean_rank", number(c.mean_ranks[i])}};
    for (const double p : c.p[i]) row["p"].push_back(number(p));
    json["models"].push_back(std::move(row));
  }
  json["not_told_apart"] = Json::array();
  for (const auto& [first, last] : c.alike) {
    Json names = Json::array();
    for (std::size_t i = first; i <= last; ++i) names.push_back(suite.models[c.models[i]].name);
    json["not_told_apart"].push_back(std::move(names));
  }
  return json;
}

}  // namespace

SuiteResults read_results(const Suite& suite, const std::vector<Unit>& units, const fs::path& folder) {
  SuiteResults results{.metrics = {}, .cells = {}, .units = units.size()};
  for (const SuiteItem& data : suite.data)
    results.metrics.push_back(
        {.name = data.metric.empty() ? suite.metric : data.metric, .rounding = suite.scaled ? kRounding : 0});
  results.cells.assign(suite.data.size(), std::vector<SuiteCell>(suite.models.size()));
  for (const Unit& unit : units) {
    SuiteCell& cell = results.cells[unit.data][unit.model];
    if (const std::string error = why_failed(unit, folder); !error.empty()) cell.errors.push_back(error);
    if (!is_done(unit)) continue;
    const fs::path file = unit.folder / experiment::files::kMetrics;
    use_json(file, "delete that folder, and the suite trains it again",
             [&](const Json& metrics) { read_unit(suite, unit, metrics, results.metrics[unit.data], cell); });
    ++results.done;
  }
  return results;
}

Json results_json(const Suite& suite, const SuiteResults& results) {
  Json json = {
      {"suite", suite.name}, {"scaled", suite.scaled}, {"done", results.done}, {"units", results.units}};
  json["notes"] = suite.notes;
  if (!results.changed.empty()) json["changed"] = results.changed;
  json["results"] = Json::array();
  for (std::size_t d = 0; d < suite.data.size(); ++d) {
    const DataComparison compared = compare_on(results, d);
    for (std::size_t m = 0; m < suite.models.size(); ++m) {
      const SuiteCell& cell = results.cells[d][m];
      const Interval interval = median_interval(cell.values);
      Json row = {{"data", suite.data[d].name},
                  {"model", suite.models[m].name},
                  {"metric", results.metrics[d].name},
                  {"median", number(quartiles_of(cell.values).median)},
                  {"interval", {number(interval.low), number(interval.high)}},
                  {"p", number(compared.p[m])},
                  {"best", compared.best_apart && compared.order[0] == m},
                  {"seeds", cell.seeds},
                  {"values", Json::array()},
                  {"seconds", number(experiment::mean_spread(cell.seconds).mean)},
                  {"parameters", cell.parameters}};
      for (const double value : cell.values) row["values"].push_back(number(value));
      const auto known = suite.models[m].published.find(suite.data[d].name);
      if (known != suite.models[m].published.end()) row["published"] = known->second;
      if (cell.solved >= 0) row["solved"] = cell.solved;
      if (cell.quantum >= 0) row["quantum"] = cell.quantum;
      if (!cell.chosen.empty()) row["chosen"] = cell.chosen;
      if (!cell.errors.empty()) row["errors"] = cell.errors;
      json["results"].push_back(std::move(row));
    }
  }
  const std::optional<SuiteComparison> all = compare_over_data(results);
  json["over_data"] = all ? comparison_json(suite, *all) : Json();
  return json;
}

}  // namespace ebit::analysis
