// Dates and times as text files write them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ebit::inline base {

/// How dates are read that allow several readings; those that begin with the year and have marks between
/// their numbers are not touched by it.
enum class DateOrder {
  kDayFirst,    ///< "01/02/2024" is in February
  kMonthFirst,  ///< "01/02/2024" is in January
  kPacked,  ///< "202405", "2024051017", "202405101724", "20240510172400", "05.2024" and "2024.05" are dates
            ///< too, of the years 1800 to 2200; else they are numbers
};

/// The order that TimeColumn::date_order names: "mdy", "packed"; kDayFirst for anything else.
DateOrder date_order_of(std::string_view name);

/// A point in time that can be compared and subtracted: seconds since 1970-01-01 00:00 (UTC where the text
/// gives an offset from it, else the file's own clock).
struct TimePoint {
  std::int64_t seconds = 0;  ///< whole seconds, below 0 before 1970
  double fraction = 0.0;     ///< of a second, in [0, 1)
  bool has_clock = false;    ///< the text named a time of day
  bool year_first = true;    ///< the text began with the year, so that DateOrder did not matter
  bool has_offset = false;   ///< the text named an offset from UTC
  std::int32_t offset = 0;   ///< that offset in seconds: `seconds + offset` is the file's own clock

  friend bool operator==(const TimePoint& a, const TimePoint& b) {
    return a.seconds == b.seconds && a.fraction == b.fraction;
  }  ///< the same moment; how it was written does not matter
  friend auto operator<=>(const TimePoint& a, const TimePoint& b) {
    if (a.seconds != b.seconds)
      return a.seconds < b.seconds ? std::partial_ordering::less : std::partial_ordering::greater;
    return a.fraction <=> b.fraction;
  }  ///< the earlier moment is less
};

/// Seconds from `a` to `b`.
inline double seconds_between(const TimePoint& a, const TimePoint& b) {
  return static_cast<double>(b.seconds) - static_cast<double>(a.seconds) + (b.fraction - a.fraction);
}

/// The date, or date and time of day, that the whole of `text` is; nothing where it is anything else or no
/// day of the calendar. Known forms, with '-', '/', '.' or a space between the numbers of a date:
///   2024-05-10, 2024-05 and, of the years 1800 to 2200, 05/2024 and 05-2024 (not 2024.05; the month's first
///   day), 10/05/2024 or 05/10/2024 by `order`, 20240510,
/// each with a day, after 'T' or a space, with 17, 17:24, 17:24:00 or 17:24:00.5 and then Z, +02 or +02:00 or
/// +0200. A plain year is a number, not a date; so are 202405, 05.2024 and their like but under
/// DateOrder::kPacked.
std::optional<TimePoint> parse_time(std::string_view text, DateOrder order);

/// True for a time of day alone, "17:24" or "17:24:00.5".
bool is_clock(std::string_view text);

}  // namespace ebit::inline base
