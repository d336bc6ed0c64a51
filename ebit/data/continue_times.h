// What stands beside the rows after the last one.
#pragma once

#include <string>
#include <vector>

namespace ebit::inline data {

/// Labels of `steps` rows after the last of `times`, written as that one is.
///
/// Whole numbers go on by their usual difference, dates and times of day by their usual step (the median over
/// all rows, so that a gap at the end does no harm): months and years by the calendar, month ends stay month
/// ends, and days without any Saturday or Sunday skip the weekends; holidays are not known. "10/05/2024" is
/// read as the rest of the labels says it must be. "+1", "+2", ... where there is no rule: fewer than two
/// rows, texts, rows that do not go forward, fractions of a second.
std::vector<std::string> continue_times(const std::vector<std::string>& times, int steps);

}  // namespace ebit::inline data
