// Exponential smoothing: level, trend and season of a series, with parameters fitted on its first rows.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace ebit::inline data {

/// Exponential smoothing with additive errors, trend and season (Holt 1957; Winters 1960), in
/// error-correction form (Hyndman, Koehler, Snyder, Grose 2002). With e = y_t - (l + phi b + s_{t-m}):
///
///     l' = l + phi b + alpha e,   b' = phi b + beta e,   s_t = s_{t-m} + gamma e
///
/// and the forecast k steps ahead l + (phi + ... + phi^k) b + s of that row's season. Without a trend b = 0,
/// an undamped one has phi = 1, without a season m = 1 and s = 0.
struct Smoothing {
  bool trend = false;                  ///< b is there
  bool damped = false;                 ///< phi is not 1
  std::size_t season = 1;              ///< m, rows of a season; 1: none
  double alpha = 0;                    ///< in [0, 1]
  double beta = 0;                     ///< in [0, alpha]
  double gamma = 0;                    ///< in [0, 1 - alpha]
  double phi = 1;                      ///< in (0, 1]
  double level = 0;                    ///< before the first row
  double slope = 0;                    ///< before the first row
  std::vector<double> seasonal = {0};  ///< [m] of rows 0, ..., m - 1, before the first row
  double squares = 0;  ///< sum of the squared errors e of the fit; 0 or infinite beyond what a number can say
  double criterion = 0;  ///< corrected Akaike criterion of the fit, of rows scaled to a range near 1

  std::string name() const;  ///< "simple", "seasonal", "Holt", "damped Holt", "Holt-Winters", ...

  /// What was forecast `horizon` rows before each row of the series, [n]; the first `horizon` are forecast
  /// from the state before the first row.
  std::vector<double> forecasts(std::span<const double> series, std::size_t horizon) const;
};

/// The smoothing of the smallest criterion among those without a trend (simple), with one (Holt) and with a
/// damped one, each without a season and, where two seasons fit among the rows, with one of `season` rows
/// (Holt-Winters); smoothing parameters, level and slope at the
/// start are those of the smallest sum of squared one-step errors on `rows` (NLopt's BOBYQA), the seasonal
/// numbers at the start are means of what the first seasons differ from their own mean by. Deterministic.
/// Throws Error for fewer than 4 rows and a season below 1.
Smoothing fit_smoothing(std::span<const double> rows, std::size_t season = 1);

/// The smoothing without trend and season on `rows`, fitted likewise. Throws Error for fewer than 4 rows.
Smoothing fit_simple_smoothing(std::span<const double> rows);

}  // namespace ebit::inline data
