#include "ebit/cell/register/memory_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/testing/every_cell.h"
#include "ebit/info/entropy.h"
#include "ebit/info/mixed.h"
#include "ebit/info/power.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline cell {
namespace {

using Eigen::MatrixXcd;

double binary_entropy(double p) { return -p * std::log2(p) - (1 - p) * std::log2(1 - p); }

// One CNOT from the system's qubit to the ancilla's, without an angle.
RegisterOptions one_cnot(const std::string& hidden) {
  RegisterOptions options;
  options.system = options.ancilla = 1, options.encoder = "arccos-angle", options.hidden = hidden;
  options.custom_ansatz = Ansatz{.name = "cnot",
                                 .help = "CNOT",
                                 .source = "a test",
                                 .angles_per_layer = [](int) { return 0; },
                                 .append_layer =
                                     [](Circuit& c, int, int) {
                                       c.add(GateId::kCNOT, {0, 1});
                                     }};
  options.layers_en = 1, options.layers_dis = 0;
  return options;
}

// x enters as cos a |0> + sin a |1> with cos^2 a = (1 + x) / 2.
TEST(MemoryTrace, OneCnotHasTheEntropyOfACoin) {
  RegisterCell<double> cell(one_cnot("collapse"));
  const std::vector<double> x = {0.2, -0.6};
  const MemoryTrace trace = trace_memory(cell, {}, {1, 2, x.data()}, {.hidden = true});
  for (std::size_t t = 0; t < 2; ++t) {
    const double p = (1 + x[t]) / 2;
    EXPECT_NEAR(trace[TracePoint::kEntered].ancilla[t], 0, 1e-12);
    EXPECT_NEAR(trace[TracePoint::kEntangled].ancilla[t], binary_entropy(p), 1e-12);
    EXPECT_NEAR(trace[TracePoint::kDisentangled].ancilla[t], binary_entropy(p), 1e-12) << "there is no U_dis";
    EXPECT_EQ(trace.outcome[t], p > 0.5 ? 0 : 1);
    EXPECT_NEAR(trace.probability[t], std::max(p, 1 - p), 1e-12);
    EXPECT_NEAR(trace.survived[t], std::max(p, 1 - p), 1e-12);
    // |0> stays with outcome 0, and outcome 1 flips it.
    EXPECT_NEAR(trace.hidden[4 * t + (t == 0 ? 0 : 3)].real(), 1, 1e-12);
  }
  EXPECT_FALSE(trace.mixed);
  EXPECT_TRUE(trace.at[1].negativity.empty());

  RegisterOptions options = one_cnot("collapse");
  options.layers_dis = 1, options.dis = "adjoint";
  RegisterCell<double> undone(options);
  const MemoryTrace back = trace_memory(undone, {}, {1, 2, x.data()});
  EXPECT_NEAR(back[TracePoint::kDisentangled].ancilla[0], 0, 1e-12);
  EXPECT_NEAR(realised_change(back, TracePoint::kEntangled, TracePoint::kDisentangled)[0],
              -binary_entropy(0.6), 1e-12);
  EXPECT_NEAR(realised_change(back, TracePoint::kEntered, TracePoint::kEntangled)[0], binary_entropy(0.6),
              1e-12);
}

// The channel of a step mixes |0><0| to diag(p, 1-p); the next step starts from there.
TEST(MemoryTrace, OneCnotOnAMixture) {
  RegisterCell<double> cell(one_cnot("density"));
  const std::vector<double> x = {0.2, -0.6};
  const MemoryTrace trace = trace_memory(cell, {}, {1, 2, x.data()}, {.hidden = true});
  const double p = 0.6, q = 0.2, r = p * q + (1 - p) * (1 - q);  // of |0> after both steps
  EXPECT_TRUE(trace.mixed);
  EXPECT_TRUE(trace.outcome.empty());
  EXPECT_TRUE(trace.survived.empty());
  EXPECT_NEAR(trace[TracePoint::kEntered].ancilla[1], binary_entropy(p), 1e-12);
  EXPECT_NEAR(trace[TracePoint::kEntered].system[1], 0, 1e-12);
  EXPECT_NEAR(trace[TracePoint::kEntered].mutual_information[1], 0, 1e-12);
  EXPECT_NEAR(trace[TracePoint::kEntangled].ancilla[1], binary_entropy(r), 1e-12);
  EXPECT_NEAR(trace[TracePoint::kEntangled].negativity[0], std::sqrt(p * (1 - p)), 1e-12);
  // p |A><A| + (1-p) |B><B|, A = a|00> + b|11>, B = a|01> + b|10>, a^2 = q. Partially transposed it is two
  // blocks: |01>, |10> with diagonal (1-p) a^2, (1-p) b^2 and p a b beside it, and the same with p and 1-p
  // exchanged.
  const auto least = [&](double weight) {
    const double product = q * (1 - q) * (weight * weight - (1 - weight) * (1 - weight));
    return 0.5 * (weight - std::sqrt(weight * weight - 4 * product));
  };
  EXPECT_NEAR(trace[TracePoint::kEntangled].negativity[1],
              std::max(0.0, -least(p)) + std::max(0.0, -least(1 - p)), 1e-12);
  EXPECT_NEAR(trace.hidden[0].real(), p, 1e-12);
  EXPECT_NEAR(trace.hidden[4].real(), r, 1e-12);
}

TEST(MemoryTrace, FidelityOfCollapseWithTheDensity) {
  RegisterCell<double> collapse(one_cnot("collapse")), density(one_cnot("density"));
  const std::vector<double> x = {0.2, -0.6};
  const SequenceInput<double> input{1, 2, x.data()};
  const MemoryTrace pure = trace_memory(collapse, {}, input, {.hidden = true});
  const MemoryTrace mixed = trace_memory(density, {}, input, {.hidden = true});
  const std::vector<double> fidelity = hidden_fidelity(pure, mixed);
  EXPECT_NEAR(fidelity[0], 0.6, 1e-12);                          // |0>
  EXPECT_NEAR(fidelity[1], 1 - (0.6 * 0.2 + 0.4 * 0.8), 1e-12);  // |1>
  const std::vector<double> itself = hidden_fidelity(pure, pure);
  EXPECT_NEAR(itself[1], 1, 1e-12);
  EXPECT_THROW(hidden_fidelity(mixed, pure), Error);
  EXPECT_THROW(hidden_fidelity(pure, trace_memory(density, {}, input)), Error);
}

// Every step by matrices, and what the info layer says of them.
TEST(MemoryTrace, EqualsTheDenseOracle) {
  for (const std::string hidden : {"collapse", "probabilities", "density", "coherent"}) {
    SCOPED_TRACE(hidden);
    RegisterOptions options;
    options.encoder = "arctan-angle", options.ansatz = "strongly-entangling", options.hidden = hidden;
    options.system = 1, options.ancilla = 2;
    CellProblem<double> problem(options, 11, 3, 31);  // two tiles
    const MemoryTrace trace =
        trace_memory(register_cell(problem), problem.parameters, problem.input(), {.hidden = true});
    const Segment &en = problem.cell->segments()[0], &dis = problem.cell->segments()[1];
    const MatrixXcd u_en = oracle::circuit_matrix(register_cell(problem).u_en(),
                                                  std::span(problem.parameters).subspan(en.offset, en.size));
    const MatrixXcd u_dis = oracle::circuit_matrix(
        register_cell(problem).u_dis(), std::span(problem.parameters).subspan(dis.offset, dis.size));
    const Cut cut(2, 4);
    for (const std::size_t b : {0u, 10u}) {
      MatrixXcd rho = MatrixXcd::Zero(4, 4);
      rho(0, 0) = 1;
      Eigen::VectorXcd whole = Eigen::VectorXcd::Unit(8, 0);
      for (std::size_t t = 0; t < 3; ++t) {
        const double v = problem.x[b * 3 + t];
        Circuit encoder(1), on_top(3);
        for (Circuit* circuit : {&encoder, &on_top})
          circuit->add(GateId::kH, {0})
              .add(GateId::kRY, {0}, {Angle::constant(std::atan(v))})
              .add(GateId::kRZ, {0}, {Angle::constant(std::atan(v * v))});
        const Eigen::VectorXcd system = oracle::circuit_matrix(encoder, {}).col(0);
        MatrixXcd joint(8, 8);
        for (int a = 0; a < 2; ++a)
          for (int c = 0; c < 2; ++c)
            joint.block(4 * a, 4 * c, 4, 4) = system[a] * std::conj(system[c]) * rho;
        if (hidden == "coherent") {
          whole = oracle::circuit_matrix(on_top, {}) * whole;
          joint = whole * whole.adjoint();
        }
        const std::size_t at = b * 3 + t;
        for (std::size_t point = 0; point < kTracePoints; ++point) {
          if (point == 1) joint = (u_en * joint * u_en.adjoint()).eval();
          if (point == 2) joint = (u_dis * joint * u_dis.adjoint()).eval();
          const MatrixXcd ancilla = joint.topLeftCorner(4, 4) + joint.bottomRightCorner(4, 4);
          const MatrixXcd rows = joint.transpose(), ancilla_rows = ancilla.transpose();
          const std::span<const Complex> all{rows.data(), 64}, part{ancilla_rows.data(), 16};
          double s = 0, mutual = 0, negative = 0;
          density_entropy(entropy(EntropyId::kVonNeumann), 4, part, {&s, 1});
          EXPECT_NEAR(trace.at[point].ancilla[at], s, 1e-10);
          if (hidden != "density") {
            EXPECT_NEAR(trace.at[point].system[at], s, 1e-10);
            continue;
          }
          mutual_information(cut, all, {&mutual, 1});
          negativity(cut, all, {&negative, 1});
          EXPECT_NEAR(trace.at[point].mutual_information[at], mutual, 1e-10);
          EXPECT_NEAR(trace.at[point].negativity[at], negative, 1e-10);
        }
        whole = (u_dis * u_en * whole).eval();
        const MatrixXcd head = joint.topLeftCorner(4, 4), tail = joint.bottomRightCorner(4, 4);
        if (hidden == "collapse") {
          const int outcome = tail.trace().real() > head.trace().real() ? 1 : 0;
          const MatrixXcd kept = outcome ? tail : head;
          EXPECT_EQ(trace.outcome[at], outcome);
          EXPECT_NEAR(trace.probability[at], kept.trace().real(), 1e-12);
          rho = kept / kept.trace();
          EXPECT_NEAR(trace.survived[at], (rho * (head + tail)).trace().real(), 1e-12);
        } else if (hidden == "probabilities") {
          const Eigen::VectorXcd r = (head + tail).diagonal().normalized();
          rho = r * r.adjoint();
        } else {
          rho = head + tail;
        }
        for (Eigen::Index i = 0; i < 16; ++i)
          EXPECT_NEAR(std::abs(trace.hidden[at * 16 + static_cast<std::size_t>(i)] - rho(i / 4, i % 4)), 0,
                      1e-12);
      }
    }
  }
}

// A traced state is a start for the search of a power: U makes of it what the trace says.
TEST(MemoryTrace, TracedStatesReachTheTracedChange) {
  std::uint64_t seed = 40;
  for (const auto& update : hidden_updates<double>())
    for (const auto& [system, ancilla] : {std::pair{1, 2}, std::pair{2, 1}, std::pair{2, 2}}) {
      SCOPED_TRACE(testing::Message() << update.name << " " << system << "+" << ancilla);
      RegisterOptions options;
      options.encoder = "cubic-angle", options.ansatz = "strongly-entangling", options.hidden = update.name;
      options.system = system, options.ancilla = ancilla;
      CellProblem<double> problem(options, 9, 3, ++seed);
      const auto input = problem.input();
      const MemoryTrace trace = trace_memory(register_cell(problem), problem.parameters, input);
      const Segment& en = problem.cell->segments()[0];
      const BipartiteUnitary u =
          make_unitary(1 << system, 1 << ancilla,
                       oracle::circuit_matrix(register_cell(problem).u_en(),
                                              std::span(problem.parameters).subspan(en.offset, en.size)),
                       "U_en");
      const std::vector<double> change = realised_change(trace, TracePoint::kEntered, TracePoint::kEntangled);
      for (const std::size_t b : {3u, 8u}) {
        const std::vector<Complex> state =
            traced_state(register_cell(problem), problem.parameters, input, b, 2, TracePoint::kEntered);
        const EntropyChange found = entropy_change(u, 1, trace.mixed ? 1 << ancilla : 1, state);
        EXPECT_NEAR(found.after - found.before, change[b * 3 + 2], 1e-9);
        EXPECT_NEAR(found.before, trace[TracePoint::kEntered].system[b * 3 + 2], 1e-9);
      }
      for (const double value : change) EXPECT_LE(std::abs(value), power_limit(u) + 1e-9);
    }
}

TEST(MemoryTrace, SameNumbersAtAnyThreadCount) {
  RegisterOptions options;
  options.hidden = "density";
  CellProblem<double> problem(options, 20, 4, 3);
  const MemoryTrace one = trace_memory(register_cell(problem), problem.parameters, problem.input());
  set_threads(3);
  const MemoryTrace three = trace_memory(register_cell(problem), problem.parameters, problem.input());
  set_threads(1);
  EXPECT_EQ(one.at[1].ancilla, three.at[1].ancilla);
  EXPECT_EQ(one.at[2].negativity, three.at[2].negativity);
}

TEST(MemoryTrace, RefusesWhatIsNotThere) {
  CellProblem<double> problem(RegisterOptions{}, 2, 3, 3);
  EXPECT_THROW(
      traced_state(register_cell(problem), problem.parameters, problem.input(), 2, 0, TracePoint::kEntered),
      Error);
  EXPECT_THROW(
      traced_state(register_cell(problem), problem.parameters, problem.input(), 0, 3, TracePoint::kEntered),
      Error);
  EXPECT_THROW(
      trace_memory(register_cell(problem), std::span(problem.parameters).subspan(1), problem.input()), Error);
}

}  // namespace
}  // namespace ebit::inline cell
