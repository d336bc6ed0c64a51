#include "ebit/analysis/backtest/backtest_scores.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/data/metrics.h"
#include "ebit/experiment/runs/json.h"
#include "ebit/fit/losses.h"

namespace ebit::analysis {
namespace {

using experiment::MeanSpread;
using Json = nlohmann::ordered_json;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Forecasts of one target and what came, side by side.
struct Pairs {
  std::vector<double> truth, said, lower, upper;
  double naive_error, naive_root, level;
};

double mean_of(const Pairs& p, auto value) {
  double sum = 0;
  for (std::size_t i = 0; i < p.truth.size(); ++i) sum += value(i);
  return sum / static_cast<double>(p.truth.size());
}

double rmse(const Pairs& p) { return metric("RMSE", p.truth, p.said, kNaN); }

double rmsse(const Pairs& p) { return p.naive_root > 0 ? rmse(p) / p.naive_root : kNaN; }

// Of the median and of both ends of the interval as the quantiles that they stand for.
double pinball(const Pairs& p) {
  const auto& loss = fit::find_loss(fit::kQuantileLoss).wide;
  const double levels[] = {(1 - p.level) / 2, 0.5, (1 + p.level) / 2};
  const std::vector<double>* const quantiles[] = {&p.lower, &p.said, &p.upper};
  double sum = 0;
  for (std::size_t q = 0; q < 3; ++q)
    sum +=
        loss(p.truth.size(), quantiles[q]->data(), p.truth.data(), nullptr, std::span(levels).subspan(q, 1));
  return sum / 3;
}

double coverage(const Pairs& p) {
  return mean_of(
      p, [&](std::size_t i) { return p.truth[i] >= p.lower[i] && p.truth[i] <= p.upper[i] ? 1.0 : 0.0; });
}

// A row of the table of metrics with its formula.
struct Row : BacktestMetric {
  double (*value)(const Pairs& pairs);
};

constexpr std::array<Row, 8> kRows{{
    {{"MAE", "mean absolute error, in the data's units", false},
     [](const Pairs& p) { return metric("MAE", p.truth, p.said, kNaN); }},
    {{"RMSE", "root of the mean squared error, in the data's units", false}, rmse},
    {{"MASE", "MAE over the mean absolute seasonal difference before the first cut", false},
     [](const Pairs& p) { return metric("MASE", p.truth, p.said, p.naive_error); }},
    {{"RMSSE", "RMSE over the root of the mean squared seasonal difference before the first cut", false},
     rmsse},
    {{"sMAPE", "mean of 2 |error| / (|truth| + |forecast|), in percent", false},
     [](const Pairs& p) { return metric("sMAPE", p.truth, p.said, kNaN); }},
    {{"pinball", "mean pinball loss of the median and both ends of the interval, in the data's units", true},
     pinball},
    {{"coverage", "share of true values in the interval", true}, coverage},
    {{"width", "mean width of the interval, in the data's units", true},
     [](const Pairs& p) { return mean_of(p, [&](std::size_t i) { return p.upper[i] - p.lower[i]; }); }},
}};
constexpr std::size_t kRmse = 1, kMase = 2;

bool is_there(const CutForecast& forecast, bool intervals) {
  return !forecast.values.empty() && (!intervals || !forecast.lower.empty());
}

// Whether all models that have forecasts (intervals) from some cut have them from this one: means over cuts
// are then of the same for all of them.
bool comparable(const Backtest& test, std::size_t cut, bool intervals) {
  return std::ranges::all_of(test.models, [&](const BacktestModel& model) {
    const auto there = [&](std::size_t c) {
      return std::ranges::all_of(model.forecasts,
                                 [&](const auto& cuts) { return is_there(cuts[c], intervals); });
    };
    if (there(cut)) return true;
    for (std::size_t c = 0; c < test.known.size(); ++c)
      if (there(c)) return false;
    return true;
  });
}

// Of one target from one seed.
Pairs pairs_of(const Backtest& test, const std::vector<CutForecast>& cuts, std::size_t target, Among among,
               bool intervals) {
  Pairs pairs{.truth = {},
              .said = {},
              .lower = {},
              .upper = {},
              .naive_error = test.naive_error[target],
              .naive_root = test.naive_root[target],
              .level = test.level};
  for (std::size_t c = 0; c < cuts.size(); ++c) {
    const CutForecast& own = cuts[c];
    if ((among.cut ? *among.cut != c : !comparable(test, c, intervals)) || !is_there(own, intervals))
      continue;
    for (std::size_t s = 0; s < test.steps; ++s) {
      if (among.step && *among.step != s) continue;
      const std::size_t i = s * test.targets.size() + target;
      pairs.truth.push_back(test.truth[c][i]), pairs.said.push_back(own.values[i]);
      if (intervals) pairs.lower.push_back(own.lower[i]), pairs.upper.push_back(own.upper[i]);
    }
  }
  return pairs;
}

// The model of a panel in one of its parts.
const BacktestModel& in_part(const Backtest& test, const BacktestModel& model, const Backtest& part) {
  return part.models.at(static_cast<std::size_t>(&model - test.models.data()));
}

// What models are compared by: of a panel, whose series have units of their own, without one where it can be.
std::size_t judged_by(const Backtest& test) {
  const bool scaled =
      std::ranges::any_of(test.parts, [](const Backtest& part) { return part.naive_error[0] > 0; });
  return scaled ? kMase : kRmse;
}

MeanSpread mean_score(const Backtest& test, const BacktestModel& model, std::size_t metric, Among among) {
  return experiment::mean_spread(scores_of(test, model, metric, among));
}

std::string cell(const Backtest& test, const BacktestModel& model, std::size_t metric, Among among) {
  const MeanSpread score = mean_score(test, model, metric, among);
  if (std::isnan(score.mean)) return "–";
  if (kRows[metric].name == "coverage") return fmt::format("{:.1f} %", 100 * score.mean);
  // What is solved at once differs from seed to seed by the rounding of another order of its rows.
  const bool equal = score.spread < 1e-9 * std::abs(score.mean);
  return table_spread(score.mean, equal ? 0.0 : score.spread);
}

bool has_intervals(const Backtest& test) {
  return std::ranges::any_of(test.models, [&](const BacktestModel& model) {
    return std::isfinite(mean_score(test, model, kRows.size() - 1, {}).mean);
  });
}

std::vector<std::size_t> metrics_shown(const Backtest& test) {
  std::vector<std::size_t> shown;
  for (std::size_t m = 0; m < kRows.size(); ++m)
    if (!kRows[m].of_intervals || has_intervals(test)) shown.push_back(m);
  return shown;
}

std::size_t place_of(std::string_view name) {
  const Row& row = find_row(kRows, "a backtest has no metric", name);
  return static_cast<std::size_t>(&row - kRows.data());
}

std::string cut_name(const Backtest& test, std::size_t c) { return test.times[c].front(); }

// Rows of a table over models: one metric of the forecasts that `among` names, row by row.
TextTable over_models(const Backtest& test, std::string_view metric, const std::string& heading,
                      std::size_t rows, auto name, auto among) {
  const std::size_t m = place_of(metric);
  TextTable table{.title = {}, .columns = {{heading, false}}};
  for (const BacktestModel& model : test.models) table.columns.push_back({model.name});
  for (std::size_t r = 0; r < rows; ++r) {
    std::vector<std::string> row = {name(r)};
    for (const BacktestModel& model : test.models) row.push_back(cell(test, model, m, among(r)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Json values_json(const Backtest& test, const BacktestModel& model, Among among, double MeanSpread::*field) {
  Json object = Json::object();
  for (std::size_t m = 0; m < kRows.size(); ++m)
    object[std::string(kRows[m].name)] = experiment::number(mean_score(test, model, m, among).*field);
  return object;
}

// Series of a panel where all models have the metric that have it of some series.
std::vector<const Backtest*> comparable_parts(const Backtest& test, std::size_t metric, Among among) {
  const auto has = [&](const Backtest& part, std::size_t m) {
    return std::ranges::none_of(scores_of(part, part.models[m], metric, among),
                                [](double v) { return std::isnan(v); });
  };
  std::vector<std::size_t> counted;  // models that have it somewhere
  for (std::size_t m = 0; m < test.models.size(); ++m)
    if (std::ranges::any_of(test.parts, [&](const Backtest& part) { return has(part, m); }))
      counted.push_back(m);
  std::vector<const Backtest*> parts;
  for (const Backtest& part : test.parts)
    if (std::ranges::all_of(counted, [&](std::size_t m) { return has(part, m); })) parts.push_back(&part);
  return parts;
}

Json cuts_json(const Backtest& test) {
  Json cuts = Json::array();
  for (std::size_t c = 0; c < test.known.size(); ++c)
    cuts.push_back(
        {{"known_rows", test.known[c]}, {"from", test.times[c].front()}, {"to", test.times[c].back()}});
  return cuts;
}

// Cuts are what a difference must hold over, and series of a panel: of how many of them it does.
std::string won_of(const Backtest& test, const BacktestModel& model, const BacktestModel& other) {
  const std::size_t metric = judged_by(test);
  std::size_t cuts = 0, series = 0;
  for (std::size_t c = 0; c < test.known.size(); ++c)
    cuts +=
        mean_score(test, model, metric, {.cut = c}).mean < mean_score(test, other, metric, {.cut = c}).mean;
  for (const Backtest& part : test.parts)
    series += mean_score(part, in_part(test, model, part), metric, {}).mean <
              mean_score(part, in_part(test, other, part), metric, {}).mean;
  const std::string at = fmt::format("at {} of {} cuts", cuts, test.known.size());
  return test.parts.empty() ? at : fmt::format("{}, for {} of {} series", at, series, test.parts.size());
}

}  // namespace

std::span<const BacktestMetric> backtest_metrics() {
  static const std::vector<BacktestMetric> all(kRows.begin(), kRows.end());
  return all;
}

std::vector<double> scores_of(const Backtest& test, const BacktestModel& model, std::size_t metric,
                              Among among) {
  std::vector<double> scores;
  if (!test.parts.empty()) {
    std::vector<double> counts(model.forecasts.size(), 0);
    scores.resize(model.forecasts.size());
    for (const Backtest* const part : comparable_parts(test, metric, among)) {
      const std::vector<double> own = scores_of(*part, in_part(test, model, *part), metric, among);
      for (std::size_t k = 0; k < own.size(); ++k)
        if (!std::isnan(own[k])) scores[k] += own[k], counts[k] += 1;
    }
    for (std::size_t k = 0; k < scores.size(); ++k) scores[k] = counts[k] > 0 ? scores[k] / counts[k] : kNaN;
    return scores;
  }
  for (const std::vector<CutForecast>& cuts : model.forecasts) {
    double mean = 0;
    for (std::size_t o = 0; o < test.targets.size(); ++o) {
      const Pairs pairs = pairs_of(test, cuts, o, among, kRows[metric].of_intervals);
      mean +=
          pairs.truth.empty() ? kNaN : kRows[metric].value(pairs) / static_cast<double>(test.targets.size());
    }
    scores.push_back(mean);
  }
  return scores;
}

std::string_view shown_metric(const Backtest& test) {
  const auto defined = [](const Backtest& one) {
    return std::ranges::all_of(one.naive_error, [](double e) { return e > 0; });
  };
  return kRows[defined(test) && std::ranges::all_of(test.parts, defined) ? kMase : 0].name;
}

TextTable models_table(const Backtest& test) {
  TextTable table{
      .title = fmt::format("{}: {}{} step{} from each of {} cuts, {}", test.data,
                           test.parts.empty() ? "" : fmt::format("{} series, ", test.parts.size()),
                           test.steps, test.steps == 1 ? "" : "s", test.known.size(),
                           test.refit ? "trained anew at each" : "trained before the first"),
      .columns = {{"model", false}, {"parameters"}, {"seconds"}}};
  const std::vector<std::size_t> shown = metrics_shown(test);
  for (const std::size_t m : shown)
    table.columns.push_back({kRows[m].name == "coverage" ? fmt::format("in {:g} %", 100 * test.level)
                                                         : std::string(kRows[m].name)});
  std::vector<double> costs;
  std::size_t seeds = 1;
  for (const BacktestModel& model : test.models) {
    std::vector<std::string> row = {model.name, model.trained ? std::to_string(model.parameters) : "–",
                                    model.trained ? fmt::format("{:.1f}", model.seconds) : "–"};
    for (const std::size_t m : shown) row.push_back(cell(test, model, m, {}));
    costs.push_back(mean_score(test, model, judged_by(test), {}).mean);
    seeds = std::max(seeds, model.forecasts.size());
    table.rows.push_back(std::move(row));
  }
  table.best_row = least_row(costs),
  table.best_meaning = fmt::format("lowest {}", kRows[judged_by(test)].name);
  if (seeds > 1) table.notes.push_back(fmt::format("mean ± standard deviation over {} seeds", seeds));
  if (!test.parts.empty()) table.notes.push_back("means over the series, each in its own unit");
  for (const std::size_t m : shown)
    if (const std::size_t of = comparable_parts(test, m, {}).size(); of < test.parts.size())
      table.notes.push_back(fmt::format("{}: over the {} of {} series where all models have it",
                                        kRows[m].name, of, test.parts.size()));
  if (test.targets.size() > 1) table.notes.push_back("means over the targets, each in its own unit");
  for (std::string& line : verdicts_of(test)) table.notes.push_back(std::move(line));
  table.notes.insert(table.notes.end(), test.notes.begin(), test.notes.end());
  return table;
}

TextTable by_step_table(const Backtest& test, std::string_view metric) {
  TextTable table = over_models(
      test, metric, "step", test.steps, [](std::size_t s) { return std::to_string(s + 1); },
      [](std::size_t s) { return Among{.step = s}; });
  table.title = fmt::format("{} by step", metric);
  return table;
}

TextTable by_cut_table(const Backtest& test, std::string_view metric) {
  TextTable table = over_models(
      test, metric, "from", test.known.size(), [&](std::size_t c) { return cut_name(test, c); },
      [](std::size_t c) { return Among{.cut = c}; });
  table.title = fmt::format("{} by cut", metric);
  return table;
}

TextTable by_series_table(const Backtest& test, std::string_view metric, std::size_t most) {
  const std::size_t rows = std::min(most, test.parts.size()), m = place_of(metric);
  TextTable table{.title = fmt::format("{} by series", metric), .columns = {{"series", false}}};
  for (const BacktestModel& model : test.models) table.columns.push_back({model.name});
  for (std::size_t r = 0; r < rows; ++r) {
    const Backtest& part = test.parts[r];
    std::vector<std::string> row = {shown(part.id)};
    for (const BacktestModel& model : part.models) row.push_back(cell(part, model, m, {}));
    table.rows.push_back(std::move(row));
  }
  if (rows < test.parts.size())
    table.notes.push_back(fmt::format("{} more series are in scores.csv", test.parts.size() - rows));
  return table;
}

TextTable own_steps_table(const Backtest& test) {
  TextTable table{.title = test.models.at(0).name + " by step", .columns = {{"step"}}};
  const std::vector<std::size_t> shown = metrics_shown(test);
  for (const std::size_t m : shown) table.columns.push_back({std::string(kRows[m].name)});
  for (std::size_t s = 0; s < test.steps; ++s) {
    std::vector<std::string> row = {std::to_string(s + 1)};
    for (const std::size_t m : shown) row.push_back(cell(test, test.models[0], m, {.step = s}));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::vector<std::string> verdicts_of(const Backtest& test) {
  const BacktestModel& model = test.models.at(0);
  const std::size_t metric = judged_by(test);
  const double own = mean_score(test, model, metric, {}).mean;
  std::vector<std::string> lines;
  std::string beaten;
  for (std::size_t i = 1; i < test.models.size(); ++i) {
    const BacktestModel& other = test.models[i];
    const double theirs = mean_score(test, other, metric, {}).mean;
    if (std::isnan(own) || std::isnan(theirs)) continue;
    const std::string won = won_of(test, model, other);
    // What looks equal is not told apart.
    if (own < theirs && table_number(own) != table_number(theirs))
      beaten += fmt::format("{}{} ({})", beaten.empty() ? "" : ", ", other.name, won);
    else if (own == theirs)
      lines.push_back(fmt::format("{} does not beat {} (both have {} {})", model.name, other.name,
                                  kRows[metric].name, table_number(own)));
    else
      lines.push_back(fmt::format("{} does not beat {} ({} {} against {}; it is better {})", model.name,
                                  other.name, kRows[metric].name, table_number(own), table_number(theirs),
                                  won));
  }
  if (!beaten.empty())
    lines.push_back(fmt::format("{} beats {} by {}", model.name, beaten, kRows[metric].name));
  return lines;
}

Json backtest_json(const Backtest& test) {
  Json models = Json::array(), series = Json::array();
  for (const Backtest& part : test.parts) {
    Json own = {{"id", part.id}, {"cut", cuts_json(part)}, {"models", Json::array()}};
    for (const BacktestModel& model : part.models)
      own["models"].push_back(
          {{"name", model.name}, {"mean", values_json(part, model, {}, &MeanSpread::mean)}});
    series.push_back(std::move(own));
  }
  for (const BacktestModel& model : test.models) {
    Json own = {{"name", model.name},
                {"trained", model.trained},
                {"parameters", model.parameters},
                {"seconds", model.seconds},
                {"seeds", model.forecasts.size()},
                {"mean", values_json(test, model, {}, &MeanSpread::mean)},
                {"spread", values_json(test, model, {}, &MeanSpread::spread)}};
    for (std::size_t s = 0; s < test.steps; ++s)
      own["by_step"].push_back(
          {{"step", s + 1}, {"mean", values_json(test, model, {.step = s}, &MeanSpread::mean)}});
    for (std::size_t c = 0; c < test.known.size(); ++c)
      own["by_cut"].push_back({{"from", test.times[c].front()},
                               {"mean", values_json(test, model, {.cut = c}, &MeanSpread::mean)}});
    models.push_back(std::move(own));
  }
  Json json = {{"data", test.data},
               {"targets", test.targets},
               {"season", test.season},
               {"level", test.level},
               {"cut", cuts_json(test)},
               {"models", std::move(models)},
               {"verdicts", verdicts_of(test)},
               {"notes", test.notes}};
  if (!series.empty()) json["series"] = std::move(series);
  return json;
}

}  // namespace ebit::analysis
