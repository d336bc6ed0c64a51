#include "ebit/data/regular_step.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace ebit::inline data {
namespace {

namespace chrono = std::chrono;
using Date = chrono::year_month_day;
using Days = chrono::sys_days;
using Anchor = RegularStep::Anchor;
using Unit = RegularStep::Unit;

constexpr std::int64_t kDay = 86400, kWeek = 7 * kDay;
constexpr unsigned kWeekend = 1 | 64;

// Rounded down, also below 0.
std::int64_t floored(std::int64_t a, std::int64_t by) { return (a - ((a % by) + by) % by) / by; }
std::int64_t floor_days(std::int64_t seconds) { return floored(seconds, kDay); }
std::int64_t clock_of(std::int64_t seconds) { return seconds - floor_days(seconds) * kDay; }
Days days_of(std::int64_t seconds) { return Days(chrono::days(floor_days(seconds))); }

unsigned weekday_bit(Days day) { return 1U << chrono::weekday(day).c_encoding(); }

std::int64_t month_index(const Date& date) {
  return static_cast<int>(date.year()) * std::int64_t{12} + static_cast<unsigned>(date.month()) - 1;
}

// The day that the rows of a month bear.
Days day_in(std::int64_t month, Anchor anchor, unsigned day) {
  const std::int64_t year = month >= 0 ? month / 12 : (month - 11) / 12;
  const auto name =
      chrono::year(static_cast<int>(year)) / chrono::month(static_cast<unsigned>(month - year * 12 + 1));
  const Days last = Days(name / chrono::last);
  const auto is_weekend = [](Days at) { return (weekday_bit(at) & kWeekend) != 0; };
  switch (anchor) {
    case Anchor::kLastDay:
      return last;
    case Anchor::kLastWorkday: {
      Days at = last;
      while (is_weekend(at)) at -= chrono::days(1);
      return at;
    }
    case Anchor::kFirstWorkday: {
      Days at = Days(name / 1);
      while (is_weekend(at)) at += chrono::days(1);
      return at;
    }
    case Anchor::kDay:
      break;
  }
  return std::min(last, Days(name / 1) + chrono::days(day - 1));
}

template <class T>
T median(std::vector<T> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::optional<RegularStep> find_months(std::span<const std::int64_t> moments) {
  std::vector<std::int64_t> months;
  unsigned day = 1;
  for (const std::int64_t moment : moments) {
    const Date date = days_of(moment);
    months.push_back(month_index(date));
    day = std::max(day, static_cast<unsigned>(date.day()));
  }
  RegularStep step{.unit = Unit::kMonths, .day = day};
  std::vector<std::int64_t> differences;
  for (std::size_t i = 1; i < months.size(); ++i) differences.push_back(months[i] - months[i - 1]);
  step.count = median(differences);
  if (step.count < 1) return std::nullopt;
  for (const Anchor anchor : {Anchor::kLastDay, Anchor::kDay, Anchor::kLastWorkday, Anchor::kFirstWorkday}) {
    std::size_t others = 0;
    for (std::size_t i = 0; i < moments.size(); ++i)
      others += day_in(months[i], anchor, day) != days_of(moments[i]);
    // Holidays move a workday of the calendar.
    const bool workday = anchor == Anchor::kLastWorkday || anchor == Anchor::kFirstWorkday;
    if (others > (workday ? moments.size() / 10 : 0)) continue;
    step.anchor = anchor;
    return step;
  }
  return std::nullopt;
}

// Whether the weekdays on which no row of a daily series falls are left out by rule.
bool skips_days(std::span<const std::int64_t> moments) {
  constexpr std::size_t kForWeekend = 6, kForOthers = 15;
  unsigned seen = 0;
  for (const std::int64_t moment : moments) seen |= weekday_bit(days_of(moment));
  const unsigned skipped = 127 & ~seen;
  if (skipped == kWeekend && moments.size() >= kForWeekend) return true;
  return skipped != 0 && moments.size() >= kForOthers;
}

RegularStep cycle_of(std::span<const std::int64_t> moments, std::int64_t cycle) {
  RegularStep step{.unit = Unit::kCycle, .cycle = cycle};
  for (const std::int64_t moment : moments) step.slots.push_back(moment - floored(moment, cycle) * cycle);
  std::ranges::sort(step.slots);
  step.slots.erase(std::unique(step.slots.begin(), step.slots.end()), step.slots.end());
  return step;
}

// How many rows are one step behind the row before them.
std::size_t in_step(std::span<const std::int64_t> moments, const RegularStep& step) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < moments.size(); ++i) count += step.between(moments[i - 1], moments[i]) == 1;
  return count;
}

