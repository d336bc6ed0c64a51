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

// Months since the year 0.
std::int64_t month_index(const Date& date) {
  return static_cast<int>(date.year()) * std::int64_t{12} + static_cast<unsigned>(date.month()) - 1;
}

chrono::year_month name_of(std::int64_t month) {
  const std::int64_t year = floored(month, 12);
  return chrono::year(static_cast<int>(year)) / chrono::month(static_cast<unsigned>(month - year * 12 + 1));
}

unsigned days_in(std::int64_t month) {
  return static_cast<unsigned>(Date(Days(name_of(month) / chrono::last)).day());
}

// The day that a row of a month bears; `place`: of several days.
Days day_in(std::int64_t month, const RegularStep& step, std::size_t place) {
  const auto name = name_of(month);
  const Days last = Days(name / chrono::last);
  const auto is_weekend = [](Days at) { return (weekday_bit(at) & kWeekend) != 0; };
  switch (step.anchor) {
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
    case Anchor::kWeekday: {
      const chrono::weekday weekday(step.weekday);
      return step.which > 4 ? Days(name / weekday[chrono::last]) : Days(name / weekday[step.which]);
    }
    case Anchor::kDays:
      break;
  }
  return std::min(last, Days(name / 1) + chrono::days(step.days[place] - 1));
}

// Which of the days of its month a moment lies on or behind; -1: before the first one.
std::int64_t place_in_month(Days day, const RegularStep& step) {
  std::int64_t place = std::ssize(step.days) - 1;
  if (step.days.size() == 1) return 0;
  const std::int64_t month = month_index(day);
  while (place >= 0 && day_in(month, step, static_cast<std::size_t>(place)) > day) --place;
  return place;
}

template <class T>
T median(std::vector<T> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Months between one row and the next; 0 where most rows have another in their month.
std::int64_t usual_months(std::span<const std::int64_t> moments) {
  std::vector<std::int64_t> differences;
  for (std::size_t i = 1; i < moments.size(); ++i)
    differences.push_back(month_index(days_of(moments[i])) - month_index(days_of(moments[i - 1])));
  return median(differences);
}

// Rows that are one to a month, under an anchor.
std::optional<RegularStep> find_months(std::span<const std::int64_t> moments) {
  constexpr std::size_t kForWeekday = 4;
  RegularStep step{.unit = Unit::kMonths, .count = usual_months(moments)};
  if (step.count < 1) return std::nullopt;
  const auto fits = [&](Anchor anchor, std::size_t others) {
    step.anchor = anchor;
    for (const std::int64_t moment : moments) {
      const Days day = days_of(moment);
      if (day_in(month_index(day), step, 0) != day && others-- == 0) return false;
    }
    return true;
  };
  for (const std::int64_t moment : moments)
    step.days[0] = std::max(step.days[0], static_cast<unsigned>(Date(days_of(moment)).day()));
  // Holidays move a workday of the calendar, and a Friday.
  const std::size_t moved = moments.size() / 10;
  if (fits(Anchor::kLastDay, 0) || fits(Anchor::kDays, 0) || fits(Anchor::kLastWorkday, moved) ||
      fits(Anchor::kFirstWorkday, moved))
    return step;
  if (moments.size() < kForWeekday) return std::nullopt;
  std::vector<unsigned> weekdays;
  for (const std::int64_t moment : moments) weekdays.push_back(chrono::weekday(days_of(moment)).c_encoding());
  step.weekday = median(weekdays);
  for (step.which = 1; step.which <= 5; ++step.which)
    if (fits(Anchor::kWeekday, moved)) return step;
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

// Hours of the day, or times of one week or two, at which rows fall, where that explains more than one step
// does.
std::optional<RegularStep> find_slots(std::span<const std::int64_t> moments, std::int64_t usual) {
  const std::size_t gaps = moments.size() - 1;
  std::optional<RegularStep> best;
  std::size_t most = std::max(in_step(moments, {.count = usual}), gaps * 9 / 10);
  for (const auto& [cycle, times] : {std::pair{kDay, 5}, {kWeek, 3}, {2 * kWeek, 3}}) {
    if (usual >= cycle || moments.back() - moments.front() < (times - 1) * cycle) continue;
    RegularStep step = cycle_of(moments, cycle);
    if (step.slots.size() < 2 || moments.size() <= 2 * step.slots.size()) continue;
    if (const std::size_t count = in_step(moments, step); count > most) best = std::move(step), most = count;
  }
  return best;
}

// Some days of every month, where that explains more than one step does.
std::optional<RegularStep> find_days_of_month(std::span<const std::int64_t> moments, std::int64_t usual) {
  constexpr std::size_t kMostDays = 6;
  constexpr unsigned kInEveryMonth = 27;  // a day that is never the last one of a month
  RegularStep step{.unit = Unit::kMonths, .days = {}};
  unsigned latest = 0;
  bool all_last = true;  // from the 28th on every row is the last day of its month
  for (const std::int64_t moment : moments) {
    const Date date = days_of(moment);
    const auto day = static_cast<unsigned>(date.day());
    latest = std::max(latest, day);
    all_last = all_last && (day < 28 || day == days_in(month_index(date)));
  }
  if (all_last && latest >= 28) latest = 31;
  for (const std::int64_t moment : moments) {
    const Date date = days_of(moment);
    const auto day = static_cast<unsigned>(date.day());
    step.days.push_back(day == std::min(latest, days_in(month_index(date))) ? latest : day);
  }
  std::ranges::sort(step.days);
  step.days.erase(std::unique(step.days.begin(), step.days.end()), step.days.end());
  const std::size_t size = step.days.size();
  if (size < 2 || size > kMostDays || moments.size() <= 2 * size || step.days[size - 2] > kInEveryMonth)
    return std::nullopt;
  const std::size_t most = std::max(in_step(moments, {.count = usual}), (moments.size() - 1) * 9 / 10);
  return in_step(moments, step) > most ? std::optional(step) : std::nullopt;
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
    const Days day = days_of(from);
    const std::int64_t place = place_in_month(day, *this) + k, size = std::ssize(days);
    const std::int64_t turns = floored(place, size);
    const Days there =
        day_in(month_index(day) + turns * count, *this, static_cast<std::size_t>(place - turns * size));
    return there.time_since_epoch().count() * kDay + clock_of(from);
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
    const Days first = days_of(from), last = days_of(to);
    k = (month_index(last) - month_index(first)) / count * std::ssize(days) + place_in_month(last, *this) -
        place_in_month(first, *this);
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
  const bool equal = std::ranges::all_of(differences, [&](std::int64_t gap) { return gap == usual; });
  if (one_clock && usual >= 28 * kDay) {
    const auto months = find_months(moments);
    // Every four weeks is no weekday of a month.
    if (months && !(equal && months->anchor == Anchor::kWeekday)) return months;
  }
  if (one_clock && usual == kDay && skips_days(moments)) return cycle_of(moments, kWeek);
  if (!equal) {
    if (one_clock && usual > 3 * kDay && usual < 28 * kDay)
      if (auto days = find_days_of_month(moments, usual)) return days;
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
