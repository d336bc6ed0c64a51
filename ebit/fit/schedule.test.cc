#include "ebit/fit/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>
#include <vector>

#include "ebit/base/error.h"

namespace ebit::fit {
namespace {

// The factor of each epoch but the first, given the loss of the epoch before.
std::vector<double> factors(const ScheduleOptions& options, const std::vector<double>& losses) {
  ScheduleState state;
  std::vector<double> all;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    find_schedule(options.name)
        .advance(options, static_cast<int>(i) + 1, static_cast<int>(losses.size()), losses[i], state);
    all.push_back(state.factor);
  }
  return all;
}

TEST(Schedules, RowsAreComplete) {
  std::set<std::string_view> names;
  for (const ScheduleRow& row : schedules()) {
    EXPECT_TRUE(names.insert(row.name).second);
    EXPECT_EQ(&find_schedule(row.name), &row);
    EXPECT_FALSE(row.help.empty());
  }
  EXPECT_THROW(find_schedule("cosin"), Error);
}

TEST(Schedules, FactorsAreThoseOfTheirFormulas) {
  const std::vector<double> losses = {5, 4, 4, 4, 4, 3};
  EXPECT_EQ(factors({.name = "none"}, losses), std::vector<double>(6, 1.0));
  EXPECT_EQ(factors({.name = "step", .step = 2, .gamma = 0.5}, losses),
            (std::vector<double>{1, 0.5, 0.5, 0.25, 0.25, 0.125}));
  // Two epochs may pass without a better loss; the third one drops the factor.
  EXPECT_EQ(factors({.name = "plateau", .gamma = 0.1, .patience = 2}, losses),
            (std::vector<double>{1, 1, 1, 1, 0.1, 0.1}));
  const std::vector<double> cosine = factors({.name = "cosine"}, losses);
  for (int i = 0; i < 6; ++i)
    EXPECT_NEAR(cosine[static_cast<std::size_t>(i)], (1 + std::cos(std::numbers::pi * (i + 1) / 6)) / 2,
                1e-15);
}

// What may be done with more epochs than were planned: a schedule that counts them must say so.
TEST(Schedules, SayWhetherTheyCountAllEpochs) {
  for (const ScheduleRow& row : schedules()) {
    const ScheduleOptions options{.name = std::string(row.name), .step = 2, .patience = 0};
    const std::vector<double> three = factors(options, {3, 3, 3}), six = factors(options, {3, 3, 3, 3, 3, 3});
    EXPECT_EQ(std::equal(three.begin(), three.end(), six.begin()), !row.depends_on_epochs) << row.name;
  }
}

}  // namespace
}  // namespace ebit::fit
