#include "ebit/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace ebit::inline base {
namespace {

TEST(Random, AgreesWithThePublishedPhiloxVector) {
  // Random123's known-answer file (kat_vectors): philox2x64-10, counter 0 0, key 0 -> ca00a0459843d731 ...
  EXPECT_EQ(random_uniform(0, 0, 0), static_cast<double>(0xca00a0459843d731ULL >> 11) * 0x1p-53);
}

TEST(Random, SameSeedStreamAndPositionGiveTheSameNumber) {
  Random a(7, 3), b(7, 3, 5);
  for (int i = 0; i < 5; ++i) a.uniform();
  EXPECT_EQ(a.uniform(), b.uniform());
  EXPECT_NE(Random(7, 4).uniform(), Random(7, 3).uniform());
  EXPECT_NE(Random(8, 3).uniform(), Random(7, 3).uniform());
}

TEST(Random, MomentsOfUniformAndNormal) {
  Random random(1);
  const int n = 200000;
  double mean = 0, square = 0, uniform_mean = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    mean += x / n;
    square += x * x / n;
    const double u = random.uniform(-2, 4);
    ASSERT_GE(u, -2);
    ASSERT_LT(u, 4);
    uniform_mean += u / n;
  }
  EXPECT_NEAR(mean, 0.0, 0.01);
  EXPECT_NEAR(square, 1.0, 0.02);
  EXPECT_NEAR(uniform_mean, 1.0, 0.02);
}

TEST(Random, PermutationHoldsEveryIndexOnce) {
  auto order = Random(5).permutation(100);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
}

}  // namespace
}  // namespace ebit::inline base
