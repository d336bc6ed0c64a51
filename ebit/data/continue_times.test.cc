#include "ebit/data/continue_times.h"

#include <gtest/gtest.h>

namespace ebit::inline data {
namespace {

using Labels = std::vector<std::string>;

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

TEST(ContinueTimes, WorkdaysSkipWeekends) {
  // 2024-05-06 is a Monday.
  EXPECT_EQ(continue_times({"2024-05-06", "2024-05-07", "2024-05-08", "2024-05-09", "2024-05-10",
                            "2024-05-13", "2024-05-14", "2024-05-15", "2024-05-16", "2024-05-17"},
                           2),
            (Labels{"2024-05-20", "2024-05-21"}));
}

TEST(ContinueTimes, CountsWhereThereIsNoRule) {
  const Labels counted = {"+1", "+2"};
  EXPECT_EQ(continue_times({"monday", "tuesday"}, 2), counted);
  EXPECT_EQ(continue_times({"2024-05-10"}, 2), counted);
  EXPECT_EQ(continue_times({}, 2), counted);
  EXPECT_EQ(continue_times({"3", "3"}, 2), counted);
  EXPECT_EQ(continue_times({"2024-05-10 10:00:00.5", "2024-05-10 10:00:01.5"}, 2), counted);
  EXPECT_EQ(continue_times({"01/02/2024", "12/02/2024"}, 2), counted) << "two readings, two continuations";
}

}  // namespace
}  // namespace ebit::inline data
