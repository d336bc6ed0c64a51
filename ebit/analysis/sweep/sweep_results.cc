#include "ebit/analysis/sweep/sweep_results.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "ebit/analysis/study/statistics.h"
#include "ebit/base/error.h"
#include "ebit/experiment/runs/json.h"

namespace ebit::analysis {
namespace {

using Json = nlohmann::ordered_json;

double median(const std::vector<double>& values) { return quartiles_of(values).median; }

std::optional<double> number_in(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

OptionEffect effect_of(const SweepSpec& sweep, const std::vector<SweepPoint>& points,
                       const SweepResults& results, std::size_t option) {
  OptionEffect effect{.name = sweep.options[option].name, .numbers = true, .values = {}};
  std::vector<double> x, y;
  for (std::size_t p = 0; p < points.size(); ++p) {
    const std::string& value = points[p].values[option];
    if (!std::ranges::count(results.order, p) || value.empty()) continue;
    auto found = std::ranges::find(effect.values, value, &ValueEffect::value);
    if (found == effect.values.end()) found = effect.values.insert(effect.values.end(), {value, {}});
    found->scores.push_back(median(results.suite.cells[0][p].values));
    const auto number = number_in(value);
    effect.numbers = effect.numbers && number;
    x.push_back(number.value_or(0)), y.push_back(found->scores.back());
  }
  if (effect.numbers)
    std::ranges::sort(effect.values, {}, [](const ValueEffect& v) { return number_in(v.value).value_or(0); });
  std::vector<double> medians;
  for (const ValueEffect& value : effect.values) medians.push_back(median(value.scores));
  if (!medians.empty()) effect.spread = std::ranges::max(medians) - std::ranges::min(medians);
  effect.rank_correlation =
      effect.numbers && effect.values.size() > 1 ? rank_correlation(x, y) : std::nan("");
  return effect;
}

double seconds_of(const SweepResults& results) {
  double sum = 0;
  for (const SuiteCell& cell : results.suite.cells[0])
    sum = std::accumulate(cell.seconds.begin(), cell.seconds.end(), sum);
  return sum;
}

Json values_json(const std::vector<double>& values) {
  Json json = Json::array();
  for (const double value : values) json.push_back(experiment::number(value));
  return json;
}

Json point_json(const SweepSpec& sweep, const SweepPoint& point, const SuiteCell& cell) {
  Json json = {{"name", point.name}, {"options", Json::object()}};
  for (std::size_t o = 0; o < point.values.size(); ++o)
    if (!point.values[o].empty()) json["options"][sweep.options[o].name] = point.values[o];
  json["median"] = experiment::number(median(cell.values));
  json["values"] = values_json(cell.values);
  json["parameters"] = cell.parameters;
  json["seconds"] = std::accumulate(cell.seconds.begin(), cell.seconds.end(), 0.0);
  if (!cell.errors.empty()) json["errors"] = cell.errors;
  return json;
}

std::string values_text(const SweepSpec& sweep, const SweepPoint& point) {
  std::string text;
  for (std::size_t o = 0; o < point.values.size(); ++o)
    if (!point.values[o].empty())
      text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", sweep.options[o].name, point.values[o]);
  return text;
}

}  // namespace

SweepResults sweep_results(const SweepSpec& sweep, const std::vector<SweepPoint>& points,
                           SuiteResults suite) {
  SweepResults results{.suite = std::move(suite), .order = {}, .effects = {}, .tested = {}};
  const std::vector<SuiteCell>& cells = results.suite.cells[0];
  for (std::size_t p = 0; p < points.size(); ++p) {
    const std::vector<double>& values = cells[p].values;
    if (values.size() == static_cast<std::size_t>(sweep.seeds) &&
        std::ranges::all_of(values, [](double v) { return std::isfinite(v); }))
      results.order.push_back(p);
  }
  const double sign = results.metric().greater_is_better ? -1 : 1;
  std::ranges::stable_sort(results.order, {}, [&](std::size_t p) { return sign * median(cells[p].values); });
  for (std::size_t o = 0; o < sweep.options.size(); ++o)
    results.effects.push_back(effect_of(sweep, points, results, o));
  return results;
}

TextTable settings_table(const SweepSpec& sweep, const std::vector<SweepPoint>& points,
                         const SweepResults& results) {
  TextTable table{.title = fmt::format("Settings by median {}{} of the validation part",
                                       results.metric().name, sweep.scaled ? " of scaled numbers" : ""),
                  .columns = {{"setting", false}},
                  .rows = {},
                  .best_row = {},
                  .best_meaning = "chosen",
                  .notes = {}};
  for (const SweptOption& option : sweep.options) table.columns.push_back({option.name});
  for (const char* name : {"median", "least", "greatest", "parameters", "seconds"})
    table.columns.push_back({name});
  for (const std::size_t p : results.order) {
    const SuiteCell& cell = results.suite.cells[0][p];
    std::vector<std::string> row = {points[p].name};
    for (const std::string& value : points[p].values) row.push_back(value.empty() ? "–" : value);
    row.push_back(table_number(median(cell.values)));
    row.push_back(table_number(std::ranges::min(cell.values)));
    row.push_back(table_number(std::ranges::max(cell.values)));
    row.push_back(std::to_string(cell.parameters));
    row.push_back(table_number(std::accumulate(cell.seconds.begin(), cell.seconds.end(), 0.0), 3));
    table.rows.push_back(std::move(row));
  }
  if (!results.order.empty()) table.best_row = 0;
  table.notes.push_back(fmt::format("{} of {} trainings, {} seed{} a setting, {:.0f} s of training",
                                    results.suite.done, results.suite.units, sweep.seeds,
                                    sweep.seeds == 1 ? "" : "s", seconds_of(results)));
  for (std::size_t p = 0; p < points.size(); ++p)
    if (const SuiteCell& cell = results.suite.cells[0][p]; !cell.errors.empty())
      table.notes.push_back(
          fmt::format("{} ({}): {}", points[p].name, values_text(sweep, points[p]), cell.errors[0]));
  return table;
}

TextTable effects_table(const SweepResults& results) {
  TextTable table{
      .title = fmt::format("What each option does to the {} of the validation part", results.metric().name),
      .columns = {{"option", false}, {"value"}, {"settings"}, {"best"}, {"median"}},
      .rows = {},
      .best_row = {},
      .notes = {}};
  for (const OptionEffect& effect : results.effects) {
    for (const ValueEffect& value : effect.values) {
      const double best = results.metric().greater_is_better ? std::ranges::max(value.scores)
                                                             : std::ranges::min(value.scores);
      table.rows.push_back({effect.name, value.value, std::to_string(value.scores.size()), table_number(best),
                            table_number(median(value.scores))});
    }
    std::string note =
        fmt::format("{}: medians of its values lie {} apart", effect.name, table_number(effect.spread));
    if (!std::isnan(effect.rank_correlation))
      note += fmt::format("; rank correlation with the score {}", table_number(effect.rank_correlation, 2));
    table.notes.push_back(note);
  }
  return table;
}

std::string chosen_text(const SweepSpec& sweep, const std::vector<SweepPoint>& points,
                        const SweepResults& results) {
  if (results.order.empty()) return "no setting has a score of every seed, so none is chosen";
  const std::size_t p = results.order[0];
  std::string text = fmt::format("chosen: {} ({}): {} {} on the validation part", points[p].name,
                                 values_text(sweep, points[p]), results.metric().name,
                                 table_number(median(results.suite.cells[0][p].values)));
  if (results.tested.empty() || results.tested.back().name != points[p].name) return text;
  const std::vector<double>& test = results.tested.back().values;
  return test.empty() ? text + "; there is no test part"
                      : fmt::format("{}, {} on the test part", text, table_number(median(test)));
}

Json sweep_json(const SweepSpec& sweep, const std::vector<SweepPoint>& points, const SweepResults& results) {
  Json json = {{"metric", results.metric().name},
               {"better", results.metric().greater_is_better ? "greater" : "less"},
               {"chosen_by", "median over seeds on the validation part"},
               {"seeds", sweep.seeds},
               {"trainings", {{"done", results.suite.done}, {"all", results.suite.units}}},
               {"seconds", seconds_of(results)},
               {"chosen", nullptr},
               {"results", Json::array()},
               {"effects", Json::array()},
               {"test_part", Json::array()}};
  const std::vector<SuiteCell>& cells = results.suite.cells[0];
  std::vector<std::size_t> order = results.order;
  for (std::size_t p = 0; p < points.size(); ++p)
    if (!std::ranges::count(results.order, p)) order.push_back(p);
  for (const std::size_t p : order) json["results"].push_back(point_json(sweep, points[p], cells[p]));
  for (const OptionEffect& effect : results.effects) {
    Json row = {{"option", effect.name},
                {"spread", experiment::number(effect.spread)},
                {"rank_correlation", experiment::number(effect.rank_correlation)},
                {"values", Json::array()}};
    for (const ValueEffect& value : effect.values)
      row["values"].push_back({{"value", value.value},
                               {"median", experiment::number(median(value.scores))},
                               {"scores", values_json(value.scores)}});
    json["effects"].push_back(std::move(row));
  }
  for (const TestScores& tested : results.tested)
    json["test_part"].push_back({{"setting", tested.name},
                                 {"median", experiment::number(median(tested.values))},
                                 {"values", values_json(tested.values)}});
  if (!results.order.empty()) {
    json["chosen"] = json["results"][0];
    json["chosen"]["test"] = results.tested.empty() ? Json(nullptr) : json["test_part"].back();
  }
  return json;
}

}  // namespace ebit::analysis
