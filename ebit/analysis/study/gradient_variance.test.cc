#include "ebit/analysis/study/gradient_variance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"

namespace ebit::analysis {
namespace {

// RY on every wire and nothing else.
Ansatz product_of_ry() {
  return {.name = "product",
          .help = "",
          .source = "",
          .angles_per_layer = [](int wires) { return wires; },
          .append_layer =
              [](Circuit& circuit, int, int first) {
                for (int q = 0; q < circuit.wires(); ++q)
                  circuit.add(GateId::kRY, {q}, {Angle::shared(first + q)});
              }};
}

constexpr VarianceOptions kFullTurn{.low = 0, .high = 2 * std::numbers::pi, .samples = 20000};

std::string all_z(int wires) {
  std::string text = "Z0";
  for (int q = 1; q < wires; ++q) text += "*Z" + std::to_string(q);
  return text;
}

// <Z> = cos a, so that the derivative -sin a has variance 1/2 over a full turn, and over [0, 1)
// E sin^2 - (E sin)^2 = 1/2 - sin(2)/4 - (1 - cos 1)^2.
TEST(GradientVariance, OneRotationByHand) {
  const Observable z = parse_observable("Z0", 1);
  EXPECT_NEAR(gradient_variance(product_of_ry(), 1, 1, z, kFullTurn).first, 0.5, 0.01);
  VarianceOptions narrow = kFullTurn;
  narrow.high = 1;
  EXPECT_NEAR(gradient_variance(product_of_ry(), 1, 1, z, narrow).first,
              0.5 - std::sin(2.0) / 4 - std::pow(1 - std::cos(1.0), 2), 0.002);
}

// A local cost of a product circuit: 1/2 for its own wire, 0 for the others, at any number of wires. A global
// one, Z on every wire, is the product of cosines: 2^-n for each (Cerezo et al. 2021, arXiv:2001.00550).
TEST(GradientVariance, LocalAndGlobalCostOfAProduct) {
  for (int n = 2; n <= 5; ++n) {
    const GradientVariance local =
        gradient_variance(product_of_ry(), n, 1, parse_observable("Z0", n), kFullTurn);
    EXPECT_NEAR(local.first, 0.5, 0.01);
    EXPECT_NEAR(local.all, 0.5 / n, 0.01);
    const GradientVariance global =
        gradient_variance(product_of_ry(), n, 1, parse_observable(all_z(n), n), kFullTurn);
    const double expected = std::exp2(-n);
    EXPECT_NEAR(global.first, expected, 0.06 * expected) << n;
    EXPECT_NEAR(global.all, expected, 5 * global.all_error) << n;
  }
}

// Deep circuits are near 2-designs on either side of most of their angles.
TEST(GradientVariance, DeepCircuitsReachTheTwoDesign) {
  VarianceOptions options = kFullTurn;
  options.samples = 2000;
  for (int n = 2; n <= 4; ++n) {
    const GradientVariance deep =
        gradient_variance(find_ansatz("strongly-entangling"), n, 60, parse_observable("Z0", n), options);
    EXPECT_NEAR(deep.all / two_design_variance(n), 1, 0.08) << n;
  }
  EXPECT_NEAR(two_design_variance(1), 2.0 / 9, 1e-12);
}

TEST(GradientVariance, DoesNotDependOnThreadsAndRefusesNonsense) {
  const Observable z = parse_observable("Z1", 3);
  const VarianceOptions options{.low = 0, .high = 1, .samples = 37, .seed = 4};
  const GradientVariance one = gradient_variance(find_ansatz("zz-ring"), 3, 2, z, options);
  set_threads(3);
  const GradientVariance three = gradient_variance(find_ansatz("zz-ring"), 3, 2, z, options);
  set_threads(1);
  EXPECT_EQ(one.first, three.first);
  EXPECT_EQ(one.all, three.all);
  EXPECT_THROW(gradient_variance(find_ansatz("zz-ring"), 3, 0, z, options), Error);
  EXPECT_THROW(gradient_variance(find_ansatz("zz-ring"), 3, 2, z, {.samples = 1}), Error);
}

}  // namespace
}  // namespace ebit::analysis
