#include "ebit/data/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "ebit/base/testing/error_of.h"

namespace ebit::inline data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Series load(std::string_view text, const std::vector<std::string>& wanted = {},
            const SeriesOptions& options = {}) {
  return series_of(parse_csv(text, options.csv, "t.csv"), options, wanted);
}

SeriesOptions with_missing(const std::string& policy) {
  SeriesOptions options;
  options.missing = policy;
  return options;
}

SeriesOptions with_duplicates(const std::string& policy) {
  SeriesOptions options;
  options.duplicates = policy;
  return options;
}

TEST(Load, TakesTheWantedColumnsInTheirOrder) {
  const auto s = load("Date,Wind,Temp,Sky\n2024-05-10,1,13.5,sun\n2024-05-11,2,12,rain\n", {"Temp", "Wind"});
  EXPECT_THAT(s.names, ElementsAre("Temp", "Wind"));
  EXPECT_THAT(s.values, ElementsAre(13.5, 1, 12, 2));
  EXPECT_THAT(s.times, ElementsAre("2024-05-10", "2024-05-11"));
  EXPECT_EQ(s.source, "t.csv");
  EXPECT_THAT(s.warnings, IsEmpty());
}

TEST(Load, WithoutAWishAllNumberColumnsAreTaken) {
  EXPECT_THAT(load("Date,Wind,Sky,Temp\n2024-05-10,1,sun,3\n2024-05-11,2,?,4\n").names,
              ElementsAre("Wind", "Temp"));
  EXPECT_THAT(
      error_of([] { load("Date,Sky\n2024-05-10,sun\n"); }),
      HasSubstr("no column holds only numbers; columns: Date, Sky; line 2, column 'Sky': 'sun' is none"));
  EXPECT_THAT(error_of([] { load("Date,v\n2024-05-10,'3\n2024-05-11,'4\n"); }), HasSubstr("take the ' out"));
  EXPECT_THAT(error_of([] { load("\"Date,v\"\n\"2024-05-10,3\"\n\"2024-05-11,4\"\n"); }),
              HasSubstr("quotes stand around the whole of it"));
}

TEST(Load, RowsThatAreNoneOfTheTableAreNamed) {
  const std::string days = "2024-05-10,1\n2024-05-11,2\n2024-05-12,4\n2024-05-13,3\n2024-05-14,5\n";
  EXPECT_THAT(error_of([&] { load("Station: 4\nUnit: degrees, C\n\ndate,v\n" + days); }),
              HasSubstr("if line 4 holds the names of the columns, give --skip-lines 3"));
  EXPECT_THAT(error_of([&] { load("date,v\n,deg\n" + days); }), HasSubstr("if units, take it out"));
  EXPECT_THAT(error_of([&] { load("date,v\n" + days + "by,us\n"); }),
              HasSubstr("if line 7 is no row of the table, take it out"));
  EXPECT_THAT(error_of([&] { load("date,v\n" + days + "Total,15\n"); }), Not(HasSubstr("take it out")));
}

TEST(Load, WhatReadingFoundIsThere) {
  const auto found = [](std::string_view text, const CsvOptions& csv = {}) {
    return panel_of(parse_csv(text, csv, "t.csv"), {}, {}).found;
  };
  const SeriesOptions german =
      found("day;updated;v\n2024-05-10;2024-05-11;1.467,41\n2024-05-11;2024-05-12;9,5\n");
  EXPECT_THAT(german.time.columns, ElementsAre("day"));
  EXPECT_EQ(german.csv.decimal, ",");
  EXPECT_EQ(german.csv.thousands, ".");
  const SeriesOptions points = found("day,clock,v\n2024-05-10,10:00,1.5\n2024-05-10,11:00,2\n");
  EXPECT_THAT(points.time.columns, ElementsAre("day", "clock"));
  EXPECT_EQ(points.csv.decimal, ".");
  EXPECT_EQ(points.csv.thousands, "");
  const SeriesOptions whole = found("v\n1\n2\n");
  EXPECT_THAT(whole.time.columns, IsEmpty());
  EXPECT_EQ(whole.csv.decimal, "") << "nothing is known of it";
  // Read so, a later file is not guessed anew.
  EXPECT_EQ(panel_of(parse_csv("day,v\n2024-05-10,1.125\n2024-05-11,2\n", points.csv, "t.csv"), {}, {})
                .series[0]
                .values[0],
            1.125);
}

