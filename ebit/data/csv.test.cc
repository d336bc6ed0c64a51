#include "ebit/data/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "ebit/base/atomic_file.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/data/csv_dialect.h"

namespace ebit::inline data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

CsvTable table_of(std::string_view text, const CsvOptions& options = {}) {
  return parse_csv(text, options, "t.csv");
}

std::vector<std::string> cells(const CsvTable& table, std::size_t row) {
  std::vector<std::string> out;
  for (std::size_t c = 0; c < table.columns(); ++c) out.emplace_back(table.cell(row, c));
  return out;
}

TEST(Csv, ReadsHeaderAndRows) {
  const auto t = table_of("Date,Temp\n2024-05-10,13.5\n2024-05-11,12\n");
  EXPECT_THAT(t.names, ElementsAre("Date", "Temp"));
  ASSERT_EQ(t.rows(), 2u);
  EXPECT_THAT(cells(t, 1), ElementsAre("2024-05-11", "12"));
  EXPECT_EQ(t.line(0), 2u) << "the header is line 1";
  EXPECT_TRUE(t.has_header);
}

TEST(Csv, QuotesMayHoldDelimitersQuotesAndLines) {
  const auto t = table_of("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n\"two\nlines\",2\n3,4\n");
  EXPECT_THAT(cells(t, 0), ElementsAre("x, y", "say \"hi\""));
  EXPECT_THAT(cells(t, 1), ElementsAre("two\nlines", "2"));
  EXPECT_EQ(t.line(1), 3u);
  EXPECT_EQ(t.line(2), 5u) << "a quoted line break counts as an editor counts it";
}

// Such a quote would take rows in, and a row would get another's value.
TEST(Csv, AStrayQuoteIsRefusedOrTold) {
  for (const auto& [text, line] : {std::pair{"n,y\n\"Foo\" Ltd,1\nx,2\n", "line 2: 'Ltd,1'"},
                                   {"n,y\nx,1\n\"a\"b,2\n", "line 3: 'b,2'"},
                                   {"n,y\n\"bad,1\n\"ok\",2\n", "line 3: 'ok\",2' stands behind a quote"},
                                   {"n,y\n\"bad,1\n\"ok\",2\n", "which begins in line 2"},
                                   {"d,n,y\n1,\"bad,1\n2,ok,2\n3,bad\",3\n", "line 2: a quote is opened"},
                                   {"d,n,y\n1,\"bad,1\n2,bad\",2\n", "closed in line 3"},
                                   {"d,n,y\r\n1,\"bad,1\r\n2,bad\",2\r\n", "3 cells as a row has"}})
    EXPECT_THAT(error_of([&] { table_of(text); }), HasSubstr(line)) << text;
  const auto t = table_of("n,y\n\"1 Main St,\nAlpha\",1\n\"two\nlines\",2\n\"x,\ny\",3\n");
  EXPECT_EQ(t.rows(), 3u);
  EXPECT_THAT(t.warnings, ElementsAre(AllOf(HasSubstr("lines 2 to 3 are one row"), HasSubstr("1 Main St"))));
  EXPECT_THAT(table_of("n,y\n\"two\nlines\",2\n\"x, y\",3\n").warnings, testing::IsEmpty());
}

TEST(Csv, AQuoteInsideABareCellIsACharacter) {
  const auto t = table_of("n,y\n5\" of snow,1\na \"b\" c,2\n6\",3\n");
  EXPECT_THAT(cells(t, 0), ElementsAre("5\" of snow", "1"));
  EXPECT_THAT(cells(t, 1), ElementsAre("a \"b\" c", "2"));
  EXPECT_THAT(cells(t, 2), ElementsAre("6\"", "3"));
  EXPECT_EQ(table_of("n;y\n5\" board;1,5\nx;2,5\ny;3,5\n").delimiter, ';') << "and takes in no lines";
}

