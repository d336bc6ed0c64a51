// Where an axis carries marks, and what they say: round numbers, powers of ten, dates.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline report {

/// One mark of an axis.
struct Tick {
  double at = 0;      ///< position in axis units
  std::string label;  ///< "" for a small mark without a label
};

/// About `count` (>= 1) round numbers (1, 2, 2.5 or 5 times a power of ten apart) inside [low, high]; whole
/// numbers only where `whole`. Needs finite low <= high; equal ends give the one value.
std::vector<Tick> number_ticks(double low, double high, int count, bool whole = false);

/// Marks of a logarithmic axis over [low, high], 0 < low <= high: powers of ten ("10⁻³"), with 2 and 5 times
/// them where there are few decades and plain numbers suffice.
std::vector<Tick> log_ticks(double low, double high);

/// Seconds since 1970-01-01 (UTC) on the proleptic Gregorian calendar.
using Seconds = double;

/// Positions on an axis for a list of time labels.
struct TimeAxis {
  bool dates = false;       ///< x is Seconds
  std::vector<double> x;    ///< [N] positions, never decreasing
  std::vector<Tick> ticks;  ///< about `count` of them, in order
  std::string
      label;  ///< what the axis shows: "" for dates, "time" for numbers, "row" where labels say nothing
};

/// Reads time labels as dates ("2024-05-10", "2024-05-10T13:30", "1949-01", "10/05/2024 13:30:05": by
/// `date_order`, see date_order_of(), else day first, else month first, whichever fits all labels and never
/// goes back), else as numbers, else places them at 0, 1, 2, ... and marks some of them by their text.
/// `count` >= 1 marks are wanted.
TimeAxis time_axis(const std::vector<std::string>& labels, int count, std::string_view date_order = {});

/// Round dates inside [low, high]: the coarsest of years, quarters, months, days, hours, minutes that gives
/// about `count` marks.
std::vector<Tick> date_ticks(Seconds low, Seconds high, int count);

}  // namespace ebit::inline report