TEST(Load, DatesThatAreNotReadAreNamed) {
  EXPECT_THAT(load("Datum,v\n28022024,1\n29022024,2\n01032024,3\n02032024,4\n03032024,6\n", {"v"}).warnings,
              ElementsAre(AllOf(HasSubstr("no time column found"), HasSubstr("'Datum', such as '28022024'"),
                                HasSubstr("DDMMYYYY"))));
}

TEST(Load, ColumnsMayBeGivenByNumberAndTwice) {
  EXPECT_THAT(load("Date,Temp\n2024-05-10,1\n2024-05-11,2\n", {"2", "Temp"}).names, ElementsAre("Temp"));
}

TEST(Load, ColumnsAskedForByNumberKeepTheirNames) {
  const auto s = load("Date,Temp,Temp\n2024-05-10,1,5\n2024-05-11,2,6\n", {"3", "2"});
  EXPECT_THAT(s.names, ElementsAre("Temp", "Temp (2)"));
  EXPECT_THAT(s.values, ElementsAre(5, 1, 6, 2));
  EXPECT_EQ(s.aliases.at("3"), 0u);
  EXPECT_EQ(s.aliases.at("2"), 1u);
}

TEST(Load, WrongColumnSuggestsTheNearest) {
  EXPECT_THAT(error_of([] { load("Date,Temp\n2024-05-10,1\n", {"Tmp"}); }),
              AllOf(HasSubstr("t.csv: no column 'Tmp'"), HasSubstr("did you mean 'Temp'?")));
}

TEST(Load, TextInANumberColumnNamesLineColumnAndText) {
  EXPECT_THAT(error_of([] { load("Date,Temp\n2024-05-10,1\n2024-05-11,warm\n", {"Temp"}); }),
              HasSubstr("t.csv line 3, column 'Temp': 'warm' is not a number"));
  EXPECT_THAT(error_of([] { load("a;b\n1.5;2.5\n3;4,5\n", {"b"}); }),
              AllOf(HasSubstr("line 3, column 'b': '4,5' is not a number"), HasSubstr("decimal mark '.'")));
}

TEST(Load, InfinityIsRefused) {
  for (const char* text : {"inf", "-Infinity", "1e999"}) {
    EXPECT_THAT(error_of([&] { load(fmt::format("t,v\n1,2\n2,{}\n", text), {"v"}); }),
                AllOf(HasSubstr("line 3, column 'v'"), HasSubstr("not a finite number")));
  }
}

TEST(Load, MissingValuesAreAnErrorByDefault) {
  for (const auto& token : default_missing_tokens()) {
    EXPECT_THAT(error_of([&] {
                  load(fmt::format("year,v,w\n2000,1,1\n2001,{},1\n2002,{},2\n", token, token), {"v"});
                }),
                AllOf(HasSubstr("t.csv line 3, column 'v': the value is missing"),
                      HasSubstr("2 missing in all"), HasSubstr("--missing drop or --missing interpolate")));
  }
  EXPECT_THAT(load("year,v,w\n2000,1,?\n2001,2,?\n", {"v"}).values, ElementsAre(1, 2)) << "w is not wanted";
}

TEST(Load, OwnMissingTokens) {
  auto options = with_missing("drop");
  options.missing_tokens = {"-999"};
  EXPECT_THAT(load("year,v\n2000,1\n2001,-999\n2002,3\n", {"v"}, options).values, ElementsAre(1, 3));
  EXPECT_THAT(error_of([&] { load("year,v\n2000,1\n2001,NA\n", {"v"}, options); }),
              HasSubstr("'NA' is not a number"));
}

