// The theta method of forecasting.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ebit/data/smoothing.h"

namespace ebit::inline data {

/// The theta method (Assimakopoulos and Nikolopoulos 2000) with theta = 2, in the form of Hyndman and Billah
/// (2003), Eq. 3: simple exponential smoothing of the seasonally adjusted rows, with level l after n of them,
/// and half the slope b of their least-squares line. k steps ahead it says
///
///     l + b / 2 (k - 1 + (1 - (1 - alpha)^n) / alpha)
///
/// with the season of that row put back.
struct Theta {
  Smoothing smoothing;           ///< simple, of the adjusted rows
  double slope = 0;              ///< b, a row
  std::vector<double> seasonal;  ///< [m] of rows 0, ..., m - 1; empty: no season
  bool factors = false;          ///< the seasonal numbers are factors, else summands

  std::string name() const;  ///< "without a season", "seasonal factors", "seasonal summands"

  /// What was forecast `horizon` rows before each row of the series, [n]; the first `horizon` are forecast
  /// from the state before the first row.
  std::vector<double> forecasts(std::span<const double> series, std::size_t horizon) const;
};

/// Its numbers on `rows`. Seasonal numbers are those of classical decomposition (means of what each row is
/// over the moving average of one season), factors where all rows are positive, where more than two seasons
/// are known and the autocorrelation at `season` rows is further from zero than chance allows (5 %,
/// one-sided, Bartlett's formula), as in R's thetaf(). Throws Error for fewer than 4 rows and a season
/// below 1.
Theta fit_theta(std::span<const double> rows, std::size_t season = 1);

}  // namespace ebit::inline data
