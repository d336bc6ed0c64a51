#include "ebit/cell/controlled/feed_forward.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/grad/finite_difference.h"
#include "ebit/sim/kernels.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline cell {
namespace {

template <class T>
class DenseKernelsTest : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(DenseKernelsTest, Precisions);

TYPED_TEST(DenseKernelsTest, EveryInstructionSetEqualsThePlainLoops) {
  using T = TypeParam;
  constexpr std::size_t kW = kLanes<T>;
  const double tolerance = sizeof(T) == 4 ? 1e-4 : 1e-12;
  Random random(/*seed=*/1);
  for (const auto* table : kernels::usable_kernel_tables<T>())
    for (std::size_t rows : {1, 4, 13})
      for (std::size_t columns : {1, 3, 18}) {
        SCOPED_TRACE(fmt::format("{} {}x{}", table->name, rows, columns));
        const DenseKernels<T>& kernels = find_dense_kernels<T>(table->name);
        const std::vector<T> m = random_numbers<T>(rows * columns, 1, random);
        const auto aligned = [&](std::size_t n) {
          const std::vector<T> numbers = random_numbers<T>(n * kW, 1, random);
          return AlignedVector<T>(numbers.begin(), numbers.end());
        };
        const AlignedVector<T> x = aligned(3 * columns), g = aligned(3 * rows);
        AlignedVector<T> y = aligned(rows), d_x = aligned(columns);
        std::vector<double> d(rows * columns, 0.5), d_plain = d;
        AlignedVector<T> y_plain = y, d_x_plain = d_x;
        const MatrixView<T> view{m.data(), rows, columns, columns, 1};
        kernels.product(view, x.data(), y.data());
        kernels.product(view.transposed(), g.data(), d_x.data());
        kernels.outer(g.data(), rows, x.data(), columns, 3, d.data());
        for (std::size_t i = 0; i < rows; ++i)
          for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t l = 0; l < kW; ++l) {
              y_plain[i * kW + l] += m[i * columns + j] * x[j * kW + l];
              d_x_plain[j * kW + l] += m[i * columns + j] * g[i * kW + l];
              for (std::size_t k = 0; k < 3; ++k)
                d_plain[i * columns + j] += static_cast<double>(g[(k * rows + i) * kW + l]) *
                                            static_cast<double>(x[(k * columns + j) * kW + l]);
            }
        EXPECT_LT(largest_difference(y, y_plain), tolerance);
        EXPECT_LT(largest_difference(d_x, d_x_plain), tolerance);
        EXPECT_LT(largest_difference(d, d_plain), tolerance);
      }
}

TEST(FeedForward, DropoutZeroesItsShareAndKeepsTheMean) {
  const FeedForwardOptions options{.hidden = {400}, .activation = "linear", .dropout = 0.3};
  const FeedForward<double> ffn(options, 1, 1);
  auto w = ffn.workspace();
  // Every hidden unit is 1, and the output is their mean.
  std::vector<double> parameters(ffn.parameters(), 0.0);
  std::fill_n(parameters.begin() + 400, 400, 1.0);
  std::fill_n(parameters.begin() + 800, 400, 1.0 / 400);
  std::fill_n(ffn.input(w), kLanes<double>, 0.0);
  const TileDraws draws{.seed = 1, .number = 2, .lanes = {.samples = 100, .first = 0}};
  AlignedVector<double> out(kLanes<double>), again(kLanes<double>);
  ffn.forward(parameters.data(), &draws, /*position=*/0, w, out.data());
  for (double mean : out) {
    EXPECT_NEAR(mean, 1, 0.15);
    EXPECT_NE(mean, 1);
  }
  ffn.forward(parameters.data(), &draws, /*position=*/0, w, again.data());
  EXPECT_EQ(out, again);
  ffn.forward(parameters.data(), &draws, /*position=*/400, w, again.data());
  EXPECT_NE(out, again);
  ffn.forward(parameters.data(), nullptr, 0, w, out.data());
  EXPECT_NEAR(out[0], 1, 1e-12);
}

}  // namespace
}  // namespace ebit::inline cell