TEST(Load, DropLeavesOutRows) {
  const auto s = load("year,v,w\n2000,1,1\n2001,?,2\n2002,3,?\n2003,4,5\n", {"v", "w"}, with_missing("drop"));
  EXPECT_THAT(s.values, ElementsAre(1, 1, 4, 5));
  EXPECT_THAT(s.times, ElementsAre("2000", "2003"));
  EXPECT_THAT(s.warnings[0], HasSubstr("2 of 4 rows left out"));
  EXPECT_THAT(error_of([] { load("year,v\n2000,?\n2001,?\n", {"v"}, with_missing("drop")); }),
              HasSubstr("every row lacks a value"));
}

TEST(Load, InterpolationIsLinearInTime) {
  const auto s =
      load("date,v\n2024-05-10,1\n2024-05-11,?\n2024-05-14,9\n", {"v"}, with_missing("interpolate"));
  EXPECT_THAT(s.values, ElementsAre(1, 3, 9)) << "one day of four";
  const auto rows = load("a,v\nx,1\ny,?\nz,?\nw,7\n", {"v"}, with_missing("interpolate"));
  EXPECT_THAT(rows.values, ElementsAre(1, testing::DoubleEq(3), testing::DoubleEq(5), 7))
      << "no time column: by rows";
  const auto sorted = load("year,v\n2002,?\n2003,4\n2001,2\n", {"v"}, with_missing("interpolate"));
  EXPECT_THAT(sorted.values, ElementsAre(2, 3, 4)) << "after sorting";
}

TEST(Load, InterpolationTakesTheNearestValueAtTheEnds) {
  const auto s = load("year,v\n2000,?\n2001,5\n2002,6\n2003,?\n", {"v"}, with_missing("interpolate"));
  EXPECT_THAT(s.values, ElementsAre(5, 5, 6, 6));
  EXPECT_THAT(s.warnings[0], HasSubstr("2 missing values interpolated, 2 of them at the ends"));
  EXPECT_THAT(error_of([] {
                load("year,v,w\n2000,?,1\n2001,?,1\n", {"v", "w"}, with_missing("interpolate"));
              }),
              HasSubstr("column 'v' has no value at all"));
}

TEST(Load, SortsByTimeAndSaysSo) {
  const auto s = load("date,v\n2024-05-10,1\n2024-05-12,3\n2024-05-11,2\n", {"v"});
  EXPECT_THAT(s.values, ElementsAre(1, 2, 3));
  EXPECT_THAT(s.warnings[0],
              AllOf(HasSubstr("t.csv line 4: 2024-05-11 comes after 2024-05-12"), HasSubstr("sorted")));
  EXPECT_THAT(load("date,v\n2024-05-12,3\n2024-05-11,2\n2024-05-10,1\n", {"v"}).warnings[0],
              HasSubstr("newest to the oldest"));
}

TEST(Load, EqualDuplicatesAreMergedAndReported) {
  const auto s = load("date,v\n2024-05-10,1\n2024-05-11,2\n2024-05-11,2\n2024-05-12,3\n", {"v"});
  EXPECT_THAT(s.values, ElementsAre(1, 2, 3));
  EXPECT_THAT(s.warnings[0], HasSubstr("t.csv line 4: 2024-05-11 was there before; 1 row merged"));
  const auto gap = load("date,v\n2024-05-10,1\n2024-05-11,?\n2024-05-11,2\n", {"v"}, with_missing("drop"));
  EXPECT_THAT(gap.values, ElementsAre(1, 2)) << "a missing value gives way to a known one";
}

TEST(Load, ConflictingDuplicatesAreAnErrorUnlessAPolicyIsGiven) {
  const char* text = "date,v\n2024-05-10,1\n2024-05-11,2\n2024-05-12,3\n2024-05-11,4\n";
  EXPECT_THAT(
      error_of([&] { load(text, {"v"}); }),
      AllOf(HasSubstr("t.csv lines 3 and 5 are both of 2024-05-11, with 'v' 2 and 4"), HasSubstr("'mean'")));
  EXPECT_THAT(load(text, {"v"}, with_duplicates("first")).values, ElementsAre(1, 2, 3));
  EXPECT_THAT(load(text, {"v"}, with_duplicates("last")).values, ElementsAre(1, 4, 3));
  EXPECT_THAT(load(text, {"v"}, with_duplicates("mean")).values, ElementsAre(1, 3, 3));
}

