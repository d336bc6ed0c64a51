// Forecasts without a model from the end of a history, with their prediction intervals.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ebit/analysis/backtest/backtest.h"

namespace ebit::analysis {

/// The history that a forecast is made from.
struct History {
  const Series& series;              ///< with what comes later, which is not looked at
  std::vector<std::string> targets;  ///< [O] its columns
  std::size_t known = 0;             ///< rows up to now
  std::size_t fitted = 0;            ///< of them, those that parameters are fitted on for the forecast
  std::size_t judged = 0;            ///< of them, those that they are fitted on for the errors of intervals
  std::size_t steps = 1;             ///< S
  int season = 1;                    ///< rows of a season
  double level = 0;                  ///< of the intervals; 0: none
};

/// The forecast of a row of baseline_table() for the steps behind the known rows. Its intervals are
/// split-conformal: step by step, from forecasts that begin at up to 100 places of the rows
/// [judged, fitted), by parameters of the rows before `judged`. Where it has no forecast (a season without
/// one before it), values are empty; where a step has too few errors, there are no intervals.
CutForecast untrained_forecast(const std::string& name, const History& history);

}  // namespace ebit::analysis
