#include "ebit/report/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "ebit/base/time.h"
#include "ebit/report/text.h"

namespace ebit::inline report {
namespace {

namespace chrono = std::chrono;

constexpr double kDay = 86400;

// "10⁻³" for -3.
std::string power_of_ten(int exponent) {
  constexpr std::string_view kSuperscript[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = "10";
  for (const char c : fmt::format("{}", exponent)) text += c == '-' ? "⁻" : kSuperscript[c - '0'];
  return text;
}

// Midnight of a day; nothing where there is no such day.
std::optional<Seconds> seconds_of(int year, int month, int day) {
  const chrono::year_month_day date{chrono::year{year}, chrono::month{static_cast<unsigned>(month)},
                                    chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return static_cast<double>(chrono::sys_days{date}.time_since_epoch().count()) * kDay;
}

// The positions of labels that all are dates written the same way and never go back in time.
std::optional<std::vector<double>> as_dates(const std::vector<std::string>& labels,
                                            std::string_view date_order) {
  for (const DateOrder order : {date_order_of(date_order), DateOrder::kDayFirst, DateOrder::kMonthFirst}) {
    std::vector<double> x;
    bool year_first = false;
    for (const auto& label : labels) {
      const auto point = parse_time(label, order);
      if (!point || (!x.empty() && point->year_first != year_first)) break;
      year_first = point->year_first;
      const double seconds = static_cast<double>(point->seconds) + point->fraction;
      if (!x.empty() && seconds < x.back()) break;
      x.push_back(seconds);
    }
    if (x.size() == labels.size()) return x;
  }
  return std::nullopt;
}

std::optional<std::vector<double>> as_numbers(const std::vector<std::string>& labels) {
  std::vector<double> x;
  for (const auto& label : labels) {
    char* end = nullptr;
    const double value = std::strtod(label.c_str(), &end);
    if (label.empty() || *end != 0 || !std::isfinite(value) || (!x.empty() && value < x.back()))
      return std::nullopt;
    x.push_back(value);
  }
  return x;
}

// A step of a calendar: so many months, or so many seconds, with the label it wants.
struct CalendarStep {
  int months;
  double seconds;
  enum { kYear, kMonth, kDayOfMonth, kClock } label;
};
constexpr CalendarStep kCalendarSteps[] = {
    {0, 1, CalendarStep::kClock},
    {0, 5, CalendarStep::kClock},
    {0, 15, CalendarStep::kClock},
    {0, 60, CalendarStep::kClock},
    {0, 300, CalendarStep::kClock},
    {0, 900, CalendarStep::kClock},
    {0, 1800, CalendarStep::kClock},
    {0, 3600, CalendarStep::kClock},
    {0, 3 * 3600, CalendarStep::kClock},
    {0, 6 * 3600, CalendarStep::kClock},
    {0, 12 * 3600, CalendarStep::kClock},
    {0, kDay, CalendarStep::kDayOfMonth},
    {0, 2 * kDay, CalendarStep::kDayOfMonth},
    {0, 7 * kDay, CalendarStep::kDayOfMonth},
    {0, 14 * kDay, CalendarStep::kDayOfMonth},
    {1, 0, CalendarStep::kMonth},
    {2, 0, CalendarStep::kMonth},
    {3, 0, CalendarStep::kMonth},
    {6, 0, CalendarStep::kMonth},
    {12, 0, CalendarStep::kYear},
};

std::string date_label(Seconds at, const CalendarStep& step) {
  constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const double day = std::floor(at / kDay);
  const chrono::year_month_day date{chrono::sys_days{chrono::days{static_cast<int>(day)}}};
  const int year = static_cast<int>(date.year());
  const auto month = kMonths[static_cast<unsigned>(date.month()) - 1];
  const unsigned day_of_month = static_cast<unsigned>(date.day());
  const int second = static_cast<int>(std::lround(at - day * kDay));
  switch (step.label) {
    case CalendarStep::kYear:
      return fmt::format("{}", year);
    case CalendarStep::kMonth:
      return fmt::format("{} {}", month, year);
    case CalendarStep::kDayOfMonth:
      return fmt::format("{} {} {}", day_of_month, month, year);
    case CalendarStep::kClock:
      break;
  }
  if (second == 0) return fmt::format("{} {}", day_of_month, month);
  if (step.seconds < 60)
    return fmt::format("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
  return fmt::format("{:02}:{:02}", second / 3600, second / 60 % 60);
}

std::vector<Tick> month_ticks(Seconds low, Seconds high, const CalendarStep& step) {
  std::vector<Tick> ticks;
  const auto start = chrono::sys_days{chrono::days{static_cast<int>(std::floor(low / kDay))}};
  const chrono::year_month_day first{start};
  // Months since the year 0, rounded down to the step, so that steps of years fall on round years.
  int month =
      static_cast<int>(first.year()) * 12 + static_cast<int>(static_cast<unsigned>(first.month())) - 1;
  month = month >= 0 ? month / step.months * step.months : month;
  for (;; month += step.months) {
    const auto at = seconds_of(month / 12, month % 12 + 1, 1);
    if (!at || *at > high) return ticks;
    if (*at >= low) ticks.push_back({*at, date_label(*at, step)});
  }
}

}  // namespace

std::vector<Tick> number_ticks(double low, double high, int count, bool whole) {
  if (!(high > low)) return {{low, fmt::format("{:.6g}", low)}};
  const double rough = (high - low) / std::max(count, 1);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double round : {5.0, 2.5, 2.0, 1.0})
    if (round * power >= rough * 0.75) step = round * power;
  if (whole) step = std::max(1.0, step == 2.5 ? 5.0 : step);

  // Digits after the point: those of the step; very large and very small numbers in the short way of %g.
  const double largest = std::max(std::abs(low), std::abs(high));
  const bool plain = largest < 1e7 && step >= 0.99e-5;
  int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  if (std::abs(step * std::pow(10.0, decimals) - std::round(step * std::pow(10.0, decimals))) > 1e-6)
    ++decimals;
  std::vector<Tick> ticks;
  const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
  for (double i = first; i <= last && ticks.size() < 1000; ++i) {
    const double at = i == 0 ? 0.0 : i * step;
    ticks.push_back({at, plain ? fmt::format("{:.{}f}", at, decimals) : fmt::format("{:.4g}", at)});
  }
  // Four digits may be too few to tell neighbours apart (1000000.1, 1000000.2).
  for (std::size_t i = 1; !plain && i < ticks.size(); ++i)
    if (ticks[i].label == ticks[i - 1].label)
      for (auto& tick : ticks) tick.label = fmt::format("{:.12g}", tick.at);
  return ticks;
}

std::vector<Tick> log_ticks(double low, double high) {
  const double decades = std::log10(high / low);
  const int first = static_cast<int>(std::floor(std::log10(low) + 1e-9));
  const int last = static_cast<int>(std::ceil(std::log10(high) - 1e-9));
  const bool few = decades < 2.5;
  if (decades < 0.7) return number_ticks(low, high, 5);
  const int every = std::max(1, (last - first + 7) / 8);  // at most about eight labels
  std::vector<Tick> ticks;
  for (int exponent = first; exponent <= last; ++exponent) {
    for (int factor = 1; factor <= 9; ++factor) {
      const double at = factor * std::pow(10.0, exponent);
      if (at < low * (1 - 1e-9) || at > high * (1 + 1e-9)) continue;
      std::string label;
      if (few && (factor == 1 || factor == 2 || factor == 5))
        label = at >= 1e-4 && at < 1e5 ? fmt::format("{:.4g}", at)
                : factor == 1          ? power_of_ten(exponent)
                                       : fmt::format("{}·{}", factor, power_of_ten(exponent));
      else if (!few && factor == 1 && exponent % every == 0)
        label = power_of_ten(exponent);
      else if (decades > 6)
        continue;
      ticks.push_back({at, label});
    }
  }
  return ticks;
}

std::vector<Tick> date_ticks(Seconds low, Seconds high, int count) {
  const double rough = (high - low) / std::max(count, 1);
  CalendarStep step = kCalendarSteps[0];
  for (const auto& row : kCalendarSteps) {
    step = row;
    if (row.months * 30.4 * kDay + row.seconds >= rough * 0.75) break;
  }
  // Longer than a year: 1, 2, 5, 10, 20, 50, ... years.
  while (step.label == CalendarStep::kYear && step.months * 30.4 * kDay < rough * 0.75) {
    const int years = step.months / 12;
    const bool two = std::to_string(years).front() == '2';
    step.months = 12 * (two ? years / 2 * 5 : years * 2);
  }
  if (step.months > 0) return month_ticks(low, high, step);
  std::vector<Tick> ticks;
  for (double at = std::ceil(low / step.seconds) * step.seconds; at <= high; at += step.seconds)
    ticks.push_back({at, date_label(at, step)});
  return ticks;
}

TimeAxis time_axis(const std::vector<std::string>& labels, int count, std::string_view date_order) {
  TimeAxis axis;
  if (labels.empty()) return axis;
  if (auto x = as_dates(labels, date_order)) {
    axis.dates = true;
    axis.x = *std::move(x);
    axis.ticks = date_ticks(axis.x.front(), axis.x.back(), count);
    if (axis.ticks.empty()) axis.ticks = {{axis.x.front(), labels.front()}};
  } else if (auto numbers = as_numbers(labels)) {
    axis.x = *std::move(numbers);
    axis.ticks = number_ticks(axis.x.front(), axis.x.back(), count);
    axis.label = "time";
  } else {
    const std::size_t step =
        (labels.size() + static_cast<std::size_t>(count) - 1) / static_cast<std::size_t>(count);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      axis.x.push_back(static_cast<double>(i));
      if (i % step == 0) axis.ticks.push_back({static_cast<double>(i), cut_text(clean_text(labels[i]), 16)});
    }
    axis.label = "row";
  }
  return axis;
}

}  // namespace ebit::inline report
