#include "ebit/data/theta.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "ebit/base/testing/error_of.h"
#include "ebit/data/load.h"

namespace ebit::inline data {
namespace {

using ::testing::HasSubstr;

std::vector<double> co2(std::size_t rows) {
  const Series series = load_series(std::filesystem::path(EBIT_SOURCE_DIR) / "data/co2-concentration.csv",
                                    SeriesOptions(), std::vector<std::string>{"CO2"});
  return {series.values.begin(), series.values.begin() + static_cast<std::ptrdiff_t>(rows)};
}

// What is said of the rows behind the first `known`, all from there.
std::vector<double> ahead(const Theta& theta, std::vector<double> rows, std::size_t steps) {
  std::vector<double> said;
  const std::size_t known = rows.size();
  for (std::size_t k = 1; k <= steps; ++k) {
    rows.push_back(0);  // not looked at: it is forecast from `known` rows
    said.push_back(theta.forecasts(rows, k)[known + k - 1]);
  }
  return said;
}

// thetaf() of R's forecast 8.20 on the first 240 months of CO2. Its optimiser stops a little earlier.
TEST(Theta, SaysWhatRSays) {
  const std::vector<double> rows = co2(240);
  const Theta plain = fit_theta(rows), seasonal = fit_theta(rows, 12);
  EXPECT_EQ(plain.name(), "without a season");
  EXPECT_EQ(seasonal.name(), "seasonal factors");
  const std::vector<double> expected_plain = {336.5823017, 336.6244633, 336.6666248, 336.7087863,
                                              336.7509478},
                            expected = {335.2578004, 333.8289203, 333.2602936, 333.5605610, 333.9677465,
                                        334.5653634, 335.2554007, 336.1099061, 337.2682671, 337.9340404,
                                        337.7018980, 337.0427059, 335.7584589, 334.3273829};
  const std::vector<double> said_plain = ahead(plain, rows, 5), said = ahead(seasonal, rows, 14);
  for (std::size_t k = 0; k < expected_plain.size(); ++k) EXPECT_NEAR(said_plain[k], expected_plain[k], 1e-3);
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(said[k], expected[k], 2e-3) << k;
}

// Two theta lines, the one of theta 0 and that of theta 2, each continued by its own, averaged.
TEST(Theta, IsTheMeanOfTwoThetaLines) {
  const std::vector<double> rows = co2(60);
  const Theta theta = fit_theta(rows);
  double mean = 0;
  for (const double y : rows) mean += y / 60;
  const auto line = [&](double t) { return mean + theta.slope * (t - 29.5); };
  // Theta 2: twice the rows less the line, smoothed; the smoothing begins where that of the rows does.
  const double alpha = theta.smoothing.alpha;
  double level = 2 * theta.smoothing.level - line(-1);
  for (std::size_t t = 0; t < rows.size(); ++t)
    level += alpha * (2 * rows[t] - line(static_cast<double>(t)) - level);
  const std::vector<double> said = ahead(theta, rows, 6);
  // Before the first row the line of theta 2 stands at row -1; what remains of that fades by (1 - alpha)^60.
  for (std::size_t k = 0; k < said.size(); ++k)
    EXPECT_NEAR(said[k], (level + line(60 + static_cast<double>(k))) / 2, 1e-9 + std::pow(1 - alpha, 60));
}

TEST(Theta, ASeasonIsPutBack) {
  std::vector<double> rows;
  for (int i = 0; i < 70; ++i) rows.push_back(10 * (1 + 0.3 * std::cos(2 * M_PI * i / 7)));
  const Theta theta = fit_theta(std::span(rows).first(49), 7);
  EXPECT_EQ(theta.name(), "seasonal factors");
  const std::vector<double> said = theta.forecasts(rows, 5);
  for (std::size_t row = 49; row < 70; ++row) EXPECT_NEAR(said[row], rows[row], 1e-6);
  for (double& y : rows) y -= 12;  // some are negative: no factors
  const Theta summands = fit_theta(std::span(rows).first(49), 7);
  EXPECT_EQ(summands.name(), "seasonal summands");
  const std::vector<double> again = summands.forecasts(rows, 5);
  for (std::size_t row = 49; row < 70; ++row) EXPECT_NEAR(again[row], rows[row], 1e-6);
}

TEST(Theta, NoSeasonIsSeenInALineInAConstantAndInTwoSeasons) {
  std::vector<double> line, flat(40, 3.0);
  for (int i = 0; i < 40; ++i) line.push_back(i % 3 + 0.01 * i);
  EXPECT_EQ(fit_theta(line, 7).name(), "without a season");
  EXPECT_EQ(fit_theta(flat, 7).name(), "without a season");
  EXPECT_NEAR(ahead(fit_theta(flat, 7), flat, 3)[2], 3, 1e-9);
  EXPECT_EQ(fit_theta(std::span(line).first(6), 3).name(), "without a season");
}

TEST(Theta, TheUnitOfTheRowsDoesNotMatter) {
  const std::vector<double> rows = co2(120);
  const Theta plain = fit_theta(rows, 12);
  const std::vector<double> expected = ahead(plain, rows, 6);
  for (const double unit : {0x1p-990, 0x1p-500, 0x1p500, 0x1p990}) {
    std::vector<double> scaled = rows;
    for (double& value : scaled) value *= unit;
    const Theta fit = fit_theta(scaled, 12);
    EXPECT_EQ(fit.name(), plain.name()) << unit;
    const std::vector<double> said = ahead(fit, scaled, 6);
    for (std::size_t k = 0; k < said.size(); ++k) EXPECT_NEAR(said[k] / unit, expected[k], 1e-9) << unit;
  }
}

TEST(Theta, BadInputIsNamed) {
  const std::vector<double> y = {1, 2, 3};
  EXPECT_THAT(error_of([&] { fit_theta(y); }), HasSubstr("the theta method needs at least 4 rows"));
  EXPECT_THAT(error_of([&] { fit_theta(y, 0); }), HasSubstr("the season is 0"));
}

}  // namespace
}  // namespace ebit::inline data