TEST(Csv, EmptyCellsBehindEveryRowAreLeftOut) {
  for (const char* text :
       {"d,y\n1,10,\n2,20,\n3,30,\n", "d,y\n1,10,,\n2,20,,\n3,30,,\n", "d;y\n1;10;\n2;20;\n3;30;\n"}) {
    const auto t = table_of(text);
    EXPECT_THAT(cells(t, 2), ElementsAre("3", "30")) << text;
    EXPECT_THAT(t.warnings, ElementsAre(HasSubstr("line 2"))) << text;
  }
  EXPECT_THAT(error_of([] { table_of("d,y\n1,10,\n2,20\n3,30\n"); }),
              AllOf(HasSubstr("line 2: 3 cells where line 1 has 2"), HasSubstr("line 3 has 2")));
  EXPECT_THAT(error_of([] { table_of("d,y\n1,10\n2,20,\n3,30\n"); }), HasSubstr("line 3: 3 cells"));
  EXPECT_THAT(error_of([] { table_of("d,y\n1,10,\n2,20,,\n3,30,\n"); }), HasSubstr("line 3 has 4"));
}

TEST(Csv, ByteOrderMarkLineEndsAndBlankLinesDoNotMatter) {
  const auto plain = table_of("a,b\n1,2\n3,4\n");
  for (const char* text : {"\xef\xbb\xbf"
                           "a,b\n1,2\n3,4\n",
                           "a,b\r\n1,2\r\n3,4\r\n", "a,b\r\r\n1,2\r\r\n3,\"4\"\r\r\n", "a,b\r1,2\r3,4\r",
                           "a,b\n1,2\n3,4", "\n\na,b\n\n1,2\n  \n3,4\n\n", " a , b \n 1 , 2 \n3 ,4\n"}) {
    const auto t = table_of(text);
    EXPECT_EQ(t.names, plain.names) << text;
    ASSERT_EQ(t.rows(), 2u) << text;
    EXPECT_EQ(cells(t, 0), cells(plain, 0)) << text;
    EXPECT_EQ(cells(t, 1), cells(plain, 1)) << text;
  }
  EXPECT_EQ(table_of("\n\na,b\n\n1,2\n  \n3,4\n").line(1), 7u);
  EXPECT_EQ(table_of("a,b\r\n1,2\r\n3,4\r\n").line(1), 3u);
}

TEST(Csv, FindsEveryDelimiterOfTheTable) {
  for (const auto& row : delimiter_table()) {
    const std::string d(1, row.character);
    const auto t = table_of("name" + d + "n\nx" + d + "1\ny" + d + "2\n");
    EXPECT_EQ(t.delimiter, row.character);
    EXPECT_THAT(cells(t, 1), ElementsAre("y", "2")) << row.name;
    EXPECT_EQ(table_of("a\n1\n", {.delimiter = std::string(row.name), .decimal = {}, .header = {}}).delimiter,
              row.character);
    EXPECT_EQ(delimiter_char(row.also), row.character);
  }
}

TEST(Csv, DecimalCommaIsFoundBesideASemicolon) {
  const auto t = table_of("Datum;Temp\n2024-05-10;13,5\n2024-05-11;12,25\n");
  EXPECT_EQ(t.delimiter, ';');
  EXPECT_EQ(t.decimal, ',');
  EXPECT_EQ(table_of("1,5;2,5\n3,5;4,5\n").delimiter, ';') << "both fit every line";
  EXPECT_EQ(table_of("a;b\n1;2.5\n").decimal, '.');
  EXPECT_EQ(table_of("a;b\nx;4,216\n").decimal, ',') << "beside a semicolon three digits are decimals";
  EXPECT_EQ(table_of("a,b\nx,\"12,5\"\n").decimal, ',');
  EXPECT_EQ(table_of("a,b\nx,\"1,234\"\n").decimal, '.') << "more likely a thousands separator";
  EXPECT_EQ(table_of("a;b\n1;2.5\n", {.delimiter = {}, .decimal = ",", .header = {}}).decimal, ',');
}

