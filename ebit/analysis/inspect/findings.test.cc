#include "ebit/analysis/inspect/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace ebit::analysis {
namespace {

using ::testing::HasSubstr;
using Numbers = std::vector<double>;

constexpr Advice kAdvice = {"try this", "Try this", "Try this", "one step would do"};

Numbers wave(double shift) {
  Numbers values;
  for (int i = 0; i < 60; ++i) values.push_back(std::sin(0.5 * (i - shift)));
  return values;
}

TEST(InspectFindings, OutcomesThatNeverChange) {
  EXPECT_FALSE(stuck_outcome({})) << "nothing is measured";
  std::vector<int> outcomes(100, 2);
  const auto stuck = stuck_outcome(outcomes);
  ASSERT_TRUE(stuck);
  EXPECT_EQ(stuck->value, 1);
  EXPECT_THAT(stuck->text, HasSubstr("2 is kept in 100.0 %"));
  for (std::size_t i = 0; i < 5; ++i) outcomes[i] = 0;
  EXPECT_FALSE(stuck_outcome(outcomes)) << "one step in twenty keeps another";
}

TEST(InspectFindings, PredictionsThatFollowTheLastValue) {
  const Numbers truth = wave(0), last = wave(1);
  const auto lag = prediction_lag(truth, last, last);
  ASSERT_TRUE(lag);
  EXPECT_EQ(lag->value, 0);
  EXPECT_THAT(lag->text, HasSubstr("correlation 1.000"));
  EXPECT_FALSE(prediction_lag(truth, truth, last));
  EXPECT_FALSE(prediction_lag(truth, wave(0.3), last)) << "nearer to the truth";
  EXPECT_TRUE(prediction_lag(truth, wave(0.7), last)) << "nearer to the last value";
  EXPECT_FALSE(prediction_lag(truth, Numbers(60, 0.1), last)) << "a constant follows nothing";
}

TEST(InspectFindings, GradientsThatVanish) {
  EXPECT_FALSE(vanishing_gradient(0.5, 1, kAdvice));
  EXPECT_FALSE(vanishing_gradient(0, 0, kAdvice)) << "no gradient at all is another matter";
  const auto vanishing = vanishing_gradient(1e-6, 1, kAdvice);
  ASSERT_TRUE(vanishing);
  EXPECT_NEAR(vanishing->value, 1e-6, 1e-15);
  EXPECT_THAT(vanishing->text, HasSubstr("cannot be learned; try this"));
  EXPECT_TRUE(flat_start(Numbers{1e-6, 1e-6, 1e-6, 5}, kAdvice));
  EXPECT_FALSE(flat_start(Numbers{0.1, 0.1, 1e-6, 1e-7}, kAdvice)) << "small at the end is convergence";
}

TEST(InspectFindings, SaturatedReadoutsAndUnusedMemory) {
  EXPECT_FALSE(saturated_readouts(Numbers{0.995, 0.2, -0.3, 0.4}, kAdvice));
  EXPECT_TRUE(saturated_readouts(Numbers{0.995, -1, -0.3, 0.4}, kAdvice));
  const Numbers prediction = wave(0);
  Numbers other = prediction;
  for (double& v : other) v += 1e-3;
  const auto unused = unused_memory(prediction, other, "sequences", kAdvice);
  ASSERT_TRUE(unused);
  EXPECT_THAT(unused->text, HasSubstr("past of other sequences"));
  EXPECT_FALSE(unused_memory(prediction, wave(0.5), "sequences", kAdvice));
}

}  // namespace
}  // namespace ebit::analysis
