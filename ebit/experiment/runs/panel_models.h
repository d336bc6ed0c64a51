// The trainings of a run on a panel, and the prediction intervals of its series.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "ebit/experiment/runs/forecast.h"

namespace ebit::experiment {

/// Trainings of one model, which look at a series of their panel at a time. Of a run of one series that
/// series has no name.
class PanelModels {
 public:
  /// Loads them, see forecasting_models().
  PanelModels(const Config& config, const std::filesystem::path& folder);

  /// Whether they were trained on a series of this name.
  bool know(const std::string& id) const { return fitted_[0].contains(id); }
  /// The models as they see that series, until the next call.
  std::span<const TrainedModel> looking_at(const std::string& id);

 private:
  std::vector<TrainedModel> models_;
  std::vector<std::map<std::string, std::string>> fitted_;  // how each training had its series, by name
};

/// Split-conformal prediction intervals of a panel's series: of its own errors where a series has enough of
/// them, else of those of all series in scaled units.
class PanelIntervals {
 public:
  /// @param datasets the training's own data. @param steps S. @param level share of true values to cover.
  PanelIntervals(PanelModels& models, const std::vector<Dataset>& datasets, std::size_t steps, double level);

  /// Gives a forecast of as many steps its intervals. @returns whether some rest on the errors of all series.
  bool give(Forecast& forecast, const Dataset& dataset) const;
  bool none() const { return pooled_.empty(); }  ///< no series has a validation part

 private:
  using Errors = std::vector<std::vector<std::vector<double>>>;  // of each training [S, O] lists

  double level_;
  std::map<std::string, Errors> errors_;  // by series
  Errors pooled_;                         // scaled, of all series
};

}  // namespace ebit::experiment
