#include "ebit/train/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ebit/base/error.h"
#include "ebit/data/baseline.h"
#include "ebit/data/metrics.h"

namespace ebit::train {
namespace {

using nlohmann::ordered_json;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::size_t metric_index(std::string_view name) {
  const auto table = metric_table();
  for (std::size_t m = 0; m < table.size(); ++m) {
    if (table[m].name == name) return m;
  }
  fail("there is no metric {}", name);
}

// Column `output` of values [B, O].
std::vector<double> column(const std::vector<double>& values, std::size_t outputs, std::size_t output) {
  std::vector<double> result;
  for (std::size_t i = output; i < values.size(); i += outputs) result.push_back(values[i]);
  return result;
}

MetricValues mean_over(const std::vector<MetricValues>& targets) {
  MetricValues mean(targets.at(0).size(), 0.0);
  for (const MetricValues& values : targets) {
    for (std::size_t m = 0; m < mean.size(); ++m) mean[m] += values[m] / static_cast<double>(targets.size());
  }
  return mean;
}

ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

ordered_json metrics_json(const MetricValues& values) {
  ordered_json object = ordered_json::object();
  for (std::size_t m = 0; m < values.size(); ++m)
    object[std::string(metric_table()[m].name)] = number(values[m]);
  return object;
}

ordered_json seed_json(const SeedResult& seed, const Dataset& dataset, bool trained) {
  ordered_json object;
  if (trained) {
    object["seed"] = seed.seed;
    object["epochs"] = seed.epochs;
    object["best_epoch"] = seed.best_epoch;
    object["end"] = seed.end;
    object["seconds"] = seed.seconds;
  }
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    if (!seed.scores[part]) continue;
    ordered_json& place = object["parts"][std::string(kPartNames[part])];
    place["scaled"] = metrics_json(seed.scores[part]->scaled);
    place["original"] = metrics_json(seed.scores[part]->original);
    if (dataset.options.targets.size() == 1) continue;
    for (std::size_t o = 0; o < dataset.options.targets.size(); ++o) {
      place["original_by_target"][dataset.options.targets[o]] =
          metrics_json(seed.scores[part]->target_original[o]);
    }
  }
  return object;
}

// Mean and spread over the seeds, part by part, under `key`.
ordered_json statistic_json(const ModelResult& model, double MeanSpread::*field) {
  ordered_json object = ordered_json::object();
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    if (!model.seeds.at(0).scores[part]) continue;
    for (const bool original : {false, true}) {
      ordered_json values = ordered_json::object();
      for (std::size_t m = 0; m < metric_table().size(); ++m) {
        values[std::string(metric_table()[m].name)] = number(over_seeds(model, part, m, original).*field);
      }
      object[std::string(kPartNames[part])][original ? "original" : "scaled"] = std::move(values);
    }
  }
  return object;
}

double mean_seconds(const ModelResult& model) {
  double sum = 0.0;
  for (const SeedResult& seed : model.seeds) sum += seed.seconds;
  return sum / static_cast<double>(model.seeds.size());
}

}  // namespace

const Windows& part_of(const Dataset& dataset, std::size_t part) {
  return part == 0 ? dataset.train : part == 1 ? dataset.validation : dataset.test;
}

PartScores score(const Dataset& dataset, std::size_t scaler_part, const Windows& windows,
                 const std::vector<double>& truth, const std::vector<double>& predictions, int season) {
  PartScores scores;
  std::vector<MetricValues> target_scaled;
  for (std::size_t o = 0; o < windows.outputs; ++o) {
    const Scaler& scaler = dataset.target_scaler(scaler_part, o);
    std::vector<double> y = column(truth, windows.outputs, o), p = column(predictions, windows.outputs, o);
    // Without training rows (new data) there is no naive forecast to compare with, and MASE is undefined.
    const double naive = dataset.series.rows() == 0 ? kNaN : training_naive_mae(dataset, o, season);
    scores.target_original.push_back(all_metrics(y, p, naive));
    scaler.transform(y);
    scaler.transform(p);
    target_scaled.push_back(all_metrics(y, p, naive * std::abs(scaler.scale)));
  }
  scores.original = mean_over(scores.target_original);
  scores.scaled = mean_over(target_scaled);
  return scores;
}

ModelResult score_forecast(const std::string& name, const Dataset& dataset, int season) {
  ModelResult result{.name = name, .summary = {}, .baseline = true, .parameters = 0, .seeds = {{}}};
  for (const auto& row : ebit::baseline_table()) {
    if (row.name == name) result.summary = row.help;
  }
  if (name == "seasonal-naive") result.summary += fmt::format(", season {}", season);
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    const Windows& windows = part_of(dataset, part);
    if (windows.count == 0) continue;
    SeedResult& seed = result.seeds[0];
    seed.predictions[part] = baseline_forecast(name, dataset, windows, season);
    seed.scores[part] =
        score(dataset, part, windows, true_values(dataset, windows), seed.predictions[part], season);
  }
  return result;
}

