#include "ebit/cell/controlled/controlled_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/cell/testing/every_cell.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline cell {
namespace {

// A ring of CNOTs behind RY on every qubit, whose angles the network writes as its biases say.
CellProblem<double> constant_angles(const std::vector<double>& angles, std::size_t steps) {
  ControlledOptions options{.inputs = 1, .qubits = 2, .first_ry = false, .ansatz = "basic-entangler-ry"};
  options.angle_scale = 1;
  CellProblem<double> problem(options, 1, steps, /*seed=*/1);
  const Segment& bias = problem.cell->segments().back();
  std::ranges::fill(problem.parameters, 0.0);
  std::ranges::copy(angles, problem.parameters.begin() + static_cast<std::ptrdiff_t>(bias.offset));
  return problem;
}

TEST(ControlledTrace, ABellPairIsOneBitAndAProductNone) {
  constexpr double kQuarter = std::numbers::pi / 2;
  CellProblem<double> bell = constant_angles({kQuarter, 0}, 1);
  const ControlledTrace one = trace_memory(controlled_cell(bell), bell.parameters, bell.input());
  EXPECT_EQ(one.cut, std::vector<int>{0});
  EXPECT_EQ(one.largest, 1);
  EXPECT_NEAR(one.entropy[0], 1, 1e-12);
  CellProblem<double> product = constant_angles({0, 0.7}, 3);
  for (const double s : trace_memory(controlled_cell(product), product.parameters, product.input()).entropy)
    EXPECT_NEAR(s, 0, 1e-12);
}

// Against the reduced density matrix of the states that the cell leaves behind, sequence by sequence.
TEST(ControlledTrace, EqualsTheDenseReducedState) {
  ControlledOptions options{.inputs = 2, .qubits = 4, .ffn = {.hidden = {3}}, .angle_scale = 1};
  options.initial = "trainable", options.every_step = false;
  for (const std::vector<int>& cut : {std::vector<int>{}, {3, 0}, {2}, {1, 2, 3}}) {
    CellProblem<double> problem(options, 10, 3, /*seed=*/5);
    problem.lengths = {3, 0, 2, 3, 1, 3, 3, 2, 0, 3};
    const ControlledTrace trace =
        trace_memory(controlled_cell(problem), problem.parameters, problem.input(), cut);
    const std::vector<int> kept = cut.empty() ? std::vector<int>{0, 1} : cut;
    EXPECT_EQ(trace.cut, kept);
    EXPECT_EQ(trace.largest, static_cast<double>(std::min(kept.size(), 4 - kept.size())));
    const std::vector<std::int64_t> lengths = problem.lengths;
    for (std::size_t t = 0; t < 3; ++t) {
      for (std::size_t b = 0; b < 10; ++b)
        problem.lengths[b] = std::min(lengths[b], static_cast<std::int64_t>(t + 1));
      problem.forward();
      for (std::size_t b = 0; b < 10; ++b) {
        const double own = trace.entropy[b * 3 + t];
        const std::size_t k = problem.cell->outputs(), s = problem.cell->state_numbers();
        if (static_cast<std::int64_t>(t) >= lengths[b]) {
          EXPECT_EQ(own, 0);
          continue;
        }
        for (std::size_t i = 0; i < k; ++i)
          EXPECT_NEAR(trace.readout[(b * 3 + t) * k + i], problem.y[b * k + i], 1e-14);
        const auto bits = [&](std::size_t index, bool inside) {  // the index of one side
          std::size_t out = 0;
          for (int q = 0; q < 4; ++q)
            if (std::ranges::count(kept, q) == inside) out = out << 1 | (index >> (3 - q) & 1);
          return static_cast<Eigen::Index>(out);
        };
        Eigen::MatrixXcd m = Eigen::MatrixXcd::Zero(1 << kept.size(), 1 << (4 - kept.size()));
        for (std::size_t i = 0; i < 16; ++i)
          m(bits(i, true), bits(i, false)) = {problem.last[b * s + i], problem.last[b * s + 16 + i]};
        const Eigen::VectorXd p =
            Eigen::SelfAdjointEigenSolver<Eigen::MatrixXcd>(m * m.adjoint()).eigenvalues();
        double expected = 0;
        for (const double v : p)
          if (v > 1e-15) expected -= v * std::log2(v);
        EXPECT_NEAR(own, expected, 1e-10);
        EXPECT_LE(own, trace.largest + 1e-12);
      }
    }
  }
}

TEST(ControlledTrace, RefusesCutsThatAreNone) {
  const auto message = [](int qubits, std::vector<int> cut) -> std::string {
    CellProblem<double> problem(ControlledOptions{.qubits = qubits, .ffn = {}}, 1, 1, /*seed=*/1);
    try {
      trace_memory(controlled_cell(problem), problem.parameters, problem.input(), cut);
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(message(1, {}), testing::HasSubstr("memory of 1 qubit cannot be cut"));
  EXPECT_THAT(message(2, {0, 1}), testing::HasSubstr("both sides need at least 1"));
  EXPECT_NE(message(3, {1, 1}), "nothing was thrown");
  EXPECT_NE(message(3, {3}), "nothing was thrown");
  EXPECT_EQ(message(3, {2}), "nothing was thrown");
}

}  // namespace
}  // namespace ebit::inline cell
