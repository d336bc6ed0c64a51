#include "ebit/report/ticks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace ebit::inline report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> list;
  for (const auto& tick : ticks)
    if (!tick.label.empty()) list.push_back(tick.label);
  return list;
}

TEST(Ticks, NumbersAreRoundAndInside) {
  EXPECT_THAT(labels(number_ticks(0, 1, 5)), ElementsAre("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"));
  EXPECT_THAT(labels(number_ticks(-3, 12, 3)), ElementsAre("0", "5", "10"));
  EXPECT_THAT(labels(number_ticks(0, 0.95, 3)), ElementsAre("0.00", "0.25", "0.50", "0.75"));
  EXPECT_THAT(labels(number_ticks(1, 3, 8, true)), ElementsAre("1", "2", "3"));
  EXPECT_THAT(labels(number_ticks(7, 7, 5)), ElementsAre("7"));
  for (const double scale : {1e-12, 1e-3, 1.0, 1e5, 1e12}) {
    const auto ticks = number_ticks(-1.37 * scale, 2.91 * scale, 6);
    ASSERT_GE(ticks.size(), 4u);
    ASSERT_LE(ticks.size(), 10u);
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      EXPECT_GE(ticks[i].at, -1.3701 * scale);
      EXPECT_LE(ticks[i].at, 2.9101 * scale);
      EXPECT_NEAR(std::stod(ticks[i].label), ticks[i].at, 1e-9 * scale);
      EXPECT_LE(ticks[i].label.size(), 10u);
      if (i > 0) {
        EXPECT_NE(ticks[i].label, ticks[i - 1].label);
      }
    }
  }
}

TEST(Ticks, LargeNumbersThatDifferLittleKeepDifferentLabels) {
  const auto ticks = number_ticks(1e8, 1e8 + 5, 5);
  for (std::size_t i = 1; i < ticks.size(); ++i) EXPECT_NE(ticks[i].label, ticks[i - 1].label);
}

TEST(Ticks, LogarithmicAxes) {
  EXPECT_THAT(labels(log_ticks(0.01, 1)), ElementsAre("0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"));
  EXPECT_THAT(labels(log_ticks(1e-3, 1)), ElementsAre("10⁻³", "10⁻²", "10⁻¹", "10⁰"));
  EXPECT_THAT(labels(log_ticks(0.2, 0.6)), ElementsAre("0.2", "0.3", "0.4", "0.5", "0.6"));
  const auto wide = labels(log_ticks(1e-30, 1e10));
  EXPECT_GE(wide.size(), 4u);
  EXPECT_LE(wide.size(), 10u);
}

TEST(Ticks, DatesAreReadInEveryUsualForm) {
  const double day = 86400;
  EXPECT_THAT(time_axis({"1970-01-02", "1970-01-03"}, 5).x, ElementsAre(day, 2 * day));
  EXPECT_THAT(time_axis({"1970-02", "1970-03"}, 5).x, ElementsAre(31 * day, 59 * day));
  EXPECT_THAT(time_axis({"1970-01-01 00:01", "1970-01-01T00:01:02.5Z"}, 5).x, ElementsAre(60, 62.5));
  EXPECT_THAT(time_axis({"31/01/1970", "01/02/1970"}, 5).x, ElementsAre(30 * day, 31 * day));
  EXPECT_THAT(time_axis({"01/31/1970", "02/01/1970"}, 5).x, ElementsAre(30 * day, 31 * day));
  EXPECT_THAT(time_axis({"2.1.1970"}, 5).x, ElementsAre(day));
  // Day first is preferred, unless that would go back in time.
  EXPECT_THAT(time_axis({"01/02/1970", "02/02/1970"}, 5).x, ElementsAre(31 * day, 32 * day));
  EXPECT_THAT(time_axis({"01/02/1970", "02/01/1970", "02/02/1970"}, 5).x,
              ElementsAre(day, 31 * day, 32 * day));
  EXPECT_EQ(time_axis({"2024-02-29", "2024-03-01"}, 5).dates, true);
}

TEST(Ticks, DatesAreReadAsTheSeriesWas) {
  const double day = 86400;
  EXPECT_THAT(time_axis({"01/02/1970", "02/02/1970"}, 5, "mdy").x, ElementsAre(day, 32 * day));
  EXPECT_THAT(time_axis({"197001", "197002"}, 5, "packed").x, ElementsAre(0, 31 * day));
  EXPECT_THAT(labels(time_axis({"12.2023", "01.2024"}, 5, "packed").ticks).front(), HasSubstr("Dec 2023"));
  EXPECT_FALSE(time_axis({"197001", "197002"}, 5).dates);
}

TEST(Ticks, WhatIsNotADateIsANumberOrARow) {
  for (const auto& bad : {"2023-02-29", "2024-13-01", "10/05/24", "2024-05-10 25", "2024-05-10x", "-", ""}) {
    EXPECT_FALSE(time_axis({"2020-01-01", bad}, 5).dates) << bad;
  }
  const TimeAxis numbers = time_axis({"1700", "1701", "1710"}, 5);
  EXPECT_FALSE(numbers.dates);
  EXPECT_THAT(numbers.x, ElementsAre(1700, 1701, 1710));
  EXPECT_EQ(numbers.label, "time");
  const TimeAxis rows = time_axis({"mon", "tue", "wed", "thu"}, 2);
  EXPECT_THAT(rows.x, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(labels(rows.ticks), ElementsAre("mon", "wed"));
  EXPECT_EQ(rows.label, "row");
  EXPECT_THAT(time_axis({}, 5).x, IsEmpty());
  EXPECT_THAT(time_axis({"3", "1"}, 5).x, ElementsAre(0, 1)) << "numbers that go back are labels";
}

TEST(Ticks, DateMarksAreRoundAndFew) {
  const double day = 86400, year = 365.25 * day, start = 1325376000;  // 2012-01-01
  EXPECT_THAT(labels(date_ticks(start, start + 4 * year, 5)),
              ElementsAre("2012", "2013", "2014", "2015", "2016"));
  EXPECT_THAT(labels(date_ticks(start, start + 95 * day, 4)),
              ElementsAre("Jan 2012", "Feb 2012", "Mar 2012", "Apr 2012"));
  EXPECT_THAT(labels(date_ticks(start, start + 3 * day, 4)),
              ElementsAre("1 Jan 2012", "2 Jan 2012", "3 Jan 2012", "4 Jan 2012"));
  EXPECT_THAT(labels(date_ticks(start, start + 3600, 4)),
              ElementsAre("1 Jan", "00:15", "00:30", "00:45", "01:00"));
  for (double span = 10; span < 3000 * year; span *= 1.7) {
    const auto ticks = date_ticks(start, start + span, 8);
    EXPECT_GE(ticks.size(), 3u) << span;
    EXPECT_LE(ticks.size(), 16u) << span;
    for (std::size_t i = 1; i < ticks.size(); ++i) EXPECT_NE(ticks[i].label, ticks[i - 1].label) << span;
  }
  EXPECT_THAT(labels(date_ticks(-400 * year, -100 * year, 4)), testing::Contains("1800"));
}

TEST(Ticks, OneDateHasItsLabel) {
  EXPECT_THAT(labels(time_axis({"2024-05-10"}, 5).ticks), testing::SizeIs(1));
}

}  // namespace
}  // namespace ebit::inline report
