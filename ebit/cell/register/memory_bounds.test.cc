#include "ebit/cell/register/memory_bounds.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/testing/every_cell.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline cell {
namespace {

struct Traced {
  CellProblem<double> problem;
  MemoryTrace trace;

  explicit Traced(const RegisterOptions& options, std::uint64_t seed = 5)
      : problem(options, 9, 4, seed),
        trace(trace_memory(register_cell(problem), problem.parameters, problem.input())) {}

  std::vector<MemoryBound> bounds(PowerEffort effort = PowerEffort::kAuto) {
    return memory_bounds(register_cell(problem), problem.parameters, problem.input(), trace, effort, 8);
  }
};

RegisterOptions small(const std::string& hidden) {
  RegisterOptions options;
  options.system = options.ancilla = 1, options.encoder = "cubic-angle", options.hidden = hidden;
  options.ansatz = "strongly-entangling", options.dis = "adjoint";
  return options;
}

TEST(MemoryBounds, MatricesAreThoseOfTheCircuits) {
  RegisterOptions options;
  options.system = 1, options.ancilla = 2, options.ansatz = "strongly-entangling";
  CellProblem<double> problem(options, 1, 1, 3);
  const Segment &en = problem.cell->segments()[0], &dis = problem.cell->segments()[1];
  const Eigen::MatrixXcd u_en = oracle::circuit_matrix(
      register_cell(problem).u_en(), std::span(problem.parameters).subspan(en.offset, en.size));
  const Eigen::MatrixXcd u_dis = oracle::circuit_matrix(
      register_cell(problem).u_dis(), std::span(problem.parameters).subspan(dis.offset, dis.size));
  const std::vector<StepUnitary> all = step_unitaries(options);
  ASSERT_EQ(all.size(), 3u);
  const Eigen::MatrixXcd expected[] = {u_en, u_dis, u_dis * u_en};
  for (std::size_t k = 0; k < 3; ++k) {
    const BipartiteUnitary u = matrix_of(register_cell(problem), problem.parameters, all[k]);
    EXPECT_EQ(u.d_a, 2);
    EXPECT_EQ(u.d_b, 4);
    EXPECT_LT((u.matrix - expected[k]).cwiseAbs().maxCoeff(), 1e-12) << all[k].name;
  }
  options.layers_dis = 0;
  ASSERT_EQ(step_unitaries(options).size(), 1u);
  EXPECT_EQ(step_unitaries(options)[0].name, "U_en");
}

// A CNOT makes H2((1 + x) / 2) of its 1 ebit, and its inverse destroys as much.
TEST(MemoryBounds, SharesOfACnot) {
  RegisterOptions options = small("collapse");
  options.encoder = "arccos-angle";
  options.layers_en = options.layers_dis = 1;
  options.custom_ansatz = Ansatz{.name = "cnot",
                                 .help = "CNOT",
                                 .source = "a test",
                                 .angles_per_layer = [](int) { return 0; },
                                 .append_layer =
                                     [](Circuit& c, int, int) {
                                       c.add(GateId::kCNOT, {0, 1});
                                     }};
  RegisterCell<double> cell(options);
  const std::vector<double> x = {0.2, 0.0};
  const SequenceInput<double> input{1, 2, x.data()};
  const auto bounds = memory_bounds(cell, {}, input, trace_memory(cell, {}, input), PowerEffort::kAuto, 4);
  ASSERT_EQ(bounds.size(), 3u);
  const double h = -0.6 * std::log2(0.6) - 0.4 * std::log2(0.4);
  EXPECT_NEAR(bounds[0].up.value, 1, 1e-8);
  EXPECT_NEAR(bounds[0].made.most, 1, 1e-9);
  EXPECT_EQ(bounds[0].made.step, 1u);
  EXPECT_NEAR(bounds[0].made.share_mean, (1 + h) / 2, 1e-7);
  EXPECT_NEAR(bounds[0].destroyed.most, 0, 1e-9);
  EXPECT_NEAR(bounds[1].destroyed.share_most, 1, 1e-7);
  EXPECT_NEAR(bounds[1].schmidt_entropy, 1, 1e-9);
  EXPECT_NEAR(bounds[2].up.value, 0, 1e-7) << "together they are the identity";
  EXPECT_TRUE(std::isnan(bounds[2].made.share_most));
  for (const MemoryBound& bound : bounds) EXPECT_FALSE(bound.broken) << bound.unitary.name;
}

TEST(MemoryBounds, NoStepOfAnyMemoryBreaksThem) {
  for (const auto& update : hidden_updates<double>()) {
    SCOPED_TRACE(update.name);
    Traced traced(small(std::string(update.name)));
    const std::vector<MemoryBound> full = traced.bounds(PowerEffort::kFull);
    std::size_t next = 0;
    for (const MemoryBound& bound : traced.bounds()) {
      const MemoryBound& larger = full[next++];
      EXPECT_EQ(larger.ancilla, (std::array{2, 2}));
      EXPECT_GE(larger.up.value, bound.up.value - 1e-6) << "ancillas never lower a power";
      EXPECT_LE(bound.schmidt_entropy, larger.up.value + 1e-6);
      EXPECT_TRUE(bound.searched);
      EXPECT_FALSE(bound.broken) << bound.unitary.name;
      EXPECT_LE(bound.made.most, bound.up.value + kBoundTolerance);
      EXPECT_LE(bound.destroyed.most, bound.down.value + kBoundTolerance);
      EXPECT_NEAR(bound.up.value, bound.down.value, 1e-5) << "two qubits";
      EXPECT_GT(bound.made.most + bound.destroyed.most, 1e-3);
    }
  }
}

TEST(MemoryBounds, NoticesATraceThatCannotBe) {
  Traced traced(small("collapse"));
  for (const double too_much : {0.0, 3.0}) {
    // Just more than the power, which the step's own state does not explain; or more than any unitary makes.
    const double up = traced.bounds()[0].up.value;
    traced.trace.at[1].system[5] = traced.trace.at[0].system[5] + up + 0.01 + too_much;
    const MemoryBound bound = traced.bounds()[0];
    EXPECT_TRUE(bound.broken);
    EXPECT_TRUE(bound.learned);
    EXPECT_EQ(bound.made.sample, 1u);
    EXPECT_EQ(bound.made.step, 1u);
  }
}

TEST(MemoryBounds, LeavesOutWhatWouldTakeLong) {
  RegisterOptions options;
  options.system = 5, options.ancilla = 4;
  Traced traced(options);
  for (const MemoryBound& bound : traced.bounds()) {
    EXPECT_FALSE(bound.searched);
    EXPECT_EQ(bound.upper_bound, 8);
    EXPECT_TRUE(std::isnan(bound.made.share_most));
  }
  Traced tiny(small("density"));
  EXPECT_FALSE(tiny.bounds(PowerEffort::kNone)[0].searched);
  EXPECT_EQ(tiny.bounds(PowerEffort::kAuto)[0].ancilla, (std::array{1, 2})) << "the ancilla's purification";
}

}  // namespace
}  // namespace ebit::inline cell
