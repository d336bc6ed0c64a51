#include "ebit/data/calendar.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"
#include "ebit/data/dataset.h"

namespace ebit::inline data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Names = std::vector<std::string>;

TEST(Calendar, PlacesInTheirCycles) {
  // 2024-05-06 is a Monday; noon is half a day; May is the fifth month; day 127 of 366.
  const Names label{"2024-05-06 12:00"};
  const auto phase = [&](const char* feature) {
    const auto v = calendar_values(Names{feature}, label, "", "t");
    const double turn = std::atan2(v[0], v[1]) / (2 * M_PI);
    return turn < -1e-12 ? turn + 1 : turn;
  };
  EXPECT_NEAR(phase("weekday"), 0, 1e-12);
  EXPECT_NEAR(phase("hour"), 0.5, 1e-12);
  EXPECT_NEAR(phase("month"), 4.0 / 12, 1e-12);
  EXPECT_NEAR(phase("day-of-month"), 5.0 / 31, 1e-12);
  EXPECT_NEAR(phase("day-of-year"), 126.0 / 366, 1e-12);
  const auto local = calendar_values(Names{"hour"}, Names{"2024-05-06 12:00:00-04:00"}, "", "t");
  EXPECT_NEAR(local[1], -1, 1e-12) << "the file's own clock, not UTC";
  EXPECT_NEAR(calendar_values(Names{"month"}, Names{"07/01/2024"}, "mdy", "t")[1], -1, 1e-12) << "July";
}

TEST(Calendar, RefusesWhatItCannotSay) {
  EXPECT_THAT(error_of([] { calendar_values(Names{"weekday"}, Names{"monday"}, "", "t.csv"); }),
              HasSubstr("t.csv: --calendar needs dates"));
  EXPECT_THAT(error_of([] { calendar_values(Names{"hour"}, Names{"2024-05-06"}, "", "t.csv"); }),
              HasSubstr("needs a time of day"));
  EXPECT_NEAR(calendar_values(Names{"hour"}, Names{"2024-05-06", "2024-05-06 12:00"}, "", "t")[1], 1, 1e-12)
      << "a bare date among times of day is midnight";
  EXPECT_THAT(error_of([] { calendar_columns(Names{"weekdays"}); }), HasSubstr("did you mean 'weekday'?"));
}

// Days from 2024-01-01; y counts them, promo is its square.
Series days(int rows) {
  Series s;
  s.source = "days";
  s.names = {"y", "promo"};
  for (int i = 0; i < rows; ++i) {
    s.times.push_back("2024-0" + std::to_string(1 + i / 28) + "-" + (i % 28 < 9 ? "0" : "") +
                      std::to_string(i % 28 + 1));
    s.values.insert(s.values.end(), {1.0 * i, 1.0 * i * i});
  }
  return s;
}

TEST(Calendar, WhatIsKnownAheadStandsBesideTheTarget) {
  DatasetOptions o;
  o.targets = {"y"}, o.future = {"promo"}, o.calendar = {"weekday"};
  o.window = 3, o.horizon = 2, o.scaler = "none";
  const Series series = days(84);
  const Dataset d = make_dataset(series, o);
  ASSERT_EQ(d.feature_columns.size(), 4u);
  EXPECT_THAT(d.ahead, ElementsAre(false, true, true, true));
  EXPECT_THAT(d.series.names, ElementsAre("y", "promo", "weekday sin", "weekday cos"));
  for (const Windows* part : {&d.train, &d.validation, &d.test})
    for (std::size_t i = 0; i < part->count; ++i) {
      const std::size_t target = part->target_row[i];
      const auto x = part->x(i);
      EXPECT_EQ(x[2 * 4], static_cast<double>(target) - 2) << "the last known y";
      EXPECT_EQ(x[2 * 4 + 1], static_cast<double>(target * target)) << "promo of the target's day";
      EXPECT_EQ(x[1], static_cast<double>((target - 2) * (target - 2))) << "and before it in order";
      EXPECT_EQ(x[2 * 4 + 2], d.series.at(target, 2));
    }
  const Windows other = windows_of(series, d);
  EXPECT_EQ(other.x(0)[2 * 4 + 1], 16) << "window 0..2, target 4";
  o.features = {"y", "promo"}, o.scaler = "minmax";
  const Dataset scaled = make_dataset(series, o);
  EXPECT_EQ(scaled.feature_columns.size(), 4u) << "a feature that is named twice is one";
  EXPECT_EQ(scaled.scalers[0][2].name, "none") << "sines stay as they are";
  o.future = {"y"};
  EXPECT_THAT(error_of([&] { make_dataset(series, o); }), HasSubstr("'y' is a target"));
}

