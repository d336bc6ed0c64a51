// Forecasts that need no model. A model that does not beat them has learnt nothing of use.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ebit/data/dataset.h"

namespace ebit::inline data {

/// A row of the table of baselines.
struct Baseline {
  std::string_view name;  ///< as written in options and tables
  std::string_view help;  ///< one line: what it repeats
  bool needs_season;      ///< it means something only where the data have a season
  /// The row of the series that the forecast for `target_row` repeats. `known` is the last row known when the
  /// forecast is made, target_row - horizon.
  std::size_t (*source_row)(std::size_t target_row, std::size_t known, std::size_t season);
};

/// "persistence" and "seasonal-naive".
std::span<const Baseline> baseline_table();

/// The forecasts of a baseline for every window of a part: [B, O], on the scale of the series. persistence
/// repeats the last known value, that of target_row - horizon. seasonal-naive repeats the value of target_row
/// - k * season with the smallest k whose row is known; where the series does not reach back that far, the
/// last known value. Throws Error for an unknown name (nearest suggested) and a season below 1.
std::vector<double> baseline_forecast(std::string_view name, const Dataset& dataset, const Windows& windows,
                                      int season);

/// True values [B, O] of a part's windows, on the scale of the series.
std::vector<double> true_values(const Dataset& dataset, const Windows& windows);

/// The scale of MASE for target `output`: naive_mae() of the training rows, or, where windows were split at
/// random, of the mean |y[i] - y[i - season]| over the target rows of the training windows. NaN where it is
/// undefined.
double training_naive_mae(const Dataset& dataset, std::size_t output, int season = 1);

}  // namespace ebit::inline data
