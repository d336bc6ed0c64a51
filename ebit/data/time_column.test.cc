#include "ebit/data/time_column.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "ebit/base/testing/error_of.h"

namespace ebit::inline data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Result {
  TimeColumn time;
  std::vector<std::string> warnings;
};

Result read(std::string_view text, const TimeColumnOptions& options = {},
            std::vector<std::size_t> taken = {}) {
  Result result;
  result.time = read_time_column(parse_csv(text, {}, "t.csv"), options, taken, result.warnings);
  return result;
}

TEST(TimeColumn, IsTheFirstColumnOfDates) {
  const auto r = read("v,when,also\n1,2024-05-10,2024-06-10\n2,2024-05-11,2024-06-11\n");
  EXPECT_THAT(r.time.columns, ElementsAre(1));
  EXPECT_THAT(r.time.labels, ElementsAre("2024-05-10", "2024-05-11"));
  EXPECT_EQ(seconds_between(r.time.points[0], r.time.points[1]), 86400.0);
  EXPECT_THAT(r.warnings, IsEmpty());
}

TEST(TimeColumn, IsElseFoundByName) {
  EXPECT_THAT(read("v,YEAR\n1,1700\n2,1701\n").time.columns, ElementsAre(1));
  EXPECT_THAT(read("day,v\n1,5\n2,6\n").time.columns, ElementsAre(0));
  EXPECT_THAT(read("day,v\n1,5\n2,6\n", {}, {0}).time.columns, IsEmpty())
      << "a wanted column is not the time";
}

TEST(TimeColumn, ANameAloneMakesNoTime) {
  const auto r = read("month,v\nM1,5\nM2,6\n");
  EXPECT_THAT(r.time.columns, IsEmpty());
  EXPECT_THAT(r.warnings, ElementsAre(AllOf(HasSubstr("'month'"), HasSubstr("'M1' (line 2)"))));
  EXPECT_THAT(error_of([] { read("month,v\n2024-05-01,5\nMay,6\n"); }), HasSubstr("'May' is not a date"))
      << "one cell that is a time makes the rest an error";
  EXPECT_EQ(read("d,v\n01/02/2024,1\n01/13/2024,2\n").time.date_order, "mdy");
  EXPECT_EQ(read("d,v\n2024-01-02,1\n").time.date_order, "");
}

TEST(TimeColumn, DateAndTimeBesideEachOtherAreJoined) {
  const char* text = "Date;Time;v\n16/12/2006;17:24:00;1\n16/12/2006;17:25:00;2\n";
  const auto found = read(text);
  EXPECT_THAT(found.time.columns, ElementsAre(0, 1));
  EXPECT_THAT(found.time.labels, ElementsAre("16/12/2006 17:24:00", "16/12/2006 17:25:00"));
  const auto given = read(text, {.columns = {"Date", "Time"}, .date_order = {}});
  EXPECT_EQ(given.time.labels, found.time.labels);
  EXPECT_EQ(seconds_between(given.time.points[0], given.time.points[1]), 60.0);
}

TEST(TimeColumn, YearMonthDayColumnsMayBeGiven) {
  const auto r = read("year,month,day,v\n2024,5,10,1\n2024,5,11,2\n",
                      {.columns = {"year", "month", "day"}, .date_order = {}});
  EXPECT_EQ(seconds_between(r.time.points[0], r.time.points[1]), 86400.0);
  EXPECT_THAT(read("year,month,day,v\n2024,5,10,1\n2024,5,11,2\n").time.columns, ElementsAre(0, 1, 2))
      << "and are found";
  EXPECT_THAT(read("v,Month,Year\n1,5,2024\n2,6,2024\n").time.columns, ElementsAre(2, 1));
  EXPECT_THAT(read("year,month,v\n2024,spring,1\n2025,spring,2\n").time.columns, ElementsAre(0));
}

