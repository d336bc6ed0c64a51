#include "ebit/cell/echo/echo_cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"

namespace ebit::inline cell {
namespace {

using ::testing::HasSubstr;

using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

EchoOptions small() {
  EchoOptions o;
  o.inputs = 2, o.hidden = 30, o.density = 0.3, o.spectral_radius = 0.8;
  return o;
}

std::vector<double> drawn(const EchoCell<double>& cell, std::uint64_t seed = 1) {
  std::vector<double> parameters(cell.parameters());
  MersenneDraws draws(seed);
  cell.initialise(draws, parameters.data());
  return parameters;
}

Square recurrent_of(const EchoCell<double>& cell, const std::vector<double>& parameters) {
  const auto n = static_cast<Eigen::Index>(cell.state_numbers());
  return Eigen::Map<const Square>(parameters.data() + cell.segments()[2].offset, n, n);
}

std::vector<double> random_numbers(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> numbers;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(random.uniform(-1, 1));
  return numbers;
}

TEST(EchoCell, WeightsAreDrawnAsAskedFor) {
  const EchoCell<double> cell(small());
  const std::vector<double> p = drawn(cell);
  const Square w = recurrent_of(cell, p);
  EXPECT_NEAR(w.eigenvalues().cwiseAbs().maxCoeff(), 0.8, 1e-12);
  EXPECT_NEAR((w.array() != 0).cast<double>().mean(), 0.3, 0.05);
  for (std::size_t k = 0; k < 60; ++k) EXPECT_LE(std::abs(p[k]), 1);
  for (std::size_t k = 60; k < 90; ++k) EXPECT_LE(std::abs(p[k]), 0.2);
  EXPECT_EQ(drawn(cell), p);
  EXPECT_NE(drawn(cell, 2), p);
}

// Step by step in Eigen, for a batch that fills more than a tile.
TEST(EchoCell, EqualsTheRecursion) {
  EchoOptions o = small();
  o.leak = 0.4;
  EchoCell<double> cell(o);
  const std::vector<double> p = drawn(cell);
  constexpr std::size_t kSamples = 11, kSteps = 6;
  const std::vector<double> x = random_numbers(kSamples * kSteps * 2, 3);
  std::vector<double> y(kSamples * kSteps * 32), last(kSamples * 30);
  cell.forward(p, {.samples = kSamples, .steps = kSteps, .x = x.data()},
               {.y = y.data(), .state = last.data()});
  const Eigen::Map<const Eigen::Matrix<double, 30, 2, Eigen::RowMajor>> in(p.data());
  const Eigen::Map<const Eigen::VectorXd> bias(p.data() + 60, 30);
  const Square w = recurrent_of(cell, p);
  for (std::size_t b = 0; b < kSamples; ++b) {
    Eigen::VectorXd h = Eigen::VectorXd::Zero(30);
    for (std::size_t t = 0; t < kSteps; ++t) {
      const Eigen::Map<const Eigen::Vector2d> u(x.data() + (b * kSteps + t) * 2);
      h = 0.6 * h + 0.4 * (in * u + bias + w * h).array().tanh().matrix();
      const double* const own = y.data() + (b * kSteps + t) * 32;
      for (Eigen::Index i = 0; i < 30; ++i) ASSERT_NEAR(own[i], h[i], 1e-13);
      EXPECT_EQ(own[30], u[0]);
      EXPECT_EQ(own[31], u[1]);
    }
    EXPECT_NEAR(last[b * 30 + 7], h[7], 1e-13);
  }
}

// The echo state property: what the state was is forgotten.
TEST(EchoCell, ForgetsWhereItStarted) {
  EchoCell<double> cell(small());
  const std::vector<double> p = drawn(cell), x = random_numbers(2 * 200 * 2, 4);
  std::vector<double> state = random_numbers(60, 5), last(60), same(x.begin(), x.begin() + 400);
  same.insert(same.end(), x.begin(), x.begin() + 400);
  cell.forward(p, {.samples = 2, .steps = 200, .x = same.data(), .state = state.data()},
               {.state = last.data()});
  for (std::size_t i = 0; i < 30; ++i) EXPECT_NEAR(last[i], last[30 + i], 1e-9);
}

TEST(EchoCell, BadInputIsNamed) {
  const auto refused = [](auto edit) {
    EchoOptions o = small();
    edit(o);
    return error_of([&] { EchoCell<double> cell(o); });
  };
  EXPECT_THAT(refused([](EchoOptions& o) { o.hidden = 0; }), HasSubstr("at least 1 neuron"));
  EXPECT_THAT(refused([](EchoOptions& o) { o.hidden = 10'000'000; }), HasSubstr("memory"));
  EXPECT_THAT(refused([](EchoOptions& o) { o.spectral_radius = -1; }), HasSubstr("spectral radius"));
  EXPECT_THAT(refused([](EchoOptions& o) { o.leak = 0; }), HasSubstr("(0, 1]"));
  EXPECT_THAT(refused([](EchoOptions& o) { o.density = 1.5; }), HasSubstr("(0, 1]"));
  EXPECT_THAT(refused([](EchoOptions& o) { o.input_scale = 0; }), HasSubstr("above 0"));
  EXPECT_THAT(refused([](EchoOptions& o) { o.bias_scale = -1; }), HasSubstr("0 or more"));
  // One neuron that hardly ever has a connection to itself.
  EchoOptions alone = small();
  alone.hidden = 1, alone.density = 1e-9;
  EXPECT_THAT(error_of([&] { drawn(EchoCell<double>(alone)); }), HasSubstr("no cycle"));
}

}  // namespace
}  // namespace ebit::inline cell
