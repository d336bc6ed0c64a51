#include "ebit/data/number_marks.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/testing/error_of.h"
#include "ebit/data/load.h"

namespace ebit::inline data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Series load(std::string_view text, const CsvOptions& csv = {}) {
  SeriesOptions options;
  options.csv = csv;
  return series_of(parse_csv(text, csv, "t.csv"), options, std::vector<std::string>{"v"});
}

TEST(NumberMarks, ThousandsAreFoundAndTold) {
  struct Case {
    const char* text;
    std::vector<double> values;
  };
  for (const auto& [text, values] : std::vector<Case>{
           {"day;v\n01.03.2020;990\n02.03.2020;1.005\n03.03.2020;1.020\n", {990, 1005, 1020}},
           {"day,v\n2020-03-01,\"1,500\"\n2020-03-02,\"808\"\n", {1500, 808}},
           {"day,v\n2020-03-01,\"1,500\"\n2020-03-02,\"1,808\"\n", {1500, 1808}},
           {"day;v\n2020-03-01;1.234.567\n2020-03-02;2.000.000\n", {1234567, 2000000}},
           {"day;v\n2020-03-01;1.234,5\n2020-03-02;0,25\n", {1234.5, 0.25}},
           {"day,v\n2020-03-01,\"1,234.5\"\n2020-03-02,0.25\n", {1234.5, 0.25}},
           {"day;v\n2020-03-01;1'234.5\n2020-03-02;12\n", {1234.5, 12}},
           {"day;v\n2020-03-01;1 234,5\n2020-03-02;12\n", {1234.5, 12}},
           {"day;v\n2020-03-01;1\u00A0234\n2020-03-02;12\n", {1234, 12}},
           {"day\tv\n2020-03-01\t-1,005\n2020-03-02\t-12\n", {-1005, -12}},
       }) {
    const Series series = load(text);
    EXPECT_EQ(series.values, values) << text;
    EXPECT_THAT(series.warnings, testing::Contains(AllOf(HasSubstr("thousands mark"), HasSubstr("--"))))
        << text;
  }
}

TEST(NumberMarks, DecimalsStayDecimals) {
  struct Case {
    const char* text;
    std::vector<double> values;
    std::size_t told;
  };
  for (const auto& [text, values, told] : std::vector<Case>{
           {"day;v\n2020-03-01;0.125\n2020-03-02;1.005\n", {0.125, 1.005}, 0},
           {"day,v\n2020-03-01,12.5\n2020-03-02,1.005\n2020-03-03,3\n", {12.5, 1.005, 3}, 0},
           {"day;v\n2020-03-01;13,5\n2020-03-02;12,250\n", {13.5, 12.25}, 0},
           {"day,v\n2020-03-01,1.005\n2020-03-02,2.125\n", {1.005, 2.125}, 1},  // both fit: told
           {"day;v\n2020-03-01;1,005\n2020-03-02;2,125\n", {1.005, 2.125}, 1},
           {"day;v;w\n2020-03-01;1.005;0.5\n2020-03-02;2;0.7\n", {1.005, 2}, 0},  // another column says so
           {"day,v\n2020-03-01,990\n2020-03-02,1020\n", {990, 1020}, 0},
       }) {
    const Series series = load(text);
    EXPECT_EQ(series.values, values) << text;
    EXPECT_EQ(series.warnings.size(), told) << text << testing::PrintToString(series.warnings);
  }
}

// A mark may come late, and the cells before it may be many that decide nothing.
TEST(NumberMarks, EveryCellIsLookedAt) {
  constexpr int kRows = 10400;
  std::string dates = "day;v\n", times = "at;v\n", grouped = "w;v\n";
  for (int i = 0; i < kRows; ++i) {
    const bool late = i >= 10100;
    const std::string value = late ? fmt::format("1.{}", 100 + i % 50) : fmt::format("{}", 500 + i % 400);
    dates += fmt::format("{:02}.{:02}.{};{}\n", i % 28 + 1, i / 28 % 12 + 1, 1990 + i / 336, value);
    times += fmt::format("{} {} {};{}\n", i % 28 + 1, i / 28 % 12 + 1, 1990 + i / 336, value);
    grouped += fmt::format("1.{};{}\n", 100 + i % 800, late ? "2.5" : "7");
  }
  for (const std::string* text : {&dates, &times}) {
    const Series series = load(*text);
    EXPECT_EQ(series.values.front(), 500);
    EXPECT_EQ(series.values.back(), 1100 + (kRows - 1) % 50);
    EXPECT_THAT(series.warnings, testing::Contains(HasSubstr("line 10102: '1.100' is read as 1100")));
  }
  EXPECT_EQ(load(grouped).values.back(), 2.5) << "one cell shows the mark to be one of decimals";
}

TEST(NumberMarks, MonthsAreNoDecimals) {
  for (const char* text : {"m;v\n01.2020;100,5\n02.2020;101,5\n", "m;v\n2020.01;100,5\n2020.02;101,5\n",
                           "m;v\n9.2020;100,5\n10.2020;101,5\n11.2020;102,5\n"})
    EXPECT_EQ(parse_csv(text, {}, "t.csv").decimal, ',') << text;
  for (const char* text :
       {"m;v\n1.2020;100\n1.2023;101\n", "m;v\n1.2020;7\n13.2020;8\n", "m;v\n1.2020;7\n2.5;8\n"})
    EXPECT_EQ(parse_csv(text, {}, "t.csv").decimal, '.') << text;
}

TEST(NumberMarks, OptionsDecide) {
  const char* point = "day;v\n2020-03-01;990\n2020-03-02;1.005\n";
  EXPECT_THAT(load(point, {.thousands = "none"}).values, ElementsAre(990, 1.005));
  EXPECT_THAT(load(point, {.decimal = "."}).values, ElementsAre(990, 1.005));
  EXPECT_THAT(load(point, {.thousands = "."}).values, ElementsAre(990, 1005));
  EXPECT_THAT(load(point, {.thousands = "."}).warnings, IsEmpty());
  EXPECT_THAT(load("day;v\n2020-03-01;1.005\n2020-03-02;2.125\n", {.thousands = "."}).values,
              ElementsAre(1005, 2125));
  EXPECT_THAT(error_of([] { load("a;v\n1;2\n", {.decimal = ".", .thousands = "."}); }), HasSubstr("both"));
  EXPECT_THAT(error_of([] { load("a;v\n1;2\n", {.thousands = "spaces"}); }),
              HasSubstr("did you mean 'space'?"));
}

TEST(NumberMarks, ADecimalMarkIsNeverAdvisedForThousands) {
  EXPECT_THAT(error_of([] {
                load("day,v\n2020-03-01,\"1,500\"\n2020-03-02,808\n", {.decimal = ".", .thousands = "none"});
              }),
              AllOf(HasSubstr("'1,500' is not a number"), HasSubstr("--thousands ,"),
                    testing::Not(HasSubstr("decimal mark"))));
  EXPECT_THAT(error_of([] { load("day;v;w\n2020-03-01;990;2,005\n2020-03-02;1.005;808\n"); }),
              AllOf(HasSubstr("both look like thousands"), HasSubstr("line 2"), HasSubstr("line 3")));
  EXPECT_THAT(error_of([] { load("day,v\n2020-03-01,\"1,500\"\n2020-03-02,\"1,50\"\n", {.decimal = "."}); }),
              HasSubstr("line 2, column 'v': '1,500' is not a number"));
}

}  // namespace
}  // namespace ebit::inline data
