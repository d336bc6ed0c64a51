// Scalers: affine maps that bring a column to the range a model works in, and back.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ebit::inline data {

/// A row of the scaler table: how the map is found from the values it is fitted on.
struct ScalerRow {
  std::string_view name;  ///< as written in options, for example "minmax-sym"
  std::string_view help;  ///< one line for `--help` and the docs
  bool needs_spread;      ///< constant values cannot be scaled
  /// Sets offset and scale of `scaled = (value - offset) * scale` from N >= 1 finite values with a spread.
  void (*fit)(std::span<const double> values, double& offset, double& scale);
  double low =
      0.0;  ///< what the least of the fitted values becomes, exactly; both 0: nothing is known of them
  double high = 0.0;  ///< what the greatest becomes
};

/// All scalers, the default ("minmax-sym") among them.
std::span<const ScalerRow> scaler_table();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const ScalerRow& scaler_row(std::string_view name);

/// A fitted scaler: scaled = (value - offset) * scale. Two plain numbers and a name, so that a run can store
/// it.
struct Scaler {
  std::string name = "none";  ///< the row of the table it was fitted by
  double offset = 0.0;        ///< in units of the data
  double scale = 1.0;         ///< scaled units per unit of the data; never 0, always finite

  /// From the data's units. What comes within rounding of a bound of the fitted values is that bound, so that
  /// an encoder of [-1, 1] takes the values that a scaler to [-1, 1] was fitted on.
  double transform(double value) const;
  double inverse(double scaled) const { return scaled / scale + offset; }  ///< back to the data's units
  void transform(std::span<double> values) const;                          ///< in place
  void inverse(std::span<double> scaled) const;                            ///< in place
};

/// Fits the scaler `name` to `values` (N >= 1, finite). `what` names the values in messages, for example
/// "column 'Temp' (training rows)". Throws Error for an unknown name, no values, NaN or infinite values, and
/// for values that are constant, or spread too wide or too narrow for a double, unless the scaler is "none".
Scaler fit_scaler(std::string_view name, std::span<const double> values, std::string_view what);

}  // namespace ebit::inline data
