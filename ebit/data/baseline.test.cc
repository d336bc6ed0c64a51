#include "ebit/data/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"
#include "ebit/data/generator.h"
#include "ebit/data/metrics.h"

namespace ebit::inline data {
namespace {

using testing::HasSubstr;

// One column whose value is its row.
Dataset ramp(int horizon, int window = 4, const std::string& split = "time") {
  Series s;
  s.source = "ramp";
  s.names = {"v"};
  for (int i = 0; i < 200; ++i) s.times.push_back(std::to_string(i)), s.values.push_back(i);
  DatasetOptions o;
  o.targets = {"v"};
  o.horizon = horizon;
  o.window = window;
  o.split = split;
  return make_dataset(s, o);
}

TEST(Baseline, PersistenceRepeatsTheLastKnownValue) {
  for (const int horizon : {1, 3, 7}) {
    const Dataset d = ramp(horizon);
    const auto forecast = baseline_forecast("persistence", d, d.test, 1);
    ASSERT_EQ(forecast.size(), d.test.count);
    for (std::size_t i = 0; i < forecast.size(); ++i) {
      EXPECT_EQ(forecast[i], static_cast<double>(d.test.target_row[i]) - horizon);
      EXPECT_NEAR(forecast[i], unscaled(d, 2, d.test, d.test.x(i))[3], 1e-12) << "the last row of the window";
    }
  }
}

TEST(Baseline, MeanIsThatOfTheTrainingTargetsAlone) {
  for (const char* split : {"time", "windows", "random"}) {
    const Dataset d = ramp(3, 4, split);
    double sum = 0;
    for (const std::size_t row : d.train.target_row) sum += static_cast<double>(row);
    const auto forecast = baseline_forecast("mean", d, d.test, 1);
    ASSERT_EQ(forecast.size(), d.test.count);
    for (const double value : forecast)
      EXPECT_DOUBLE_EQ(value, sum / static_cast<double>(d.train.count)) << split;
  }
}

TEST(Baseline, SeasonalNaiveNeverLooksBeyondWhatIsKnown) {
  for (const int horizon : {1, 5, 6, 7, 13}) {
    const Dataset d = ramp(horizon);
    const auto forecast = baseline_forecast("seasonal-naive", d, d.test, 6);
    for (std::size_t i = 0; i < forecast.size(); ++i) {
      const int back = static_cast<int>(d.test.target_row[i]) - static_cast<int>(forecast[i]);
      EXPECT_EQ(back % 6, 0);
      EXPECT_GE(back, horizon);
      EXPECT_LT(back - 6, horizon) << "the latest season that is known";
    }
  }
}

TEST(Baseline, SeasonalNaiveIsPerfectOnASeason) {
  DatasetOptions o;
  o.targets = {"value"};
  o.validation = 0;
  // 25 rows a period: rows 0 and 25 stand at the same place of the sine.
  const Dataset d = make_dataset(generate_series("noisy-sine", {{"noise", "none"}, {"points", "101"}}), o);
  const auto forecast = baseline_forecast("seasonal-naive", d, d.test, 25);
  EXPECT_LT(metric("MAE", true_values(d, d.test), forecast, 1), 1e-12);
  EXPECT_GT(metric("MAE", true_values(d, d.test), baseline_forecast("persistence", d, d.test, 1), 1), 0.1);
}

TEST(Baseline, BeforeTheFirstSeasonThereIsNoForecast) {
  const Dataset d = ramp(1);
  const auto forecast = baseline_forecast("seasonal-naive", d, d.train, 30);
  EXPECT_TRUE(std::isnan(forecast.front())) << "row 4 has no row 30 before it";
  for (std::size_t i = 0; i < forecast.size(); ++i)
    EXPECT_EQ(std::isnan(forecast[i]), d.train.target_row[i] < 30);
  EXPECT_EQ(forecast.back(), static_cast<double>(d.train.target_row.back()) - 30);
}

TEST(Baseline, PersistenceHasAScaledErrorOfOneOnARamp) {
  const Dataset d = ramp(1);
  EXPECT_DOUBLE_EQ(training_naive_mae(d, 0), 1.0);
  EXPECT_DOUBLE_EQ(training_naive_mae(d, 0, 5), 5.0);
  EXPECT_TRUE(std::isnan(training_naive_mae(d, 0, 140))) << "140 training rows";
  const auto forecast = baseline_forecast("persistence", d, d.test, 1);
  EXPECT_DOUBLE_EQ(metric("MASE", true_values(d, d.test), forecast, training_naive_mae(d, 0)), 1.0);
  EXPECT_DOUBLE_EQ(training_naive_mae(ramp(1, 4, "random"), 0, 3), 3.0);
  EXPECT_TRUE(std::isnan(training_naive_mae(ramp(1, 4, "random"), 0, 200)));
}

TEST(Baseline, TrueValuesAreUnscaled) {
  const Dataset d = ramp(2);
  const auto truth = true_values(d, d.validation);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    EXPECT_EQ(truth[i], static_cast<double>(d.validation.target_row[i]));
  }
}

TEST(Baseline, SmoothingContinuesEachTargetFromTheTrainingPart) {
  for (const int horizon : {1, 3}) {
    const Dataset d = ramp(horizon);
    const auto forecast = baseline_forecast("ets", d, d.test, 1), truth = true_values(d, d.test);
    ASSERT_EQ(forecast.size(), truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) EXPECT_NEAR(forecast[i], truth[i], 1e-3);
  }
  const FittedBaseline fitted = fit_baseline(*find_baseline("ets"), ramp(1), 1);
  EXPECT_EQ(fitted.remark, "Holt");
  EXPECT_EQ(forecasts_of(fitted, ramp(1).test), baseline_forecast("ets", ramp(1), ramp(1).test, 1));
  EXPECT_THAT(error_of([] { baseline_forecast("ets", ramp(1, 4, "random"), ramp(1).test, 1); }),
              HasSubstr("--split time"));
  EXPECT_THAT(error_of([] { fit_baseline(*find_baseline("persistence"), ramp(1), 1); }),
              HasSubstr("nothing to fit"));
}

TEST(Baseline, TableAndBadInput) {
  for (const auto& row : baseline_table()) EXPECT_FALSE(row.help.empty()) << row.name;
  const Dataset d = ramp(1);
  EXPECT_THAT(error_of([&] { baseline_forecast("persistance", d, d.test, 1); }),
              HasSubstr("did you mean 'persistence'?"));
  EXPECT_THAT(error_of([&] { baseline_forecast("seasonal-naive", d, d.test, 0); }), HasSubstr("season is 0"));
  EXPECT_THAT(error_of([&] { training_naive_mae(d, 0, -1); }), HasSubstr("season is -1"));
}

// All baselines, several steps at once, against one horizon after the other.
TEST(Baseline, SeveralStepsAreThoseOfEachHorizon) {
  Series s;
  s.source = "wave";
  s.names = {"v", "w"};
  for (int i = 0; i < 150; ++i) {
    s.times.push_back(std::to_string(i));
    s.values.insert(s.values.end(), {std::sin(0.9 * i) + 0.02 * i, std::cos(0.3 * i * i)});
  }
  DatasetOptions o;
  o.targets = {"v", "w"};
  o.window = 5, o.horizon = 9, o.first_step = 1;
  const Dataset all = make_dataset(s, o);
  o.first_step = 0;
  for (const Baseline& row : baseline_table()) {
    if (row.name == "mean") continue;  // of other targets
    const std::vector<double> said = baseline_forecast(row.name, all, all.test, 7);
    ASSERT_EQ(said.size(), all.test.count * 18);
    for (int h = 1; h <= 9; ++h) {
      o.horizon = h;
      const Dataset one = make_dataset(s, o);
      const std::vector<double> own = baseline_forecast(row.name, one, one.test, 7);
      for (std::size_t i = 0; i < all.test.count; ++i)
        for (std::size_t c = 0; c < 2; ++c)
          EXPECT_EQ(said[(i * 9 + static_cast<std::size_t>(h) - 1) * 2 + c], own[i * 2 + c]) << row.name << h;
    }
  }
}

}  // namespace
}  // namespace ebit::inline data
