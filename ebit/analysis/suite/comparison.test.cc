#include "ebit/analysis/suite/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/analysis/study/statistics.h"

namespace ebit::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SuiteCell cell(std::vector<double> values) {
  SuiteCell c;
  for (std::size_t i = 0; i < values.size(); ++i) c.seeds.push_back(i + 1);
  c.values = std::move(values);
  return c;
}

SuiteResults results_of(std::vector<std::vector<SuiteCell>> cells, bool greater = false) {
  SuiteResults results;
  results.metrics.assign(cells.size(), {"MSE", greater, 1e-20});
  results.cells = std::move(cells);
  return results;
}

std::vector<double> around(double middle, int seeds) {
  std::vector<double> values;
  for (int s = 0; s < seeds; ++s) values.push_back(middle * (1 + 0.01 * ((s * 7) % 5)));
  return values;
}

TEST(Comparison, TheBestIsMarkedOnlyWhereAllOthersAreToldApart) {
  // Ten seeds: the second is worse with every seed, the third with all but one.
  std::vector<double> third = around(1.2, 10);
  third[3] = 0.9;
  DataComparison c =
      compare_on(results_of({{cell(around(2, 10)), cell(around(1, 10)), cell(around(3, 10))}}), 0);
  EXPECT_THAT(c.order, ElementsAre(1, 0, 2));
  EXPECT_TRUE(c.best_apart);
  EXPECT_TRUE(std::isnan(c.p[1]));
  EXPECT_NEAR(c.p[0], 2 * std::pow(2.0, -9), 1e-12) << "Holm: the smallest of two, twice";
  std::vector<double> mixed = around(1.05, 10);
  for (std::size_t s = 0; s < 4; ++s) mixed[s] *= 0.9;
  c = compare_on(results_of({{cell(mixed), cell(around(1, 10)), cell(around(3, 10))}}), 0);
  EXPECT_FALSE(c.best_apart);
  // The same the other way round, where more is better.
  c = compare_on(results_of({{cell(around(2, 10)), cell(around(1, 10)), cell(around(3, 10))}}, true), 0);
  EXPECT_THAT(c.order, ElementsAre(2, 0, 1));
  EXPECT_TRUE(c.best_apart);
}

TEST(Comparison, FiveSeedsTellNothingApartAndItIsSaid) {
  const DataComparison c = compare_on(results_of({{cell(around(1, 5)), cell(around(9, 5))}}), 0);
  EXPECT_FALSE(c.best_apart);
  EXPECT_EQ(c.seeds, 5u);
  EXPECT_EQ(c.needed, 6u) << "2^-5 < 0.05 <= 2^-4";
  EXPECT_EQ(compare_on(results_of({std::vector<SuiteCell>(14, cell(around(1, 5)))}), 0).needed, 10u);
}

TEST(Comparison, SeedsArePairedByTheirNumber) {
  // With seed 2 missing on the left, values of seeds 1 and 3 to 9 are compared.
  SuiteCell left = cell(around(1, 9)), right = cell(around(1, 9));
  for (double& v : right.values) v *= 1.001;
  left.seeds.erase(left.seeds.begin() + 1), left.values.erase(left.values.begin() + 1);
  const DataComparison c = compare_on(results_of({{left, right}}), 0);
  EXPECT_EQ(c.seeds, 8u);
  EXPECT_NEAR(c.p[1], std::pow(2.0, -7), 1e-12) << "worse with every common seed";
}

TEST(Comparison, WithoutRandomnessValuesAreEnough) {
  const std::vector<double> one(3, 1.0), two(3, 2.0);
  EXPECT_EQ(compare_on(results_of({{cell(one), cell(two)}}), 0).p[1], 0);
  EXPECT_EQ(compare_on(results_of({{cell(one), cell(one)}}), 0).p[1], 1);
  EXPECT_EQ(compare_on(results_of({{cell({1}), cell({2})}}), 0).p[1], 1) << "one seed says nothing";
  EXPECT_EQ(compare_on(results_of({{cell({1e-31, 5e-30}), cell({3e-30, 2e-31})}}), 0).p[1], 1)
      << "rounding is no difference";
  const DataComparison none = compare_on(results_of({{cell({}), cell({2})}}), 0);
  EXPECT_THAT(none.order, ElementsAre(1, 0));
  EXPECT_FALSE(none.best_apart);
}

