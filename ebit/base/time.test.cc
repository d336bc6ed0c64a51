#include "ebit/base/time.h"

#include <gtest/gtest.h>

namespace ebit::inline base {
namespace {

constexpr auto kDay = DateOrder::kDayFirst;
constexpr std::int64_t kMay10 = 1715299200;  // 2024-05-10 00:00 UTC, as `date -u -d 2024-05-10 +%s` prints

TEST(Time, ReadsAllKnownForms) {
  for (const char* text :
       {"2024-05-10", "2024/05/10", "2024.5.10", "2024 5 10", "10/05/2024", "10.5.2024", "10-05-2024",
        "20240510", " 2024-05-10 ", "2024-05-10 00:00", "2024-05-10T00:00:00Z", "2024-05-10T02:00:00+02:00",
        "2024-05-09 19:00:00-0500", "2024-05-10 00:00:00.000"}) {
    const auto point = parse_time(text, kDay);
    ASSERT_TRUE(point) << text;
    EXPECT_EQ(point->seconds, kMay10) << text;
    EXPECT_EQ(point->fraction, 0.0) << text;
  }
  EXPECT_EQ(parse_time("05/10/2024", DateOrder::kMonthFirst)->seconds, kMay10);
  EXPECT_EQ(parse_time("2024-05", kDay)->seconds, kMay10 - 9 * 86400);
  EXPECT_EQ(parse_time("16/12/2006 17:24:00", kDay)->seconds, 1166289840);
  EXPECT_EQ(parse_time("1969-12-31", kDay)->seconds, -86400);
  EXPECT_NEAR(parse_time("2024-05-10 00:00:01.25", kDay)->fraction, 0.25, 1e-12);
  EXPECT_EQ(parse_time("2024-05-10 24:00", kDay)->seconds, kMay10 + 86400);
  for (const char* text : {"2024-05-10T17", "2024-05-10 17", "10.05.2024 17", "2024-05-10T17Z"}) {
    ASSERT_TRUE(parse_time(text, kDay)) << text;
    EXPECT_EQ(parse_time(text, kDay)->seconds, kMay10 + 17 * 3600) << text;
    EXPECT_TRUE(parse_time(text, kDay)->has_clock) << text;
  }
}

TEST(Time, MonthBeforeYear) {
  for (const char* text : {"05/2024", "5/2024", "05-2024"})
    EXPECT_EQ(parse_time(text, kDay)->seconds, kMay10 - 9 * 86400) << text;
  for (const char* text : {"05.2024", "13/2024", "0/2024", "1/1000", "5/2024 10:00", "05/20241", "5 2024"})
    EXPECT_FALSE(parse_time(text, kDay)) << text;
}

TEST(Time, NumbersAreDatesWhereThatIsSaid) {
  const auto read = [](const char* text) { return parse_time(text, date_order_of("packed")); };
  for (const char* text : {"202405", "05.2024", "5.2024", "2024.05"})
    EXPECT_EQ(read(text)->seconds, kMay10 - 9 * 86400) << text;
  EXPECT_EQ(read("2024051017")->seconds, kMay10 + 17 * 3600);
  EXPECT_EQ(read("202405101724")->seconds, kMay10 + 17 * 3600 + 24 * 60);
  EXPECT_EQ(read("20240510172407")->seconds, kMay10 + 17 * 3600 + 24 * 60 + 7);
  EXPECT_TRUE(read("2024051017")->has_clock);
  EXPECT_FALSE(read("202405")->has_clock);
  EXPECT_EQ(read("2024-05-10")->seconds, kMay10) << "others stay dates";
  for (const char* text :
       {"202413", "202400", "170005", "220105", "13.2024", "2024.5", "2024.13", "2024.055", "2024051024",
        "202405101760", "2024023000", "20240510172460", "2024", "20240", "2024051", "1704067200"}) {
    EXPECT_FALSE(read(text)) << text;
    EXPECT_FALSE(parse_time(text, kDay)) << text;
  }
  EXPECT_FALSE(parse_time("202405", kDay));
}

TEST(Time, KeepsTheOffset) {
  EXPECT_EQ(parse_time("2024-05-10T02:00:00+02:00", kDay)->offset, 7200);
  EXPECT_EQ(parse_time("2024-05-09 19:00:00-0530", kDay)->offset, -(5 * 3600 + 1800));
  EXPECT_TRUE(parse_time("2024-05-10T00:00Z", kDay)->has_offset);
  EXPECT_FALSE(parse_time("2024-05-10T00:00", kDay)->has_offset);
}

TEST(Time, KnowsTheCalendar) {
  EXPECT_TRUE(parse_time("2024-02-29", kDay));
  for (const char* text : {"2023-02-29", "2024-13-01", "2024-00-01", "2024-01-32", "32/01/2024", "13/13/2024",
                           "2024-05-10 25:00", "2024-05-10 10:60", "20241301"}) {
    EXPECT_FALSE(parse_time(text, kDay)) << text;
  }
}

TEST(Time, RefusesNumbersAndText) {
  for (const char* text : {"", "2024", "1013.2", "1013.25", "12.5", "1e5", "monday", "2024-05-10x",
                           "2024-5/10", "1/2", "10/05/24", "2024-05-10 +02:00", "2024-05-10 7",
                           "2024-05-10 25", "2024-05-10 170", "-2024-05-10", "2024-05-10 10:00+0x"}) {
    EXPECT_FALSE(parse_time(text, kDay)) << text;
  }
}

TEST(Time, OrdersPoints) {
  const auto a = *parse_time("2024-05-10 10:00:00.2", kDay), b = *parse_time("2024-05-10 10:00:00.7", kDay);
  EXPECT_LT(a, b);
  EXPECT_LT(b, *parse_time("2024-05-10 10:00:01", kDay));
  EXPECT_NEAR(seconds_between(a, b), 0.5, 1e-12);
  EXPECT_TRUE(is_clock("17:24:00"));
  EXPECT_TRUE(is_clock("7:24"));
  EXPECT_FALSE(is_clock("17.24"));
  EXPECT_FALSE(is_clock("2024-05-10"));
}

}  // namespace
}  // namespace ebit::inline base