TEST(Csv, HeaderIsFoundOrGiven) {
  const auto bare = table_of("2024-05-10,13.5\n2024-05-11,12\n");
  EXPECT_FALSE(bare.has_header);
  EXPECT_THAT(bare.names, ElementsAre("column1", "column2"));
  EXPECT_EQ(bare.rows(), 2u);
  EXPECT_EQ(bare.line(0), 1u);
  EXPECT_EQ(table_of("2020,2021\n1,2\n", {.delimiter = {}, .decimal = {}, .header = "yes"}).names[0], "2020");
  EXPECT_EQ(table_of("a,b\nc,d\n", {.delimiter = {}, .decimal = {}, .header = "no"}).rows(), 2u);
  EXPECT_THAT(table_of(",Temp\n1,2\n").names, ElementsAre("column1", "Temp"));
}

TEST(Csv, ColumnsByNameOrNumber) {
  const auto t = table_of("Date,Temp,2,Temp\nx,1,2,3\n", {.delimiter = {}, .decimal = {}, .header = "yes"});
  EXPECT_EQ(t.column("Date"), 0u);
  EXPECT_EQ(t.column("1"), 0u);
  EXPECT_EQ(t.column("4"), 3u);
  EXPECT_EQ(t.column("2"), 2u) << "a header goes before a number";
  EXPECT_THAT(error_of([&] { t.column("Dat"); }),
              AllOf(HasSubstr("no column 'Dat'"), HasSubstr("did you mean 'Date'?")));
  EXPECT_THAT(error_of([&] { t.column("Temp"); }), HasSubstr("columns 2 and 4 are both called 'Temp'"));
  EXPECT_THAT(error_of([&] { t.column("0"); }), HasSubstr("counted from 1 to 4"));
  EXPECT_THAT(error_of([&] { t.column("5"); }), HasSubstr("counted from 1 to 4"));
  EXPECT_THAT(error_of([&] { t.column(""); }), HasSubstr("no column ''"));
  EXPECT_THAT(error_of([&] { t.column("99999999999999999999"); }), HasSubstr("no column"));
}

TEST(Csv, RaggedRowsAreNamedByLine) {
  EXPECT_THAT(error_of([] { table_of("a,b\n1,2\n3\n"); }),
              HasSubstr("t.csv line 3: 1 cell where line 1 has 2"));
  const std::string rows = "a,b\n1,2\n3,4\n5,6\n7,8\n9,10\n", advice = "take out all from line 8 on";
  EXPECT_THAT(error_of([&] { table_of(rows + "\nSource: us\n"); }), HasSubstr(advice));
  EXPECT_THAT(error_of([&] { table_of(rows + "\nSource: us\n\nMade today\n"); }), HasSubstr(advice));
  EXPECT_THAT(error_of([&] { table_of(rows + "\nx\n" + rows); }), Not(HasSubstr("take out all")));
  EXPECT_THAT(error_of([&] { table_of(rows + "\n1,2,3\n"); }), Not(HasSubstr("take out all")));
  EXPECT_THAT(error_of([] { table_of("a,b\n1,2\n\n\"x\ny\",2,3\n"); }),
              HasSubstr("t.csv line 4: 3 cells where line 1 has 2"));
  EXPECT_THAT(error_of([] { table_of("d,y\nx,100\ny,-101,5\nz,102\n"); }),
              AllOf(HasSubstr("line 3: 3 cells"), HasSubstr("if '-101,5' is one number")));
  EXPECT_THAT(error_of([] { table_of("d;y\nx;100;5\ny;101\nz;102\n"); }),
              AllOf(HasSubstr("line 2: 3 cells"), testing::Not(HasSubstr("one number"))));
}

