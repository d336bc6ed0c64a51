#include "ebit/data/conformal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"

namespace ebit::inline data {
namespace {

TEST(Conformal, IsAnOrderStatisticOfTheErrors) {
  // (9 + 1) * 0.9 = 9: the largest of nine; (9 + 1) * 0.5 = 5: the fifth.
  EXPECT_EQ(conformal_half_width({5, -3, 1, 2, -9, 4, 8, 6, 7}, 0.9), 9);
  EXPECT_EQ(conformal_half_width({5, -3, 1, 2, -9, 4, 8, 6, 7}, 0.5), 5);
  EXPECT_TRUE(std::isnan(conformal_half_width({1, 2, 3, 4, 5, 6, 7, 8}, 0.9))) << "eight are too few";
  EXPECT_EQ(fewest_errors(0.9), 9u);
  EXPECT_EQ(fewest_errors(0.95), 19u);
  EXPECT_EQ(conformal_half_width({NAN, 1, 2}, 0.75), INFINITY);
  EXPECT_THAT(error_of([] { conformal_half_width({1}, 1.0); }), testing::HasSubstr("below 1, not 1"));
}

// Of skewed values, with ends that are wrong on both sides: the margin puts the coverage right.
TEST(Conformal, AMarginMendsQuantiles) {
  EXPECT_EQ(conformal_margin({-5, -3, -1, -2, -9, -4, -8, -6, -7}, 0.9), -1) << "inwards";
  Random random(4);
  for (const auto& [low, high] : {std::pair{0.8, 1.2}, {0.01, 40.0}}) {
    double covered = 0;
    constexpr int kRounds = 4000;
    for (int round = 0; round < kRounds; ++round) {
      std::vector<double> scores;
      const auto draw = [&] { return std::exp(random.normal()); };
      for (int i = 0; i < 19; ++i) {
        const double y = draw();
        scores.push_back(std::max(low - y, y - high));
      }
      const double margin = conformal_margin(scores, 0.8), y = draw();
      covered += y >= low - margin && y <= high + margin;
    }
    EXPECT_NEAR(covered / kRounds, 0.8, 0.02) << low;
  }
}

TEST(Conformal, CoversWhatItPromises) {
  Random random(3);
  double covered = 0;
  constexpr int kRounds = 4000;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> errors;
    for (int i = 0; i < 19; ++i) errors.push_back(std::exp(random.normal()));  // of no symmetry
    covered += std::exp(random.normal()) <= conformal_half_width(errors, 0.8);
  }
  EXPECT_NEAR(covered / kRounds, 0.8, 0.02);
}

}  // namespace
}  // namespace ebit::inline data
