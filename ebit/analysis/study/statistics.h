// What several seeds say together: quartiles, a line through points, a test of a mean.
#pragma once

#include <cstddef>
#include <span>

namespace ebit::analysis {

/// Where the values of several seeds lie.
struct Quartiles {
  double median = 0;  ///< the middle one, or between the two
  double low = 0;     ///< a quarter of the values is below, by linear interpolation
  double high = 0;    ///< a quarter of the values is above, likewise
};

/// Of the finite ones among `values`; NaN where there is none.
Quartiles quartiles_of(std::span<const double> values);

/// A straight line y = intercept + slope x by least squares.
struct FittedLine {
  std::size_t points = 0;  ///< it goes through so many; below 2 the rest is NaN
  double slope = 0;        ///< units of y per unit of x
  double intercept = 0;    ///< at x = 0
  double slope_error = 0;  ///< standard error of the slope; NaN for two points
};

/// Through the points whose coordinates are both finite. Throws Error for lists of different lengths.
FittedLine fit_line(std::span<const double> x, std::span<const double> y);

/// Spearman's rank correlation of N pairs, in [-1, 1]; equal values share their mean rank. NaN where either
/// list is constant. Throws Error for lists of different lengths.
double rank_correlation(std::span<const double> x, std::span<const double> y);

/// The two-sided p value of "these paired differences lie about 0" by the sign-flip permutation test: the
/// share of all 2^N choices of signs whose mean is at least as far from 0 as the given one (Fisher 1935, The
/// Design of Experiments, section 21). No distribution is assumed but symmetry, and the least value is
/// 2^(1-N): five seeds cannot say p < 0.05. Exact up to 16 values, above that by 2^16 random choices. NaN
/// without values.
double sign_flip_test(std::span<const double> differences);

}  // namespace ebit::analysis
