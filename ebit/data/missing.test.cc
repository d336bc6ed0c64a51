#include "ebit/data/missing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"

namespace ebit::inline data {
namespace {

using testing::ElementsAre;

TEST(Missing, TokensIgnoreCase) {
  const auto tokens = default_missing_tokens();
  for (const char* cell : {"", "?", "na", "NaN", "NULL", "n/a"})
    EXPECT_TRUE(is_missing(cell, tokens)) << cell;
  for (const char* cell : {"0", "nan1", "none at all", "-1"}) EXPECT_FALSE(is_missing(cell, tokens)) << cell;
}

TEST(Missing, EveryPolicyHasAHelp) {
  for (const auto& row : missing_table()) EXPECT_FALSE(row.help.empty()) << row.name;
}

TEST(Missing, InterpolatesOverPositions) {
  std::vector<double> values{NAN, 2, NAN, 8, NAN, NAN};
  const std::vector<double> positions{0, 1, 2, 4, 5, 6};
  EXPECT_EQ(interpolate(values, positions), 3u);
  EXPECT_THAT(values, ElementsAre(2, 2, 4, 8, 8, 8));
}

TEST(Missing, PositionsBeyondADoubleFallBackToRows) {
  std::vector<double> values{0, NAN, 4};
  const std::vector<double> positions{-1.7e308, 0, 1.7e308};
  interpolate(values, positions);
  EXPECT_THAT(values, ElementsAre(0, 2, 4));
}

TEST(Missing, NothingToGoBy) {
  std::vector<double> values{NAN, NAN};
  const std::vector<double> positions{0, 1};
  EXPECT_EQ(error_of([&] { interpolate(values, positions); }), "interpolate: all 2 values are missing");
}

}  // namespace
}  // namespace ebit::inline data
