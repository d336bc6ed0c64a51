#include "ebit/bench/gate_layers.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/grad/finite_difference.h"

namespace ebit::bench {
namespace {

template <class T>
class GateLayersOf : public testing::Test {};
using Precisions = testing::Types<double, float>;
TYPED_TEST_SUITE(GateLayersOf, Precisions);

TYPED_TEST(GateLayersOf, DerivativeEqualsFiniteDifferences) {
  using T = TypeParam;
  GateLayers<T> layers(3, 2, 3, 7);
  const auto f = [&] {
    layers.run_all();
    double sum = 0;
    for (std::size_t i = 0; i < layers.values().size(); ++i)
      sum += double(layers.values()[i]) * double(layers.d_values()[i]);
    return sum;
  };
  f();
  const std::vector<T> d(layers.d_angles().begin(), layers.d_angles().end());
  const auto expected = finite_difference<T>(f, layers.angles(), finite_difference_step<T>());
  ASSERT_EQ(d.size(), expected.size());
  // Float32: rounding of the value over the step.
  const double tolerance = sizeof(T) == 4 ? 5e-3 : 1e-8;
  for (std::size_t i = 0; i < d.size(); ++i) EXPECT_NEAR(d[i], expected[i], tolerance) << "angle " << i;
}

TYPED_TEST(GateLayersOf, ReadoutsAreBlochVectorsOfAUnitState) {
  GateLayers<TypeParam> layers(4, 3, 5, 3);
  layers.run_all();
  constexpr std::size_t kW = kLanes<TypeParam>;
  for (std::size_t q = 0; q < 4; ++q)
    for (std::size_t l = 0; l < 5; ++l) {
      double length = 0;
      for (std::size_t p = 0; p < 3; ++p) length += std::pow(layers.values()[(3 * q + p) * kW + l], 2);
      EXPECT_LE(length, 1 + 1e-5) << "wire " << q << ", sample " << l;
      EXPECT_GT(length, 0) << "wire " << q << ", sample " << l;
    }
}

TEST(GateLayers, FlopsAreCountedAsTheDocsSay) {
  GateLayers<double> layers(3, 2, 1, 1);
  // 2 layers of 3 fused gates, on 4 pairs of amplitudes each.
  EXPECT_DOUBLE_EQ(layers.gate_flops(), 28.0 * 2 * 3 * 4);
  // All three uses of the second layer's gates, and the overlaps of both layers.
  EXPECT_DOUBLE_EQ(layers.all_flops(), (84.0 + 2 * 24.0) * 3 * 4);
}

}  // namespace
}  // namespace ebit::bench
