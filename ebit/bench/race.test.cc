#include "ebit/bench/race.h"

#include <gtest/gtest.h>

#include <string>

#include "ebit/base/error.h"

namespace ebit::bench {
namespace {

TEST(Race, SidesTakeTurnsAfterWarmingUp) {
  std::string order;
  const std::function<void()> sides[] = {[&] { order += 'a'; }, [&] { order += 'b'; }};
  const auto taken = race(sides, {.repeat = 3, .min_seconds = 0});
  ASSERT_EQ(taken.size(), 2u);
  for (const Seconds& side : taken) {
    ASSERT_EQ(side.size(), 3u);
    for (const double seconds : side) EXPECT_GE(seconds, 0);
  }
  EXPECT_EQ(order, "abababab") << "a warm-up each, then three turns";
}

TEST(Race, ShortWorkIsRepeatedToLastLongEnough) {
  int runs = 0;
  const std::function<void()> side[] = {[&] { ++runs; }};
  race(side, {.repeat = 1, .min_seconds = 1e-3});
  EXPECT_GT(runs, 10);
}

TEST(Race, RefusesWhatCannotBeTimed) {
  EXPECT_THROW(race({}, {.repeat = 0}), Error);
  EXPECT_THROW(race({}, {.min_seconds = -1}), Error);
  EXPECT_THROW(median({}), Error);
  EXPECT_THROW(paired_ratio({1}, {1, 2}), Error);
}

TEST(Race, Statistics) {
  EXPECT_DOUBLE_EQ(median({3, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_DOUBLE_EQ(spread({5}), 0);
  EXPECT_DOUBLE_EQ(spread({1, 2, 3, 4, 5}), 1.0 / 3.0) << "quartiles 2 and 4, median 3";
  // What slows both sides of a pair leaves the ratio alone, where the ratio of medians would be 5.
  EXPECT_DOUBLE_EQ(paired_ratio({1, 1, 10}, {2, 5, 20}), 2);
}

}  // namespace
}  // namespace ebit::bench
