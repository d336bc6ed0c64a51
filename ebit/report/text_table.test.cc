#include "ebit/report/text_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ebit/base/error.h"
#include "ebit/report/text.h"

namespace ebit::inline report {
namespace {

using testing::HasSubstr;

TextTable example() {
  return {"Test part",
          {{"model", false}, {"parameters"}, {"RMSE (°C)"}},
          {{"quantum LSTM", "26", "2.145 ± 0.031"}, {"Modèle, \"naïf\" | 日本", "0", "2.93"}, {"none"}},
          0,
          "least RMSE",
          {"Over 3 seeds."}};
}

TEST(TextTableTest, TerminalColumnsAlign) {
  EXPECT_EQ(table_text(example()),
            "Test part\n"
            "  model                  parameters      RMSE (°C)\n"
            "  ─────────────────────  ──────────  ─────────────\n"
            "* quantum LSTM                   26  2.145 ± 0.031\n"
            "  Modèle, \"naïf\" | 日本           0           2.93\n"
            "  none\n"
            "* least RMSE\n"
            "Over 3 seeds.\n");
}

TEST(TextTableTest, WithoutABestRowThereIsNoMark) {
  TextTable table = example();
  table.best_row.reset();
  EXPECT_EQ(table_text(table).find('*'), std::string::npos);
  EXPECT_EQ(table_html(table).find("best"), std::string::npos);
  table.best_row = 7;  // beyond the rows
  EXPECT_EQ(table_text(table).find('*'), std::string::npos);
}

TEST(TextTableTest, CellsCannotMoveTheCursor) {
  EXPECT_EQ(table_text({"", {{"a", false}}, {{"x\x1b[2J\ny"}}, {}, "", {}}), "a\n───────\nx [2J y\n");
}

TEST(TextTableTest, Markdown) {
  EXPECT_EQ(table_markdown(example()),
            "**Test part**\n\n"
            "| model | parameters | RMSE (°C) |\n"
            "| :--- | ---: | ---: |\n"
            "| **quantum LSTM** | **26** | **2.145 ± 0.031** |\n"
            "| Modèle, \"naïf\" \\| 日本 | 0 | 2.93 |\n"
            "| none |  |  |\n"
            "\nBold: least RMSE\n"
            "\nOver 3 seeds.\n");
}

TEST(TextTableTest, HtmlIsEscaped) {
  TextTable table = example();
  table.rows[1][0] = "<script>alert('x')</script>";
  const std::string html = table_html(table);
  EXPECT_THAT(html, HasSubstr("<td>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</td>"));
  EXPECT_THAT(
      html,
      HasSubstr("<tr class=\"best\" title=\"least RMSE\"><td>quantum LSTM</td><td class=\"number\">26</td>"));
  EXPECT_EQ(html.find("<script"), std::string::npos);
}

TEST(TextTableTest, CsvQuotesWhatNeedsIt) {
  EXPECT_EQ(table_csv(example()),
            "model,parameters,RMSE (°C)\nquantum LSTM,26,2.145 ± 0.031\n\"Modèle, \"\"naïf\"\" | "
            "日本\",0,2.93\nnone,,\n");
}

TEST(TextTableTest, ShapesAreChecked) {
  TextTable table = example();
  table.rows[2] = {"a", "b", "c", "d"};
  EXPECT_THROW(table_text(table), Error);
  EXPECT_THROW(table_markdown(table), Error);
  EXPECT_THROW(table_html(table), Error);
  EXPECT_THROW(table_csv(table), Error);
  EXPECT_THROW(table_text({}), Error);
}

TEST(TextTableTest, Numbers) {
  EXPECT_EQ(table_number(0.0812345), "0.08123");
  EXPECT_EQ(table_number(2.1), "2.100");
  EXPECT_EQ(table_number(12345.678), "12346");
  EXPECT_EQ(table_number(26), "26");
  EXPECT_EQ(table_number(0), "0");
  EXPECT_EQ(table_number(-1.23456e-7), "-1.23e-07");
  EXPECT_EQ(table_number(6.02e23), "6.02e+23");
  EXPECT_EQ(table_number(std::nan("")), "–");
  EXPECT_EQ(table_number(-std::numeric_limits<double>::infinity()), "−∞");
}

TEST(TextTableTest, Spreads) {
  EXPECT_EQ(table_spread(0.08123, 0.0031), "0.0812 ± 0.0031");
  EXPECT_EQ(table_spread(123.4, 12), "123 ± 12");
  EXPECT_EQ(table_spread(2.5, 0), "2.500");
  EXPECT_EQ(table_spread(7.511968, 1e-15), "7.512");
  EXPECT_EQ(table_spread(2.5, std::nan("")), "2.500");
  EXPECT_EQ(table_spread(std::nan(""), 1), "–");
  EXPECT_EQ(table_spread(1.5e-6, 2e-7), "1.50e-06 ± 2.0e-07");
}

TEST(TextTableTest, TheLeastFiniteValueIsBest) {
  EXPECT_EQ(least_row({3, 1, 2}), 1u);
  EXPECT_EQ(least_row({std::nan(""), 1, -std::numeric_limits<double>::infinity()}), 1u);
  EXPECT_EQ(least_row({std::nan("")}), std::nullopt);
}

}  // namespace
}  // namespace ebit::inline report