TEST(Load, UnknownPoliciesSuggestTheNearest) {
  EXPECT_THAT(error_of([] { load("a\n1\n", {}, with_missing("interpolat")); }),
              HasSubstr("did you mean 'interpolate'?"));
  EXPECT_THAT(error_of([] { load("a\n1\n", {}, with_duplicates("frist")); }),
              HasSubstr("did you mean 'first'?"));
}

TEST(Load, UnequalStepsAreReported) {
  EXPECT_THAT(load("date,v\n2024-05-10,1\n2024-05-11,2\n2024-05-12,3\n2024-05-20,4\n", {"v"}).warnings[0],
              HasSubstr("from 2024-05-12 to 2024-05-20 is 8 times the usual step"));
  EXPECT_THAT(load("date,v\n2024-01,1\n2024-02,2\n2024-03,3\n2024-04,3\n", {"v"}).warnings, IsEmpty())
      << "months";
}

TEST(Load, AMedianOfDifferentStepsIsTold) {
  const auto warnings = [](std::initializer_list<std::string_view> labels) {
    std::string text = "date,v\n";
    for (const std::string_view label : labels) text += fmt::format("{},{}\n", label, text.size());
    return load(text, {"v"}).warnings;
  };
  EXPECT_THAT(warnings({"2024-01-02", "2024-01-16", "2024-02-01", "2024-02-15", "2024-03-01", "2024-03-18"}),
              ElementsAre(AllOf(HasSubstr("not equally far apart, but 14 days to 17 days"),
                                HasSubstr("goes on by the usual step, 15 days"))));
  EXPECT_THAT(warnings({"2024-01-19", "2024-02-16", "2024-03-15 12:00", "2024-04-19", "2024-05-17"}),
              ElementsAre(HasSubstr("28 days to 34.5 days")));
  EXPECT_THAT(warnings({"2024-01-01 10:00:00", "2024-01-01 10:01:00", "2024-01-01 10:01:59",
                        "2024-01-01 10:03:00", "2024-01-01 10:04:00"}),
              ElementsAre(HasSubstr("59 seconds to 1.02 minutes")));
  EXPECT_THAT(warnings({"2024-03-09 00:00:00-05:00", "2024-03-10 00:00:00-05:00", "2024-03-11 00:00:00-04:00",
                        "2024-03-12 00:00:00-04:00"}),
              IsEmpty())
      << "days by the file's own clock";
  EXPECT_THAT(warnings({"45000.041666667", "45000.083333333", "45000.125", "45000.166666667"}), IsEmpty())
      << "rounded";
  EXPECT_THAT(warnings({"1", "2", "4", "6", "9"}), ElementsAre(HasSubstr("but 1 to 3")));
  std::string office = "date,v\n";
  for (int i = 0; i < 60; ++i) office += fmt::format("2024-01-{:02} {:02}:00,{}\n", i / 9 + 1, i % 9 + 9, i);
  EXPECT_THAT(load(office, {"v"}).warnings, ElementsAre(HasSubstr("keep to 9 times in every day")));
  EXPECT_THAT(warnings({"2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08",
                        "2024-01-09", "2024-01-10"}),
              IsEmpty())
      << "workdays";
  EXPECT_THAT(warnings({"2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"}), IsEmpty()) << "months";
  EXPECT_THAT(warnings({"2024-01-01", "2024-01-04", "2024-01-08", "2024-01-11", "2024-01-15", "2024-01-18",
                        "2024-01-22", "2024-01-25"}),
              ElementsAre(HasSubstr("keep to 2 times in every week")));
  EXPECT_THAT(
      warnings({"2024-01-15", "2024-01-31", "2024-02-15", "2024-02-29", "2024-03-15", "2024-03-31"}),
      ElementsAre(HasSubstr("keep to days 15 and the last of every month, and a forecast goes on so")));
  EXPECT_THAT(warnings({"2024-01-19", "2024-02-16", "2024-03-15", "2024-04-19", "2024-05-17"}),
              ElementsAre(HasSubstr("keep to the third Friday of a month, and")));
}

