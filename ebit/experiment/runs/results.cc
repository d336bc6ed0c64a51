#include "ebit/experiment/runs/results.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

namespace ebit::experiment {
namespace {

// The mean of the judged metric, with the sign that makes less better.
double judged_cost(const Results& results, const ModelResult& model, std::size_t part) {
  const double mean = over_seeds(model, part, results.judged_metric).mean;
  return results.metrics[results.judged_metric].greater_is_better ? -mean : mean;
}

// Twice the standard error of the difference of two means over seeds; 0 where a seed each says nothing of it.
double doubt(const ModelResult& a, const ModelResult& b, std::size_t part, std::size_t metric) {
  double variance = 0.0;
  for (const ModelResult* model : {&a, &b}) {
    const std::vector<double> values = values_of_seeds(*model, part, metric);
    const double spread = mean_spread(values).spread;
    if (values.size() > 1) variance += spread * spread / static_cast<double>(values.size());
  }
  return 2 * std::sqrt(variance);
}

// The level of the intervals that some model has on a part; 0: none.
double interval_level(const Results& results, std::size_t part) {
  for (const ModelResult& model : results.models)
    for (const SeedResult& seed : model.seeds)
      if (const auto& scores = seed.scores.parts[part]; scores && scores->interval)
        return scores->interval->level;
  return 0.0;
}

MeanSpread intervals_of_seeds(const ModelResult& model, std::size_t part, double IntervalScore::*field) {
  std::vector<double> values;
  for (const SeedResult& seed : model.seeds)
    if (const auto& scores = seed.scores.parts[part]; scores && scores->interval)
      values.push_back((*scores->interval).*field);
  return mean_spread(values);
}

// What is to be said of predicted quantiles: their loss, and the share of true values below each; "" where
// there are none.
std::string quantile_note(const Results& results, std::size_t part) {
  std::string text;
  for (const ModelResult& model : results.models) {
    std::vector<double> pinball, crossed;
    std::vector<std::vector<double>> below;
    const std::vector<double>* levels = nullptr;
    for (const SeedResult& seed : model.seeds) {
      const auto& scores = seed.scores.parts[part];
      if (!scores || !scores->quantiles) continue;
      const QuantileScore& own = *scores->quantiles;
      levels = &own.levels, below.resize(own.levels.size());
      pinball.push_back(own.pinball), crossed.push_back(own.crossed);
      for (std::size_t q = 0; q < own.below.size(); ++q) below[q].push_back(own.below[q]);
    }
    if (levels == nullptr) continue;
    std::string shares;
    for (std::size_t q = 0; q < levels->size(); ++q)
      shares += fmt::format("{}{:.1f} % below that of {:g} %", q > 0 ? ", " : "",
                            100 * mean_spread(below[q]).mean, 100 * (*levels)[q]);
    text += fmt::format("{}{}: mean pinball loss of its quantiles {}, {}", text.empty() ? "" : "; ",
                        model.name, table_number(mean_spread(pinball).mean), shares);
    if (const double share = mean_spread(crossed).mean; share > 0)
      text += fmt::format("; {:.1f} % of its predictions had quantiles out of order, which were put in order",
                          100 * share);
  }
  return text;
}

std::string table_title(const Results& results, std::size_t part) {
  const std::string_view name = part == 0 ? "training" : kPartNames[part];
  if (!results.series.empty())
    return fmt::format("Results on the {} part, in the data's units, means over {} series", name,
                       results.series.size());
  if (!results.targets.empty()) return fmt::format("Results on the {} part, in the data's units", name);
  return fmt::format("{} on the {} part: {}", results.problem, name, results.description);
}

}  // namespace

int SeedResult::solved_at() const {
  for (const fit::EpochRecord& record : history)
    if (record.validation_loss < stop_below) return record.epoch;
  return 0;
}

MeanSpread mean_spread(std::span<const double> values) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  if (values.empty()) return {kNaN, kNaN};
  const auto count = static_cast<double>(values.size());
  MeanSpread result;
  for (const double value : values) result.mean += value;
  result.mean /= count;
  if (values.size() < 2) return result;
  for (const double value : values) result.spread += (value - result.mean) * (value - result.mean);
  result.spread = std::sqrt(result.spread / (count - 1));
  return result;
}

std::vector<double> values_of_seeds(const ModelResult& model, std::size_t part, std::size_t m) {
  std::vector<double> values;
  for (const SeedResult& seed : model.seeds) {
    if (const auto& scores = seed.scores.parts[part]) values.push_back(scores->values[m]);
  }
  return values;
}

MeanSpread over_seeds(const ModelResult& model, std::size_t part, std::size_t m) {
  return mean_spread(values_of_seeds(model, part, m));
}

double mean_seconds(const ModelResult& model) {
  double sum = 0.0;
  for (const SeedResult& seed : model.seeds) sum += seed.seconds;
  return sum / static_cast<double>(model.seeds.size());
}

