#include "ebit/data/smoothing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/data/load.h"

namespace ebit::inline data {
namespace {

using ::testing::HasSubstr;

TEST(Smoothing, SimpleIsAWeightedMeanOfThePast) {
  Smoothing simple;
  simple.alpha = 0.3, simple.level = 2;
  const std::vector<double> y = {1, 4, 2, 7, 3};
  for (const std::size_t horizon : {1u, 2u}) {
    const std::vector<double> said = simple.forecasts(y, horizon);
    for (std::size_t row = 0; row < y.size(); ++row) {
      double expected = 2, seen = row >= horizon ? static_cast<double>(row - horizon + 1) : 0;
      for (std::size_t j = 0; j < static_cast<std::size_t>(seen); ++j) expected = 0.7 * expected + 0.3 * y[j];
      EXPECT_NEAR(said[row], expected, 1e-14) << row;
    }
  }
}

TEST(Smoothing, ALineIsContinued) {
  std::vector<double> y;
  for (int i = 0; i < 40; ++i) y.push_back(5 + 0.25 * i);
  const Smoothing fit = fit_smoothing(y);
  EXPECT_EQ(fit.name(), "Holt");
  const std::vector<double> said = fit.forecasts(y, 3);
  for (std::size_t row = 10; row < 40; ++row) EXPECT_NEAR(said[row], y[row], 1e-4);
}

TEST(Smoothing, ASeasonOnALineIsContinued) {
  std::vector<double> y;
  for (int i = 0; i < 60; ++i) y.push_back(5 + 0.25 * i + std::cos(2 * M_PI * i / 6));
  const Smoothing fit = fit_smoothing(std::span(y).first(48), 6);
  EXPECT_EQ(fit.name(), "Holt-Winters");
  const std::vector<double> said = fit.forecasts(y, 8);
  for (std::size_t row = 48; row < 60; ++row) EXPECT_NEAR(said[row], y[row], 0.02);
}

TEST(Smoothing, ADampedTrendLevelsOff) {
  Smoothing damped;
  damped.trend = damped.damped = true, damped.phi = 0.5, damped.slope = 1;
  const std::vector<double> none(3, 0.0);
  const std::vector<double> said = damped.forecasts(none, 3);
  EXPECT_NEAR(said[0], 0.5, 1e-15);
  EXPECT_NEAR(said[1], 0.75, 1e-15);
  EXPECT_NEAR(said[2], 0.875, 1e-15);
}

// Sums of squared errors of statsmodels 0.15's ETSModel on the first 240 months of CO2, whose corrected
// Akaike criterion prefers the damped trend to the seasonal forms as well (614.1 against 629.5 and 649.7).
TEST(Smoothing, FitsAsWellAsStatsmodels) {
  const SeriesOptions options;
  const Series series = load_series(std::filesystem::path(EBIT_SOURCE_DIR) / "data/co2-concentration.csv",
                                    options, std::vector<std::string>{"CO2"});
  const std::span<const double> rows = std::span(series.values).first(240);
  const Smoothing plain = fit_smoothing(rows), seasonal = fit_smoothing(rows, 12);
  EXPECT_EQ(plain.name(), "damped Holt");
  EXPECT_NEAR(plain.squares, 172.44, 0.002 * 172.44);
  EXPECT_EQ(seasonal.name(), "damped Holt");
}

// Data drawn by the model itself: its parameters come back.
TEST(Smoothing, FindsTheParametersOfItsOwnData) {
  Random random(3);
  std::vector<double> y;
  double level = 10;
  for (int i = 0; i < 4000; ++i) {
    const double e = random.normal();
    y.push_back(level + e);
    level += 0.35 * e;
  }
  const Smoothing fit = fit_smoothing(y);
  EXPECT_NEAR(fit.alpha, 0.35, 0.04);
  EXPECT_LT(fit.beta, 0.01);
}

TEST(Smoothing, TheUnitOfTheRowsDoesNotMatter) {
  std::vector<double> y;
  for (int i = 0; i < 60; ++i) y.push_back(5 + 0.25 * i + 3 * std::cos(2 * M_PI * i / 6) + i * i % 7);
  for (const std::size_t season : {1u, 6u}) {
    const Smoothing plain = fit_smoothing(y, season);
    const std::vector<double> expected = plain.forecasts(y, 2);
    for (const double unit : {0x1p-990, 0x1p-500, 0x1p-3, 0x1p20, 0x1p500, 0x1p990}) {
      std::vector<double> scaled = y;
      for (double& value : scaled) value *= unit;
      const Smoothing fit = fit_smoothing(scaled, season);
      EXPECT_EQ(fit.name(), plain.name()) << unit;
      EXPECT_EQ(fit.alpha, plain.alpha) << unit;
      const std::vector<double> said = fit.forecasts(scaled, 2);
      for (std::size_t row = 0; row < y.size(); ++row)
        EXPECT_NEAR(said[row] / unit, expected[row], 1e-9) << unit;
    }
  }
  const std::vector<double> wide = {-1.7e308, 1.7e308, -1.6e308, 1.5e308, -1.7e308, 1.7e308};
  EXPECT_TRUE(std::isfinite(fit_simple_smoothing(wide).level)) << "whose range is no number";
}

TEST(Smoothing, BadInputIsNamed) {
  const std::vector<double> y = {1, 2, 3};
  EXPECT_THAT(error_of([&] { fit_smoothing(y); }), HasSubstr("at least 4 rows"));
  EXPECT_THAT(error_of([&] { fit_smoothing(y, 0); }), HasSubstr("the season is 0"));
}

}  // namespace
}  // namespace ebit::inline data
