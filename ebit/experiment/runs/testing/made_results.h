// Results made by hand, for tests of what is said of them.
#pragma once

#include <limits>

#include "ebit/experiment/runs/results.h"

namespace ebit::experiment::testing {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Scores of one part. @param scaled whether they are of a series, with two targets.
inline PartScores part_scores(std::vector<double> values, bool series) {
  PartScores scores{.values = values, .scaled = {}, .by_target = {}};
  if (!series) return scores;
  scores.by_target = {values, values};
  for (double& value : values) value /= 10;
  scores.scaled = values;
  return scores;
}

/// A training of two epochs with losses 4 and 2; validation losses 5 and 3, or none.
inline SeedResult trained_seed(std::uint64_t seed, bool validated, std::vector<double> metric_of_epochs) {
  SeedResult result{.seed = seed, .epochs = 2, .best_epoch = 2, .end = "finished", .seconds = 0.5};
  for (int epoch = 1; epoch <= 2; ++epoch) {
    fit::EpochRecord record{.epoch = epoch, .train_loss = 6.0 - 2 * epoch, .improved = true};
    if (validated) record.validation_loss = 7.0 - 2 * epoch;
    if (!metric_of_epochs.empty()) record.metrics = {metric_of_epochs[static_cast<std::size_t>(epoch - 1)]};
    result.history.push_back(record);
  }
  return result;
}

/// A series of two targets: a model with two seeds, persistence, and a baseline with two seeds. RMSE on the
/// test part: 2 and 4 against 3.5, and against 1 and 3. MAPE is undefined.
inline Results series_results() {
  Results results{.problem = "forecast", .description = "made, 40 rows", .loss_name = "mse"};
  results.notes = {"2 missing values were filled in"};
  results.metrics = {{"MSE", false}, {"RMSE", false}, {"MAPE", false}, {"R2", true}};
  results.judged_metric = 1;
  results.targets = {"wind", "rain"};
  const auto seed_of = [](std::uint64_t seed, double rmse) {
    SeedResult result = trained_seed(seed, true, {});
    for (auto& part : result.scores.parts) part = part_scores({rmse * rmse, rmse, kNaN, 1 - rmse / 10}, true);
    return result;
  };
  SeedResult persistence;
  for (auto& part : persistence.scores.parts) part = part_scores({12.25, 3.5, kNaN, 0.5}, true);
  results.models = {
      {.name = "daskin",
       .summary = "2+2 qubits",
       .counts = {.quantum = 12, .classical = 4},
       .seeds = {seed_of(1, 2), seed_of(2, 4)}},
      {.name = "persistence", .summary = "the last value", .role = Role::kReference, .seeds = {persistence}},
      {.name = "lstm",
       .role = Role::kBaseline,
       .counts = {.classical = 17},
       .seeds = {seed_of(1, 1), seed_of(2, 3)}},
  };
  results.models[1].reference_loss = kNaN;
  results.verdicts = verdicts(results);
  return results;
}

/// A task: one model with one seed, and a reference that has a loss. Recalled: 0.75 against 0.25.
inline Results task_results() {
  Results results{.problem = "copying", .description = "delay 10", .loss_name = "cross-entropy, nats"};
  results.metrics = {{"cross-entropy", false}, {"recalled", true}};
  results.judged_metric = 1;
  results.validation_metrics = {"recalled"};
  SeedResult seed = trained_seed(7, true, {0.5, kNaN}), none;
  seed.scores.parts[2] = part_scores({0.3, 0.75}, false);
  none.scores.parts[2] = part_scores({0.9, 0.25}, false);
  results.models = {
      {.name = "qrnn", .counts = {.quantum = 0, .classical = 99}, .seeds = {seed}},
      {.name = "no memory", .role = Role::kReference, .reference_loss = 0.9, .seeds = {none}},
  };
  results.verdicts = verdicts(results);
  return results;
}

}  // namespace ebit::experiment::testing