std::size_t metric_place(const Results& results, std::string_view name) {
  for (std::size_t m = 0; m < results.metrics.size(); ++m) {
    if (results.metrics[m].name == name) return m;
  }
  fail("there is no metric '{}' of {}{}", name, results.problem, suggestion(name, names_of(results.metrics)));
}

std::size_t judged_part(const Results& results) {
  for (std::size_t part = kPartNames.size(); part-- > 0;) {
    if (!results.models.empty() && !values_of_seeds(results.models[0], part, 0).empty()) return part;
  }
  return 0;
}

std::vector<std::string> verdicts(const Results& results) {
  std::vector<std::string> lines;
  if (results.models.size() < 2) return lines;
  const std::size_t part = judged_part(results), judged = results.judged_metric;
  const std::string& metric = results.metrics[judged].name;
  const std::string& name = results.models[0].name;
  const double cost = judged_cost(results, results.models[0], part);
  const std::string ours = table_number(over_seeds(results.models[0], part, judged).mean);
  if (std::isnan(cost)) return {fmt::format("{} has no {} on the {} part", name, metric, kPartNames[part])};
  std::string beaten;
  for (std::size_t i = 1; i < results.models.size(); ++i) {
    const ModelResult& other = results.models[i];
    const double theirs = judged_cost(results, other, part);
    const std::string shown = table_number(over_seeds(other, part, judged).mean);
    if (std::isnan(theirs)) {
      lines.push_back(
          fmt::format("{} has no {} on the {} part to compare with", other.name, metric, kPartNames[part]));
      continue;
    }
    const double unsure = doubt(results.models[0], other, part, judged);
    if (cost != theirs && (std::abs(cost - theirs) < unsure || ours == shown)) {
      lines.push_back(fmt::format(
          "{} cannot be told from {} on the {} part ({} {} against {}, {})", name, other.name,
          kPartNames[part], metric, ours, shown,
          ours == shown ? "equal as far as shown" : "closer than twice the standard error over the seeds"));
      continue;
    }
    if (cost < theirs) {
      beaten += (beaten.empty() ? "" : ", ") + other.name;
      continue;
    }
    lines.push_back(fmt::format("{} {} {} on the {} part ({} {} against {})", name,
                                cost > theirs ? "loses to" : "is no better than", other.name,
                                kPartNames[part], metric, ours, shown));
  }
  if (!beaten.empty())
    lines.push_back(
        fmt::format("{} beats {} on the {} part ({} {})", name, beaten, kPartNames[part], metric, ours));
  return lines;
}

CountColumns::CountColumns(const std::vector<ModelResult>& models)
    : frozen(std::ranges::any_of(models, [](const ModelResult& m) { return m.counts.frozen > 0; })) {}

std::vector<TableColumn> CountColumns::columns() const {
  std::vector<TableColumn> columns = {{"quantum"}, {"classical"}};
  if (frozen) columns.push_back({"frozen"});
  return columns;
}

std::vector<std::string> CountColumns::cells(const ModelResult& model) const {
  if (model.counts == NumberCounts{}) return dashes();
  std::vector<std::string> cells = {std::to_string(model.counts.quantum),
                                    std::to_string(model.counts.classical)};
  if (frozen) cells.push_back(std::to_string(model.counts.frozen));
  return cells;
}

std::vector<std::string> CountColumns::dashes() const {
  return std::vector<std::string>(frozen ? 3 : 2, "–");
}

std::string CountColumns::note() const {
  return fmt::format("trained numbers: angles of circuits (quantum) and all others (classical){}",
                     frozen ? "; frozen ones stay as they were drawn" : "");
}

