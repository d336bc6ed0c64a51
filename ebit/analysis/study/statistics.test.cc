#include "ebit/analysis/study/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace ebit::analysis {
namespace {

TEST(Statistics, QuartilesByHand) {
  const std::vector<double> values = {4, 1, 2, std::numeric_limits<double>::quiet_NaN(), 3, 10};
  const Quartiles quartiles = quartiles_of(values);
  EXPECT_DOUBLE_EQ(quartiles.median, 3);
  EXPECT_DOUBLE_EQ(quartiles.low, 2);
  EXPECT_DOUBLE_EQ(quartiles.high, 4);
  EXPECT_TRUE(std::isnan(quartiles_of({}).median));
}

TEST(Statistics, LineThroughPoints) {
  const FittedLine exact = fit_line(std::vector<double>{1, 2, 4}, std::vector<double>{1, -1, -5});
  EXPECT_NEAR(exact.slope, -2, 1e-12);
  EXPECT_NEAR(exact.intercept, 3, 1e-12);
  EXPECT_NEAR(exact.slope_error, 0, 1e-7);
  // Residuals 1/6, -1/3, 1/6: s^2 = 1/6 over one degree of freedom, and sum (x - mean)^2 = 2.
  const FittedLine rough = fit_line(std::vector<double>{0, 1, 2}, std::vector<double>{0, 0, 1});
  EXPECT_NEAR(rough.slope, 0.5, 1e-12);
  EXPECT_NEAR(rough.slope_error, std::sqrt(1.0 / 12), 1e-12);
  EXPECT_TRUE(std::isnan(fit_line(std::vector<double>{1}, std::vector<double>{1}).slope));
}

TEST(Statistics, RankCorrelationSeesOrderOnly) {
  const std::vector<double> x = {1, 2, 3, 100}, up = {0, 1, 5, 6}, down = {4, 3, 2, -50};
  EXPECT_NEAR(rank_correlation(x, up), 1, 1e-12);
  EXPECT_NEAR(rank_correlation(x, down), -1, 1e-12);
  // 1 - 6 sum d^2 / (n (n^2 - 1)) with d = 1, -1, 0, 0.
  EXPECT_NEAR(rank_correlation(x, std::vector<double>{2, 1, 3, 4}), 0.8, 1e-12);
  EXPECT_TRUE(std::isnan(rank_correlation(x, std::vector<double>(4, 1.0))));
  std::vector<double> many(14);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i * i % 11);
  EXPECT_TRUE(std::isnan(rank_correlation(std::vector<double>(14, 0.0), many)))
      << "a mean is no rank by rounding";
}

TEST(Statistics, SignFlipTestCountsSigns) {
  EXPECT_DOUBLE_EQ(sign_flip_test(std::vector<double>{1, 2, 3, 4, 5}), 2.0 / 32);
  EXPECT_DOUBLE_EQ(sign_flip_test(std::vector<double>{1, -1}), 1);
  // Of the sums +-1 +-2 +-3 those of size 4 and more are +-6 and +-4: 4 of 8.
  EXPECT_DOUBLE_EQ(sign_flip_test(std::vector<double>{-1, 2, 3}), 0.5);
  EXPECT_DOUBLE_EQ(sign_flip_test(std::vector<double>(3, 0.0)), 1);
  EXPECT_LT(sign_flip_test(std::vector<double>(24, 1.0)), 1e-5);
}

}  // namespace
}  // namespace ebit::analysis
