#include "ebit/data/csv_preamble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/testing/error_of.h"

namespace ebit::inline data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

CsvTable table_of(std::string_view text, const CsvOptions& options = {}) {
  return parse_csv(text, options, "t.csv");
}

TEST(CsvPreamble, CommentsAreSkippedAndTold) {
  for (const std::string mark : {"#", "%", "!", "//"}) {
    const auto t =
        table_of(mark + " Instrument, ABC\n" + mark + " Site Alpha\ntime,t\n2024-01-01,20\n2024-01-02,21\n");
    EXPECT_THAT(t.names, ElementsAre("time", "t")) << mark;
    EXPECT_EQ(t.line(0), 4u) << "as an editor counts";
    EXPECT_THAT(t.warnings, ElementsAre(AllOf(HasSubstr("lines 1 to 2"), HasSubstr("--skip-lines")))) << mark;
  }
}

TEST(CsvPreamble, TheLastCommentMayBeTheHeader) {
  const auto t = table_of("# made by a logger\n# time, t\n2024-01-01,20\n2024-01-02,21\n");
  EXPECT_THAT(t.names, ElementsAre("time", "t"));
  EXPECT_EQ(t.rows(), 2u);
  EXPECT_THAT(table_of("#time,t\n2024-01-01,20\n2024-01-02,21\n").names, ElementsAre("time", "t"));
  EXPECT_THAT(table_of("#id,name\nx,y\nz,w\n").names, ElementsAre("#id", "name")) << "a name with the mark";
}

TEST(CsvPreamble, TitlesAboveAHeaderAreSkippedAndTold) {
  const auto t =
      table_of("Weather of Alpha\n\nmade 2024; all rights\ntime,t,u\n2024-01-01,20,1\n2024-01-02,21,2\n");
  EXPECT_THAT(t.names, ElementsAre("time", "t", "u"));
  EXPECT_EQ(t.line(0), 5u);
  EXPECT_THAT(t.warnings, ElementsAre(AllOf(HasSubstr("lines 1 to 3"), HasSubstr("'Weather of Alpha'"))));
  EXPECT_EQ(table_of("Wetter\nTag;T;U\n1.5.2024;20,5;1\n2.5.2024;21,5;2\n").delimiter, ';');
}

TEST(CsvPreamble, WhereNothingSaysThatItIsATitleTheFirstLinesAreBlamed) {
  // R writes a table's header without a name for the row names: skipping it would lose the names.
  EXPECT_THAT(error_of([] { table_of("t,u\n1,20,1\n2,21,2\n3,22,3\n"); }),
              AllOf(HasSubstr("t.csv: line 1 is not like the lines below"), HasSubstr("3 cells"),
                    HasSubstr("--skip-lines 1")));
  EXPECT_THAT(error_of([] { table_of("Alpha\nBeta\n2024-01-01,20\n2024-01-02,21\n"); }),
              HasSubstr("--skip-lines 2"));
}

TEST(CsvPreamble, ADecimalCommaInATableOfCommasIsNamed) {
  EXPECT_THAT(error_of([] { table_of("date,y\n2024-01-01,100,5\n2024-01-02,101,5\n2024-01-03,102,5\n"); }),
              AllOf(HasSubstr("it has 2 cells, and line 2 has 3 cells"), HasSubstr("'100,5' is one number"),
                    HasSubstr("quote it or write ;")));
  EXPECT_THAT(error_of([] { table_of("y\n100,5\n101,5\n102,5\n"); }), HasSubstr("'100,5' is one number"));
  EXPECT_THAT(error_of([] { table_of("date;y\n2024-01-01;100;5\n2024-01-02;101;5\n2024-01-03;102;5\n"); }),
              AllOf(HasSubstr("line 2 has 3 cells"), testing::Not(HasSubstr("one number"))));
}

TEST(CsvPreamble, ALineMayNameTheDelimiter) {
  for (const auto& [text, delimiter] : {std::pair{"sep=;\nd;y\n1;2\n3;4\n", ';'},
                                        {"sep=,\r\nd,y\r\n1,2\r\n3,4\r\n", ','},
                                        {"sep=\t\nd\ty\n1\t2\n3\t4\n", '\t'},
                                        {"\xef\xbb\xbfSEP=;\nd;y\n1;2\n3;4\n", ';'},
                                        {"\"sep=;\"\nd;y\n1;2\n3;4\n", ';'},
                                        {"sep=|\nd|y\n1,5|2,5\n3,5|4,5\n", '|'}}) {
    const auto t = table_of(text);
    EXPECT_THAT(t.names, ElementsAre("d", "y")) << text;
    EXPECT_EQ(t.delimiter, delimiter) << text;
    EXPECT_EQ(t.line(0), 3u) << text;
    EXPECT_THAT(t.warnings, IsEmpty()) << text;
  }
  EXPECT_THAT(table_of("sep=;\nd,y\n1,2\n", {.delimiter = ","}).names, ElementsAre("d", "y"));
  EXPECT_THAT(table_of("sep=;\nWeather\n\nd;y;z\n1;2;3\n4;5;6\n").names, ElementsAre("d", "y", "z"));
  EXPECT_THAT(table_of("sep=;\n# made\nd;y\n1;2\n4;5\n").names, ElementsAre("d", "y"));
  EXPECT_THAT(error_of([] { table_of("sep=:\nd:y\n1:2\n"); }),
              AllOf(HasSubstr("t.csv line 1: 'sep=:'"), HasSubstr("none of ;, tab, |, ,")));
  EXPECT_THAT(table_of("sep=;\n1;2\n", {.header = "yes", .skip_lines = 0}).names,
              ElementsAre("sep=", "column2"));
}

TEST(CsvPreamble, SkipLinesSaysHowMany) {
  const char* text = "Alpha\nBeta\n2024-01-01,20\n2024-01-02,21\n";
  EXPECT_EQ(table_of(text, {.skip_lines = 2}).rows(), 2u);
  EXPECT_EQ(table_of(text, {.skip_lines = 2}).line(0), 3u);
  EXPECT_THAT(table_of("x\ntime,t\n2024-01-01,20\n", {.skip_lines = 1}).warnings, IsEmpty());
  EXPECT_THAT(error_of([] { table_of("a,b\n1,2\n", {.skip_lines = 9}); }), HasSubstr("is empty"));
  EXPECT_THAT(table_of("# a,b\nc,d\ne,f\n", {.skip_lines = 0}).names, ElementsAre("# a", "b"))
      << "none are looked for";
}

}  // namespace
}  // namespace ebit::inline data
