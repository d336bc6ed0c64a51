#include "ebit/data/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"

namespace ebit::inline data {
namespace {

using testing::HasSubstr;

const std::vector<double> kTruth{2, -4, 5, 10};
const std::vector<double> kPrediction{3, -4, 3, 14};  // errors 1, 0, -2, 4

TEST(Metrics, ValuesByHand) {
  const double naive = 2.0;
  EXPECT_DOUBLE_EQ(metric("MSE", kTruth, kPrediction, naive), 21.0 / 4);
  EXPECT_DOUBLE_EQ(metric("RMSE", kTruth, kPrediction, naive), std::sqrt(21.0 / 4));
  EXPECT_DOUBLE_EQ(metric("MAE", kTruth, kPrediction, naive), 7.0 / 4);
  EXPECT_DOUBLE_EQ(metric("MAPE", kTruth, kPrediction, naive), 100 * (0.5 + 0 + 0.4 + 0.4) / 4);
  EXPECT_DOUBLE_EQ(metric("sMAPE", kTruth, kPrediction, naive), 200 * (1.0 / 5 + 0 + 2.0 / 8 + 4.0 / 24) / 4);
  EXPECT_DOUBLE_EQ(metric("MASE", kTruth, kPrediction, naive), 7.0 / 8);
  const double mean = 13.0 / 4, spread = 4 + 16 + 25 + 100 - 4 * mean * mean;
  EXPECT_DOUBLE_EQ(metric("R2", kTruth, kPrediction, naive), 1 - 21 / spread);
}

TEST(Metrics, PerfectAndMeanForecasts) {
  for (const auto& row : metric_table()) {
    EXPECT_FALSE(row.help.empty()) << row.name;
    EXPECT_EQ(metric(row.name, kTruth, kTruth, 1.0), row.higher_is_better ? 1.0 : 0.0) << row.name;
  }
  const std::vector<double> mean(4, 13.0 / 4);
  EXPECT_NEAR(metric("R2", kTruth, mean, 1.0), 0.0, 1e-15);
}

TEST(Metrics, UndefinedIsNanAndNeverInfinity) {
  const std::vector<double> zeros{0, 1}, guess{1, 1}, constant{3, 3}, nan{NAN, 1}, huge{1e300, -1e300},
      both{0, 0};
  EXPECT_TRUE(std::isnan(metric("MAPE", zeros, guess, 1)));
  EXPECT_TRUE(std::isnan(metric("MAPE", zeros, zeros, 1))) << "0 / 0 as well";
  EXPECT_EQ(metric("sMAPE", both, both, 1), 0.0);
  EXPECT_EQ(metric("sMAPE", zeros, guess, 1), 100.0);
  EXPECT_TRUE(std::isnan(metric("R2", constant, guess, 1)));
  for (const double naive : {0.0, static_cast<double>(NAN)}) {
    EXPECT_TRUE(std::isnan(metric("MASE", zeros, guess, naive)));
  }
  EXPECT_TRUE(std::isnan(metric("MSE", huge, guess, 1))) << "overflow";
  for (const double value : all_metrics(guess, nan, 1)) EXPECT_TRUE(std::isnan(value));
  for (const double value : all_metrics(huge, zeros, 1e-300)) EXPECT_FALSE(std::isinf(value));
}

// Squares of small and large errors are no numbers, their root is one.
TEST(Metrics, ValuesAtTheEndsOfTheNumbers) {
  for (const double unit : {1e-307, 1e-300, 1e-160, 1.0, 1e153, 1e155, 1e300, 1e306}) {
    std::vector<double> truth = kTruth, prediction = kPrediction;
    for (double& t : truth) t *= unit;
    for (double& p : prediction) p *= unit;
    EXPECT_NEAR(metric("RMSE", truth, prediction, unit) / unit, std::sqrt(21.0 / 4), 1e-6) << unit;
    EXPECT_NEAR(metric("MAE", truth, prediction, unit) / unit, 7.0 / 4, 1e-6) << unit;
    EXPECT_NEAR(metric("MASE", truth, prediction, unit), 7.0 / 4, 1e-6) << unit;
    EXPECT_NEAR(metric("R2", truth, prediction, unit), metric("R2", kTruth, kPrediction, 1), 1e-6) << unit;
  }
  EXPECT_EQ(metric("MSE", std::vector{1e-300}, std::vector{3e-300}, 1), 0.0);
  EXPECT_NEAR(metric("MAE", std::vector(9, 0.0), std::vector(9, 1e308), 1) / 1e308, 1, 1e-12)
      << "the sum is none";
}

TEST(Metrics, AllFollowTheTable) {
  const auto all = all_metrics(kTruth, kPrediction, 2.0);
  ASSERT_EQ(all.size(), metric_table().size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i], metric(metric_table()[i].name, kTruth, kPrediction, 2.0));
  }
}

TEST(Metrics, RowsAreFoundByName) {
  for (std::size_t i = 0; i < metric_table().size(); ++i) {
    EXPECT_EQ(metric_index(metric_table()[i].name), i);
    EXPECT_EQ(&metric_row(metric_table()[i].name), &metric_table()[i]);
  }
  EXPECT_THAT(error_of([] { metric_index("MSE "); }), HasSubstr("did you mean 'MSE'?"));
  EXPECT_THAT(error_of([] { metric_row("loss"); }), HasSubstr("unknown metric 'loss'"));
}

TEST(Metrics, NaiveErrorOfASeries) {
  const std::vector<double> series{1, 3, 2, 4, 3, 9};
  EXPECT_DOUBLE_EQ(naive_mae(series), (2 + 1 + 2 + 1 + 6) / 5.0);
  EXPECT_DOUBLE_EQ(naive_mae(series, 2), (1 + 1 + 1 + 5) / 4.0);
  EXPECT_TRUE(std::isnan(naive_mae(series, 6)));
  EXPECT_DOUBLE_EQ(naive_rmse(series), std::sqrt((4 + 1 + 4 + 1 + 36) / 5.0));
  for (const double unit : {1e-300, 1e160})
    EXPECT_DOUBLE_EQ(naive_rmse(std::vector{0.0, 3 * unit, 7 * unit}) / unit, std::sqrt(12.5)) << unit;
  EXPECT_THAT(error_of([&] { naive_mae(series, 0); }), HasSubstr("season is 0"));
}

TEST(Metrics, BadInputIsNamed) {
  EXPECT_THAT(error_of([] { metric("RMS", kTruth, kPrediction, 1); }), HasSubstr("did you mean 'RMSE'?"));
  EXPECT_THAT(error_of([] { metric("MSE", kTruth, {}, 1); }), HasSubstr("4 true values and 0 predictions"));
  EXPECT_THAT(error_of([] { all_metrics({}, {}, 1); }), HasSubstr("no values"));
}

}  // namespace
}  // namespace ebit::inline data
