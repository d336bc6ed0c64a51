#include "ebit/data/utc_offsets.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>

namespace ebit::inline data {
namespace {

namespace chrono = std::chrono;
using Date = chrono::year_month_day;
using Days = chrono::sys_days;

constexpr std::int64_t kHour = 3600, kDay = 24 * kHour;
// Rows farther apart hold more than one Sunday; and the dates of a change in two years differ by less.
constexpr std::int64_t kSlack = 8 * kDay;

Days days_of(std::int64_t seconds) {
  return chrono::floor<chrono::days>(chrono::sys_seconds(chrono::seconds(seconds)));
}
std::int64_t seconds_of(Days day) { return day.time_since_epoch().count() * kDay; }
int year_of(std::int64_t seconds) { return static_cast<int>(Date(days_of(seconds)).year()); }

}  // namespace

UtcOffsets::UtcOffsets(std::span<const TimePoint> points) {
  std::vector<Seen> seen;
  for (std::size_t i = 0; i < points.size(); ++i) {
    utc_.push_back(points[i].seconds), offsets_.push_back(points[i].offset);
    if (i > 0 && offsets_[i] != offsets_[i - 1]) seen.push_back(seen_between(points[i - 1], points[i]));
  }
  learn(seen);
}

std::int32_t UtcOffsets::at_utc(std::int64_t utc) const {
  if (utc <= utc_.back()) return in_rows(utc);
  if (unclear_) return year_before(utc);
  std::int32_t offset = offsets_.back();
  std::int64_t latest = utc_.back();
  for (const Change& change : changes_)
    for (const int year : {year_of(utc) - 1, year_of(utc)})
      if (const std::int64_t moment = moment_of(change, year); moment > latest && moment <= utc)
        latest = moment, offset = change.to;
  return offset;
}

std::int32_t UtcOffsets::at_local(std::int64_t local) const {
  // The offset decides which moment it is, by an hour.
  return at_utc(local - at_utc(local - offsets_.back()));
}

std::int32_t UtcOffsets::in_rows(std::int64_t utc) const {
  const auto behind = std::ranges::upper_bound(utc_, utc);
  const auto i = static_cast<std::size_t>(behind - utc_.begin());
  if (i == 0) return offsets_.front();
  if (i == utc_.size() || offsets_[i - 1] == offsets_[i]) return offsets_[i - 1];
  for (const Change& change : changes_)
    if (change.to == offsets_[i])
      for (const int year : {year_of(utc_[i - 1]), year_of(utc_[i])})
        if (const std::int64_t moment = moment_of(change, year); moment > utc_[i - 1] && moment <= utc)
          return change.to;
  return offsets_[i - 1];
}

std::int32_t UtcOffsets::year_before(std::int64_t utc) const {
  while (utc > utc_.back()) {
    const Days day = days_of(utc);
    Date date = Date(day) - chrono::years(1);
    if (!date.ok()) date = date.year() / date.month() / chrono::last;
    utc -= seconds_of(day) - seconds_of(Days(date));
  }
  if (utc + kSlack < utc_.front()) return offsets_.back();
  auto nearest = std::ranges::lower_bound(utc_, utc);
  if (nearest != utc_.begin() && (nearest == utc_.end() || utc - *(nearest - 1) < *nearest - utc)) --nearest;
  return offsets_[static_cast<std::size_t>(nearest - utc_.begin())];
}

UtcOffsets::Seen UtcOffsets::seen_between(const TimePoint& before, const TimePoint& after) {
  Seen seen{.after = before.seconds, .until = after.seconds, .to = after.offset};
  const std::int64_t gap = after.seconds - before.seconds;
  if (gap > kSlack) return seen;
  // By the clock as it went before; clocks are changed in the first hours of a day, nearly always a Sunday.
  constexpr std::int64_t kLatest = 3 * kHour, kUsual = 2 * kHour, kClose = 6 * kHour;
  const std::int64_t begin = before.seconds + before.offset, end = after.seconds + before.offset;
  Days first = days_of(begin), day = days_of(end);
  if (gap <= kClose) {
    seen.at = after.seconds;
  } else {
    if (begin - seconds_of(first) >= kLatest) first += chrono::days(1);
    if (end == seconds_of(day)) day -= chrono::days(1);
    for (Days other = first; other <= day; other += chrono::days(1))
      if (chrono::weekday(other) == chrono::Sunday) {
        day = other;
        break;
      }
    seen.at = std::clamp(seconds_of(day) + kUsual - before.offset, before.seconds + 1, after.seconds);
  }
  seen.day = seconds_of(day);
  return seen;
}

// The rules that a change may follow, the likeliest first.
std::vector<UtcOffsets::Change> UtcOffsets::rules_of(const Seen& seen) {
  const Days day = days_of(seen.day);
  const Days sunday = day + (chrono::Sunday - chrono::weekday(day));
  std::vector<Change> rules;
  for (const bool last : {true, false})
    for (const Days anchor : {day, sunday}) {
      const Date date = anchor;
      const unsigned nth = (static_cast<unsigned>(date.day()) - 1) / 7 + 1;
      const bool is_last = Date(anchor + chrono::days(7)).month() != date.month();
      if (last ? !is_last : nth == 5) continue;
      rules.push_back({.month = static_cast<unsigned>(date.month()),
                       .weekday = chrono::weekday(anchor).c_encoding(),
                       .nth = last ? 0 : nth,
                       .late = seen.at - seconds_of(anchor),
                       .to = seen.to});
    }
  return rules;
}

std::int64_t UtcOffsets::moment_of(const Change& change, int year) {
  const auto month = chrono::year(year) / chrono::month(change.month);
  const chrono::weekday weekday(change.weekday);
  const Days day = change.nth == 0 ? Days(month / weekday[chrono::last]) : Days(month / weekday[change.nth]);
  return seconds_of(day) + change.late;
}

void UtcOffsets::learn(std::span<const Seen> seen) {
  std::map<std::int32_t, std::vector<Seen>> by_offset;
  for (const Seen& one : seen) by_offset[one.to].push_back(one);
  for (const auto& entry : by_offset) {
    const std::vector<Seen>& all = entry.second;
    const auto clear = std::find_if(all.rbegin(), all.rend(), [](const Seen& one) { return one.day != 0; });
    if (clear == all.rend()) {
      unclear_ = unclear_ || all.back().until + 366 * kDay + kSlack > utc_.back();
      continue;
    }
    std::vector<Change> rules = rules_of(*clear);
    const auto fits = [&](const Change& rule) {
      return std::ranges::count_if(all, [&](const Seen& one) {
        const std::int64_t moment = moment_of(rule, year_of(one.until));
        return moment > one.after && moment <= one.until;
      });
    };
    const Change& rule = *std::ranges::max_element(rules, {}, fits);
    // What did not come when it was due does not come any more.
    if (moment_of(rule, year_of(all.back().until) + 1) >= utc_.back()) changes_.push_back(rule);
  }
}

}  // namespace ebit::inline data