TEST(Load, TimesThatAreNotContinuedAreTold) {
  EXPECT_THAT(
      load("t,v\n2024-01-01 00:00:00,1\n2024-01-01 00:00:00.5,2\n2024-01-01 00:00:01,3\n", {"v"}).warnings,
      ElementsAre(AllOf(HasSubstr("'2024-01-01 00:00:00.5' are not continued"),
                        HasSubstr("fractions of a second"), HasSubstr("+1, +2"))));
  EXPECT_THAT(load("time,v\n1,1\n1e1,2\n19,3\n", {"v"}).warnings,
              ElementsAre(AllOf(HasSubstr("'1e1' are not continued"), HasSubstr("no plain numbers"))));
  EXPECT_THAT(load("time,v\n0.0,1\n0.5,2\n1.0,3\n", {"v"}).warnings, IsEmpty());
  EXPECT_THAT(load("time,v\n2024-01-01,1\n2024-01-01 12:00,2\n2024-01-02,3\n", {"v"}).warnings, IsEmpty());
  EXPECT_THAT(load("time,v\n0.1,1\n0.2,2\n0.4,4\n0.5,5\n", {"v"}, with_missing("interpolate")).times,
              ElementsAre("0.1", "0.2", "0.3", "0.4", "0.5"));
}

// 400 days of a weekly pattern, days 10, 100, 101 and 250 absent.
std::string gappy() {
  std::string text = "date,v\n";
  for (int i = 0; i < 400; ++i) {
    if (i == 10 || i == 100 || i == 101 || i == 250) continue;
    const std::chrono::year_month_day date =
        std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + std::chrono::days(i);
    text += fmt::format("{}-{:02}-{:02},{}\n", static_cast<int>(date.year()),
                        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), 10 * (i % 7));
  }
  return text;
}

TEST(Load, AbsentRowsAreToldOrPutIn) {
  const auto told = load(gappy(), {"v"});
  EXPECT_EQ(told.rows(), 396u);
  EXPECT_THAT(told.warnings, ElementsAre(AllOf(HasSubstr("4 rows are absent between the 396"),
                                               HasSubstr("2024-01-11"), HasSubstr("--missing interpolate"))));
  const auto whole = load(gappy(), {"v"}, with_missing("interpolate"));
  ASSERT_EQ(whole.rows(), 400u);
  EXPECT_EQ(whole.times[100], "2024-04-10");
  EXPECT_EQ(whole.times[101], "2024-04-11");
  EXPECT_DOUBLE_EQ(whole.values[10], 30) << "between 20 and 40";
  std::size_t off = 0;
  for (std::size_t i = 7; i < 400; ++i) off += whole.values[i] != whole.values[i - 7];
  EXPECT_LE(off, 8u) << "a season of 7 rows is a week again, but for what was interpolated";
  EXPECT_THAT(whole.warnings,
              ElementsAre(HasSubstr("put in and interpolated"), HasSubstr("4 missing values")));
}

TEST(Load, GapsOfNoWholeNumberOfStepsAreToldBesideAbsentRows) {
  std::string text = "date,v\n";
  for (int i = 0; i < 60; ++i) {
    if (i == 10) continue;
    const std::chrono::year_month_day date =
        std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + std::chrono::days(7 * i + (i >= 40));
    text += fmt::format("{}-{:02}-{:02},{}\n", static_cast<int>(date.year()),
                        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), i);
  }
  EXPECT_THAT(load(text, {"v"}).warnings,
              ElementsAre(AllOf(HasSubstr("1 row is absent between the 59"),
                                HasSubstr("2024-03-11; 1 of the other gaps is no whole number of steps;"))));
}

