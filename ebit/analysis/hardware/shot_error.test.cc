#include "ebit/analysis/hardware/shot_error.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/random.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/register/hidden_update.h"

namespace ebit::analysis {
namespace {

// Each protocol's mean over many estimates is its exact readout; where memories are prepared from shots, up
// to the bias of their square roots, which many shots make small.
TEST(ShotError, EstimatesAreTheReadoutsWithinTheirErrors) {
  constexpr int kShots = 20000, kTimes = 5;
  for (const auto& row : hidden_updates<double>()) {
    RegisterOptions options;
    options.hidden = row.name, options.encoder = "arctan-angle";
    Random random(3);
    std::vector<double> parameters(make_cell<double>(options)->parameters()), x(3);
    for (double& p : parameters) p = random.uniform(0, 6.28);
    for (double& number : x) number = random.uniform(-1, 1);
    double mean = 0, exact = 0, kept = 0;
    for (std::uint64_t seed = 0; seed < kTimes; ++seed) {
      const ShotEstimate own = estimate_by_shots(options, parameters, x, kShots, seed);
      ASSERT_TRUE(own.value) << row.name;
      mean += *own.value / kTimes, exact = own.exact, kept = own.kept;
    }
    EXPECT_EQ(kept < 1, row.name == "collapse");
    EXPECT_LT(std::abs(mean - exact), 4.5 * 2 / std::sqrt(kept * kShots * kTimes)) << row.name;
    EXPECT_NE(mean, exact) << row.name;
  }
}

}  // namespace
}  // namespace ebit::analysis
