// Pictures of a model of a series.
#pragma once

#include <span>
#include <vector>

#include "ebit/data/dataset.h"
#include "ebit/experiment/problem.h"

namespace ebit::experiment {

/// Predictions over time, residuals and predictions against truth, of every target; of several steps ahead
/// the first and the last. The line is the mean over the seeds; the band is the prediction interval on the
/// test part where there is one, else it reaches from the least to the greatest seed.
std::vector<Exhibit> forecast_exhibits(const Dataset& dataset, std::span<const Scores* const> seeds);

}  // namespace ebit::experiment