TEST(Csv, ForeignBytesAreReadAsWindows1252AndReported) {
  const auto t = table_of(
      "Date,Max (\xb0"
      "C)\n2024-05-10,3\n");
  EXPECT_EQ(t.names[1],
            "Max (\xc2\xb0"
            "C)");
  EXPECT_THAT(t.warnings, ElementsAre("t.csv is not UTF-8; read as Windows-1252"));
  EXPECT_THAT(table_of("Date,Max (\xc2\xb0"
                       "C)\n2024-05-10,3\n")
                  .warnings,
              testing::IsEmpty());
  EXPECT_EQ(table_of("a,\"Temp\n(C)\"\n1,2\n", {.delimiter = {}, .decimal = {}, .header = "yes"}).names[1],
            "Temp (C)");
}

TEST(Csv, Windows1252SignsAreVisible) {
  EXPECT_EQ(table_of("Date,Price (\x80) \x96 net\n2024-05-10,3\n").names[1], "Price (€) – net");
}

TEST(Csv, ALoneCrEndsLinesOnlyInAFileWithoutLf) {
  const auto t = table_of("a,b\nx\ry,1\nz,2\n");
  ASSERT_EQ(t.rows(), 2u);
  EXPECT_EQ(t.cell(0, 0), "x\ry");
  EXPECT_EQ(t.line(1), 3u);
  EXPECT_EQ(table_of("a,b\rx,1\rz,2").rows(), 2u);
}

TEST(Csv, RefusesWhatIsNoTable) {
  EXPECT_THAT(error_of([] { table_of(""); }), HasSubstr("t.csv is empty"));
  EXPECT_THAT(error_of([] { table_of("\xef\xbb\xbf\n \n"); }), HasSubstr("t.csv is empty"));
  EXPECT_THAT(error_of([] { table_of("Date,Temp\n"); }), HasSubstr("no rows"));
  EXPECT_THAT(error_of([] { table_of("a,b\n1,\"2\n3,4\n"); }), HasSubstr("line 2: a quote is opened"));
  EXPECT_THAT(error_of([] { table_of("\x1f\x8b\x08zzz"); }), HasSubstr("gzip"));
  EXPECT_THAT(error_of([] { table_of("PK\x03\x04zzz"); }), HasSubstr("zip"));
  EXPECT_THAT(error_of([] {
                table_of(
                    "\xff\xfe"
                    "a");
              }),
              HasSubstr("UTF-16"));
  EXPECT_THAT(error_of([] { table_of(std::string_view("a,b\n1,\0\n", 8)); }),
              HasSubstr("NUL byte in line 2"));
}

TEST(Csv, RefusesUnknownOptions) {
  EXPECT_THAT(error_of([] { table_of("a\n1\n", {.delimiter = "semicolons", .decimal = {}, .header = {}}); }),
              HasSubstr("unknown delimiter 'semicolons'"));
  EXPECT_THAT(error_of([] { table_of("a\n1\n", {.delimiter = {}, .decimal = "x", .header = {}}); }),
              HasSubstr("decimal mark"));
  EXPECT_THAT(error_of([] { table_of("a\n1\n", {.delimiter = {}, .decimal = {}, .header = "maybe"}); }),
              HasSubstr("'yes' or 'no'"));
}

TEST(Csv, ReadsFilesAndNamesThoseItCannotRead) {
  const std::filesystem::path path = std::filesystem::path(EBIT_TEST_TMP) / "csv_test.csv";
  write_file_atomically(path, "a,b\n1,2\n");
  EXPECT_EQ(read_csv(path).rows(), 1u);
  EXPECT_EQ(read_csv(path).source, path.string());
  EXPECT_THAT(error_of([] { read_csv("no/such/file.csv"); }), HasSubstr("no/such/file.csv"));
  EXPECT_THAT(error_of([] { read_csv(EBIT_TEST_TMP); }), HasSubstr("is a folder"));
}

}  // namespace
}  // namespace ebit::inline data
