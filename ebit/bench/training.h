// A training problem as `ebit train` would make it, for workloads A and B.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ebit/train/config.h"
#include "ebit/train/trainer.h"

namespace ebit::bench {

/// Options by name, as in config.toml: {"model.n_system", "2"}.
using TrainSettings = std::vector<std::pair<std::string, std::string>>;

/// A configuration with its windows.
struct TrainingProblem {
  train::Config config;  ///< resolved
  Dataset data;          ///< its windows

  /// A model with the initial values of the config's seed.
  std::shared_ptr<nn::SequenceModel> model() const;
};

/// The noisy sine under a preset ("" for none) and further settings. Throws Error as resolve_config() and
/// prepare_dataset().
TrainingProblem sine_problem(const std::string& preset, const TrainSettings& settings);

/// The ways in which the trainer can take its steps: the choices of option train.step; {""} where this build
/// has one way only.
std::vector<std::string> step_choices();

/// The mean loss of each of `epochs` epochs of a new training of `problem` from its initial values.
/// @param step one of step_choices().
std::vector<double> train_losses(const TrainingProblem& problem, int epochs, const std::string& step);

}  // namespace ebit::bench
