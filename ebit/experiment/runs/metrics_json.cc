// metrics.json, as docs/metrics.schema.json describes it.
#include <algorithm>

#include "ebit/experiment/runs/json.h"
#include "ebit/experiment/runs/results.h"

namespace ebit::experiment {
namespace {

using nlohmann::ordered_json;

constexpr int kVersion = 2;

std::string_view role_name(Role role) {
  constexpr std::string_view kNames[] = {"model", "baseline", "reference"};
  return kNames[static_cast<std::size_t>(role)];
}

std::string part_name(std::size_t part) { return std::string(kPartNames[part]); }

// {METRIC: number}
ordered_json values_json(const Results& results, const std::vector<double>& values) {
  ordered_json object = ordered_json::object();
  for (std::size_t m = 0; m < results.metrics.size(); ++m)
    object[results.metrics[m].name] = number(values[m]);
  return object;
}

ordered_json interval_json(const IntervalScore& interval) {
  return {
      {"level", interval.level}, {"coverage", number(interval.coverage)}, {"width", number(interval.width)}};
}

ordered_json part_json(const Results& results, const PartScores& scores) {
  ordered_json object;
  object["values"] = values_json(results, scores.values);
  if (!scores.scaled.empty()) object["scaled"] = values_json(results, scores.scaled);
  if (scores.interval) object["interval"] = interval_json(*scores.interval);
  if (const auto& quantiles = scores.quantiles)
    object["quantiles"] = {{"levels", quantiles->levels},
                           {"below", quantiles->below},
                           {"pinball", number(quantiles->pinball)},
                           {"crossed", quantiles->crossed}};
  for (const StepScores& own : scores.by_step) {
    ordered_json step = {{"step", own.step}, {"values", values_json(results, own.values)}};
    if (own.interval) step["interval"] = interval_json(*own.interval);
    object["by_step"].push_back(std::move(step));
  }
  if (results.targets.size() > 1) {
    for (std::size_t o = 0; o < scores.by_target.size(); ++o)
      object["by_target"][results.targets[o]] = values_json(results, scores.by_target[o]);
  }
  for (const SeriesScore& own : scores.by_series) {
    ordered_json& series = object["by_series"][results.series.at(own.series)];
    series["values"] = values_json(results, own.values);
    if (own.interval) series["interval"] = interval_json(*own.interval);
  }
  return object;
}

// {"loss": [per epoch], METRIC: [per epoch]}; null where there is no validation part.
ordered_json validation_json(const Results& results, const std::vector<fit::EpochRecord>& history) {
  if (std::ranges::all_of(history, [](const auto& record) { return std::isnan(record.validation_loss); }))
    return nullptr;
  ordered_json object;
  object["loss"] = ordered_json::array();
  for (const fit::EpochRecord& record : history) object["loss"].push_back(number(record.validation_loss));
  for (std::size_t m = 0; m < results.validation_metrics.size(); ++m) {
    ordered_json& values = object[results.validation_metrics[m]] = ordered_json::array();
    for (const fit::EpochRecord& record : history)
      values.push_back(m < record.metrics.size() ? number(record.metrics[m]) : ordered_json(nullptr));
  }
  return object;
}

ordered_json seed_json(const Results& results, const SeedResult& seed, bool trained) {
  ordered_json object;
  if (trained) {
    object["seed"] = seed.seed;
    object["epochs"] = seed.epochs;
    object["best_epoch"] = seed.best_epoch;
    object["end"] = seed.end;
    object["seconds"] = seed.seconds;
    if (seed.stop_below > 0)
      object["solved_at"] = seed.solved_at() > 0 ? ordered_json(seed.solved_at()) : ordered_json(nullptr);
  }
  object["parts"] = ordered_json::object();
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    if (const auto& scores = seed.scores.parts[part])
      object["parts"][part_name(part)] = part_json(results, *scores);
  }
  if (ordered_json validation = validation_json(results, seed.history); !validation.is_null())
    object["validation"] = std::move(validation);
  return object;
}

// Mean or spread over the seeds: {PART: {METRIC: number}}.
ordered_json statistic_json(const Results& results, const ModelResult& model, double MeanSpread::*field) {
  ordered_json object = ordered_json::object();
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    for (std::size_t m = 0; m < results.metrics.size(); ++m) {
      const std::vector<double> values = values_of_seeds(model, part, m);
      if (!values.empty())
        object[part_name(part)][results.metrics[m].name] = number(mean_spread(values).*field);
    }
  }
  return object;
}

ordered_json model_json(const Results& results, const ModelResult& model) {
  ordered_json object;
  object["name"] = model.name;
  object["role"] = role_name(model.role);
  object["summary"] = model.summary;
  if (!model.changes.empty()) object["changes"] = model.changes;
  object["parameters"] = model.counts.trained();
  object["counts"] = {{"quantum", model.counts.quantum},
                      {"classical", model.counts.classical},
                      {"frozen", model.counts.frozen}};
  object["seconds"] = number(mean_seconds(model));
  object["mean"] = statistic_json(results, model, &MeanSpread::mean);
  object["spread"] = statistic_json(results, model, &MeanSpread::spread);
  object["seeds"] = ordered_json::array();
  for (const SeedResult& seed : model.seeds)
    object["seeds"].push_back(seed_json(results, seed, model.role != Role::kReference));
  return object;
}

}  // namespace

ordered_json to_json(const Results& results) {
  ordered_json root;
  root["format"] = "ebit-metrics";
  root["version"] = kVersion;
  root["problem"] = {{"name", results.problem}, {"data", results.description}, {"loss", results.loss_name}};
  if (!results.targets.empty()) root["problem"]["targets"] = results.targets;
  if (!results.series.empty())
    root["problem"]["series"] = {{"column", results.series_column}, {"count", results.series.size()}};
  root["metrics"] = ordered_json::array();
  for (const MetricName& metric : results.metrics)
    root["metrics"].push_back(
        {{"name", metric.name}, {"better", metric.greater_is_better ? "greater" : "less"}});
  root["judged"] = {{"metric", results.metrics.at(results.judged_metric).name},
                    {"part", kPartNames[judged_part(results)]}};
  root["models"] = ordered_json::array();
  for (const ModelResult& model : results.models) root["models"].push_back(model_json(results, model));
  root["verdicts"] = results.verdicts;
  root["notes"] = results.notes;
  return root;
}

}  // namespace ebit::experiment