TextTable result_table(const Results& results, std::size_t part) {
  TextTable table;
  table.title = table_title(results, part);
  const CountColumns counts(results.models);
  // What models are judged by stands first: it is read first, and seen on a phone.
  table.columns = {{"model", false}, {results.metrics[results.judged_metric].name}};
  std::ranges::move(counts.columns(), std::back_inserter(table.columns));
  table.columns.push_back({"seconds"});
  for (std::size_t m = 0; m < results.metrics.size(); ++m)
    if (m != results.judged_metric) table.columns.push_back({results.metrics[m].name});
  const double level = interval_level(results, part);
  if (level > 0)
    table.columns.insert(table.columns.end(), {{fmt::format("in {:g} %", 100 * level)}, {"width"}});
  std::vector<double> costs;
  std::size_t seeds = 1;
  for (const ModelResult& model : results.models) {
    const bool trained = model.role != Role::kReference;
    const auto spread = [&](std::size_t m) {
      const MeanSpread value = over_seeds(model, part, m);
      return table_spread(value.mean, value.spread);
    };
    std::vector<std::string> row = {model.name + (model.changes.empty() ? "" : ", changed"),
                                    spread(results.judged_metric)};
    std::ranges::move(counts.cells(model), std::back_inserter(row));
    row.push_back(trained ? fmt::format("{:.1f}", mean_seconds(model)) : "–");
    for (std::size_t m = 0; m < results.metrics.size(); ++m)
      if (m != results.judged_metric) row.push_back(spread(m));
    if (level > 0) {
      const MeanSpread covered = intervals_of_seeds(model, part, &IntervalScore::coverage);
      const MeanSpread width = intervals_of_seeds(model, part, &IntervalScore::width);
      row.push_back(std::isnan(covered.mean) ? "–" : fmt::format("{:.1f} %", 100 * covered.mean));
      row.push_back(table_spread(width.mean, width.spread));
    }
    costs.push_back(judged_cost(results, model, part));
    seeds = std::max(seeds, model.seeds.size());
    table.rows.push_back(std::move(row));
  }
  const MetricName& judged = results.metrics[results.judged_metric];
  table.best_row = least_row(costs);
  table.best_meaning = fmt::format("{} {}", judged.greater_is_better ? "highest" : "lowest", judged.name);
  // A best row that others cannot be told from is none.
  std::string tied;
  for (std::size_t i = 0; table.best_row && i < results.models.size(); ++i) {
    const std::size_t best = *table.best_row;
    if (i == best || !std::isfinite(costs[i])) continue;
    const double unsure = doubt(results.models[best], results.models[i], part, results.judged_metric);
    const auto shown = [&](std::size_t m) {
      return table_number(over_seeds(results.models[m], part, results.judged_metric).mean);
    };
    if (costs[i] - costs[best] < unsure || shown(i) == shown(best))
      tied += (tied.empty() ? "" : ", ") + results.models[i].name;
  }
  if (!tied.empty()) table.best_meaning += fmt::format(", though {} cannot be told from it", tied);
  table.notes.push_back(counts.note());
  if (seeds > 1) table.notes.push_back(fmt::format("mean ± standard deviation over {} seeds", seeds));
  if (results.targets.size() > 1)
    table.notes.push_back(fmt::format("means over {}, each in its own unit; metrics.json has each of them",
                                      fmt::join(results.targets, ", ")));
  for (const ModelResult& model : results.models)
    if (!model.changes.empty())
      table.notes.push_back(
          fmt::format("{}, changed: not as published: {}", model.name, fmt::join(model.changes, ", ")));
  if (level > 0)
    table.notes.push_back(fmt::format(
        "in {0:g} %: how many true values lie in the {0:g} % prediction interval, which is `width` wide",
        100 * level));
  if (const std::string line = quantile_note(results, part); !line.empty()) table.notes.push_back(line);
  table.notes.insert(table.notes.end(), results.verdicts.begin(), results.verdicts.end());
  return table;
}

std::optional<TextTable> step_table(const Results& results, std::size_t part) {
  const auto steps_of = [&](const SeedResult& seed) -> const std::vector<StepScores>* {
    const auto& scores = seed.scores.parts[part];
    return scores && !scores->by_step.empty() ? &scores->by_step : nullptr;
  };
  if (results.models.empty() || results.models[0].seeds.empty()) return std::nullopt;
  const auto* const first = steps_of(results.models[0].seeds[0]);
  if (first == nullptr) return std::nullopt;
  const MetricName& metric = results.metrics[results.judged_metric];
  TextTable table{.title = fmt::format("{} of each step on the {} part", metric.name, kPartNames[part]),
                  .columns = {{"step"}}};
  const bool intervals = first->front().interval.has_value();
  for (const ModelResult& model : results.models) table.columns.push_back({model.name});
  if (intervals)
    table.columns.insert(table.columns.end(),
                         {{fmt::format("in {:g} %", 100 * first->front().interval->level)}, {"width"}});
  for (std::size_t s = 0; s < first->size(); ++s) {
    std::vector<std::string> row = {std::to_string((*first)[s].step)};
    for (const ModelResult& model : results.models) {
      std::vector<double> values;
      for (const SeedResult& seed : model.seeds)
        if (const auto* const own = steps_of(seed)) values.push_back((*own)[s].values[results.judged_metric]);
      const MeanSpread value = mean_spread(values);
      row.push_back(table_spread(value.mean, value.spread));
    }
    std::vector<double> covered, width;
    for (const SeedResult& seed : results.models[0].seeds)
      if (const auto* const own = steps_of(seed); own && (*own)[s].interval)
        covered.push_back((*own)[s].interval->coverage), width.push_back((*own)[s].interval->width);
    if (intervals)
      row.insert(row.end(), {fmt::format("{:.1f} %", 100 * mean_spread(covered).mean),
                             table_number(mean_spread(width).mean)});
    table.rows.push_back(std::move(row));
  }
  if (intervals)
    table.notes.push_back(
        fmt::format("in, width: of the prediction intervals of {}", results.models[0].name));
  return table;
}

}  // namespace ebit::experiment
