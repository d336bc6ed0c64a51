#include "ebit/info/linden.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/info/testing/states.h"

namespace ebit::inline info {
namespace {

TEST(Gap, ProjectionsEndOnUnitariesThatMakeTwoEbits) {
  Random random(41);
  for (const std::array<double, 3>& p :
       {std::array{0.5, 0.5, 0.0}, {0.4, 0.35, 0.25}, {1.0 / 3, 1.0 / 3, 1.0 / 3}}) {
    const GapUnitary one = project_on_gap(random_bipartite(2, 3, random).matrix, p);
    EXPECT_NEAR(one.e_up, 2, 1e-8);
    // Where rho_B weighs all levels the projections creep; entropies feel what is left by its square.
    const double tolerance = p[2] == 0 ? 1e-10 : 2e-4;
    const Eigen::MatrixXcd& u = one.unitary.matrix;
    EXPECT_LT((u.adjoint() * u - Eigen::MatrixXcd::Identity(6, 6)).norm(), 1e-12);
    // The condition itself, from its definition.
    for (int row = 0; row < 4; ++row)
      for (int column = 0; column < 4; ++column) {
        Complex sum = 0;
        for (int beta = 0; beta < 3; ++beta)
          for (int b = 0; b < 3; ++b)
            sum += u(row / 2 * 3 + beta, row % 2 * 3 + b) * p[static_cast<std::size_t>(b)] *
                   std::conj(u(column / 2 * 3 + beta, column % 2 * 3 + b));
        EXPECT_NEAR(std::abs(sum - (row == column ? 0.5 : 0.0)), 0, tolerance);
      }
  }
}

TEST(Gap, TheSearchFindsAGapAndGoesDown) {
  const GapOptions options{.samples = 4,
                           .descents = 1,
                           .steps = 12,
                           .starts = 6,
                           .last_starts = 16,
                           .larger_starts = 4,
                           .seed = 5};
  const GapSearch search = search_gap(options);
  ASSERT_EQ(search.samples.size(), 4u);
  ASSERT_EQ(search.descents.size(), 1u);
  for (const GapUnitary& one : search.samples) {
    EXPECT_NEAR(one.e_up, 2, 1e-8);
    EXPECT_LE(one.e_down, 2 + 1e-12);
    EXPECT_GE(one.e_down, one.schmidt_entropy - 1e-12);
  }
  const std::vector<double>& path = search.descents[0];
  EXPECT_TRUE(std::ranges::is_sorted(path, std::greater()));
  EXPECT_LT(path.back(), path.front() - 1e-3);
  EXPECT_NEAR(search.up.value, 2, 1e-9);
  EXPECT_LT(search.down.value, 1.97);
  // Larger ancillas gain a little; no state of theirs comes near 2.
  EXPECT_GE(search.down_larger.value, search.down.value - 1e-6);
  EXPECT_LT(search.down_larger.value, 1.98);
  // Nothing below this has been seen, here or with many more starts and descents.
  EXPECT_GT(search.down.value, 1.939363);
}

TEST(Gap, EndsWhenAsked) {
  const GapSearch search = search_gap({.samples = 5, .starts = 2, .last_starts = 2, .larger_starts = 1},
                                      [](int tried, int) { return tried < 2; });
  EXPECT_EQ(search.samples.size(), 2u);
  EXPECT_THROW(search_gap({.samples = 1}, [](int, int) { return false; }), Error);
  EXPECT_THROW(search_gap({.samples = 0}), Error);
}

}  // namespace
}  // namespace ebit::inline info
