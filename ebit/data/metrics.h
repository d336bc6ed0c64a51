// How far predictions are from the truth.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace ebit::inline data {

/// A row of the table of metrics.
struct Metric {
  std::string_view name;  ///< "MSE", as tables and files write it
  std::string_view help;  ///< what it is, in what unit, and when it is undefined
  bool higher_is_better;  ///< false: an error, 0 is perfect
  /// The value over N >= 1 pairs; NaN where it is undefined. `naive_mae` is the mean absolute error of the
  /// naive forecast on the training part (see naive_mae()); only MASE uses it.
  double (*value)(std::span<const double> truth, std::span<const double> prediction, double naive_mae);
};

/// MSE, RMSE, MAE, MAPE, sMAPE, MASE, R2, in the order tables print them.
std::span<const Metric> metric_table();

/// The row called `name` of metric_table(). Throws Error with the nearest name for one that is not there.
const Metric& metric_row(std::string_view name);

/// The place of `name` in metric_table(), and so in all_metrics(). Throws Error as metric_row() does.
std::size_t metric_index(std::string_view name);

/// One metric. NaN says that it is undefined on these data (MAPE with a zero in the truth, R2 of a constant
/// truth, MASE without a naive error, any metric where a value is not finite or too large); show it as
/// absent, never as a number. Throws Error for an unknown name (nearest suggested), spans of different sizes,
/// and empty spans.
double metric(std::string_view name, std::span<const double> truth, std::span<const double> prediction,
              double naive_mae);

/// All metrics of the table, in its order, under the same rules.
std::vector<double> all_metrics(std::span<const double> truth, std::span<const double> prediction,
                                double naive_mae);

/// The mean of |y[i] - y[i - season]| over a series: the scale of MASE (Hyndman and Koehler 2006, Int. J.
/// Forecasting 22, 679-688). `training` holds the training values in time order; season 1 is the plain naive
/// forecast. NaN where there are no more than `season` values. Throws Error for a season below 1.
double naive_mae(std::span<const double> training, int season = 1);

/// The root of the mean of (y[i] - y[i - season])^2, likewise: the scale of RMSSE (Makridakis, Spiliotis,
/// Assimakopoulos 2022, Int. J. Forecasting 38, 1325-1336, with season 1).
double naive_rmse(std::span<const double> training, int season = 1);

}  // namespace ebit::inline data
