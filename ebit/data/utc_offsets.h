// The offset from UTC beside the rows of a series, in it and behind its end.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ebit/base/time.h"

namespace ebit::inline data {

/// Offsets from UTC that change through the year, as with summer time.
///
/// Between the rows it is that of the rows around. Behind them a change comes again in the years after on the
/// same weekday of its month (the third one, the last one, or so many days before such a Sunday, whatever
/// fits most years), if it came when it was due last. Where the rows are so far apart that nothing says which
/// day it was, as those of months are, the offset is that of the row a year before.
class UtcOffsets {
 public:
  UtcOffsets() = default;
  /// Of at least one row, ascending; one that names no offset is of UTC.
  explicit UtcOffsets(std::span<const TimePoint> points);

  std::int32_t at_utc(std::int64_t utc) const;      ///< at a moment in seconds of UTC
  std::int32_t at_local(std::int64_t local) const;  ///< at a moment in seconds of the file's own clock

 private:
  // A change of every year.
  struct Change {
    unsigned month = 1, weekday = 0, nth = 0;  // the first, second, ... such day of the month; 0: the last
    std::int64_t late = 0;                     // seconds from that day's beginning, of UTC
    std::int32_t to = 0;                       // offset from then on
  };
  // A change between two rows.
  struct Seen {
    std::int64_t after = 0, until = 0;  // UTC of the rows
    std::int64_t day = 0, at = 0;       // the day and the second it is taken to be; day 0: not known
    std::int32_t to = 0;
  };

  static Seen seen_between(const TimePoint& before, const TimePoint& after);
  static std::vector<Change> rules_of(const Seen& seen);
  static std::int64_t moment_of(const Change& change, int year);
  void learn(std::span<const Seen> seen);
  std::int32_t in_rows(std::int64_t utc) const;
  std::int32_t year_before(std::int64_t utc) const;

  std::vector<std::int64_t> utc_;      // of the rows
  std::vector<std::int32_t> offsets_;  // of the rows
  std::vector<Change> changes_;
  bool unclear_ = false;  // a change of the last year lies between rows far apart
};

}  // namespace ebit::inline data
