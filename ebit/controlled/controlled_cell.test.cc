#include "ebit/controlled/controlled_cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numbers>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/controlled/controlled_problem.h"

namespace ebit {
namespace {

ControlledOptions small(int qubits = 2) {
  ControlledOptions options;
  options.inputs = 2, options.qubits = qubits, options.angle_scale = 1;
  options.ffn.hidden = {3};
  return options;
}

template <class T>
double difference(const typename ControlledProblem<T>::Gradient& a,
                  const typename ControlledProblem<T>::Gradient& b) {
  return std::max({largest_difference(a.parameters, b.parameters), largest_difference(a.x, b.x),
                   largest_difference(a.psi, b.psi), largest_difference(a.z, b.z)});
}

// The cell's own gradient against central differences, from the initial state and from a given one, with
// sequences of different lengths.
void expect_gradient(const ControlledOptions& options, bool training = false) {
  for (bool given : {false, true}) {
    SCOPED_TRACE(given ? "from a given state" : "from the initial state");
    ControlledProblem<double> problem(options, /*samples=*/3, /*steps=*/3, /*seed=*/5);
    problem.training = training;
    problem.lengths = {3, 1, 0};
    if (given) problem.give_state(/*seed=*/6);
    const auto exact = problem.gradient();
    EXPECT_LT(difference<double>(exact, problem.numerical_gradient(2e-6)), 2e-8);
    EXPECT_GT(largest_difference(exact.parameters, std::vector<double>(exact.parameters.size())), 1e-3);
  }
}

TEST(ControlledCell, GradientOfEveryActivation) {
  for (const auto& row : activations<double>())
    for (bool residual : {false, true}) {
      SCOPED_TRACE(row.name);
      ControlledOptions options = small();
      // Widths: a residual through a matrix, then one without.
      options.ffn = {
          .hidden = {3, 3}, .activation = std::string(row.name), .dropout = 0, .residual = residual};
      expect_gradient(options);
    }
  ControlledOptions linear = small();
  linear.ffn.hidden = {};
  expect_gradient(linear);
}

TEST(ControlledCell, GradientOfEveryAnsatz) {
  for (const Ansatz& row : ansaetze()) {
    SCOPED_TRACE(row.name);
    ControlledOptions options = small(3);
    options.ansatz = row.name, options.readout = {"XYZ", "Z0*Z2", "P(1)"};
    expect_gradient(options);
  }
}

TEST(ControlledCell, GradientOfEveryInitialStateWithAndWithoutTheFirstRY) {
  for (const InitialStateRow& row : initial_states())
    for (bool first_ry : {false, true}) {
      SCOPED_TRACE(row.name);
      ControlledOptions options = small();
      options.initial = row.name, options.first_ry = first_ry, options.layers = 2, options.angle_scale = 0.7;
      expect_gradient(options);
    }
}

TEST(ControlledCell, GradientWithDropout) {
  ControlledOptions options = small();
  options.ffn.hidden = {8}, options.ffn.dropout = 0.4;
  expect_gradient(options, /*training=*/true);
  ControlledProblem<double> problem(options, 2, 3, /*seed=*/1);
  const double without = problem.loss();
  problem.training = true;
  const double with = problem.loss();
  EXPECT_NE(with, without);
  EXPECT_EQ(problem.loss(), with);
}

// Outcomes are constants, and small changes do not change them: differences are the gradient that is meant.
TEST(ControlledCell, GradientThroughASampledMeasurement) {
  for (bool reset : {false, true})
    for (const std::vector<int>& measured : {std::vector<int>{}, {1}, {2, 0}}) {
      SCOPED_TRACE(fmt::format("{} measured, reset {}", measured.size(), reset));
      ControlledOptions options = small(3);
      options.measurement = "sampled", options.measured = measured, options.reset = reset;
      options.layers = 2;
      ControlledProblem<double> problem(options, /*samples=*/4, /*steps=*/3, /*seed=*/3);
      problem.give_state(/*seed=*/4);
      problem.lengths = {3, 2, 0, 3};
      EXPECT_LT(difference<double>(problem.gradient(), problem.numerical_gradient(1e-6)), 1e-7);
    }
}

TEST(ControlledCell, ParameterShiftOfTheAngles) {
  ControlledOptions options = small();
  options.ffn.hidden = {}, options.inputs = 1;
  ControlledProblem<double> problem(options, /*samples=*/2, /*steps=*/1, /*seed=*/8);
  std::ranges::fill(problem.d_psi, 0.0);  // shifts are for expectations
  const auto exact = problem.gradient();
  const Segment& bias = problem.cell.segments().back();
  ASSERT_EQ(bias.name, "ffn.0.bias");
  for (std::size_t p = bias.offset; p < bias.offset + bias.size; ++p) {
    const double center = problem.parameters[p];
    problem.parameters[p] = center + std::numbers::pi / 2;
    const double above = problem.loss();
    problem.parameters[p] = center - std::numbers::pi / 2;
    const double below = problem.loss();
    problem.parameters[p] = center;
    EXPECT_NEAR(exact.parameters[p], (above - below) / 2, 1e-12);
  }
}

TEST(ControlledCell, UncomputedEqualsStored) {
  ControlledOptions options = small(4);
  options.initial = "trainable", options.readout = {"XYZ", "X0*Z3"};
  const auto gradient = [&]<class T>(const char* memory, T) {
    options.gradient_memory = memory;
    ControlledProblem<T> problem(options, /*samples=*/20, /*steps=*/30, /*seed=*/2);
    for (std::size_t b = 0; b < 20; ++b) problem.lengths.push_back(static_cast<std::int64_t>(30 - b));
    return problem.gradient();
  };
  const auto scale = [](const auto& g) {
    return largest_difference(g.parameters, std::vector<double>(g.parameters.size()));
  };
  const auto wide = gradient("store", 0.0);
  EXPECT_LT(difference<double>(gradient("uncompute", 0.0), wide), 1e-13 * scale(wide));
  const auto narrow = gradient("store", 0.0F);
  EXPECT_LT(difference<float>(gradient("uncompute", 0.0F), narrow), 2e-5 * scale(narrow));
}

TEST(ControlledCell, Float32FollowsFloat64) {
  ControlledOptions options = small(3);
  options.initial = "trainable";
  ControlledProblem<double> wide(options, 5, 6, /*seed=*/4);
  ControlledProblem<float> narrow(options, 5, 6, /*seed=*/4);
  const auto exact = wide.gradient();
  const auto rounded = narrow.gradient();
  EXPECT_LT(largest_difference(wide.out_z, narrow.out_z), 5e-6);
  EXPECT_LT(largest_difference(exact.parameters, rounded.parameters), 1e-4);
}

TEST(ControlledCell, PaddingChangesNothingAndABatchEqualsItsSequences) {
  ControlledOptions options = small(3);
  ControlledProblem<double> batch(options, /*samples=*/11, /*steps=*/7, /*seed=*/9);
  for (std::int64_t b = 0; b < 11; ++b) batch.lengths.push_back((5 * b + 3) % 8);
  const std::size_t k = batch.cell.outputs(), n = 2 * batch.cell.dimension();
  for (std::size_t b = 0; b < 11; ++b)  // what stands in the padding is not looked at
    for (std::size_t i = static_cast<std::size_t>(batch.lengths[b]) * 2; i < 14; ++i)
      batch.x[b * 14 + i] = std::numeric_limits<double>::quiet_NaN();
  const auto together = batch.gradient();
  std::vector<double> summed(batch.parameters.size());
  for (std::size_t b = 0; b < 11; ++b) {
    SCOPED_TRACE(b);
    const auto length = static_cast<std::size_t>(batch.lengths[b]);
    const double* const z = batch.out_z.data() + b * 7 * k;
    for (std::size_t t = length; t < 7; ++t)
      for (std::size_t j = 0; t > 0 && j < k; ++j) EXPECT_EQ(z[t * k + j], z[(t - 1) * k + j]);
    for (std::size_t i = b * 14 + 2 * length; i < (b + 1) * 14; ++i) EXPECT_EQ(together.x[i], 0);
    if (length == 0) continue;
    ControlledProblem<double> alone(options, 1, length, /*seed=*/9);
    alone.parameters = batch.parameters;
    alone.x.assign(batch.x.data() + b * 14, batch.x.data() + b * 14 + 2 * length);
    alone.d_psi.assign(batch.d_psi.data() + b * n, batch.d_psi.data() + (b + 1) * n);
    alone.d_z.assign(batch.d_z.data() + b * 7 * k, batch.d_z.data() + (b * 7 + length) * k);
    alone.d_z_last.assign(batch.d_z_last.data() + b * k, batch.d_z_last.data() + (b + 1) * k);
    // Of padded readouts the last one is a copy.
    for (std::size_t t = length; t < 7; ++t)
      for (std::size_t j = 0; j < k; ++j) alone.d_z_last[j] += batch.d_z[(b * 7 + t) * k + j];
    const auto own = alone.gradient();
    EXPECT_LT(largest_difference(alone.out_z, std::vector<double>(z, z + length * k)), 1e-13);
    EXPECT_LT(largest_difference(alone.out_psi, std::vector<double>(batch.out_psi.data() + b * n,
                                                                    batch.out_psi.data() + (b + 1) * n)),
              1e-13);
    EXPECT_LT(largest_difference(own.x, std::vector<double>(together.x.data() + b * 14,
                                                            together.x.data() + b * 14 + 2 * length)),
              1e-12);
    for (std::size_t p = 0; p < summed.size(); ++p) summed[p] += own.parameters[p];
  }
  EXPECT_LT(largest_difference(summed, together.parameters), 1e-11);
}

TEST(ControlledCell, ACarriedStateEqualsOneLongSequence) {
  ControlledProblem<double> whole(small(3), /*samples=*/4, /*steps=*/6, /*seed=*/7);
  const auto exact = whole.gradient();
  const std::size_t k = whole.cell.outputs();
  // Rows `first` to `first + 3` of [B, 6, width].
  const auto piece = [](const std::vector<double>& v, std::size_t width, std::size_t first) {
    std::vector<double> out;
    for (std::size_t b = 0; b < 4; ++b)
      out.insert(out.end(), v.begin() + static_cast<std::ptrdiff_t>((b * 6 + first) * width),
                 v.begin() + static_cast<std::ptrdiff_t>((b * 6 + first + 3) * width));
    return out;
  };
  ControlledProblem<double> first(small(3), 4, 3, /*seed=*/7),
      second = ControlledProblem<double>(small(3), 4, 3, 7);
  first.parameters = second.parameters = whole.parameters;
  first.x = piece(whole.x, 2, 0), second.x = piece(whole.x, 2, 3);
  first.d_z = piece(whole.d_z, k, 0), second.d_z = piece(whole.d_z, k, 3);
  first.forward();
  second.psi = first.out_psi, second.z = first.out_z_last;
  second.d_psi = whole.d_psi, second.d_z_last = whole.d_z_last;
  const auto later = second.gradient();
  EXPECT_LT(largest_difference(second.out_z, piece(whole.out_z, k, 3)), 1e-14);
  first.d_psi = later.psi, first.d_z_last = later.z;
  auto sum = first.gradient();
  for (std::size_t p = 0; p < sum.parameters.size(); ++p) sum.parameters[p] += later.parameters[p];
  EXPECT_LT(largest_difference(sum.parameters, exact.parameters), 1e-12);
}

TEST(ControlledCell, TheNumberOfThreadsChangesNoBit) {
  ControlledOptions options = small(3);
  options.ffn.dropout = 0.2, options.measurement = "sampled", options.initial = "trainable";
  const auto run = [&](int count) {
    set_threads(count);
    ControlledProblem<float> problem(options, /*samples=*/70, /*steps=*/5, /*seed=*/1);
    problem.training = true;
    auto gradient = problem.gradient();
    set_threads(1);
    return std::pair(problem.out_z, gradient.parameters);
  };
  EXPECT_EQ(run(1), run(3));
}

TEST(ControlledCell, TheNormIsKeptInFloat32) {
  for (const auto& [ansatz, scale] : {std::pair{"hardware-efficient", 1.0},
                                      {"strongly-entangling", 1.0},
                                      {"zz-ring", 1.0},
                                      {"zz-ring", 0.1}}) {
    SCOPED_TRACE(fmt::format("{} at scale {}", ansatz, scale));
    ControlledOptions options = small(6);
    options.ansatz = ansatz, options.layers = 2, options.angle_scale = scale;
    ControlledProblem<float> problem(options, /*samples=*/3, /*steps=*/1000, /*seed=*/1);
    problem.lengths = {1000, 999, 997};
    problem.forward();
    const std::size_t n = 2 * problem.cell.dimension();
    for (std::size_t b = 0; b < 3; ++b) {
      double norm = 0;
      for (std::size_t i = 0; i < n; ++i)
        norm += static_cast<double>(problem.out_psi[b * n + i]) * problem.out_psi[b * n + i];
      EXPECT_NEAR(norm, 1, 1e-6);
    }
  }
}

TEST(ControlledCell, BadInputIsOneClearLine) {
  const auto message = [](auto change) {
    ControlledOptions options = small();
    change(options);
    try {
      ControlledCell<double> cell(options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  using testing::HasSubstr;
  EXPECT_THAT(message([](auto& o) { o.qubits = 0; }), HasSubstr("at least 1 qubit"));
  EXPECT_THAT(message([](auto& o) { o.qubits = 39; }), HasSubstr("39 qubits"));
  EXPECT_THAT(message([](auto& o) { o.qubits = 400; }), HasSubstr("400 qubits"));
  EXPECT_THAT(message([](auto& o) { o.ffn.activation = "glue"; }), HasSubstr("did you mean 'glu'"));
  EXPECT_THAT(message([](auto& o) { o.ffn.dropout = 1; }), HasSubstr("dropout must be in [0, 1)"));
  EXPECT_THAT(message([](auto& o) { o.ffn.hidden = {}, o.ffn.residual = true; }), HasSubstr("hidden layers"));
  EXPECT_THAT(message([](auto& o) { o.measurement = "shot"; }), HasSubstr("did you mean 'shots'"));
  EXPECT_THAT(message([](auto& o) { o.measured = {0}; }), HasSubstr("belong to measurement 'sampled'"));
  EXPECT_THAT(message([](auto& o) { o.measurement = "sampled", o.measured = {2}; }), HasSubstr("no qubit 2"));
  EXPECT_THAT(message([](auto& o) { o.initial = "zeros"; }), HasSubstr("did you mean 'zero'"));
  EXPECT_THAT(message([](auto& o) { o.readout = {"ZZ"}; }), HasSubstr("Z0*Z1"));
  EXPECT_THAT(message([](auto& o) { o.readout = {"Q1"}; }), HasSubstr("Q1"));
  EXPECT_THAT(message([](auto& o) { o.first_ry = false, o.layers = 0; }), HasSubstr("no angles"));
  EXPECT_EQ(message([](auto&) {}), "");

  ControlledProblem<double> problem(small(), 2, 3, /*seed=*/1);
  problem.lengths = {3, 4};
  EXPECT_THROW(problem.forward(), Error);
  problem.lengths = {};
  problem.x[5] = std::numeric_limits<double>::infinity();
  EXPECT_THROW(problem.forward(), Error);
}

}  // namespace
}  // namespace ebit
