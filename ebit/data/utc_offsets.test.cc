#include "ebit/data/utc_offsets.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "ebit/data/continue_times.h"

namespace ebit::inline data {
namespace {

namespace chrono = std::chrono;
using Days = chrono::sys_days;
using Zone = std::function<std::int32_t(std::int64_t)>;

constexpr std::int64_t kHour = 3600, kDay = 24 * kHour;

std::int64_t seconds_of(Days day) { return day.time_since_epoch().count() * kDay; }
Days day_of(int year, unsigned month, unsigned day) {
  return chrono::year(year) / chrono::month(month) / chrono::day(day);
}
Days sunday(int year, unsigned month, unsigned nth) {
  return chrono::year(year) / chrono::month(month) / chrono::Sunday[nth];
}
Days last_sunday(int year, unsigned month) {
  return chrono::year(year) / chrono::month(month) / chrono::Sunday[chrono::last];
}
int year_of(std::int64_t utc) {
  return static_cast<int>(
      chrono::year_month_day(chrono::floor<chrono::days>(chrono::sys_seconds(chrono::seconds(utc)))).year());
}

std::int32_t london(std::int64_t utc) {
  const int year = year_of(utc);
  return utc >= seconds_of(last_sunday(year, 3)) + kHour && utc < seconds_of(last_sunday(year, 10)) + kHour
             ? 3600
             : 0;
}
std::int32_t new_york(std::int64_t utc) {
  const int year = year_of(utc);
  return utc >= seconds_of(sunday(year, 3, 2)) + 7 * kHour &&
                 utc < seconds_of(sunday(year, 11, 1)) + 6 * kHour
             ? -4 * 3600
             : -5 * 3600;
}
std::int32_t jerusalem(std::int64_t utc) {
  const int year = year_of(utc);
  return utc >= seconds_of(last_sunday(year, 3)) - 2 * kDay && utc < seconds_of(last_sunday(year, 10)) - kHour
             ? 3 * 3600
             : 2 * 3600;
}
// No more summers from 2019 on.
std::int32_t sao_paulo(std::int64_t utc) {
  const bool summer = utc < seconds_of(sunday(2018, 2, 3)) + 2 * kHour ||
                      (utc >= seconds_of(sunday(2018, 11, 1)) + 3 * kHour &&
                       utc < seconds_of(sunday(2019, 2, 3)) + 2 * kHour);
  return summer ? -2 * 3600 : -3 * 3600;
}

TimePoint local_point(const Zone& zone, std::int64_t local) {
  const std::int32_t offset = zone(local - zone(local - zone(local)));
  return {.seconds = local - offset, .has_clock = true, .has_offset = true, .offset = offset};
}

// A row every day at `clock` by the zone's own clock.
std::vector<TimePoint> daily(const Zone& zone, Days begin, Days end, std::int64_t clock) {
  std::vector<TimePoint> points;
  for (Days day = begin; day < end; day += chrono::days(1))
    points.push_back(local_point(zone, seconds_of(day) + clock));
  return points;
}

// How many days of the two years behind the rows get an offset that they have not.
int wrong(const Zone& zone, const std::vector<TimePoint>& points, std::int64_t clock) {
  const UtcOffsets offsets(points);
  const auto local = points.back().seconds + points.back().offset;
  int count = 0;
  for (int i = 1; i <= 730; ++i) {
    const TimePoint truth = local_point(zone, local - local % kDay + i * kDay + clock);
    count += offsets.at_local(truth.seconds + truth.offset) != truth.offset;
  }
  return count;
}

TEST(UtcOffsets, ChangesComeAgainWhateverTheClockOfDailyRows) {
  for (const Zone& zone : {Zone(london), Zone(new_york)})
    for (const std::int64_t hour : {0, 3, 8, 12, 23})
      EXPECT_EQ(wrong(zone, daily(zone, day_of(2022, 6, 1), day_of(2024, 3, 1), hour * kHour), hour * kHour),
                0)
          << hour;
  const auto rows = daily(jerusalem, day_of(2021, 1, 1), day_of(2024, 3, 10), 0);
  EXPECT_EQ(wrong(jerusalem, rows, 0), 0) << "the Friday before a Sunday";
  const auto eight = daily(london, day_of(2023, 9, 1), day_of(2024, 10, 20), 8 * kHour);
  EXPECT_EQ(UtcOffsets(eight).at_local(seconds_of(day_of(2024, 10, 27)) + 8 * kHour), 0);
  EXPECT_EQ(UtcOffsets(eight).at_local(seconds_of(day_of(2024, 10, 26)) + 8 * kHour), 3600);
}

TEST(UtcOffsets, HoursChangeToTheSecond) {
  std::vector<TimePoint> points;
  const auto row = [&](std::int64_t utc) {
    points.push_back({.seconds = utc, .has_clock = true, .has_offset = true, .offset = new_york(utc)});
  };
  for (std::int64_t utc = seconds_of(day_of(2023, 1, 1)); utc < seconds_of(day_of(2024, 2, 1)); utc += kHour)
    row(utc);
  const UtcOffsets offsets(points);
  const std::int64_t spring = seconds_of(day_of(2024, 3, 10)) + 7 * kHour;
  EXPECT_EQ(offsets.at_utc(spring - 1), -5 * 3600);
  EXPECT_EQ(offsets.at_utc(spring), -4 * 3600);
}

TEST(UtcOffsets, SummerTimeThatIsAbolishedStaysSo) {
  for (const Days end :
       {day_of(2019, 11, 20), day_of(2019, 11, 5), day_of(2020, 1, 12), day_of(2021, 1, 1)}) {
    const auto rows = daily(sao_paulo, day_of(2017, 6, 1), end, 0);
    EXPECT_EQ(wrong(sao_paulo, rows, 0), 0);
  }
}

TEST(UtcOffsets, BetweenRowsTheRowsAroundCount) {
  auto points = daily(new_york, day_of(2023, 12, 1), day_of(2024, 6, 28), 0);
  points.erase(points.begin() + 3, points.begin() + 5);      // in December
  points.erase(points.begin() + 180, points.begin() + 182);  // in summer
  const UtcOffsets offsets(points);
  EXPECT_EQ(offsets.at_local(seconds_of(day_of(2023, 12, 4))), -5 * 3600);
  EXPECT_EQ(offsets.at_local(seconds_of(day_of(2024, 5, 31))), -4 * 3600);
  points = daily(new_york, day_of(2023, 2, 1), day_of(2024, 6, 28), 0);
  std::erase_if(points, [](const TimePoint& point) {
    return point.seconds > seconds_of(day_of(2024, 3, 9)) && point.seconds < seconds_of(day_of(2024, 3, 13));
  });
  EXPECT_EQ(UtcOffsets(points).at_local(seconds_of(day_of(2024, 3, 10))), -5 * 3600) << "as a year before";
  EXPECT_EQ(UtcOffsets(points).at_local(seconds_of(day_of(2024, 3, 11))), -4 * 3600);
}

TEST(UtcOffsets, MonthsGoOnAsAYearBefore) {
  std::vector<std::string> labels, next;
  for (int i = 0; i < 72; ++i) {
    const auto month = chrono::year(2018 + i / 12) / chrono::month(static_cast<unsigned>(i % 12) + 1);
    const chrono::year_month_day date = Days(month / chrono::last);
    const TimePoint point = local_point(new_york, seconds_of(Days(date)));
    (i < 60 ? labels : next)
        .push_back(fmt::format("{}-{:02}-{:02} 00:00:00-0{}:00", static_cast<int>(date.year()),
                               static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                               -point.offset / 3600));
  }
  EXPECT_EQ(continue_times(labels, 12), next);
}

}  // namespace
}  // namespace ebit::inline data
