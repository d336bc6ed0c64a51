#include "ebit/data/calendar.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numbers>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/time.h"
#include "ebit/base/utf8.h"

namespace ebit::inline data {
namespace {

namespace chrono = std::chrono;

constexpr std::int64_t kDay = 86400;

chrono::sys_days day_of(std::int64_t seconds) {
  return chrono::floor<chrono::days>(chrono::sys_seconds(chrono::seconds(seconds)));
}
chrono::year_month_day date_of(std::int64_t seconds) { return day_of(seconds); }

double hour(std::int64_t seconds) {
  return static_cast<double>(((seconds % kDay) + kDay) % kDay) / static_cast<double>(kDay);
}
double weekday(std::int64_t seconds) {
  return (static_cast<double>(chrono::weekday(day_of(seconds)).iso_encoding()) - 1) / 7;
}
double day_of_month(std::int64_t seconds) {
  const chrono::year_month_day date = date_of(seconds);
  const chrono::year_month_day last = chrono::sys_days(date.year() / date.month() / chrono::last);
  return (static_cast<double>(static_cast<unsigned>(date.day())) - 1) /
         static_cast<double>(static_cast<unsigned>(last.day()));
}
double month(std::int64_t seconds) {
  return (static_cast<double>(static_cast<unsigned>(date_of(seconds).month())) - 1) / 12;
}
double day_of_year(std::int64_t seconds) {
  const chrono::year year = date_of(seconds).year();
  const auto days = (day_of(seconds) - chrono::sys_days(year / 1 / 1)).count();
  return static_cast<double>(days) / (year.is_leap() ? 366.0 : 365.0);
}

constexpr std::array<CalendarFeature, 5> kFeatures{{
    {"hour", "time of day", hour},
    {"weekday", "day of the week", weekday},
    {"day-of-month", "day of the month", day_of_month},
    {"month", "month of the year", month},
    {"day-of-year", "day of the year", day_of_year},
}};

}  // namespace

std::span<const CalendarFeature> calendar_table() { return kFeatures; }

std::vector<std::string> calendar_columns(std::span<const std::string> features) {
  std::vector<std::string> names;
  for (const std::string& feature : features) {
    find_row(kFeatures, "unknown calendar feature", feature);
    names.push_back(feature + " sin"), names.push_back(feature + " cos");
  }
  return names;
}

std::vector<double> calendar_values(std::span<const std::string> features,
                                    std::span<const std::string> labels, const std::string& date_order,
                                    const std::string& source) {
  const auto order = date_order_of(date_order);
  // A bare date among times of day is midnight.
  const bool clocks = std::ranges::any_of(labels, [&](const std::string& label) {
    const auto point = parse_time(label, order);
    return point && point->has_clock;
  });
  std::vector<double> values;
  values.reserve(labels.size() * features.size() * 2);
  for (const std::string& label : labels) {
    const auto point = parse_time(label, order);
    require(point.has_value(), "{}: --calendar needs dates beside the rows, and '{}' is none", source,
            shown(label));
    for (const std::string& name : features) {
      require(name != "hour" || point->has_clock || clocks,
              "{}: --calendar hour needs a time of day, and '{}' has none", source, shown(label));
      const CalendarFeature& feature = find_row(kFeatures, "unknown calendar feature", name);
      const double angle = 2 * std::numbers::pi * feature.phase(point->seconds + point->offset);
      values.push_back(std::sin(angle)), values.push_back(std::cos(angle));
    }
  }
  return values;
}

Series with_calendar(const Series& series, std::span<const std::string> features) {
  if (features.empty()) return series;
  Series wide = series;
  const std::vector<std::string> names = calendar_columns(features);
  for (const std::string& name : names) {
    require(std::ranges::find(series.names, name) == series.names.end(),
            "{}: there is a column '{}' already, which --calendar would make", series.source, shown(name));
    wide.names.push_back(name);
  }
  const std::vector<double> values =
      calendar_values(features, series.times, series.date_order, series.source);
  wide.values.clear();
  for (std::size_t row = 0; row < series.rows(); ++row) {
    for (std::size_t c = 0; c < series.columns(); ++c) wide.values.push_back(series.at(row, c));
    const auto own = values.begin() + static_cast<std::ptrdiff_t>(row * names.size());
    wide.values.insert(wide.values.end(), own, own + static_cast<std::ptrdiff_t>(names.size()));
  }
  return wide;
}

}  // namespace ebit::inline data
