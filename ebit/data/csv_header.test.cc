#include "ebit/data/csv_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/data/csv.h"

namespace ebit::inline data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

CsvTable table_of(std::string_view text, const CsvOptions& options = {}) {
  return parse_csv(text, options, "t.csv");
}

TEST(CsvHeader, NumbersUnlikeTheirColumnsAreNames) {
  struct Case {
    const char* text;
    std::vector<std::string> names;
  };
  for (const auto& [text, names] : std::vector<Case>{
           {"month,1958\nM1,340\nM2,318\nM3,362\n", {"month", "1958"}},
           {"\"Month\",\"1958\",\"1959\"\n\"JAN\",340,360\n\"FEB\",318,342\n\"MAR\",362,406\n",
            {"Month", "1958", "1959"}},
           {"time,101,102\n2024-01-01,20.5,21.5\n2024-01-02,20.7,22.5\n", {"time", "101", "102"}},
           {"101,102,103\n20.5,21.5,30.1\n20.7,22.5,30.5\n", {"101", "102", "103"}},
           {"1,2,3\n20.5,21.5,30.1\n20.7,22.5,30.5\n", {"1", "2", "3"}},
           {",0,1\n0,5,7\n1,6,8\n", {"column1", "0", "1"}},
           {"region,2020-01-22,2020-01-23\nA,1,2\nB,3,4\n", {"region", "2020-01-22", "2020-01-23"}},
       }) {
    const auto t = table_of(text);
    EXPECT_EQ(t.names, names) << text;
    EXPECT_TRUE(t.has_header) << text;
    EXPECT_THAT(t.warnings, ElementsAre(AllOf(HasSubstr("t.csv line 1:"), HasSubstr("--header no")))) << text;
    EXPECT_FALSE(table_of(text, {.header = "no"}).has_header);
    EXPECT_THAT(table_of(text, {.header = "yes"}).warnings, IsEmpty()) << "asked for, so no guess";
  }
}

TEST(CsvHeader, AFirstRowLikeTheOthersIsDataAndToldWhereItCouldBeNames) {
  for (const char* text :
       {"1,2,3\n4,5,6\n7,8,9\n", "340,318\n360,342\n417,391\n", "20,21.5\n20.7,22.5\n20.9,23\n",
        "5\n4.9\n5.1\n", "0.5,0.7\n0.6,0.8\n", "100,100\n5,6\n7,8\n", "M0,300\nM1,340\nM2,318\n"}) {
    const auto t = table_of(text);
    EXPECT_FALSE(t.has_header) << text;
    EXPECT_EQ(t.rows(), 3u - (std::string_view(text).starts_with("0.5"))) << text;
    EXPECT_THAT(t.warnings, ElementsAre(HasSubstr("--header yes"))) << text;
  }
  EXPECT_THAT(table_of("2024-05-10,13.5\n2024-05-11,12\n").warnings, IsEmpty())
      << "dates above dates are no names";
}

TEST(CsvHeader, PlainNamesNeedNoWord) {
  EXPECT_THAT(table_of("Date,Temp\n2024-05-10,13.5\n2024-05-11,12\n").warnings, IsEmpty());
}

}  // namespace
}  // namespace ebit::inline data
