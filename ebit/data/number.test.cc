#include "ebit/data/number.h"

#include <gtest/gtest.h>

#include <cmath>

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

TEST(Number, RefusesEverythingElse) {
  for (const char* text : {"", " ", "+", "-", "1 2", "12x", "x12", "0x10", "1.2.3", "1,2", "1,234.5", "++1",
                           "+-1", "1e", "12%", "2024-05-10"}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
  EXPECT_FALSE(parse_number("1.5", ',')) << "a point is no decimal mark here";
}

TEST(Number, LeavesInfinityAndNanToTheCaller) {
  EXPECT_TRUE(std::isinf(parse_number("inf").value()));
  EXPECT_TRUE(std::isinf(parse_number("1e999").value()));
  EXPECT_TRUE(std::isnan(parse_number("nan").value()));
}

}  // namespace
}  // namespace ebit::inline data
