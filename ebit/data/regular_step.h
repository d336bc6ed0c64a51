// The step from row to row of a series that keeps to a calendar or a clock.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ebit::inline data {

/// A step: so many seconds, the next place of a cycle (of a day or a week with some hours or days left out),
/// or the next place of a month.
struct RegularStep {
  /// What is counted.
  enum class Unit { kSeconds, kCycle, kMonths };
  /// Where in a month the rows lie.
  enum class Anchor { kDays, kLastDay, kFirstWorkday, kLastWorkday, kWeekday };

  Unit unit = Unit::kSeconds;        ///< what is counted
  std::int64_t count = 1;            ///< seconds, or months; 1 of a cycle and of several days of a month
  Anchor anchor = Anchor::kDays;     ///< of months
  std::vector<unsigned> days = {1};  ///< of kDays: of the month, ascending; the last one where it has fewer
  unsigned weekday = 0;              ///< of kWeekday: 0 is Sunday
  unsigned which = 1;                ///< of kWeekday: the first, ..., fourth of the month; 5: the last
  std::int64_t cycle = 0;            ///< of kCycle: its length in seconds
  std::vector<std::int64_t> slots = {};  ///< of kCycle: where in it rows lie, ascending in [0, cycle)

  /// The moment `k` >= 1 steps after `from`, in seconds.
  std::int64_t after(std::int64_t from, std::int64_t k) const;
  /// How many steps after `from` the moment `to` > `from` is; nothing where it is between two.
  std::optional<std::int64_t> between(std::int64_t from, std::int64_t to) const;
};

/// The step of ascending moments, seconds of one clock since 1970; the median one, so that gaps do no harm.
///
/// Where a step is 28 days or more and every row is of one time of day: months, if all rows are the last day
/// of their month, or one day of the month (the last one where it has fewer), or nearly all its first or last
/// workday, or one weekday of it (the third Friday; from 4 rows on that are not equally far apart). Where it
/// is shorter: two to six days of every month, as the 1st and 15th, the 15th and the last, or the 1st, 11th
/// and 21st, from more than two months on. Where it is a day, the days of the week on which no row falls are
/// left out: Saturday and Sunday from 6 rows on, others from 15 rows on. So are in general the hours of the
/// day (from 5 days on) and the times of a week, or of two, (from 3 of them on) at which no row falls, if
/// nine of ten rows and more of them than under the median step then follow each other: 07:00, 14:00 and
/// 21:00, or Monday, Wednesday and Friday, or every second workday. Gaps that repeat without exception, 2 to
/// 12 of them at least three times, are a cycle too. Else seconds. Nothing for fewer than two moments and a
/// median of 0.
std::optional<RegularStep> find_step(std::span<const std::int64_t> moments);

/// Moments that are absent between rows.
struct Absent {
  std::size_t after = 0;              ///< the row that they follow
  std::vector<std::int64_t> moments;  ///< ascending
};

/// What is absent from ascending moments under their step; nothing where more than a twentieth of the rows
/// lie between steps, or more moments are absent than there.
std::optional<std::vector<Absent>> find_absent(std::span<const std::int64_t> moments,
                                               const RegularStep& step);

}  // namespace ebit::inline data
