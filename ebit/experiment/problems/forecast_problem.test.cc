#include "ebit/experiment/problems/forecast_problem.h"

#include <gtest/gtest.h>

#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

TEST(ForecastProblem, SequencesAreSpreadEvenlyOrFollowEachOther) {
  Config config = resolve("forecast", std::nullopt,
                          {{"data.generator", "noisy-sine", "test"}, {"data.window", "4", "test"}});
  const ForecastProblem problem(config);
  const Windows& windows = problem.windows(0);
  ASSERT_GT(windows.count, 20u);

  const fit::Examples two = problem.sequences(0, 2);
  ASSERT_EQ(two.samples, 2u);
  for (std::size_t t = 0; t < 4; ++t) {
    EXPECT_EQ(two.x[t], windows.x(0)[t]);
    EXPECT_EQ(two.x[4 + t], windows.x(windows.count / 2)[t]) << "the second is from the middle";
  }
  EXPECT_EQ(problem.sequences(0, 0).samples, windows.count);

  config.model.stateful = true;
  const fit::Examples three = problem.sequences(0, 3);
  ASSERT_EQ(three.samples, 3u);
  for (std::size_t row = 0; row < 12; ++row) EXPECT_EQ(three.x[row], windows.rows[row]) << "without a gap";
  EXPECT_EQ(problem.sequences(0, 0).samples, (windows.count + 3) / 4);
}

}  // namespace
}  // namespace ebit::experiment
