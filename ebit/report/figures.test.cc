#include "ebit/report/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/report/testing/markup.h"

namespace ebit::inline report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> days(int count) {
  std::vector<std::string> list;
  for (int i = 0; i < count; ++i)
    list.push_back("2024-01-" + std::string(i < 9 ? "0" : "") + std::to_string(i + 1));
  return list;
}

PredictedSeries example() {
  PredictedSeries s{"Temp (°C)", days(30), {}, {}};
  for (int i = 0; i < 30; ++i) s.truth.push_back(i);
  s.parts = {{"training", {}, {}, {}, {}}, {"test", {}, {}, {}, {}}};
  for (std::size_t i = 3; i < 20; ++i)
    s.parts[0].rows.push_back(i), s.parts[0].predicted.push_back(s.truth[i] + 1);
  for (std::size_t i = 23; i < 30; ++i)
    s.parts[1].rows.push_back(i), s.parts[1].predicted.push_back(s.truth[i] - 2);
  return s;
}

void expect_drawable(const Figure& figure) { EXPECT_EQ(markup_fault(render_svg(figure), false), ""); }

TEST(Figures, LossMarksTheBestEpochAndPicksTheScale) {
  LossHistory h{{1.0, 0.5, 0.3}, {1.1, 0.6, 0.7}, 1};
  const Figure linear = loss_figure({h}, "Loss");
  EXPECT_FALSE(linear.log_y);
  ASSERT_THAT(linear.marks, SizeIs(1));
  EXPECT_EQ(linear.marks[0].from, 2);
  EXPECT_EQ(linear.marks[0].label, "best: epoch 2");
  ASSERT_THAT(linear.series, SizeIs(2));
  EXPECT_THAT(linear.series[0].x, ElementsAre(1, 2, 3));
  EXPECT_THAT(linear.series[1].y, ElementsAre(1.1, 0.6, 0.7));
  h.train[2] = 0.01;
  EXPECT_TRUE(loss_figure({h}, "Loss").log_y);
  h.train[1] = 0;
  EXPECT_FALSE(loss_figure({h}, "Loss").log_y) << "zero has no logarithm";
  expect_drawable(loss_figure({h}, "Loss"));
}

TEST(Figures, SeveralSeedsAreAMeanInABand) {
  const Figure figure =
      loss_figure({{{4, 2}, {}, 0}, {{2, 4, 6}, {}, 1}, {{std::nan(""), 3}, {}, {}}}, "Loss");
  ASSERT_THAT(figure.series, SizeIs(2));
  EXPECT_EQ(figure.series[0].style, PlotStyle::kBand);
  EXPECT_THAT(figure.series[0].low, ElementsAre(2, 2, 6));
  EXPECT_THAT(figure.series[0].high, ElementsAre(4, 4, 6));
  EXPECT_THAT(figure.series[1].y, ElementsAre(3, 3, 6));
  EXPECT_THAT(figure.series[1].label, HasSubstr("3 seeds"));
  EXPECT_THAT(figure.marks, IsEmpty());
  EXPECT_THROW(loss_figure({}, "Loss"), Error);
  EXPECT_THROW(loss_figure({{}}, "Loss"), Error);
}

TEST(Figures, PredictionsShadeThePartsOverDates) {
  const Figure figure = prediction_figure(example(), "Predictions");
  ASSERT_THAT(figure.marks, SizeIs(2));
  const double day = 86400, start = 1704067200;  // 2024-01-01
  EXPECT_EQ(figure.marks[0].from, start + 3 * day);
  EXPECT_EQ(figure.marks[0].to, start + 19 * day);
  EXPECT_EQ(figure.marks[1].label, "test");
  ASSERT_THAT(figure.series, SizeIs(3));
  EXPECT_EQ(figure.series[2].x.front(), start + 23 * day);
  EXPECT_EQ(figure.series[2].y.front(), 21);
  EXPECT_EQ(figure.x_label, "");
  EXPECT_THAT(figure.x_ticks, testing::Not(IsEmpty()));
  expect_drawable(figure);
}

TEST(Figures, RowsInAnyOrderAreDrawnInTimeWithGaps) {
  PredictedSeries s = example();
  s.parts = {{"test", {9, 4, 5}, {1, 2, 3}, {}, {}}};
  const Figure figure = prediction_figure(s, "Predictions");
  const auto& y = figure.series[1].y;
  ASSERT_THAT(y, SizeIs(4));
  EXPECT_EQ(y[0], 2);
  EXPECT_EQ(y[1], 3);
  EXPECT_TRUE(std::isnan(y[2])) << "no line over rows that were not predicted";
  EXPECT_EQ(y[3], 1);
}

TEST(Figures, AStrideIsNoGap) {
  PredictedSeries s = example();
  s.parts = {{"test", {4, 7, 10, 16}, {1, 2, 3, 4}, {}, {}}};
  const Figure figure = prediction_figure(s, "Predictions");
  const auto& y = figure.series[1].y;
  ASSERT_THAT(y, SizeIs(5));
  EXPECT_EQ(y[2], 3) << "every third row is predicted";
  EXPECT_TRUE(std::isnan(y[3])) << "and row 13 is missing";
}

