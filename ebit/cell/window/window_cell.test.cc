#include "ebit/cell/window/window_cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& blocks, int inputs = 2) {
  return error_of([&] {
    WindowOptions o;
    o.blocks = blocks, o.inputs = inputs;
    make_cell<double>(o);
  });
}

TEST(WindowBlocks, AreReadWithClearErrors) {
  const std::vector<Block> blocks = parse_blocks("ruexp_EYX_Z_CX");
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[0].gate, GateId::kRX);
  EXPECT_EQ(blocks[0].component, 1);
  EXPECT_EQ(blocks[1].gate, GateId::kRZ);
  EXPECT_EQ(blocks[1].component, -1);
  EXPECT_EQ(blocks[2].gate, GateId::kCRX);
  EXPECT_EQ(parse_blocks("EYX_Z_CX").size(), 3u);  // the prefix of the benchmark's files may be left out
  EXPECT_EQ(refusal("EXX_Y"), "no error");
  EXPECT_THAT(refusal("EXX_W"), HasSubstr("block 2 of 'EXX_W' is 'W'"));
  EXPECT_THAT(refusal("EXX_"), HasSubstr("block 2 of 'EXX_' is ''"));
  EXPECT_THAT(refusal("EX_Y"), HasSubstr("is 'EX', and a block is"));
  EXPECT_THAT(refusal("ruexp_"), HasSubstr("block 1"));
  EXPECT_THAT(refusal("EXX_EYY"), HasSubstr("no block of 'EXX_EYY' is trained"));
  EXPECT_THAT(refusal("X_CY"), HasSubstr("encodes a number"));
  // A string of the benchmark for two columns, whose blocks of a third do nothing in its code.
  EXPECT_THAT(refusal("ruexp_EYX_EZY_CX_EZZ_X"),
              HasSubstr("a step has 2 numbers: leave such blocks out, as the "
                        "benchmark's code does unsaid: --blocks EYX_CX_X"));
}

// The definition, with whole matrices: the blocks of each step on the numbers of that step.
TEST(WindowCell, BlocksAreTheirDefinition) {
  WindowOptions o;
  o.inputs = 2, o.qubits = 3, o.span = 2, o.blocks = "EYX_Z_CY", o.every_step = false;
  CellProblem<double> problem(o, 2, 2, 3);
  problem.forward();
  for (std::size_t b = 0; b < 2; ++b) {
    Circuit circuit(3);
    for (int t = 0; t < 2; ++t) {
      const double y = problem.x[(b * 2 + static_cast<std::size_t>(t)) * 2 + 1];
      const auto weight = [&](int q, int k) {
        return Angle::constant(problem.parameters[static_cast<std::size_t>((t * 3 + q) * 2 + k)]);
      };
      for (int q = 0; q < 3; ++q)
        circuit.add(GateId::kRX, {q}, {Angle::constant(std::numbers::pi * y * std::pow(3.0, q - 3))});
      for (int q = 0; q < 3; ++q) circuit.add(GateId::kRZ, {q}, {weight(q, 0)});
      for (int q = 0; q < 3; ++q) circuit.add(GateId::kCRY, {q, (q + 1) % 3}, {weight(q, 1)});
    }
    const Eigen::VectorXcd psi = oracle::circuit_matrix(circuit, {}).col(0);
    for (std::size_t k = 0; k < 3; ++k) {
      std::string letters = "III";
      letters[k] = 'Z';
      EXPECT_NEAR(problem.y[b * 3 + k], psi.dot(oracle::pauli_matrix(letters) * psi).real(), 1e-13);
    }
  }
}

// Step by step through the state, windows of zeros at first, is the same as all at once.
TEST(WindowCell, TheStateIsADelayLine) {
  for (const char* blocks : {"", "EXY_CX_EYZ_Y"}) {
    WindowOptions o;
    o.inputs = 2, o.qubits = 3, o.span = 3, o.blocks = blocks;
    CellProblem<double> all(o, 2, 5, 4), one(o, 2, 1, 4);
    all.forward(), one.parameters = all.parameters;
    std::vector<double> state(one.last.size(), 0.0);
    for (std::size_t t = 0; t < 5; ++t) {
      for (std::size_t b = 0; b < 2; ++b) std::copy_n(&all.x[(b * 5 + t) * 2], 2, &one.x[b * 2]);
      one.state = state, one.forward(), state = one.last;
      for (std::size_t b = 0; b < 2; ++b)
        for (std::size_t k = 0; k < 3; ++k)
          EXPECT_NEAR(one.y[b * 3 + k], all.y[(b * 5 + t) * 3 + k], 1e-14) << t;
    }
    EXPECT_EQ(state, all.last);
  }
}

// A window of one step remembers nothing.
TEST(WindowCell, OneStepHasNoState) {
  WindowOptions o;
  o.inputs = 2, o.qubits = 2, o.span = 1;
  CellProblem<double> problem(o, 3, 3, 5);
  EXPECT_EQ(problem.cell->state_numbers(), 0u);
  const auto exact = problem.gradient(), numeric = problem.numerical_gradient(2e-6);
  EXPECT_LT(largest_difference(exact.parameters, numeric.parameters), 1e-7);
  EXPECT_LT(largest_difference(exact.x, numeric.x), 1e-7);
}

TEST(WindowCell, RefusesWhatDoesNotFit) {
  const auto message = [](auto change) {
    WindowOptions o;
    change(o);
    return error_of([&] { make_cell<double>(o); });
  };
  EXPECT_THAT(message([](auto& o) { o.span = 0; }), HasSubstr("at least 1 step, not 0"));
  EXPECT_THAT(message([](auto& o) { o.qubits = 0; }), HasSubstr("at least 1 qubit"));
  EXPECT_THAT(message([](auto& o) { o.layers = 0; }), HasSubstr("at least 1 layer"));
  EXPECT_THAT(message([](auto& o) { o.qubits = 1, o.blocks = "EXX_CX"; }), HasSubstr("needs 2 qubits"));
  EXPECT_THAT(message([](auto& o) { o.ansatz = "hardware-eficient"; }), HasSubstr("did you mean"));
  EXPECT_THAT(message([](auto& o) { o.init_high = -1; }), HasSubstr("which is empty"));
}

}  // namespace
}  // namespace ebit::inline cell
