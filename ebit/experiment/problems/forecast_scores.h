// What predictions of a series are worth: metrics over all steps and of each, quantiles, prediction
// intervals.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ebit/data/dataset.h"
#include "ebit/experiment/problem.h"

namespace ebit::experiment {

/// What is said of data that no model was trained on.
inline constexpr std::string_view kNoTrainingPart =
    "MASE is not defined: its unit is an error on a training part, and these data have none";

/// What the metrics of one part are found with.
struct ScoredPart {
  const Dataset& dataset;     ///< whose scalers undo the scaling
  const Windows& windows;     ///< the part's
  std::size_t scalers = 0;    ///< part of the scalers: 0 train, 1 validation, 2 test
  std::vector<double> naive;  ///< [O] scale of MASE of each target; NaN: undefined
};

/// Scores of predictions [B, S, O] in the data's units: over all steps together, and of each where there are
/// several. @param partial rows without a prediction (NaN) are left out, as a baseline has them; a model's
/// NaN is its answer.
PartScores score_part(const ScoredPart& part, const std::vector<double>& predictions, bool partial);

/// Predicted quantiles side by side.
struct QuantileArrays {
  std::vector<std::vector<double>> of_level;  ///< [Q][B, S, O], in ascending order at each place
  double crossed = 0.0;                       ///< share of places that were not in order
};

/// Takes predictions [B, S, O, Q] apart and puts the quantiles of each place in order.
QuantileArrays quantile_arrays(const std::vector<double>& predictions, std::size_t levels);

/// How well quantiles [Q][B, S, O] of these levels describe true values [B, S, O].
QuantileScore score_quantiles(std::span<const double> levels,
                              const std::vector<std::vector<double>>& quantiles,
                              const std::vector<double>& truth, double crossed);

/// The place of 0.5 among levels of quantiles, which has it; see fit::check_levels().
std::size_t median_of(std::span<const double> levels);

/// Errors on the validation part that intervals are made of, where Transform::link() makes them alike: a list
/// for each step and target, [S O]; around quantiles how far true values lie outside the outer ones, below 0
/// inside.
std::vector<std::vector<double>> interval_errors(const Scores& scores, const Dataset& dataset);

/// What intervals of this level reach beyond predictions, or beyond outer quantiles; NaN: too few errors.
double interval_margin(std::vector<double> errors, double level, bool quantiles);

/// Gives scores intervals of these margins [S O], and judges them on the test part.
void give_intervals(Scores& scores, const Dataset& dataset, double level, std::span<const double> margins);

/// Gives scores their prediction intervals on the test part, and judges them there. Around predictions: step
/// by step split-conformal, from the errors on the validation part. Around quantiles: the outer ones, moved
/// by a conformal margin so that they have the coverage `level`; where the validation part is too small for
/// one, or `level` is 0, the outer ones as they are, which aim at the difference of their levels.
void add_intervals(Scores& scores, const Dataset& dataset, double level, std::span<const double> levels);

}  // namespace ebit::experiment