TEST(Figures, MixedPartsAreDotsWithoutShades) {
  PredictedSeries s = example();
  std::swap(s.parts[0].rows[5], s.parts[1].rows[5]);
  const Figure figure = prediction_figure(s, "Random split");
  EXPECT_THAT(figure.marks, IsEmpty());
  EXPECT_EQ(figure.series[1].style, PlotStyle::kPoints);
  expect_drawable(figure);
}

TEST(Figures, PredictionsWithSpreadHaveABand) {
  PredictedSeries s = example();
  for (const double v : s.parts[1].predicted)
    s.parts[1].low.push_back(v - 1), s.parts[1].high.push_back(v + 1);
  const Figure figure = prediction_figure(s, "Seeds");
  ASSERT_THAT(figure.series, SizeIs(4));
  EXPECT_EQ(figure.series[2].style, PlotStyle::kBand);
  EXPECT_EQ(figure.series[2].label, "");
  expect_drawable(figure);
}

TEST(Figures, ResidualsArePredictedMinusTrue) {
  const Sheet sheet = residual_sheet(example(), "Residuals");
  ASSERT_THAT(sheet.panels, SizeIs(2));
  EXPECT_THAT(sheet.panels[0].series[0].y, testing::Each(1));
  EXPECT_THAT(sheet.panels[0].series[1].y, testing::Each(-2));
  EXPECT_EQ(sheet.panels[1].marks[0].label, "mean -2");
  EXPECT_THAT(sheet.panels[1].title, HasSubstr("test"));
  EXPECT_EQ(markup_fault(render_svg(sheet), false), "");
}

TEST(Figures, ScatterHasTheDiagonal) {
  const Figure figure = scatter_figure(example(), "Scatter");
  ASSERT_THAT(figure.series, SizeIs(3));
  EXPECT_THAT(figure.series[0].x, ElementsAre(3, 29));
  EXPECT_EQ(figure.series[0].x, figure.series[0].y);
  expect_drawable(figure);
}

TEST(Figures, ForecastsJoinTheEndOfTheSeries) {
  ForecastSeries f{"Temp", days(20), std::vector<double>(20, 5), {"2024-01-21", "2024-01-22"}, {6, 7}, {},
                   {},     {}};
  const Figure figure = forecast_figure(f, "Forecast", 4);
  const double day = 86400, start = 1704067200;
  EXPECT_THAT(figure.series[0].x,
              ElementsAre(start + 16 * day, start + 17 * day, start + 18 * day, start + 19 * day));
  EXPECT_THAT(figure.series[1].y, ElementsAre(5, 6)) << "the joint";
  EXPECT_THAT(figure.series[2].y, ElementsAre(6, 7));
  EXPECT_EQ(figure.marks[1].from, start + 19 * day);
  EXPECT_EQ(figure.marks[1].label, "2 steps ahead");
  f.low = {5, 5}, f.high = {7, 9}, f.actual = {6, 6};
  EXPECT_THAT(forecast_figure(f, "Forecast").series, SizeIs(5));
  expect_drawable(forecast_figure(f, "Forecast"));
  f.high.pop_back();
  EXPECT_THROW(forecast_figure(f, "Forecast"), Error);
  EXPECT_THROW(forecast_figure({"Temp", {}, {}, {}, {}, {}, {}, {}}, "Forecast"), Error);
}

TEST(Figures, ComparisonsWriteTheirValues) {
  const Figure figure = comparison_figure(
      {{"quantum", 2.5, 0.25, true}, {"LSTM", 2.25}, {"naive", std::nan("")}}, "RMSE", "°C");
  ASSERT_THAT(figure.notes, SizeIs(3));
  EXPECT_EQ(figure.notes[0].text, "2.50 ± 0.25");
  EXPECT_EQ(figure.notes[1].text, "2.250");
  EXPECT_EQ(figure.notes[2].text, "no value");
  ASSERT_THAT(figure.y_ticks, SizeIs(3));
  EXPECT_GT(figure.y_ticks[0].at, figure.y_ticks[1].at) << "the first stands on top";
  expect_drawable(figure);
  expect_drawable(comparison_figure({{"naive", std::nan("")}}, "RMSE", "°C"));
  expect_drawable(comparison_figure({{"negative", -3}, {"positive", 2}}, "R²", ""));
  EXPECT_THROW(comparison_figure({}, "RMSE", "°C"), Error);
}

TEST(Figures, ShapesAreChecked) {
  PredictedSeries s = example();
  s.parts[0].rows[0] = 99;
  EXPECT_THROW(prediction_figure(s, ""), Error);
  s = example();
  s.parts[0].predicted.pop_back();
  EXPECT_THROW(residual_sheet(s, ""), Error);
  s = example();
  s.times.pop_back();
  EXPECT_THROW(scatter_figure(s, ""), Error);
  s = example();
  s.parts.clear();
  EXPECT_THROW(prediction_figure(s, ""), Error);
}

}  // namespace
}  // namespace ebit::inline report
