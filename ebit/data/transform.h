// What is done to a target before it is scaled, and undone behind a prediction: logarithm and differences.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ebit/base/choice.h"
#include "ebit/data/series.h"

namespace ebit::inline data {

/// "log", "difference", "seasonal-difference".
std::span<const Choice> transform_table();

/// Transforms one after another, invertible: with x(t) before a step and z(t) behind it,
///
///     logarithm   z(t) = log x(t),   x(t) = exp z(t)
///     difference  z(t) = x(t) - x(t - lag),   x(t) = z(t) + x(t - lag)
///
/// A row's lag behind is known when the row is predicted, so that a prediction can be undone.
class Transform {
 public:
  Transform() = default;  ///< leaves values as they are
  /// The rows of transform_table() called `names`, in order. The lag of "difference" is the horizon, for
  /// nothing nearer is known when a row is predicted that far ahead; that of "seasonal-difference" is the
  /// least multiple of the season that is known. Throws Error for an unknown name (nearest suggested), a
  /// season that is missing, and a logarithm that is not first.
  Transform(std::span<const std::string> names, int horizon, int season);

  bool empty() const { return lags_.empty(); }  ///< leaves values as they are
  std::size_t lost() const;                     ///< first rows that have no z, for want of rows before them
  const std::vector<std::size_t>& lags() const { return lags_; }  ///< a step each; 0: the logarithm
  static Transform of_lags(std::vector<std::size_t> lags);        ///< with these steps

  /// z of a row of a column; `value` stands there in place of the series' own.
  double at(const Series& series, std::size_t column, std::size_t row, double value) const;
  /// The value of the series whose z at a row is `z`; rows before it are known.
  double restored(const Series& series, std::size_t column, std::size_t row, double z) const;
  /// The same of rows that follow the last one, each known to those behind it.
  std::vector<double> continued(const Series& series, std::size_t column, std::span<const double> z) const;
  /// z of a whole column, NaN in the first lost() rows. Throws Error, its row named, for a value that has no
  /// logarithm, and where the series has no row behind the lost ones.
  std::vector<double> column(const Series& series, std::size_t column) const;

  /// Where the errors of predictions are alike: the logarithm of a value where that is a step, else itself.
  double link(double value) const;
  /// The interval around a prediction whose ends are `half` away from it there.
  std::pair<double, double> ends(double value, double half) const;

 private:
  double stage(const Series& series, std::size_t column, std::size_t row, std::size_t steps) const;
  std::vector<std::size_t> lags_;
};

}  // namespace ebit::inline data