TEST(TimeColumn, DayAndMonthAreToldApartWhereTheDaysAllow) {
  EXPECT_EQ(seconds_between(read("d,v\n12/01/2024,1\n13/01/2024,2\n").time.points[0],
                            read("d,v\n12/01/2024,1\n13/01/2024,2\n").time.points[1]),
            86400.0);
  const auto us = read("d,v\n01/12/2024,1\n01/13/2024,2\n");
  EXPECT_EQ(seconds_between(us.time.points[0], us.time.points[1]), 86400.0);
  EXPECT_THAT(us.warnings, IsEmpty());

  const char* unclear = "d,v\n01/02/2024,1\n02/02/2024,2\n";
  const auto guessed = read(unclear);
  EXPECT_EQ(seconds_between(guessed.time.points[0], guessed.time.points[1]), 86400.0);
  EXPECT_THAT(guessed.warnings[0], HasSubstr("read as day/month"));
  const auto given = read(unclear, {.columns = {}, .date_order = "mdy"});
  EXPECT_EQ(seconds_between(given.time.points[0], given.time.points[1]), 31 * 86400.0);
  EXPECT_THAT(given.warnings, IsEmpty());
}

// A file whose time column holds labels made of 0, 1, ..., n - 1.
std::string column_of(std::string_view name, int n, auto&& label) {
  std::string text = fmt::format("{},v\n", name);
  for (int i = 0; i < n; ++i) text += fmt::format("{},{}\n", label(i), i * i);
  return text;
}

TEST(TimeColumn, NumbersThatAreDates) {
  const auto months = read(column_of("date", 30, [](int i) { return (2020 + i / 12) * 100 + i % 12 + 1; }));
  EXPECT_EQ(months.time.date_order, "packed");
  EXPECT_EQ(seconds_between(months.time.points[11], months.time.points[12]), 31 * 86400.0);
  const auto dotted =
      read(column_of("date", 30, [](int i) { return fmt::format("{:02}.{}", i % 12 + 1, 2020 + i / 12); }));
  EXPECT_EQ(dotted.time.date_order, "packed");
  EXPECT_TRUE(std::ranges::is_sorted(dotted.time.points));
  const auto slashed =
      read(column_of("t", 30, [](int i) { return fmt::format("{:02}/{}", i % 12 + 1, 2020 + i / 12); }));
  EXPECT_THAT(slashed.time.columns, ElementsAre(0)) << "no number";
  EXPECT_TRUE(std::ranges::is_sorted(slashed.time.points));
  const auto hours = read(column_of("time", 60, [](int i) { return 2024050100 + i / 24 * 100 + i % 24; }));
  EXPECT_EQ(seconds_between(hours.time.points[23], hours.time.points[24]), 3600.0);
  EXPECT_EQ(read(column_of("t", 30, [](int i) { return fmt::format("{}.{:02}", 2020 + i / 12, i % 12 + 1); }))
                .time.date_order,
            "packed");
  EXPECT_EQ(read("period,v\n202412,1\n202501,2\n").time.date_order, "packed");
}

TEST(TimeColumn, NumbersThatOnlyCount) {
  EXPECT_EQ(read(column_of("time", 99, [](int i) { return 202301 + i; })).time.date_order, "")
      << "no month 13";
  EXPECT_EQ(read(column_of("time", 40, [](int i) { return 1 + i; })).time.date_order, "");
  EXPECT_EQ(read(column_of("time", 40, [](int i) { return 240101 + i; })).time.date_order, "");
  EXPECT_EQ(read(column_of("timestamp", 40, [](int i) { return 1704067200 + 3600 * i; })).time.date_order,
            "");
  EXPECT_EQ(read(column_of("time", 40, [](int i) { return fmt::format("{:.4f}", 0.5 * i); })).time.date_order,
            "");
}

