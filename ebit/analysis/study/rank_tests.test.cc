#include "ebit/analysis/study/rank_tests.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"

namespace ebit::analysis {
namespace {

using Values = std::vector<double>;

// Computed by scipy, and by all choices of signs where there are ties.
nlohmann::json reference() {
  return nlohmann::json::parse(read_file(std::string(EBIT_SOURCE_DIR) + "/tests/golden/rank_tests.json"));
}

TEST(RankTests, WilcoxonAsScipy) {
  for (const auto& row : reference()["wilcoxon"])
    EXPECT_NEAR(wilcoxon_test(row["d"].get<Values>()), row["p"], 1e-12) << row["d"];
  EXPECT_DOUBLE_EQ(wilcoxon_test(Values(5, 1.0)), std::pow(2.0, -4));
  EXPECT_DOUBLE_EQ(wilcoxon_test(Values(3, 0.0)), 1);
  EXPECT_DOUBLE_EQ(wilcoxon_test(Values{}), 1);
  EXPECT_DOUBLE_EQ(wilcoxon_test(Values{1, 2, INFINITY, -INFINITY}), wilcoxon_test(Values{1, 2, 9, -9}));
  EXPECT_THROW(wilcoxon_test(Values{1, NAN}), Error);
}

TEST(RankTests, HolmAsByItsDefinition) {
  for (const auto& row : reference()["holm"]) {
    const Values corrected = holm_corrected(row["p"].get<Values>());
    for (std::size_t i = 0; i < corrected.size(); ++i) EXPECT_NEAR(corrected[i], row["corrected"][i], 1e-12);
  }
}

TEST(RankTests, FriedmanAsScipy) {
  for (const auto& row : reference()["friedman"]) {
    const FriedmanTest test = friedman_test(row["values"].get<std::vector<Values>>());
    EXPECT_NEAR(test.statistic, row["statistic"], 1e-9);
    EXPECT_NEAR(test.p, row["p"], 1e-9);
    for (std::size_t m = 0; m < test.mean_ranks.size(); ++m)
      EXPECT_NEAR(test.mean_ranks[m], row["ranks"][m], 1e-12);
  }
  EXPECT_DOUBLE_EQ(friedman_test({{1, 1}, {2, 2}}).p, 1) << "nothing differs";
  EXPECT_THROW(friedman_test({{1, 2}, {1}}), Error);
  EXPECT_THROW(friedman_test({}), Error);
}

TEST(RankTests, NemenyiByTheStudentizedRangeOfScipy) {
  for (const auto& row : reference()["q"])
    EXPECT_NEAR(critical_difference(row["models"], row["data"]), row["cd"], 1e-6) << row;
  for (const auto& row : reference()["nemenyi"])
    EXPECT_NEAR(nemenyi_p(row["difference"], row["models"], row["data"]), row["p"], 1e-8) << row;
  // Demsar 2006, Table 5(a): q = 2.343 of 3 models.
  EXPECT_NEAR(critical_difference(3, 10) / std::sqrt(3.0 * 4 / 60), 2.343, 1e-3);
}

TEST(RankTests, IntervalOfTheMedianAsScipysBootstrap) {
  for (const auto& row : reference()["median"]) {
    const Interval interval = median_interval(row["values"].get<Values>());
    // Its ends are values of the sample, or means of two of them: few, so that both agree to a step.
    EXPECT_NEAR(interval.low, row["low"], 0.06 * std::abs(row["low"].get<double>()));
    EXPECT_NEAR(interval.high, row["high"], 0.06 * std::abs(row["high"].get<double>()));
  }
  EXPECT_TRUE(std::isnan(median_interval(Values{}).low));
  EXPECT_DOUBLE_EQ(median_interval(Values{3, NAN}).high, 3);
}

}  // namespace
}  // namespace ebit::analysis