TEST(Dataset, TestingMayBeginAtADate) {
  DatasetOptions o;
  o.targets = {"y"}, o.window = 3, o.test_from = "2024-03-01";
  const Series series = days(84);
  const Dataset d = make_dataset(series, o);
  EXPECT_THAT(d.part_begin, ElementsAre(0, 49, 56, 84))
      << "one eighth of the 56 rows before is for validation";
  EXPECT_EQ(series.times[d.part_begin[2]], "2024-03-01");
  o.validation = 0;
  EXPECT_THAT(make_dataset(series, o).part_begin, ElementsAre(0, 56, 56, 84));
  EXPECT_EQ(make_dataset(series, o).validation.count, 0u);
  o.test_from = "2023-01-01";
  EXPECT_THAT(error_of([&] { make_dataset(series, o); }), HasSubstr("leaves no rows for training"));
  o.test_from = "2025-01-01";
  EXPECT_THAT(error_of([&] { make_dataset(series, o); }), HasSubstr("leaves no rows for testing"));
  o.test_from = "soon";
  EXPECT_THAT(error_of([&] { make_dataset(series, o); }), HasSubstr("'soon' cannot be compared"));
  Series years = series;
  for (int i = 0; i < 84; ++i) years.times[static_cast<std::size_t>(i)] = std::to_string(1900 + i);
  o.test_from = "1960";
  EXPECT_THAT(make_dataset(years, o).part_begin, ElementsAre(0, 60, 60, 84));
}

TEST(Dataset, ADateThatCouldBeTwoIsRefusedWhereTheDataDoNotSay) {
  DatasetOptions o;
  o.targets = {"y"}, o.window = 2, o.test_from = "02/03/2024";
  Series series = days(84);
  EXPECT_THAT(error_of([&] { make_dataset(series, o); }),
              testing::AllOf(HasSubstr("could be 2024-03-02 or 2024-02-03"), HasSubstr("write it so")));
  for (const char* plain : {"13/02/2024", "02/13/2024", "2024-02-13", "13.02.2024"}) {
    o.test_from = plain;
    const Dataset d = make_dataset(series, o);
    EXPECT_EQ(series.times[d.part_begin[2]], "2024-02-13") << plain;
  }
  o.test_from = "02/02/2024";
  EXPECT_EQ(series.times[make_dataset(series, o).part_begin[2]], "2024-02-02");
  o.test_from = "02/03/2024", series.date_order = "mdy";
  EXPECT_EQ(series.times[make_dataset(series, o).part_begin[2]], "2024-02-03") << "the order of the data";
}

TEST(Dataset, TestingMayBeginAtANumberAsTheFileWritesIt) {
  Series tenths = days(84), thousands = tenths;
  tenths.decimal = ',', thousands.decimal = ',', thousands.thousands = '.';
  for (std::size_t i = 0; i < 84; ++i) {
    tenths.times[i] = fmt::format("{},{}", i / 10, i % 10);
    thousands.times[i] = fmt::format("1.{:03}", i);
  }
  DatasetOptions o;
  o.targets = {"y"}, o.window = 3, o.validation = 0;
  for (const char* six : {"6", "6,0", "6.0"}) {
    o.test_from = six;
    EXPECT_EQ(make_dataset(tenths, o).part_begin[2], 60u) << six;
  }
  for (const char* more : {"1.060", "1060", "1060,0"}) {
    o.test_from = more;
    EXPECT_EQ(make_dataset(thousands, o).part_begin[2], 60u) << more;
  }
  o.test_from = "6;0";
  EXPECT_THAT(error_of([&] { make_dataset(tenths, o); }), HasSubstr("cannot be compared"));
}

}  // namespace
}  // namespace ebit::inline data
