// What the calendar says of a row: weekday, month, hour, as numbers a model can see.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/data/series.h"

namespace ebit::inline data {

/// A row of the table of calendar features.
struct CalendarFeature {
  std::string_view name;  ///< as options write it
  std::string_view help;  ///< one line
  /// The place in its cycle, in [0, 1), of a moment in seconds by the file's own clock.
  double (*phase)(std::int64_t seconds);
};

/// "hour", "weekday", "day-of-month", "month", "day-of-year".
std::span<const CalendarFeature> calendar_table();

/// Names of the columns of some features: "weekday sin", "weekday cos", ... Throws Error for an unknown
/// feature (nearest suggested).
std::vector<std::string> calendar_columns(std::span<const std::string> features);

/// Their values [labels, columns], sine and cosine of the place in the cycle, in [-1, 1]. Throws Error,
/// beginning with `source`, for a label that is no date, and for "hour" where no label has a time of day.
std::vector<double> calendar_values(std::span<const std::string> features,
                                    std::span<const std::string> labels, const std::string& date_order,
                                    const std::string& source);

/// `series` with the columns of some features behind its own.
Series with_calendar(const Series& series, std::span<const std::string> features);

}  // namespace ebit::inline data
