#include "ebit/cell/controlled/activation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/grad/finite_difference.h"
#include "ebit/sim/kernels.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline cell {
namespace {

template <class T>
const Activation<T>& row_of(std::span<const Activation<T>> rows, std::string_view name) {
  return *std::ranges::find(rows, name, &Activation<T>::name);
}

TEST(Activation, BackwardIsTheDerivative) {
  for (const auto& row : activations<double>()) {
    SCOPED_TRACE(row.name);
    EXPECT_FALSE(row.help.empty());
    const std::size_t n = 2 * kLanes<double>, numbers = n * static_cast<std::size_t>(row.inputs);
    Random random(/*seed=*/2);
    AlignedVector<double> pre(numbers), d_out(n), out(n), d_pre(numbers);
    for (double& v : pre) v = random.uniform(-3, 3);
    for (double& v : d_out) v = random.uniform(-1, 1);
    row.backward(pre.data(), d_out.data(), n, d_pre.data());
    std::vector<double> at(pre.begin(), pre.end());
    const auto loss = [&] {
      std::ranges::copy(at, pre.begin());
      row.forward(pre.data(), n, out.data());
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += d_out[i] * out[i];
      return sum;
    };
    EXPECT_LT(largest_difference(std::vector<double>(d_pre.begin(), d_pre.end()),
                                 finite_difference<double>(loss, at, 1e-5)),
              1e-9);
  }
}

TEST(Activation, ValuesAreTorchs) {
  AlignedVector<double> pre(2 * kLanes<double>), out(kLanes<double>);
  pre[0] = 1.0, pre[1] = -0.5, pre[kLanes<double>] = -0.5;
  const auto run = [&](std::string_view name) {
    find_activation<double>(name).forward(pre.data(), kLanes<double>, out.data());
  };
  run("gelu");
  EXPECT_NEAR(out[0], 0.8413447460685429, 1e-15);
  EXPECT_NEAR(out[1], -0.1542687694, 1e-10);
  run("glu");
  EXPECT_NEAR(out[0], 0.3775406687981454, 1e-15);
  run("relu");
  EXPECT_EQ(out[0], 1);
  EXPECT_EQ(out[1], 0);
}

// Ordinary numbers, tiny and huge ones, and those without a value, up to whole tiles.
template <class T>
AlignedVector<T> grid() {
  using Limits = std::numeric_limits<T>;
  AlignedVector<T> x{T(0),          T(-0.0),        Limits::denorm_min(), -Limits::denorm_min(),
                     Limits::min(), -Limits::min(), Limits::max(),        Limits::lowest(),
                     T(1e-10),      T(-1e-10)};
  for (int i = -20000; i <= 20000; ++i) x.push_back(static_cast<T>(i * 0.00271));
  for (int i = 0; i < 1000; ++i) x.push_back(static_cast<T>((i % 2 ? -1 : 1) * std::pow(1.05, i - 500)));
  while (x.size() % kLanes<T>) x.push_back(T(0.5));
  return x;
}

// The same by the C library in long double.
struct Expected {
  long double value, slope;
};

Expected gelu(long double v) {
  const long double phi = std::erfc(-v / std::numbers::sqrt2_v<long double>) / 2,
                    density = std::exp(-v * v / 2) * std::numbers::inv_sqrtpi_v<long double> /
                              std::numbers::sqrt2_v<long double>;
  return {v * phi, phi + v * density};
}

Expected sigmoid(long double v) {
  const long double s = 1 / (1 + std::exp(-v));
  return {s, s * (1 - s)};
}

template <class T>
class ActivationOf : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(ActivationOf, Precisions);

TYPED_TEST(ActivationOf, GeluAndSigmoidAreExactToRounding) {
  using T = TypeParam;
  const long double tolerance = sizeof(T) == 4 ? 2e-7L : 4e-16L;
  const AlignedVector<T> x = grid<T>();
  const std::size_t n = x.size();
  AlignedVector<T> ones(n, T(1)), out(n), slope(2 * n), pair(2 * n, T(1));
  std::ranges::copy(x, pair.begin() + static_cast<std::ptrdiff_t>(n));
  for (const auto* table : kernels::usable_kernel_tables<T>()) {
    SCOPED_TRACE(table->name);
    const auto rows = activations<T>(table->name);
    const auto expect = [&](Expected (*exact)(long double), const T* slopes) {
      for (std::size_t i = 0; i < n; ++i) {
        const Expected expected = exact(x[i]);
        const long double scale = std::max(1.0L, std::abs(expected.value));
        ASSERT_LE(std::abs(out[i] - expected.value), tolerance * scale) << x[i];
        ASSERT_LE(std::abs(slopes[i] - expected.slope), 2 * tolerance) << x[i];
      }
    };
    row_of(rows, "gelu").forward(x.data(), n, out.data());
    row_of(rows, "gelu").backward(x.data(), ones.data(), n, slope.data());
    expect(gelu, slope.data());
    row_of(rows, "glu").forward(pair.data(), n, out.data());
    row_of(rows, "glu").backward(pair.data(), ones.data(), n, slope.data());
    expect(sigmoid, slope.data() + n);
  }
}

// As the C library's formulas, and torch: -inf has no gelu, and infinities have no slope of it.
TYPED_TEST(ActivationOf, InfinitiesAndNothingPassThrough) {
  using T = TypeParam;
  constexpr std::size_t n = kLanes<T>;
  constexpr T kInfinity = std::numeric_limits<T>::infinity(), kNothing = std::numeric_limits<T>::quiet_NaN();
  for (const auto* table : kernels::usable_kernel_tables<T>()) {
    SCOPED_TRACE(table->name);
    const auto rows = activations<T>(table->name);
    AlignedVector<T> pre(2 * n, T(1)), ones(n, T(1)), out(n), slope(2 * n);
    pre[0] = kInfinity, pre[1] = -kInfinity, pre[2] = kNothing;
    row_of(rows, "gelu").forward(pre.data(), n, out.data());
    row_of(rows, "gelu").backward(pre.data(), ones.data(), n, slope.data());
    EXPECT_EQ(out[0], kInfinity);
    EXPECT_TRUE(std::isnan(out[1]));
    EXPECT_TRUE(std::isnan(out[2]));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(std::isnan(slope[static_cast<std::size_t>(i)]));
    EXPECT_NEAR(out[3], 0.8413447460685429, 1e-7);
    std::ranges::rotate(pre, pre.begin() + n);  // the gates
    row_of(rows, "glu").forward(pre.data(), n, out.data());
    EXPECT_EQ(out[0], 1);
    EXPECT_EQ(out[1], 0);
    EXPECT_TRUE(std::isnan(out[2]));
  }
}

TEST(Activation, AnUnknownInstructionSetIsAnError) { EXPECT_THROW(activations<float>("mmx"), Error); }

}  // namespace
}  // namespace ebit::inline cell
