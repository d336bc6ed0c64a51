// What comes after the end of a series.
#pragma once

#include <string>
#include <vector>

#include "ebit/train/run.h"

namespace ebit::train {

/// A forecast of S steps for O targets, in the data's units.
struct Forecast {
  std::vector<std::string> targets;  ///< [O]
  std::vector<std::string>
      times;  ///< [S] labels continued from the data's own, "+1", "+2", ... where they have no rule
  std::vector<double> values;                                         ///< [S, O] means over the seeds
  std::vector<double> low, /**< [S, O] least over the seeds */ high;  ///< [S, O] greatest over the seeds
  std::size_t direct = 0;  ///< so many first steps rest on known values alone; the rest on predictions
  std::size_t seeds = 1;   ///< trainings that it is the mean of
};

/// Forecasts `steps` rows after the last one of `series`: each window slides over known values, and over
/// predictions where the future is not known. Stateful models are run through the windows before it.
/// @param models trainings of one model with different seeds, at least one.
/// Throws Error for steps below 1, a series too short for one window, and more steps than the horizon where a
/// feature is no target, because nothing says how it goes on.
Forecast forecast(const std::vector<TrainedModel>& models, const Series& series, int steps);

/// time, then per target its value, and with several seeds its least and greatest.
std::string forecast_csv(const Forecast& forecast);

}  // namespace ebit::train
