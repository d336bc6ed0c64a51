// Scores of the series of a panel together. Included by panel_problem.cc alone.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "ebit/experiment/problem.h"

namespace ebit::experiment {

/// Values [begin, end).
std::vector<double> slice(const std::vector<double>& values, std::size_t begin, std::size_t end);

/// The scores of all series as those of one model: means over the series that are scored on a part, each as
/// much as any other; predictions one after another, NaN where a series has none.
/// @param counts numbers that each series predicts on each part. @param without_mase series that are left out
/// of the mean of MASE, because it is undefined for them.
Scores join_scores(std::vector<Scores> each, const std::array<std::vector<std::size_t>, 3>& counts,
                   std::span<const std::size_t> without_mase);

}  // namespace ebit::experiment
