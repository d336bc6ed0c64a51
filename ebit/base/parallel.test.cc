#include "ebit/base/parallel.h"

#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>
#include <vector>

#include "ebit/base/error.h"

namespace ebit {
namespace {

class Parallel : public ::testing::Test {
 protected:
  void TearDown() override { set_threads(1); }
};

TEST_F(Parallel, VisitsEveryIndexOnceAtAnyThreadCount) {
  for (int count : {1, 2, 5}) {
    set_threads(count);
    EXPECT_EQ(threads(), count);
    for (int repeat = 0; repeat < 50; ++repeat) {
      std::vector<int> visits(97, 0);
      parallel_for(visits.size(), [&](std::size_t i) { ++visits[i]; });
      EXPECT_EQ(std::accumulate(visits.begin(), visits.end(), 0), 97);
      for (int v : visits) EXPECT_EQ(v, 1);
    }
  }
}

TEST_F(Parallel, RethrowsAndStaysUsable) {
  set_threads(2);
  EXPECT_THROW(parallel_for(10,
                            [](std::size_t i) {
                              if (i == 3) throw std::logic_error("three");
                            }),
               std::logic_error);
  int sum = 0;
  set_threads(1);
  parallel_for(4, [&](std::size_t i) { sum += static_cast<int>(i); });
  EXPECT_EQ(sum, 6);
  EXPECT_THROW(set_threads(-1), Error);
}

TEST_F(Parallel, NestsOnTheCallingThread) {
  set_threads(2);
  std::vector<int> sums(6, 0);
  parallel_for(
      6, [&](std::size_t i) { parallel_for(4, [&](std::size_t j) { sums[i] += static_cast<int>(j); }); });
  for (int s : sums) EXPECT_EQ(s, 6);
}

}  // namespace
}  // namespace ebit
