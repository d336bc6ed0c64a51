// The step from row to row of a series that keeps to a calendar or a clock.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ebit::inline data {

/// A step: so many seconds, days without those of the week on which no row falls, or months.
struct RegularStep {
  /// What is counted.
  enum class Unit { kSeconds, kDays, kMonths };
  /// Where in a month the rows lie.
  enum class Anchor { kDay, kLastDay, kFirstWorkday, kLastWorkday };

  Unit unit = Unit::kSeconds;    ///< what is counted
  std::int64_t count = 1;        ///< seconds, or months; 1 of days
  Anchor anchor = Anchor::kDay;  ///< of months
  unsigned day = 1;              ///< of kDay: the day of the month, the last one where a month has fewer
  unsigned skipped = 0;          ///< of kDays: bits of the weekdays left out, 1 for Sunday to 64 for Saturday

  /// The moment `k` >= 1 steps after `from`, in seconds.
  std::int64_t after(std::int64_t from, std::int64_t k) const;
  /// How many steps after `from` the moment `to` > `from` is; nothing where it is between two.
  std::optional<std::int64_t> between(std::int64_t from, std::int64_t to) const;
};

/// The step of ascending moments, seconds of one clock since 1970; the median one, so that gaps do no harm.
///
/// Where a step is 28 days or more and every row is of one time of day: months, if all rows are the last day
/// of their month, or one day of the month (the last one where it has fewer), or nearly all its first or last
/// workday. Where it is a day, the days of the week on which no row falls are left out: Saturday and Sunday
/// from 6 rows on, others from 15 rows on. Else seconds. Nothing for fewer than two moments and a median of
/// 0.
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
