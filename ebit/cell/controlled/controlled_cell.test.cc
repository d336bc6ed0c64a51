#include "ebit/cell/controlled/controlled_cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numbers>

#include "ebit/base/error.h"
#include "ebit/cell/testing/every_cell.h"

namespace ebit::inline cell {
namespace {

ControlledOptions small(int qubits = 2) {
  ControlledOptions options;
  options.inputs = 2, options.qubits = qubits, options.angle_scale = 1;
  options.ffn.hidden = {3};
  return options;
}

TEST(ControlledCell, ParameterShiftOfTheAngles) {
  ControlledOptions options = small();
  options.ffn.hidden = {}, options.inputs = 1;
  CellProblem<double> problem(options, /*samples=*/2, /*steps=*/1, /*seed=*/8);
  std::ranges::fill(problem.d_last, 0.0);  // shifts are for expectations
  const auto exact = problem.gradient();
  const Segment& bias = problem.cell->segments().back();
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
    CellProblem<T> problem(options, /*samples=*/20, /*steps=*/30, /*seed=*/2);
    for (std::size_t b = 0; b < 20; ++b) problem.lengths.push_back(static_cast<std::int64_t>(30 - b));
    return problem.gradient();
  };
  const auto wide = gradient("store", 0.0);
  EXPECT_LT(relative_distance(wide, gradient("uncompute", 0.0)), 1e-13);
  const auto narrow = gradient("store", 0.0F);
  EXPECT_LT(relative_distance(narrow, gradient("uncompute", 0.0F)), 2e-5);
}

TEST(ControlledCell, TheNormIsKeptInFloat32) {
  for (const auto& [ansatz, scale] : {std::pair{"hardware-efficient", 1.0},
                                      {"strongly-entangling", 1.0},
                                      {"zz-ring", 1.0},
                                      {"zz-ring", 0.1}}) {
    SCOPED_TRACE(fmt::format("{} at scale {}", ansatz, scale));
    ControlledOptions options = small(6);
    options.ansatz = ansatz, options.layers = 2, options.angle_scale = scale;
    CellProblem<float> problem(options, /*samples=*/3, /*steps=*/1000, /*seed=*/1);
    problem.lengths = {1000, 999, 997};
    problem.forward();
    const std::size_t s = problem.cell->state_numbers(), n = s - problem.cell->outputs();
    for (std::size_t b = 0; b < 3; ++b) {
      double norm = 0;
      for (std::size_t i = b * s; i < b * s + n; ++i)
        norm += static_cast<double>(problem.last[i]) * problem.last[i];
      EXPECT_NEAR(norm, 1, 2e-6);  // what two steps without restoring may add
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
  EXPECT_THAT(message([](auto& o) { o.readout = {"XZZ"}; }),
              HasSubstr("ZZ alone reads every pair, and Z0*Z1"));
  EXPECT_THAT(message([](auto& o) { o.readout = {"Q1"}; }), HasSubstr("Q1"));
  EXPECT_THAT(message([](auto& o) { o.first_ry = false, o.layers = 0; }), HasSubstr("no angles"));
  EXPECT_THAT(message([](auto& o) { o.init = -1; }), HasSubstr("must be 0 or more, not -1"));
  EXPECT_EQ(message([](auto&) {}), "");
}

TEST(ControlledCell, DropoutActsInTrainingOnly) {
  ControlledOptions options = small();
  options.ffn.hidden = {8}, options.ffn.dropout = 0.4;
  CellProblem<double> problem(options, 2, 3, /*seed=*/1);
  const double without = problem.loss();
  problem.training = true;
  const double with = problem.loss();
  EXPECT_NE(with, without);
  EXPECT_EQ(problem.loss(), with);
}

}  // namespace
}  // namespace ebit::inline cell