TEST(TimeColumn, NumbersThatAreDatesOfAnotherForm) {
  const auto told = [](auto&& label) { return error_of([&] { read(column_of("date", 120, label)); }); };
  const auto date = [](int i) {
    return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::year(2023) / 12 / 1) +
                                       std::chrono::days(i));
  };
  const auto day = [&](int i) { return static_cast<unsigned>(date(i).day()); };
  const auto month = [&](int i) { return static_cast<unsigned>(date(i).month()); };
  const auto year = [&](int i) { return static_cast<int>(date(i).year()); };
  EXPECT_THAT(told([&](int i) { return fmt::format("{:02}{:02}{}", day(i), month(i), year(i)); }),
              AllOf(HasSubstr("t.csv line 2, time column 'date': '01122023'"), HasSubstr("DDMMYYYY"),
                    HasSubstr("2024-05-10")));
  EXPECT_THAT(told([&](int i) { return fmt::format("{}{:02}{}", day(i), month(i), year(i)); }),
              HasSubstr("DDMMYYYY"))
      << "without the zero before it";
  EXPECT_THAT(told([&](int i) { return fmt::format("{:02}{:02}{}", month(i), day(i), year(i)); }),
              HasSubstr("MMDDYYYY"));
  EXPECT_THAT(told([&](int i) { return fmt::format("{}{:02}{:02}", year(i) % 100, month(i), day(i)); }),
              HasSubstr("YYMMDD"));
  EXPECT_THAT(told([&](int i) { return fmt::format("{}{:03}", 2020 + i / 90, i % 90 + 1); }),
              HasSubstr("no error"));
  EXPECT_THAT(told([&](int i) { return i < 20 ? 2022346 + i : 2023001 + i - 20; }), HasSubstr("YYYYDDD"));
  EXPECT_THAT(told([&](int i) { return (2021 + i / 52) * 100 + i % 52 + 1; }), HasSubstr("YYYYWW"));
}

TEST(TimeColumn, NoneCountsRows) {
  const auto absent = read("a,b\n1,2\n3,4\n");
  EXPECT_THAT(absent.time.labels, ElementsAre("0", "1"));
  EXPECT_THAT(absent.time.points, IsEmpty());
  EXPECT_THAT(absent.warnings[0], HasSubstr("no time column found"));
  const auto given = read("date,b\n2024-05-10,2\n2024-05-11,4\n", {.columns = {"none"}, .date_order = {}});
  EXPECT_THAT(given.time.labels, ElementsAre("0", "1"));
  EXPECT_THAT(given.warnings, IsEmpty());
}

TEST(TimeColumn, AFewBadCellsMakeNoColumnLoseItsTime) {
  const auto day = [](int i) { return fmt::format("{:02}.01.2024", i + 1); };
  for (const char* bad : {"Total", "31.02.2024", "", "2024"})
    EXPECT_THAT(error_of([&] { read(column_of("Datum", 20, day) + bad + ",9\n"); }),
                AllOf(HasSubstr(fmt::format("t.csv line 22, time column 'Datum': '{}' is not a date", bad)),
                      HasSubstr("--time none")));
  EXPECT_THAT(error_of([&] {
                read(column_of("when", 20, [](int i) { return fmt::format("1/{}/2024", i + 1); }) + "x,9\n");
              }),
              HasSubstr("line 22, time column 'when': 'x'"));
  EXPECT_THAT(read(column_of("Datum", 20, day) + "a,1\nb,2\nc,3\n").time.columns, IsEmpty())
      << "3 of 23 are more than a tenth";
  EXPECT_THAT(read("Datum,v\n01.01.2024,1\n02.01.2024,2\nTotal,3\n").time.columns, IsEmpty()) << "too few";
  EXPECT_THAT(read("due,year,v\n,2001,1\n" +
                   [] {
                     std::string rest;
                     for (int i = 2; i < 20; ++i) rest += fmt::format("2024-01-{:02},{},1\n", i, 2000 + i);
                     return rest;
                   }())
                  .time.columns,
              ElementsAre(1))
      << "a time by its name comes first";
}

