// The frame of the studies that train: variants x seeds on the same data, and what they came to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ebit/cell/register_cell.h"
#include "ebit/study/statistics.h"
#include "ebit/study/study.h"
#include "ebit/train/evaluate.h"

namespace ebit::study {

/// One value of what a study varies.
struct Variant {
  std::string name;  ///< in tables, and of its run folder: "2+3", "density"
  std::vector<std::pair<std::string, std::string>> settings;  ///< options of `ebit train` that make it
};

/// The parameters of the register cell of one training, [P] as RegisterCell takes them.
struct CellWeights {
  std::uint64_t seed = 0;       ///< of the training
  std::vector<double> initial;  ///< before the first step
  std::vector<double> trained;  ///< as the training ended
};

/// A variant, trained with every seed.
struct TrainedVariant {
  Variant variant;                   ///< which
  train::Config config;              ///< its settings
  RegisterOptions cell;              ///< its register cell
  Dataset dataset;                   ///< the same for all variants of a study
  train::Evaluation evaluation;      ///< of the model, and with the first variant of the baselines
  std::vector<CellWeights> weights;  ///< a seed each

  const train::ModelResult& model() const { return evaluation.models[0]; }  ///< the variant's own results
};

/// The settings that all variants of a study share. Throws Error as train::resolve_config().
train::Config base_config(const StudyPlan& plan);

/// Trains each variant with every seed in a run folder of its own, `folder/NAME`, which `ebit report`,
/// `ebit evaluate` and `ebit resume` know; finished trainings found there are kept and an unfinished one goes
/// on. The baselines are trained once, with the first variant. All variants are checked before the first is
/// trained. @returns nothing where it was interrupted. Throws Error as train::start_run(), and for another
/// kind of model than "register".
std::optional<std::vector<TrainedVariant>> train_variants(const StudyPlan& plan,
                                                          const std::vector<Variant>& variants,
                                                          const StudyCallbacks& callbacks);

/// The windows that a study judges by, as input of a register cell: the test part, or the last that has any.
SequenceInput<double> judged_input(const Dataset& dataset);

/// A metric of every seed, in the data's units, on `part` (0 train, 1 validation, 2 test) or the last part
/// before it that has windows.
std::vector<double> metric_of_seeds(const train::ModelResult& model, const std::string& metric,
                                    std::size_t part = 2);

/// The rows of a trained study for study.csv: one a training, and one a forecast without training.
/// @param heading what is varied, the first column.
std::vector<Json> rows_of(const std::vector<TrainedVariant>& variants, const std::string& heading);

/// Adds numbers of a study's own to the rows of the variants' trainings among rows_of()'s.
/// @param numbers key and value of variant v, seed k.
void add_numbers(std::vector<Json>& rows, const std::vector<TrainedVariant>& variants,
                 const std::function<Json(std::size_t v, std::size_t k)>& numbers);

}  // namespace ebit::study
