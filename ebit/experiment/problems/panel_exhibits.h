// Pictures of a few series of a panel. Included by panel_problem.cc alone.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ebit/data/dataset.h"
#include "ebit/experiment/problem.h"

namespace ebit::experiment {

/// A series to show, and why.
struct ChosenSeries {
  std::size_t series = 0;  ///< which
  std::size_t place = 0;   ///< of the pictures, from 1
  std::string why;         ///< "the worst by MASE (1.4)"
};

/// The worst, the middle and the best series on the last part that is scored, by the mean of a metric over
/// the seeds; those for which it is undefined are left out.
std::vector<ChosenSeries> choose_series(std::span<const Scores* const> seeds, std::size_t metric,
                                        const MetricName& name);

/// Truth and predictions of a series over time, a picture a target.
std::vector<Exhibit> series_exhibits(const Dataset& dataset, const std::vector<Scores>& seeds,
                                     const ChosenSeries& chosen);

}  // namespace ebit::experiment