TEST(TimeColumn, NumbersThatAreDatesNeedNoName) {
  const auto label = [](int i) { return fmt::format("{:02}.{}", i % 12 + 1, 2020 + i / 12); };
  EXPECT_THAT(read(column_of("Monat", 30, label)).time.columns, ElementsAre(0));
  EXPECT_THAT(read(column_of("x", 30, [](int i) { return 202001 + i * i % 9; })).time.columns, IsEmpty());
  EXPECT_THAT(read(column_of("x", 3, label)).time.columns, IsEmpty()) << "too few";
}

TEST(TimeColumn, AnOddCellAmongNumbersThatAreDates) {
  const auto with = [](const char* odd) {
    return column_of("date", 30, [&](int i) {
      return i == 24 ? std::string(odd) : fmt::format("{:02}.{}", i % 12 + 1, 2018 + i / 12);
    });
  };
  for (const char* odd : {"1.202", "13.2020", "2020"})
    EXPECT_THAT(error_of([&] { read(with(odd)); }),
                HasSubstr(fmt::format("line 26, time column 'date': '{}'", odd)));
  EXPECT_THAT(error_of([] {
                read(column_of("period", 30,
                               [](int i) { return i == 7 ? 202313 : (2020 + i / 12) * 100 + i % 12 + 1; }));
              }),
              HasSubstr("line 9, time column 'period': '202313'"));
}

TEST(TimeColumn, ClocksAloneAreNoTime) {
  EXPECT_THAT(error_of([] { read("time,v\n00:00,1\n00:15,2\n"); }),
              AllOf(HasSubstr("line 2, time column 'time': '00:00' is a time of day without a date"),
                    HasSubstr("--time none")));
}

TEST(TimeColumn, BadTimesNameLineColumnAndText) {
  EXPECT_THAT(error_of([] { read("Date,v\n2024-05-10,1\n2024-05-32,2\n"); }),
              AllOf(HasSubstr("t.csv line 3, time column 'Date': '2024-05-32' is not a date"),
                    HasSubstr("known forms")));
  EXPECT_THAT(error_of([] { read("year,v\n1700,1\nsoon,2\n"); }),
              HasSubstr("line 3, time column 'year': 'soon'"));
  EXPECT_THAT(error_of([] { read("Date,v\n2024-05-10,1\n,2\n"); }),
              HasSubstr("line 3, time column 'Date': ''"));
  EXPECT_THAT(error_of([] { read("a,v\nx,1\n", {.columns = {"b"}, .date_order = {}}); }),
              HasSubstr("no column 'b'"));
  EXPECT_THAT(error_of([] { read("a,v\n1,1\n", {.columns = {}, .date_order = "ymd"}); }),
              HasSubstr("'dmy' or 'mdy'"));
}

TEST(TimeColumn, OfAnotherFileIsFoundWhereItIsCalledOtherwise) {
  const TimeColumnOptions run{.columns = {"date"}, .date_order = {}, .if_there = true};
  const std::string text = "created,date,v\n2024-05-09,2024-05-10,1\n2024-05-10,2024-05-11,2\n";
  EXPECT_EQ(read(text, run).time.labels[0], "2024-05-10");
  EXPECT_THAT(read(text, run).warnings, IsEmpty());
  const auto other = read("ds,v\n2024-05-10,1\n2024-05-11,2\n", run);
  EXPECT_EQ(other.time.labels[0], "2024-05-10");
  EXPECT_THAT(other.warnings,
              ElementsAre(HasSubstr("no column 'date', the time of the run's data; 'ds' is taken")));
  EXPECT_EQ(read(text, {.columns = {"2"}, .date_order = {}, .if_there = true}).time.labels[0], "2024-05-10");
}

}  // namespace
}  // namespace ebit::inline data