TEST(Comparison, NemenyiWithFewDataWilcoxonWithMany) {
  std::vector<std::vector<SuiteCell>> few;
  for (int d = 0; d < 4; ++d) few.push_back({cell({1.0 + d}), cell({2.0 + d}), cell({3.0 + d})});
  const auto small = compare_over_data(results_of(few));
  ASSERT_TRUE(small);
  EXPECT_FALSE(small->by_pairs);
  EXPECT_THAT(small->mean_ranks, ElementsAre(1, 2, 3));
  EXPECT_NEAR(small->difference, critical_difference(3, 4), 1e-12);
  EXPECT_THAT(small->alike, ElementsAre(std::pair<std::size_t, std::size_t>(0, 1),
                                        std::pair<std::size_t, std::size_t>(1, 2)));
  EXPECT_FALSE(small->best_apart);

  // Errors over many orders of magnitude, the first always 5 % less: logarithms see it.
  std::vector<std::vector<SuiteCell>> many;
  for (int d = 0; d < 12; ++d) {
    const double size = std::pow(10.0, -d);
    many.push_back({cell({size}), cell({1.05 * size}), cell({(d % 2 == 0 ? 1.04 : 1.06) * size})});
  }
  const auto large = compare_over_data(results_of(many));
  ASSERT_TRUE(large);
  EXPECT_TRUE(large->by_pairs);
  EXPECT_TRUE(large->best_apart);
  EXPECT_NEAR(large->p[0][1], 3 * std::pow(2.0, -11), 1e-12);
  EXPECT_THAT(large->alike, ElementsAre(std::pair<std::size_t, std::size_t>(1, 2)));
}

TEST(Comparison, WhatIsNotThereIsLeftOut) {
  SuiteCell failed;
  failed.errors = {"no"};
  std::vector<std::vector<SuiteCell>> cells;
  for (int d = 0; d < 3; ++d) cells.push_back({cell({1.0}), cell({2.0}), cell({3.0}), cell({})});
  cells[1][2] = failed;       // a model that fails somewhere is not ranked
  cells[2][0] = SuiteCell();  // not trained yet: the data wait
  const auto c = compare_over_data(results_of(cells));
  ASSERT_TRUE(c);
  EXPECT_THAT(c->models, ElementsAre(0, 1));
  EXPECT_THAT(c->data, ElementsAre(0, 1));
  EXPECT_FALSE(compare_over_data(results_of({{cell({1.0})}})));
  EXPECT_FALSE(compare_over_data(results_of({{cell({}), cell({})}})));
}

TEST(Comparison, TheDiagramHasADotAModelAndALineAStretch) {
  Suite suite;
  suite.data.resize(4);
  for (const char* name : {"a", "b", "c"}) suite.models.push_back({.name = name, .settings = {}});
  std::vector<std::vector<SuiteCell>> cells;
  for (int d = 0; d < 4; ++d) cells.push_back({cell({3.0}), cell({1.0}), cell({2.0})});
  const auto c = compare_over_data(results_of(cells));
  ASSERT_TRUE(c);
  const Figure figure = difference_figure(suite, *c);
  ASSERT_EQ(figure.series.size(), 1 + c->alike.size());
  EXPECT_EQ(figure.y_ticks[0].label, "b");
  EXPECT_GT(figure.series[0].y[0], figure.series[0].y[2]) << "the best at the top";
  EXPECT_THAT(difference_text(suite, *c), HasSubstr("b to c; c to a"));
  EXPECT_THAT(render_svg(figure), HasSubstr("<svg"));
}

}  // namespace
}  // namespace ebit::analysis
