#include "ebit/data/time_column.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(TimeColumn, NoneCountsRows) {
  const auto absent = read("a,b\n1,2\n3,4\n");
  EXPECT_THAT(absent.time.labels, ElementsAre("0", "1"));
  EXPECT_THAT(absent.time.points, IsEmpty());
  EXPECT_THAT(absent.warnings[0], HasSubstr("no time column found"));
  const auto given = read("date,b\n2024-05-10,2\n2024-05-11,4\n", {.columns = {"none"}, .date_order = {}});
  EXPECT_THAT(given.time.labels, ElementsAre("0", "1"));
  EXPECT_THAT(given.warnings, IsEmpty());
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

}  // namespace
}  // namespace ebit::inline data
