#include "ebit/data/number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace ebit::inline data {
namespace {

TEST(Number, ReadsWhatFilesWrite) {
  EXPECT_EQ(parse_number("12.5"), 12.5);
  EXPECT_EQ(parse_number("  -3\t"), -3.0);
  EXPECT_EQ(parse_number("+7e-2"), 0.07);
  EXPECT_EQ(parse_number(".5"), 0.5);
  EXPECT_EQ(parse_number("1e-999"), 0.0);
  EXPECT_EQ(parse_number("12,5", ','), 12.5);
  EXPECT_EQ(parse_number("-1,5e3", ','), -1500.0);
}

TEST(Number, WhatIsTooSmallIsZeroHoweverItIsWritten) {
  const std::string zeros(400, '0');
  for (const std::string& text :
       {"0." + zeros + "1", "0." + zeros + "100", "." + zeros + "5", "-0." + zeros + "1",
        std::string("100e-400"), std::string("1E-99999999999999999999"), "0." + zeros + "1e20",
        "1" + zeros + "e-900"})
    EXPECT_EQ(parse_number(text), 0.0) << text;
  EXPECT_EQ(parse_number("0," + zeros + "1", ','), 0.0);
  EXPECT_NEAR(parse_number("0." + zeros + "1e401").value_or(0), 1, 1e-12);
  EXPECT_EQ(parse_number("1" + zeros + "e-400"), 1.0);
  EXPECT_GT(parse_number("1e-310"), 0.0) << "small, and a number";
  for (const std::string& text : {"1" + zeros, "1" + zeros + ".5", "1" + zeros + "e-20",
                                  std::string("0.001e999"), std::string("1e99999999999999999999")})
    EXPECT_TRUE(std::isinf(parse_number(text).value_or(0))) << text;
}

TEST(Number, RefusesEverythingElse) {
  for (const char* text : {"", " ", "+", "-", "1 2", "12x", "x12", "0x10", "1.2.3", "1,2", "1,234.5", "++1",
                           "+-1", "1e", "12%", "2024-05-10"}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
  EXPECT_FALSE(parse_number("1.5", ',')) << "a point is no decimal mark here";
}

TEST(Number, ThousandsComeInGroupsOfThree) {
  EXPECT_EQ(parse_number("1.005", ',', '.'), 1005.0);
  EXPECT_EQ(parse_number("-1,234,567.5", '.', ','), -1234567.5);
  EXPECT_EQ(parse_number("1'234.5", '.', '\''), 1234.5);
  EXPECT_EQ(parse_number("1’234", '.', '\''), 1234.0);
  EXPECT_EQ(parse_number("12 345,25", ',', ' '), 12345.25);
  EXPECT_EQ(parse_number("12\u00A0345", ',', ' '), 12345.0);
  EXPECT_EQ(parse_number("12\u202F345", ',', ' '), 12345.0);
  EXPECT_EQ(parse_number("990", ',', '.'), 990.0);
  EXPECT_EQ(parse_number("12345", '.', ','), 12345.0) << "without a mark";
  EXPECT_EQ(parse_number("1,500e2", '.', ','), 150000.0);
  for (const char* text :
       {"1,50", "1,5000", "1,,500", ",500", "1,500,", "1234,567", "1,500,00.5", "1.5,000", "-,500"})
    EXPECT_FALSE(parse_number(text, '.', ',')) << text;
}

TEST(Number, LeavesInfinityAndNanToTheCaller) {
  EXPECT_TRUE(std::isinf(parse_number("inf").value()));
  EXPECT_TRUE(std::isinf(parse_number("1e999").value()));
  EXPECT_TRUE(std::isnan(parse_number("nan").value()));
}

}  // namespace
}  // namespace ebit::inline data
