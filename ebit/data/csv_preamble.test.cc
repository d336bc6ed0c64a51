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