MeanSpread over_seeds(const ModelResult& model, std::size_t part, std::size_t m, bool original) {
  std::vector<double> values;
  for (const SeedResult& seed : model.seeds) {
    if (seed.scores[part])
      values.push_back((original ? seed.scores[part]->original : seed.scores[part]->scaled)[m]);
  }
  if (values.empty()) return {kNaN, kNaN};
  MeanSpread result;
  for (const double value : values) result.mean += value / static_cast<double>(values.size());
  for (const double value : values) result.spread += (value - result.mean) * (value - result.mean);
  result.spread = values.size() < 2 ? 0.0 : std::sqrt(result.spread / static_cast<double>(values.size() - 1));
  return result;
}

std::size_t judged_part(const Evaluation& evaluation) {
  for (std::size_t part = kPartNames.size(); part-- > 0;) {
    if (!evaluation.models.empty() && evaluation.models[0].seeds.at(0).scores[part]) return part;
  }
  return 0;
}

std::vector<std::string> verdicts(const std::vector<ModelResult>& models) {
  std::vector<std::string> lines;
  if (models.size() < 2) return lines;
  const std::size_t part = judged_part({models, {}}), rmse = metric_index("RMSE");
  const double ours = over_seeds(models[0], part, rmse, true).mean;
  std::string beaten;
  for (std::size_t i = 1; i < models.size(); ++i) {
    const double theirs = over_seeds(models[i], part, rmse, true).mean;
    if (ours >= theirs) {
      lines.push_back(fmt::format("{} {} {} on the {} part (RMSE {} against {})", models[0].name,
                                  ours > theirs ? "loses to" : "is no better than", models[i].name,
                                  kPartNames[part], table_number(ours), table_number(theirs)));
    } else {
      beaten += (beaten.empty() ? "" : ", ") + models[i].name;
    }
  }
  if (!beaten.empty()) {
    lines.push_back(fmt::format("{} beats {} on the {} part (RMSE {})", models[0].name, beaten,
                                kPartNames[part], table_number(ours)));
  }
  return lines;
}

ordered_json to_json(const Evaluation& evaluation, const Dataset& dataset) {
  ordered_json root;
  root["format"] = "ebit-metrics";
  root["version"] = 1;
  root["data"] = {{"source", dataset.series.source},      {"targets", dataset.options.targets},
                  {"window", dataset.options.window},     {"horizon", dataset.options.horizon},
                  {"rows", dataset.series.rows()},        {"scaler", dataset.options.scaler},
                  {"scale_on", dataset.options.scale_on}, {"split", dataset.options.split}};
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    root["data"]["windows"][std::string(kPartNames[part])] = part_of(dataset, part).count;
  }
  root["models"] = ordered_json::array();
  for (const ModelResult& model : evaluation.models) {
    ordered_json object;
    object["name"] = model.name;
    object["role"] = model.baseline ? "baseline" : "model";
    object["summary"] = model.summary;
    object["parameters"] = model.parameters;
    object["seconds"] = mean_seconds(model);
    object["mean"] = statistic_json(model, &MeanSpread::mean);
    object["spread"] = statistic_json(model, &MeanSpread::spread);
    object["seeds"] = ordered_json::array();
    for (const SeedResult& seed : model.seeds)
      object["seeds"].push_back(seed_json(seed, dataset, seed.epochs > 0));
    root["models"].push_back(std::move(object));
  }
  root["verdicts"] = evaluation.verdicts;
  return root;
}

TextTable result_table(const Evaluation& evaluation, std::size_t part) {
  TextTable table;
  table.title =
      fmt::format("Results on the {} part, in the data's units", part == 0 ? "training" : kPartNames[part]);
  table.columns = {{"model", false}, {"parameters"}, {"seconds"}};
  for (const Metric& metric : metric_table()) table.columns.push_back({std::string(metric.name)});
  std::vector<double> rmse;
  std::size_t seeds = 1;
  for (const ModelResult& model : evaluation.models) {
    const bool trained = model.seeds.at(0).epochs > 0;
    std::vector<std::string> row = {model.name, trained ? std::to_string(model.parameters) : "0",
                                    trained ? fmt::format("{:.1f}", mean_seconds(model)) : "–"};
    for (std::size_t m = 0; m < metric_table().size(); ++m) {
      const MeanSpread value = over_seeds(model, part, m, true);
      row.push_back(table_spread(value.mean, value.spread));
    }
    rmse.push_back(over_seeds(model, part, metric_index("RMSE"), true).mean);
    seeds = std::max(seeds, model.seeds.size());
    table.rows.push_back(std::move(row));
  }
  table.best_row = least_row(rmse);
  table.best_meaning = "lowest RMSE";
  if (seeds > 1) table.notes.push_back(fmt::format("mean ± standard deviation over {} seeds", seeds));
  table.notes.insert(table.notes.end(), evaluation.verdicts.begin(), evaluation.verdicts.end());
  return table;
}

}  // namespace ebit::train
