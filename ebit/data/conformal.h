// Prediction intervals without assumptions on errors.
#pragma once

#include <vector>

namespace ebit::inline data {

/// Half the width of the split-conformal interval around a prediction that covers a new true value with
/// probability `level` or more, where its error is exchangeable with the given ones: the ceil((n + 1)
/// level)-th smallest of n absolute errors (Lei et al. 2018, J. Am. Stat. Assoc. 113, 1094-1111, algorithm
/// 2). NaN where n is too small for the level (below level / (1 - level)). Errors that are not finite count
/// as infinite. Throws Error for a level outside (0, 1).
double conformal_half_width(std::vector<double> errors, double level);

/// The same of scores that have a sign: the ceil((n + 1) level)-th smallest of them. With the scores
/// max(lower - y, y - upper) of predicted quantiles it is what both ends must move outwards by (Romano,
/// Patterson, Candes 2019, arXiv:1905.03222); below 0 they move inwards. NaN and Error as
/// conformal_half_width(); scores that are not numbers count as infinite.
double conformal_margin(std::vector<double> scores, double level);

/// The fewest errors that an interval of `level` takes.
std::size_t fewest_errors(double level);

}  // namespace ebit::inline data
