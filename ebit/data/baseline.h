// Forecasts that need no model. A model that does not beat them has learnt nothing of use.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/data/dataset.h"

namespace ebit::inline data {

/// A baseline with parameters, fitted on the training rows of a series.
struct FittedBaseline {
  /// [S, N, O] what is forecast of every row of the series, on its scale, so many steps ahead.
  std::vector<double> said;
  std::string remark;  ///< what it became, such as "damped Holt"
};

/// No row of a series: there is nothing to repeat.
inline constexpr std::size_t kNoRow = static_cast<std::size_t>(-1);

/// A row of the table of baselines.
struct Baseline {
  std::string_view name;  ///< as written in options and tables
  std::string_view help;  ///< one line: what it says
  bool needs_season;      ///< it means something only where the data have a season
  /// The row of the series that the forecast for `target_row` repeats, or kNoRow. `known` is the last row
  /// known when the forecast is made, target_row - horizon. Null: it is fitted.
  std::size_t (*source_row)(std::size_t target_row, std::size_t known, std::size_t season);
  /// Fits it. Null: it repeats a row.
  FittedBaseline (*fit)(const Dataset& dataset, std::size_t season);
};

/// "persistence", "seasonal-naive", "ets", "theta" and "mean".
std::span<const Baseline> baseline_table();

/// The row called `name`; null where there is none.
const Baseline* find_baseline(std::string_view name);

/// Fits a baseline that has parameters. ets is exponential smoothing, see fit_smoothing(), of each target by
/// itself, fitted on the training rows and carried on over all known rows, theta likewise, see fit_theta();
/// mean is that of the targets of the training windows. Throws Error for one that has none, a season below 1,
/// a series that was not split by time, and too few training rows.
FittedBaseline fit_baseline(const Baseline& row, const Dataset& dataset, int season);

/// Its forecasts for every window of a part, [B, S, O].
std::vector<double> forecasts_of(const FittedBaseline& fitted, const Windows& windows);

/// The forecasts of a baseline for every window of a part: [B, S, O], on the scale of the series. persistence
/// repeats the last known value, that of target_row - horizon. seasonal-naive repeats the value of target_row
/// - k * season with the smallest k whose row is known; where the series does not reach back that far, it
/// has no forecast (NaN). ets as fit_baseline() says. Throws Error for an unknown name (nearest suggested), a
/// season below 1, and as fit_baseline().
std::vector<double> baseline_forecast(std::string_view name, const Dataset& dataset, const Windows& windows,
                                      int season);

/// True values [B, S, O] of a part's windows, on the scale of the series.
std::vector<double> true_values(const Dataset& dataset, const Windows& windows);

/// The scale of MASE for target `output`: naive_mae() of the training rows, or, where windows were split at
/// random, of the mean |y[i] - y[i - season]| over the target rows of the training windows. NaN where it is
/// undefined.
double training_naive_mae(const Dataset& dataset, std::size_t output, int season = 1);

}  // namespace ebit::inline data
