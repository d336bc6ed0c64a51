#include "ebit/data/number_marks.h"

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