TEST(Load, AbsentRowsOfMonthsWorkdaysYearsAndHours) {
  const auto filled = [](std::string_view text) {
    return load(text, {"v"}, with_missing("interpolate")).times;
  };
  EXPECT_THAT(filled("d,v\n2024-01-31,1\n2024-02-29,2\n2024-03-31,3\n2024-05-31,5\n"),
              testing::Contains("2024-04-30"));
  EXPECT_THAT(filled("year,v\n2001,1\n2002,2\n2004,4\n2005,5\n"),
              ElementsAre("2001", "2002", "2003", "2004", "2005"));
  EXPECT_THAT(filled("d,v\n2024-01-01 00:00,1\n2024-01-01 01:00,2\n2024-01-01 03:00,4\n2024-01-01 04:00,5\n"),
              testing::Contains("2024-01-01 02:00"));
  // Mondays to Fridays, the Wednesday of the second week is absent.
  std::string days = "d,v\n";
  for (const int day : {6, 7, 8, 9, 10, 13, 14, 16, 17, 20})
    days += fmt::format("2024-05-{:02},{}\n", day, day);
  EXPECT_EQ(filled(days).size(), 11u) << "weekends are not absent";
  EXPECT_THAT(load("d,v\n2024-01-01,1\n2024-01-09,2\n2024-02-20,2\n2024-02-21,3\n", {"v"},
                   with_missing("interpolate"))
                  .warnings,
              ElementsAre(HasSubstr("not equally far apart")))
      << "no calendar";
}

TEST(Load, AbsentRowsBearTheOffsetOfTheRowsAround) {
  std::string text = "d,v\n";
  for (int i = 1; i <= 20; ++i)
    if (i != 4 && i != 18)
      text += fmt::format("2024-03-{:02} 00:00:00-0{}:00,{}\n", i, i > 10 ? 4 : 5, 10 * i + i % 2);
  const auto whole = load(text, {"v"}, with_missing("interpolate"));
  EXPECT_EQ(whole.times[3], "2024-03-04 00:00:00-05:00");
  EXPECT_EQ(whole.times[17], "2024-03-18 00:00:00-04:00");
  EXPECT_DOUBLE_EQ(whole.values[3], 41) << "the middle of its neighbours to the second";
  EXPECT_THAT(whole.warnings[0], HasSubstr("the first that of 2024-03-04 00:00:00-05:00"));
}

TEST(Load, KeepsTheFirstRows) {
  SeriesOptions options;
  options.first_rows = 2;
  EXPECT_THAT(load("year,v\n2003,4\n2001,2\n2002,3\n", {"v"}, options).values, ElementsAre(2, 3))
      << "in time";
  EXPECT_THAT(load("year,v\n2001,2\n2002,3\n2003,?\n", {"v"}, options).values, ElementsAre(2, 3))
      << "what is missing later does not matter";
  options.first_rows = 9;
  EXPECT_EQ(load("year,v\n2003,4\n2001,2\n", {"v"}, options).rows(), 2u);
}

TEST(Load, LeavesOutTheLastRows) {
  SeriesOptions options;
  options.without_last = 1;
  EXPECT_THAT(load("year,v\n2003,?\n2001,2\n2002,3\n", {"v"}, options).values, ElementsAre(2, 3))
      << "in time";
  options.first_rows = 2;
  EXPECT_THAT(load("year,v\n2001,2\n2002,3\n2003,4\n", {"v"}, options).values, ElementsAre(2))
      << "of the first";
  options.without_last = 2;
  EXPECT_THAT(error_of([&] { load("year,v\n2001,2\n2002,3\n2003,4\n", {"v"}, options); }),
              HasSubstr("its 2 rows are not more than the 2 at the end"));
}

TEST(Load, DecimalCommaFile) {
  const auto s = load("Datum;Temp\r\n10.05.2024;13,5\r\n11.05.2024;12,25\r\n", {"Temp"});
  EXPECT_THAT(s.values, ElementsAre(13.5, 12.25));
}

}  // namespace
}  // namespace ebit::inline data