// Hours of the day, or times of the week, at which rows fall, where that explains more than one step does.
std::optional<RegularStep> find_slots(std::span<const std::int64_t> moments, std::int64_t usual) {
  const std::size_t gaps = moments.size() - 1;
  std::optional<RegularStep> best;
  std::size_t most = std::max(in_step(moments, {.count = usual}), gaps * 9 / 10);
  for (const auto& [cycle, times] : {std::pair{kDay, 5}, {kWeek, 3}}) {
    if (usual >= cycle || moments.back() - moments.front() < (times - 1) * cycle) continue;
    RegularStep step = cycle_of(moments, cycle);
    if (step.slots.size() < 2 || moments.size() <= 2 * step.slots.size()) continue;
    if (const std::size_t count = in_step(moments, step); count > most) best = std::move(step), most = count;
  }
  return best;
}

// Gaps that come again and again in the same order.
std::optional<RegularStep> find_pattern(std::span<const std::int64_t> moments,
                                        const std::vector<std::int64_t>& gaps) {
  constexpr std::size_t kLongest = 12, kTimes = 3;
  for (std::size_t period = 2; period <= kLongest && kTimes * period <= gaps.size(); ++period)
    if (std::equal(gaps.begin() + static_cast<std::ptrdiff_t>(period), gaps.end(), gaps.begin()))
      return cycle_of(moments, moments[period] - moments[0]);
  return std::nullopt;
}

}  // namespace

std::int64_t RegularStep::after(std::int64_t from, std::int64_t k) const {
  if (unit == Unit::kSeconds) return from + k * count;
  if (unit == Unit::kMonths) {
    const Days day_there = day_in(month_index(days_of(from)) + k * count, anchor, day);
    return day_there.time_since_epoch().count() * kDay + clock_of(from);
  }
  const std::int64_t whole = floored(from, cycle), size = std::ssize(slots);
  const auto behind = std::ranges::upper_bound(slots, from - whole * cycle);
  const std::int64_t place = behind - slots.begin() - 1 + k;
  const std::int64_t turns = floored(place, size);
  return (whole + turns) * cycle + slots[static_cast<std::size_t>(place - turns * size)];
}

std::optional<std::int64_t> RegularStep::between(std::int64_t from, std::int64_t to) const {
  std::int64_t k = 0;
  if (unit == Unit::kSeconds) {
    k = (to - from) / count;
  } else if (unit == Unit::kMonths) {
    k = (month_index(days_of(to)) - month_index(days_of(from))) / count;
  } else {
    const auto place = [&](std::int64_t moment) {
      const std::int64_t whole = floored(moment, cycle);
      return whole * std::ssize(slots) +
             (std::ranges::lower_bound(slots, moment - whole * cycle) - slots.begin());
    };
    k = place(to) - place(from);
  }
  return k >= 1 && after(from, k) == to ? std::optional(k) : std::nullopt;
}

std::optional<RegularStep> find_step(std::span<const std::int64_t> moments) {
  if (moments.size() < 2) return std::nullopt;
  std::vector<std::int64_t> differences;
  for (std::size_t i = 1; i < moments.size(); ++i) differences.push_back(moments[i] - moments[i - 1]);
  const std::int64_t usual = median(differences);
  if (usual <= 0) return std::nullopt;
  const bool one_clock = std::ranges::all_of(
      moments, [&](std::int64_t moment) { return clock_of(moment) == clock_of(moments.front()); });
  if (one_clock && usual >= 28 * kDay)
    if (const auto months = find_months(moments)) return months;
  if (one_clock && usual == kDay && skips_days(moments)) return cycle_of(moments, kWeek);
  const bool equal = std::ranges::all_of(differences, [&](std::int64_t gap) { return gap == usual; });
  if (!equal) {
    if (auto slots = find_slots(moments, usual)) return slots;
    if (auto pattern = find_pattern(moments, differences)) return pattern;
  }
  return RegularStep{.unit = Unit::kSeconds, .count = usual};
}

std::optional<std::vector<Absent>> find_absent(std::span<const std::int64_t> moments,
                                               const RegularStep& step) {
  std::vector<Absent> absent;
  std::size_t between = 0;
  std::int64_t total = 0;
  for (std::size_t i = 1; i < moments.size(); ++i) {
    const auto steps = step.between(moments[i - 1], moments[i]);
    if (!steps) {
      ++between;
      continue;
    }
    total += *steps - 1;
    if (total > static_cast<std::int64_t>(moments.size())) return std::nullopt;
    if (*steps < 2) continue;
    absent.push_back({.after = i - 1, .moments = {}});
    for (std::int64_t k = 1; k < *steps; ++k) absent.back().moments.push_back(step.after(moments[i - 1], k));
  }
  return between * 20 <= moments.size() ? std::optional(std::move(absent)) : std::nullopt;
}

}  // namespace ebit::inline data
