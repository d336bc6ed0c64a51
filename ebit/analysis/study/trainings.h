// The frame of the studies that train: variants x seeds on the same data, and what they came to.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ebit/analysis/study/study.h"
#include "ebit/cell/cell.h"
#include "ebit/cell/cells.h"
#include "ebit/experiment/problems/forecast_problem.h"
#include "ebit/experiment/runs/results.h"

namespace ebit::analysis {

/// One value of what a study varies.
struct Variant {
  std::string name;  ///< in tables, and of its run folder: "2+3", "density"
  Pairs settings;    ///< options of `ebit train` that make it
};

/// A cell with the weights of one moment, and what enters it then.
struct CellMoment {
  std::vector<double> parameters;  ///< [P] as the cell takes them
  std::vector<double> x;           ///< [B, T, E] the judged windows
};

/// The cell of one training.
struct TrainedCell {
  std::uint64_t seed = 0;  ///< of the training
  CellMoment initial;      ///< before the first step
  CellMoment trained;      ///< as the training ended
};

/// A variant, trained with every seed.
struct TrainedVariant {
  Variant variant;                               ///< which
  CellOptions cell;                              ///< of its model
  std::shared_ptr<experiment::Problem> problem;  ///< the same data for all variants of a study
  experiment::Results results;  ///< of the model, and with the first variant of all that it is compared with
  std::size_t windows = 0;      ///< judged ones, B: those of the test part, or of the last that has any
  std::vector<TrainedCell> seeds;  ///< one a seed

  /// The variant's own results.
  const experiment::ModelResult& model() const { return results.models[0]; }
  /// The series.
  const Dataset& dataset() const;
  /// The judged windows as a cell takes them; a view. @param seed of its draws.
  SequenceInput<double> input(const CellMoment& moment, std::uint64_t seed) const;
};

/// The settings that all variants of a study share. Throws Error as resolve().
Config base_config(const StudyPlan& plan);

/// Trains each variant with every seed in a run folder of its own, `folder/NAME`, which `ebit report`,
/// `ebit evaluate` and `ebit resume` know; finished trainings found there are kept and an unfinished one goes
/// on. The baselines are trained once, with the first variant. All variants are checked before the first is
/// trained. @returns nothing where it was interrupted. Throws Error as experiment::start_run().
std::optional<std::vector<TrainedVariant>> train_variants(const StudyPlan& plan,
                                                          const std::vector<Variant>& variants,
                                                          const StudyCallbacks& callbacks);

/// The metric that studies judge by, RMSE in the data's units: of every seed on the judged part.
std::vector<double> judged_errors(const experiment::Results& results, const experiment::ModelResult& model);
/// The same on the training part.
std::vector<double> training_errors(const experiment::Results& results, const experiment::ModelResult& model);

/// The rows of a trained study for study.csv: one a training, and one a forecast without training.
/// @param heading what is varied, the first column.
std::vector<Json> rows_of(const std::vector<TrainedVariant>& variants, const std::string& heading);

/// Adds numbers of a study's own to the rows of the variants' trainings among rows_of()'s.
/// @param numbers key and value of variant v, seed k.
void add_numbers(std::vector<Json>& rows, const std::vector<TrainedVariant>& variants,
                 const std::function<Json(std::size_t v, std::size_t k)>& numbers);

}  // namespace ebit::analysis
