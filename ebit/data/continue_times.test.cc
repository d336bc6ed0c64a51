#include "ebit/data/continue_times.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>

namespace ebit::inline data {
namespace {

using Labels = std::vector<std::string>;

// `n` labels from a rule, as the tests below need them.
Labels made(int n, auto&& label) {
  Labels labels;
  for (int i = 0; i < n; ++i) labels.push_back(label(i));
  return labels;
}

TEST(ContinueTimes, GoesOnByTheUsualStep) {
  EXPECT_EQ(continue_times({"2024-02-27", "2024-02-28"}, 3),
            (Labels{"2024-02-29", "2024-03-01", "2024-03-02"}));
  EXPECT_EQ(continue_times({"1999", "2000"}, 2), (Labels{"2001", "2002"}));
  EXPECT_EQ(continue_times({"20240227", "20240228"}, 2), (Labels{"20240229", "20240301"}));
  EXPECT_EQ(continue_times({"2024-05-01", "2024-05-02", "2024-05-03", "2024-05-09"}, 1),
            (Labels{"2024-05-10"}))
      << "a gap at the end is no step";
}

TEST(ContinueTimes, MonthsGoByTheCalendar) {
  EXPECT_EQ(continue_times({"2020-11-01", "2020-12-01"}, 2), (Labels{"2021-01-01", "2021-02-01"}));
  EXPECT_EQ(continue_times({"2020-11", "2020-12"}, 2), (Labels{"2021-01", "2021-02"}));
  EXPECT_EQ(continue_times({"2023-10-31", "2023-11-30", "2023-12-31"}, 3),
            (Labels{"2024-01-31", "2024-02-29", "2024-03-31"}));
  EXPECT_EQ(continue_times({"2022-06-15", "2023-06-15"}, 2), (Labels{"2024-06-15", "2025-06-15"}));
}

TEST(ContinueTimes, IsWrittenAsTheLabelsAre) {
  EXPECT_EQ(continue_times({"2024-01-01 22:00", "2024-01-01 23:00"}, 2),
            (Labels{"2024-01-02 00:00", "2024-01-02 01:00"}));
  EXPECT_EQ(continue_times({"2024-01-01T22", "2024-01-01T23"}, 2),
            (Labels{"2024-01-02T00", "2024-01-02T01"}));
  EXPECT_EQ(continue_times({"16/12/2006 23:58:00", "16/12/2006 23:59:00"}, 1),
            (Labels{"17/12/2006 00:00:00"}));
  EXPECT_EQ(continue_times({"12/30/2024", "12/31/2024"}, 1), (Labels{"01/01/2025"}));
  EXPECT_EQ(continue_times({"29.12.2024", "30.12.2024"}, 2), (Labels{"31.12.2024", "01.01.2025"}));
  EXPECT_EQ(continue_times({"4/29/2024", "4/30/2024"}, 2), (Labels{"5/1/2024", "5/2/2024"}));
  EXPECT_EQ(continue_times({"2024-05-10T22:00:00Z", "2024-05-10T23:00:00Z"}, 1),
            (Labels{"2024-05-11T00:00:00Z"}));
  EXPECT_EQ(continue_times({"2024-05-10T22:00:00+02:00", "2024-05-10T23:00:00+02:00"}, 1),
            (Labels{"2024-05-11T00:00:00+02:00"}));
}

TEST(ContinueTimes, EachNumberIsPaddedAsItIsInAnyRow) {
  const auto hourly = [](std::string_view date, const char* hour) {
    return made(30, [&](int i) {
      return fmt::format(fmt::runtime(std::string(date) + " " + hour + ":00"), 20 + i / 24, i % 24);
    });
  };
  const auto next = [](Labels labels) {
    labels.resize(24);
    return continue_times(labels, 2);
  };
  EXPECT_EQ(next(hourly("2024-01-{:02}", "{}")), (Labels{"2024-01-21 0:00", "2024-01-21 1:00"}));
  EXPECT_EQ(next(hourly("{}.01.2024", "{}")), (Labels{"21.01.2024 0:00", "21.01.2024 1:00"}));
  EXPECT_EQ(next(hourly("1/{}/2024", "{:02}")), (Labels{"1/21/2024 00:00", "1/21/2024 01:00"}));
  EXPECT_EQ(next(hourly("1/{}/2024", "{}")), (Labels{"1/21/2024 0:00", "1/21/2024 1:00"}));
  EXPECT_EQ(next(hourly("2024-01-{:02}", "{:02}")), (Labels{"2024-01-21 00:00", "2024-01-21 01:00"}));
  EXPECT_EQ(continue_times({"30.9.2024 12:00", "1.10.2024 12:00"}, 1), (Labels{"2.10.2024 12:00"}));
  EXPECT_EQ(continue_times({"9/30/2024", "10/1/2024"}, 1), (Labels{"10/2/2024"}));
  EXPECT_EQ(continue_times({"2024-09-30", "2024-10-01"}, 1), (Labels{"2024-10-02"}));
}

TEST(ContinueTimes, NumbersThatAreDates) {
  const auto next = [](const Labels& labels) { return continue_times(labels, 2, "packed"); };
  EXPECT_EQ(next({"202311", "202312"}), (Labels{"202401", "202402"}));
  EXPECT_EQ(next({"202304", "202307", "202310"}), (Labels{"202401", "202404"}));
  EXPECT_EQ(next({"2024022821", "2024022822"}), (Labels{"2024022823", "2024022900"}));
  EXPECT_EQ(next({"202412312330", "202412312345"}), (Labels{"202501010000", "202501010015"}));
  EXPECT_EQ(next({"20241231235958", "20241231235959"}), (Labels{"20250101000000", "20250101000001"}));
  EXPECT_EQ(next({"11.2020", "12.2020"}), (Labels{"01.2021", "02.2021"}));
  EXPECT_EQ(next({"2020.11", "2020.12"}), (Labels{"2021.01", "2021.02"}));
  EXPECT_EQ(next({"8.2020", "9.2020"}), (Labels{"10.2020", "11.2020"}));
  EXPECT_EQ(continue_times({"11/2020", "12/2020"}, 1), (Labels{"01/2021"}));
  EXPECT_EQ(continue_times({"11/2020", "12/2020"}, 1, "mdy"), (Labels{"01/2021"}));
  EXPECT_EQ(continue_times({"8-2020", "9-2020"}, 1), (Labels{"10-2020"}));
  EXPECT_EQ(continue_times({"202311", "202312"}, 1), (Labels{"202313"})) << "numbers where nothing is said";
}

TEST(ContinueTimes, WorkdaysSkipWeekends) {
  // 2024-05-06 is a Monday.
  EXPECT_EQ(continue_times({"2024-05-06", "2024-05-07", "2024-05-08", "2024-05-09", "2024-05-10",
                            "2024-05-13", "2024-05-14", "2024-05-15", "2024-05-16", "2024-05-17"},
                           2),
            (Labels{"2024-05-20", "2024-05-21"}));
}

TEST(ContinueTimes, MonthsKeepTheirDayAndTheirClock) {
  EXPECT_EQ(continue_times(made(12, [](int i) { return fmt::format("2020-{:02}-01 00:00:00", i + 1); }), 3),
            (Labels{"2021-01-01 00:00:00", "2021-02-01 00:00:00", "2021-03-01 00:00:00"}));
  EXPECT_EQ(continue_times({"2023-11-05T06:30:00Z", "2023-12-05T06:30:00Z"}, 1),
            (Labels{"2024-01-05T06:30:00Z"}));
  EXPECT_EQ(continue_times({"2019-10-30", "2019-11-30", "2019-12-30"}, 3),
            (Labels{"2020-01-30", "2020-02-29", "2020-03-30"}));
  EXPECT_EQ(continue_times({"2019-01-30", "2019-02-28", "2019-03-30"}, 2),
            (Labels{"2019-04-30", "2019-05-30"}));
  EXPECT_EQ(continue_times({"2019-01-29", "2019-02-28", "2019-03-29"}, 1), (Labels{"2019-04-29"}));
}

TEST(ContinueTimes, MonthDayYearAsItWasRead) {
  const Labels months = made(12, [](int i) { return fmt::format("{:02}/01/2020", i + 1); });
  EXPECT_EQ(continue_times(months, 2, "mdy"), (Labels{"01/01/2021", "02/01/2021"}));
  EXPECT_EQ(continue_times(months, 2, "dmy"), (Labels{"13/01/2020", "14/01/2020"})) << "days of January";
  EXPECT_EQ(continue_times(months, 2), (Labels{"+1", "+2"})) << "not said";
}

TEST(ContinueTimes, QuartersYearsAndWorkdaysOfMonths) {
  EXPECT_EQ(continue_times({"2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31"}, 2),
            (Labels{"2024-03-31", "2024-06-30"}));
  EXPECT_EQ(continue_times({"2023-01-01", "2023-04-01", "2023-07-01", "2023-10-01"}, 2),
            (Labels{"2024-01-01", "2024-04-01"}));
  EXPECT_EQ(continue_times({"2022-04", "2022-07", "2022-10"}, 1), (Labels{"2023-01"}));
  // 30 and 31 March 2024 are a weekend.
  EXPECT_EQ(continue_times({"2023-11-30", "2023-12-29", "2024-01-31", "2024-02-29"}, 2),
            (Labels{"2024-03-29", "2024-04-30"}));
  EXPECT_EQ(continue_times({"2023-06-30", "2023-09-29", "2023-12-29"}, 1), (Labels{"2024-03-29"}))
      << "of quarters";
  EXPECT_EQ(continue_times({"2024-04-01", "2024-05-01", "2024-06-03", "2024-07-01"}, 2),
            (Labels{"2024-08-01", "2024-09-02"}));
}

TEST(ContinueTimes, WeeksAndLeapDays) {
  EXPECT_EQ(continue_times({"2024-02-12", "2024-02-19"}, 3),
            (Labels{"2024-02-26", "2024-03-04", "2024-03-11"}));
  EXPECT_EQ(continue_times({"2023-02-26", "2023-02-27"}, 3),
            (Labels{"2023-02-28", "2023-03-01", "2023-03-02"}));
  EXPECT_EQ(continue_times({"2016-02-29", "2017-02-28", "2018-02-28", "2019-02-28"}, 2),
            (Labels{"2020-02-29", "2021-02-28"}));
  EXPECT_EQ(continue_times({"2024-02-28T22:00", "2024-02-28T23:00"}, 2),
            (Labels{"2024-02-29T00:00", "2024-02-29T01:00"}));
}

TEST(ContinueTimes, WorkdaysWithClockAndOffset) {
  // 2024-05-01 is a Wednesday, the last row Friday the 17th.
  Labels days;
  for (const int day : {1, 2, 3, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17})
    days.push_back(fmt::format("2024-05-{:02} 00:00:00-04:00", day));
  EXPECT_EQ(continue_times(days, 2), (Labels{"2024-05-20 00:00:00-04:00", "2024-05-21 00:00:00-04:00"}));
  Labels shop;  // closed on Sundays: 2024-05-05 and on
  for (int day = 1; day <= 25; ++day)
    if (day % 7 != 5) shop.push_back(fmt::format("2024-05-{:02}", day));
  EXPECT_EQ(continue_times(shop, 2), (Labels{"2024-05-27", "2024-05-28"}));
}

// The days of some weeks from Monday 2024-01-01 on, as so many days behind each Monday.
Labels weekly(int weeks, std::initializer_list<int> days, std::string_view clock = "") {
  Labels labels;
  for (int week = 0; week < weeks; ++week)
    for (const int day : days) {
      const std::chrono::year_month_day date =
          std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + std::chrono::days(7 * week + day);
      labels.push_back(fmt::format("{}-{:02}-{:02}{}", static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                   clock));
    }
  return labels;
}

TEST(ContinueTimes, PlacesOfADayOrAWeekComeAgain) {
  const auto goes_on = [](Labels labels, std::size_t last) {
    const Labels rest(labels.end() - static_cast<std::ptrdiff_t>(last), labels.end());
    labels.resize(labels.size() - last);
    EXPECT_EQ(continue_times(labels, static_cast<int>(last)), rest) << rest[0];
  };
  goes_on(weekly(9, {0, 2, 4}), 7);
  goes_on(weekly(9, {0, 3}), 5);
  goes_on(weekly(9, {1, 5}, " 18:30"), 5);
  goes_on(weekly(4, {0, 2, 4}), 2);
  Labels every_second = weekly(16, {0, 1, 2, 3, 4}), workdays;
  for (std::size_t i = 0; i < every_second.size(); i += 2) workdays.push_back(every_second[i]);
  goes_on(workdays, 6);
  workdays.erase(workdays.begin() + 9), workdays.erase(workdays.begin() + 20);
  goes_on(workdays, 6);
  Labels gappy = weekly(20, {0, 2, 4});
  gappy.erase(gappy.begin() + 7), gappy.erase(gappy.begin() + 30);
  goes_on(gappy, 4);
  Labels hours, office;
  for (const std::string& day : weekly(6, {0, 1, 2, 3, 4, 5, 6}))
    for (const int hour : {7, 14, 21}) hours.push_back(fmt::format("{} {:02}:00", day, hour));
  goes_on(hours, 8);
  for (const std::string& day : weekly(6, {0, 1, 2, 3, 4}))
    for (int hour = 9; hour < 18; ++hour) office.push_back(fmt::format("{} {:02}:00", day, hour));
  goes_on(office, 20);
  goes_on({"2024-01-01", "2024-01-03", "2024-01-11", "2024-01-13", "2024-01-21", "2024-01-23", "2024-01-31",
           "2024-02-02", "2024-02-10", "2024-02-12"},
          2);
}

TEST(ContinueTimes, AFewGapsAreNoPattern) {
  EXPECT_EQ(continue_times({"2024-05-01", "2024-05-02", "2024-05-04", "2024-05-05"}, 1),
            (Labels{"2024-05-06"}));
  Labels days = weekly(2, {0, 1, 3, 4, 5, 6});
  EXPECT_EQ(continue_times(days, 3), (Labels{"2024-01-15", "2024-01-16", "2024-01-17"})) << "Wednesday too";
  EXPECT_EQ(continue_times({"2024-01-15", "2024-02-01", "2024-02-15", "2024-03-01"}, 1),
            (Labels{"2024-03-16"}))
      << "two months are too few for days of a month: the median, 15 days";
  EXPECT_EQ(continue_times({"2024-01-02", "2024-01-16", "2024-02-01", "2024-02-15", "2024-03-01",
                            "2024-03-18", "2024-04-01", "2024-04-15"},
                           1),
            (Labels{"2024-04-29"}))
      << "payments that weekends move: the median";
}

// The frequencies of pandas, as testing/make_time_steps.py asks it for them.
TEST(ContinueTimes, GoesOnAsPandasDoes) {
  std::ifstream file(EBIT_SOURCE_DIR "/ebit/data/testing/time_steps.tsv");
  int series = 0;
  for (std::string line, cell; std::getline(file, line); ++series) {
    std::stringstream cells(line);
    std::string name, known;
    std::getline(cells, name, '\t'), std::getline(cells, known, '\t');
    Labels labels;
    while (std::getline(cells, cell, '\t')) labels.push_back(cell);
    const Labels rest(labels.begin() + std::stol(known), labels.end());
    labels.resize(labels.size() - rest.size());
    EXPECT_EQ(continue_times(labels, static_cast<int>(rest.size())), rest) << name << ", " << known;
  }
  EXPECT_EQ(series, 114);
}

TEST(ContinueTimes, DaysOfEveryMonth) {
  const auto monthly = [](int months, std::initializer_list<int> days) {
    Labels labels;
    for (int month = 0; month < months; ++month)
      for (const int day : days) {
        const auto name = std::chrono::year(2023 + month / 12) / (month % 12 + 1);
        const unsigned last = static_cast<unsigned>((name / std::chrono::last).day());
        labels.push_back(fmt::format("{}-{:02}-{:02}", 2023 + month / 12, month % 12 + 1,
                                     std::min(last, static_cast<unsigned>(day))));
      }
    return labels;
  };
  const auto goes_on = [](Labels labels, std::size_t known) {
    const Labels rest(labels.begin() + static_cast<std::ptrdiff_t>(known), labels.end());
    labels.resize(known);
    EXPECT_EQ(continue_times(labels, static_cast<int>(rest.size())), rest) << labels[0] << labels[1];
  };
  goes_on(monthly(16, {1, 15}), 8);
  goes_on(monthly(16, {1, 15}), 23);
  goes_on(monthly(28, {15, 31}), 21);  // over the last of February 2024
  goes_on(monthly(28, {15, 30}), 10);
  goes_on(monthly(16, {1, 11, 21}), 20);
  goes_on(monthly(16, {1, 6, 11, 16, 21, 26}), 27);
  Labels gappy = monthly(16, {1, 15});
  gappy.erase(gappy.begin() + 4), gappy.erase(gappy.begin() + 9);
  goes_on(gappy, 25);
  EXPECT_EQ(continue_times({"2024-01-29", "2024-02-26", "2024-03-25", "2024-04-22", "2024-05-20"}, 1),
            (Labels{"2024-06-17"}))
      << "every four weeks";
}

TEST(ContinueTimes, AWeekdayOfEveryMonth) {
  EXPECT_EQ(continue_times({"2023-10-20", "2023-11-17", "2023-12-15", "2024-01-19", "2024-02-16"}, 3),
            (Labels{"2024-03-15", "2024-04-19", "2024-05-17"}))
      << "the third Friday";
  EXPECT_EQ(continue_times({"2023-06-16", "2023-09-15", "2023-12-15", "2024-03-15", "2024-06-21"}, 2),
            (Labels{"2024-09-20", "2024-12-20"}))
      << "of quarters";
  EXPECT_EQ(continue_times({"2024-01-28", "2024-02-25", "2024-03-31", "2024-04-28", "2024-05-26"}, 2),
            (Labels{"2024-06-30", "2024-07-28"}))
      << "the last Sunday";
  EXPECT_EQ(continue_times({"2024-01-02", "2024-02-06", "2024-03-05 12:00", "2024-04-02"}, 1),
            (Labels{"2024-04-30 12:00"}))
      << "two clocks: the median, no weekday";
}

TEST(ContinueTimes, SummerTimeComesAndGoesAsInTheYearBefore) {
  // Daily at midnight in New York: 12 March 2023 to 5 November 2023, then from 10 March 2024.
  Labels days;
  for (int i = 0; i < 430; ++i) {
    const std::chrono::sys_days day =
        std::chrono::sys_days(std::chrono::year(2023) / 1 / 1) + std::chrono::days(i);
    const std::chrono::year_month_day date = day;
    const bool summer = day > std::chrono::sys_days(std::chrono::year(2023) / 3 / 12) &&
                        day <= std::chrono::sys_days(std::chrono::year(2023) / 11 / 5);
    days.push_back(fmt::format("{}-{:02}-{:02} 00:00:00-0{}:00", static_cast<int>(date.year()),
                               static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                               summer ? 4 : 5));
  }
  ASSERT_EQ(days.back(), "2024-03-05 00:00:00-05:00");
  const Labels next = continue_times(days, 6);
  EXPECT_EQ(next[4], "2024-03-10 00:00:00-05:00");
  EXPECT_EQ(next[5], "2024-03-11 00:00:00-04:00");

  // Hourly in Berlin: the hour after 01:00+01:00 is 03:00+02:00, on 31 March 2024 as on 26 March 2023.
  Labels hours;
  for (int hour = 0; hour < 24 * 371; ++hour) {
    const std::int64_t utc = 1679616000 + hour * std::int64_t{3600};  // 2023-03-24T00:00Z
    const bool summer = (utc >= 1679792400 && utc < 1698541200) || utc >= 1711846800;
    const auto local = std::chrono::sys_seconds(std::chrono::seconds(utc + (summer ? 7200 : 3600)));
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date = day;
    hours.push_back(fmt::format("{}-{:02}-{:02}T{:02}:00+0{}:00", static_cast<int>(date.year()),
                                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                (local - day).count() / 3600, summer ? 2 : 1));
  }
  ASSERT_EQ(hours.back(), "2024-03-29T00:00+01:00");
  const Labels later = continue_times(hours, 51);
  EXPECT_EQ(later[48], "2024-03-31T01:00+01:00");
  EXPECT_EQ(later[49], "2024-03-31T03:00+02:00");
  EXPECT_EQ(later[50], "2024-03-31T04:00+02:00");
}

TEST(ContinueTimes, NumbersWithDecimals) {
  EXPECT_EQ(continue_times({"1704067200.0", "1704067260.0"}, 2), (Labels{"1704067320.0", "1704067380.0"}));
  EXPECT_EQ(continue_times({"1949.0", "1950.0"}, 1), (Labels{"1951.0"}));
  EXPECT_EQ(continue_times({"0,8", "0,9"}, 2), (Labels{"1,0", "1,1"}));
  EXPECT_EQ(continue_times({"0.25", "0.5", "0.75"}, 2), (Labels{"1", "1.25"}));
  EXPECT_EQ(continue_times({"0", "0.5"}, 2), (Labels{"1", "1.5"}));
  EXPECT_EQ(continue_times({"-1.50", "-1.00"}, 3), (Labels{"-0.50", "0.00", "0.50"}));
  EXPECT_EQ(continue_times({"10", "20"}, 1), (Labels{"30"}));
  EXPECT_EQ(continue_times({"1,704,067", "1,704,068"}, 1), (Labels{"+1"})) << "thousands";
  EXPECT_EQ(continue_times({"1e3", "2e3"}, 1), (Labels{"+1"}));
  EXPECT_EQ(continue_times({"0.00000000000000000001", "1"}, 1), (Labels{"+1"}));
}

TEST(ContinueTimes, ABareDateAmongTimesOfDayIsMidnight) {
  EXPECT_EQ(continue_times({"2024-01-01", "2024-01-01 12:00:00", "2024-01-02"}, 2),
            (Labels{"2024-01-02 12:00:00", "2024-01-03 00:00:00"}));
  EXPECT_EQ(continue_times({"1/31/2024 16:00", "2/1/2024", "2/1/2024 8:00"}, 1), (Labels{"2/1/2024 16:00"}));
}

TEST(ContinueTimes, CountsWhereThereIsNoRule) {
  const Labels counted = {"+1", "+2"};
  EXPECT_EQ(continue_times({"monday", "tuesday"}, 2), counted);
  EXPECT_EQ(continue_times({"2024-05-10"}, 2), counted);
  EXPECT_EQ(continue_times({}, 2), counted);
  EXPECT_EQ(continue_times({"3", "3"}, 2), counted);
  EXPECT_EQ(continue_times({"0", "900000000000000000"}, 2), counted) << "too large to count";
  EXPECT_EQ(continue_times({"9998-01-01", "9999-01-01"}, 2), counted) << "the end of the calendar";
  EXPECT_EQ(continue_times({"2024-05-10 10:00:00.5", "2024-05-10 10:00:01.5"}, 2), counted);
  EXPECT_EQ(continue_times({"01/02/2024", "12/02/2024"}, 2), counted) << "two readings, two continuations";
}

// The label that shows how a clock is written names an offset, and the last one none.
TEST(ContinueTimes, OffsetsThatSomeLabelsNameEndNothing) {
  for (const std::vector<std::string>& times :
       {std::vector<std::string>{"2024-05-10 14:00+02:00", "2024-05-11"},
        {"2024-05-10", "2024-05-11 14:00+02:00"}})
    EXPECT_EQ(continue_times(times, 2).size(), 2u);
}

}  // namespace
}  // namespace ebit::inline data
