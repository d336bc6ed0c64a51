// A training as `ebit train` would make it, for workloads A and B.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ebit/experiment/problems/forecast_problem.h"
#include "ebit/settings/config.h"
#include "ebit/settings/option.h"

namespace ebit::bench {

/// A training that can be run again and again from its initial values.
class SineTraining {
 public:
  /// The noisy sine with a model, a row of models(), and further options by name, as in config.toml:
  /// {"model.n_system", "2"}. Throws Error as resolve() and ForecastProblem.
  SineTraining(const std::string& model, const Pairs& options);
  SineTraining(const SineTraining&) = delete;             ///< its problem refers to its settings
  SineTraining& operator=(const SineTraining&) = delete;  ///< likewise

  const Config& config() const { return config_; }                 ///< resolved
  const Windows& windows() const { return problem_->windows(0); }  ///< that it trains on
  fit::ModelSpec spec() const;                                     ///< of its model
  std::vector<double> initial() const;                             ///< the parameters of a cell at first

  /// The mean loss of each of `epochs` epochs of a new training from the initial values.
  /// @param step a row of fit::backends().
  std::vector<double> losses(int epochs, const std::string& step) const;

 private:
  Config config_;
  std::unique_ptr<experiment::ForecastProblem> problem_;  // refers to config_
};

/// The names of fit::backends(): the ways in which this program can train a cell.
std::vector<std::string> step_names();

}  // namespace ebit::bench
