#include "ebit/experiment/problems/forecast_scores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/random.h"
#include "ebit/data/baseline.h"
#include "ebit/data/metrics.h"

namespace ebit::experiment {
namespace {

// Two columns, `steps` of them ahead.
Dataset data_of(int steps, std::size_t rows = 200) {
  Series s;
  s.source = "made";
  s.names = {"v", "w"};
  Random random(5);
  for (std::size_t i = 0; i < rows; ++i) {
    s.times.push_back(std::to_string(i));
    s.values.insert(s.values.end(), {random.normal() + 0.1 * static_cast<double>(i), 3 + random.normal()});
  }
  DatasetOptions o;
  o.targets = {"v", "w"};
  o.window = 4, o.horizon = steps, o.first_step = steps > 1 ? 1 : 0;
  o.train = 0.5, o.validation = 0.25;
  return make_dataset(s, o);
}

// True values with an error that grows by step.
std::vector<double> disturbed(const Dataset& data, const Windows& windows, std::uint64_t seed) {
  std::vector<double> said = true_values(data, windows);
  Random random(seed);
  for (std::size_t i = 0; i < said.size(); ++i)
    said[i] += random.normal() * static_cast<double>(1 + i / 2 % windows.ahead);
  return said;
}

TEST(ForecastScores, StepsAreScoredAsIfEachWereAlone) {
  const Dataset data = data_of(3);
  const std::vector<double> truth = true_values(data, data.test), said = disturbed(data, data.test, 1);
  const PartScores scores = score_part({data, data.test, 2, {0.5, 0.25}}, said, false);
  ASSERT_EQ(scores.by_step.size(), 3u);
  const auto alone = [](const std::vector<double>& values, std::size_t first, std::size_t every) {
    std::vector<double> own;
    for (std::size_t i = first; i < values.size(); i += every) own.push_back(values[i]);
    return own;
  };
  for (std::size_t m = 0; m < metric_table().size(); ++m) {
    const std::string_view name = metric_table()[m].name;
    for (std::size_t s = 0; s < 3; ++s) {
      const double mean = (metric(name, alone(truth, 2 * s, 6), alone(said, 2 * s, 6), 0.5) +
                           metric(name, alone(truth, 2 * s + 1, 6), alone(said, 2 * s + 1, 6), 0.25)) /
                          2;
      EXPECT_NEAR(scores.by_step[s].values[m], mean, 1e-10 * std::abs(mean)) << name << s;
    }
    EXPECT_EQ(scores.by_target[0][m], metric(name, alone(truth, 0, 2), alone(said, 0, 2), 0.5))
        << "all steps";
  }
  EXPECT_LT(scores.by_step[0].values[1], scores.by_step[2].values[1]);
}

TEST(ForecastScores, IntervalsAreThoseOfEachStep) {
  const Dataset data = data_of(3, 2000);
  Scores scores;
  scores.predictions[1] = disturbed(data, data.validation, 2),
  scores.predictions[2] = disturbed(data, data.test, 3);
  scores.parts[2] = score_part({data, data.test, 2, {1, 1}}, scores.predictions[2], false);
  add_intervals(scores, data, 0.8, {});
  EXPECT_EQ(scores.level, 0.8);
  const auto& steps = scores.parts[2]->by_step;
  double coverage = 0;
  for (std::size_t s = 0; s < 3; ++s) {
    // A normal error of standard deviation s + 1: 80 % within 1.2816 of them.
    EXPECT_NEAR(steps[s].interval->width, 2 * 1.2816 * static_cast<double>(s + 1),
                0.3 * static_cast<double>(s + 1));
    EXPECT_NEAR(steps[s].interval->coverage, 0.8, 0.06);
    coverage += steps[s].interval->coverage / 3;
  }
  EXPECT_NEAR(scores.parts[2]->interval->coverage, coverage, 1e-12);
}

TEST(ForecastScores, QuantilesArePutInOrderAndJudged) {
  const QuantileArrays arrays = quantile_arrays({1, 2, 3, 6, 5, 4, 7, 8, 9}, 3);
  EXPECT_THAT(arrays.of_level[0], testing::ElementsAre(1, 4, 7));
  EXPECT_THAT(arrays.of_level[2], testing::ElementsAre(3, 6, 9));
  EXPECT_NEAR(arrays.crossed, 1.0 / 3, 1e-15);
  const double levels[] = {0.1, 0.5, 0.9};
  EXPECT_EQ(median_of(levels), 1u);
  const QuantileScore score = score_quantiles(levels, arrays.of_level, {1.5, 4.5, 9.5}, arrays.crossed);
  EXPECT_THAT(score.below, testing::ElementsAre(0, testing::DoubleNear(2.0 / 3, 1e-15),
                                                testing::DoubleNear(2.0 / 3, 1e-15)));
  // By hand: errors of each level are 0.5, 0.5, 2.5; -0.5, -0.5, 1.5; -1.5, -1.5, 0.5.
  EXPECT_NEAR(score.pinball, (0.1 * 3.5 + 0.5 * 2.5 + (0.1 * 3 + 0.9 * 0.5)) / 9, 1e-14);
}

// Quantiles that are too narrow are widened to the level; without a validation part they stay as they are.
TEST(ForecastScores, ConformalMarginsMendQuantiles) {
  const Dataset data = data_of(1, 4000);
  const std::vector<double> levels = {0.05, 0.5, 0.95};
  const auto scores_with = [&](double half) {
    Scores scores;
    for (const std::size_t part : {1u, 2u}) {
      const Windows& windows = part == 1 ? data.validation : data.test;
      scores.predictions[part] = disturbed(data, windows, part);
      scores.quantiles[part].assign(3, scores.predictions[part]);
      for (double& low : scores.quantiles[part][0]) low -= half;
      for (double& high : scores.quantiles[part][2]) high += half;
      scores.parts[part] = score_part({data, windows, part, {1, 1}}, scores.predictions[part], false);
    }
    return scores;
  };
  for (const double half : {0.1, 10.0}) {
    Scores scores = scores_with(half);
    add_intervals(scores, data, 0.9, levels);
    EXPECT_NEAR(scores.parts[2]->interval->coverage, 0.9, 0.03) << half;
    EXPECT_NEAR(scores.parts[2]->interval->width, 2 * 1.645, 0.3) << half;
  }
  Scores raw = scores_with(1.0);
  add_intervals(raw, data, 0, levels);
  EXPECT_NEAR(raw.level, 0.9, 1e-12);
  EXPECT_NEAR(raw.parts[2]->interval->width, 2.0, 1e-9);
  EXPECT_NEAR(raw.parts[2]->interval->coverage, 0.683, 0.05);
}

}  // namespace
}  // namespace ebit::experiment
