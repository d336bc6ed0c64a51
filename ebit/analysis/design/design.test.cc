#include "ebit/analysis/design/design.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "ebit/analysis/design/power_study.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/parallel.h"
#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/cell/ansatz.h"
#include "ebit/info/power.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::analysis {
namespace {

using testing::HasSubstr;

DesignOptions small(const std::string& want, int system = 1, int ancilla = 1) {
  DesignOptions options{.system = system, .ancilla = ancilla};
  options.edges = read_edges("all", system + ancilla);
  options.wishes = parse_wishes(want);
  options.two_qubit = 2, options.restarts = 4, options.steps = 6;
  return options;
}

BipartiteUnitary unitary_of(const Design& design, int system) {
  return unitary_across(design.circuit, design.angles, system);
}

TEST(Design, FindsTwoQubitCircuitsOfWantedPower) {
  for (const double wanted : {0.25, 0.6, 1.0}) {
    const Design design = search_design(small(fmt::format("e-up={}", wanted)));
    const BipartiteUnitary u = unitary_of(design, 1);
    EXPECT_NEAR(entangling_power(u, {.starts = 16}).value, wanted, 1e-4);
    // Of two qubits both powers are equal.
    EXPECT_NEAR(disentangling_power(u, {.starts = 16}).value, wanted, 1e-4);
    // A CNOT makes a whole ebit, and no less of it can be had from one alone.
    EXPECT_EQ(design.two_qubit, wanted == 1.0 ? 1 : 2);
  }
}

TEST(Design, FindsTheGreatestAveragePower) {
  // 2/9 is the most that two qubits allow (Zanardi), and one CNOT has it.
  const Design one = search_design(small("e-p"));
  EXPECT_NEAR(average_power(unitary_of(one, 1)), 2.0 / 9, 1e-7);
  EXPECT_EQ(one.two_qubit, 1);
  EXPECT_EQ(search_design(small("e-p-per-gate")).two_qubit, 1);
  // More gates between larger registers spread more.
  DesignOptions options = small("e-p", 1, 2);
  options.two_qubit = 1;
  const double less = average_power(unitary_of(search_design(options), 1));
  options.two_qubit = 3;
  EXPECT_GT(average_power(unitary_of(search_design(options), 1)), less + 0.05);
}

// Nearly every circuit of two CNOTs makes a whole ebit, so that the way to less leads over small angles.
TEST(Design, FindsLessWhereMoreIsFlat) {
  DesignOptions options = small("e-up=0.7", 1, 2);
  options.steps = 20;
  EXPECT_NEAR(entangling_power(unitary_of(search_design(options), 1), {.starts = 16}).value, 0.7, 1e-4);
}

TEST(Design, TakesAllGatesWhereAskedTo) {
  DesignOptions options = small("e-up=1", 1, 2);
  options.two_qubit = 3, options.exact = true;
  const Design design = search_design(options);
  EXPECT_EQ(design.two_qubit, 3);
  EXPECT_NEAR(entangling_power(unitary_of(design, 1), {.starts = 16}).value, 1, 1e-4);
}

TEST(Design, ItsUnitaryIsTheOracles) {
  const Design design = search_design(small("e-up=0.5", 1, 2));
  EXPECT_LT((unitary_of(design, 1).matrix - oracle::circuit_matrix(design.circuit, design.angles)).norm(),
            1e-12);
}

TEST(Design, KeepsToMapAndGates) {
  DesignOptions options = small("e-up=1", 2, 2);
  options.edges = read_edges("line", 4), options.gates = {"ry", "h", "cz"};
  options.two_qubit = 3;
  const Design design = search_design(options);
  EXPECT_NEAR(entangling_power(unitary_of(design, 2), {.starts = 16}).value, 1, 1e-4);
  EXPECT_LE(design.two_qubit, 3);
  for (const Operation& operation : design.circuit.operations()) {
    const std::string name(gate(operation.gate).name);
    EXPECT_TRUE(name == "RY" || name == "H" || name == "CZ") << name;
    if (gate(operation.gate).wires == 2) {
      EXPECT_EQ(std::abs(operation.wires[0] - operation.wires[1]), 1);
    }
  }
}

TEST(Design, HoldsForASeedAtAnyNumberOfThreads) {
  const DesignOptions options = small("gap", 1, 2);
  set_threads(1);
  const Design one = search_design(options);
  set_threads(3);
  const Design three = search_design(options);
  set_threads(1);
  EXPECT_EQ(one.angles, three.angles);
  EXPECT_EQ(one.loss, three.loss);
}

TEST(Design, ItsFileIsTheCircuit) {
  DesignOptions options = small("e-up=0.7", 1, 2);
  options.gates = {"rx", "rot", "crz"};
  const Design design = search_design(options);
  const Ansatz ansatz = parse_ansatz(ansatz_text(design, "x", "y"), "x.toml");
  const Circuit circuit = build_ansatz(ansatz, 3, 1);
  EXPECT_EQ(circuit.shared_parameters(), static_cast<int>(design.angles.size()))
      << "every angle is trainable";
  const std::vector<double> zeros(design.angles.size(), 0.0);
  EXPECT_LT((unitary_across(circuit, zeros, 1).matrix - unitary_of(design, 1).matrix).norm(), 1e-10);
}

TEST(Design, NoCircuitPassesTheBoundOfItsCrossingGates) {
  Random random(5);
  for (int k = 0; k < 6; ++k) {
    Circuit circuit(3);
    std::vector<double> angles;
    for (int g = 0; g < 3; ++g) {
      const int a = static_cast<int>(random.below(3)), b = (a + 1 + static_cast<int>(random.below(2))) % 3;
      circuit.add(g == 1 && k % 2 ? GateId::kISWAP : GateId::kCNOT, {a, b});
      for (int w = 0; w < 3; ++w) {
        circuit.add(GateId::kRY, {w}, {Angle::shared(static_cast<int>(angles.size()))});
        angles.push_back(random.uniform(0, 6));
      }
    }
    const BipartiteUnitary u = unitary_across(circuit, angles, 1);
    EXPECT_LE(entangling_power(u, {.ancilla_a = 2, .ancilla_b = 4, .starts = 8}).value,
              crossing_bound(circuit, 1) + 1e-9);
  }
}

TEST(Design, ImpossibleWishesAreOneLine) {
  const auto refused = [](const std::string& want, auto change) {
    DesignOptions options = small("e-up=0.5", 2, 2);
    return error_of([&] {
      options.wishes = parse_wishes(want);
      change(options);
      search_design(options);
    });
  };
  const auto nothing = [](DesignOptions&) {};
  EXPECT_THAT(refused("e-up=2.5", nothing), HasSubstr("no circuit has more than 2"));
  EXPECT_THAT(refused("e-p=0.9", nothing), HasSubstr("no circuit has more than"));
  EXPECT_THAT(refused("e-up=2", [](DesignOptions& o) { o.two_qubit = 1; }), HasSubstr("more than 1"));
  EXPECT_THAT(refused("e-up=1", [](DesignOptions& o) { o.two_qubit = 0; }), HasSubstr("--two-qubit 0"));
  EXPECT_THAT(refused("gap", [](DesignOptions& o) { o.two_qubit = 0; }), HasSubstr("--two-qubit 0"));
  EXPECT_THAT(refused("e-up=1", [](DesignOptions& o) { o.gates = {"ry"}; }), HasSubstr("no two-wire gate"));
  EXPECT_THAT(refused("e-up=1", [](DesignOptions& o) { o.gates = {"cnto"}; }),
              HasSubstr("did you mean 'CNOT'"));
  EXPECT_THAT(refused("e-up=1", [](DesignOptions& o) { o.gates = {"toffoli"}; }),
              HasSubstr("one and two wires"));
  EXPECT_THAT(refused("e-up=1", [](DesignOptions& o) { o.edges = {{0, 1}, {2, 3}}; }), HasSubstr("no edge"));
  EXPECT_THAT(refused("e-upp=1", nothing), HasSubstr("did you mean 'e-up'"));
  EXPECT_THAT(refused("e-up=-1", nothing), HasSubstr("not a number of 0 or more"));
  EXPECT_THAT(refused("e-up=x", nothing), HasSubstr("not a number"));
  EXPECT_THAT(refused("e-p,e-p", nothing), HasSubstr("twice"));
  EXPECT_THAT(refused("", nothing), HasSubstr("--want"));
  EXPECT_THAT(refused("e-p", [](DesignOptions& o) { o.system = 9; }), HasSubstr("8 are the most"));
}

TEST(Design, MapsAreReadAndCheckedByTheirLines) {
  EXPECT_EQ(read_edges("all", 4).size(), 6u);
  EXPECT_EQ(read_edges("ring", 4).size(), 4u);
  EXPECT_EQ(read_edges("ring", 2).size(), 1u);
  const auto of = [](const std::string& text) {
    const std::string file = std::string(EBIT_TEST_TMP) + "/map.toml";
    write_file_atomically(file, text);
    return error_of([&] { read_edges(file, 4); });
  };
  EXPECT_THAT(of("edges = [[0, 1],\n[1, 2],\n[3, 1]]"), HasSubstr("no error"));
  EXPECT_THAT(of("edges = [[0, 1],\n[2, 3]]"), HasSubstr("not connected: no way leads from wire 0 to 2, 3"));
  EXPECT_THAT(of("edges = [[0, 1],\n[1, 4]]"), HasSubstr("map.toml:2"));
  EXPECT_THAT(of("edges = [[0, 1],\n[1, 1]]"), HasSubstr("with itself"));
  EXPECT_THAT(of("edge = [[0, 1]]"), HasSubstr("edges"));
  EXPECT_THAT(error_of([] { read_edges("rng", 4); }), HasSubstr("did you mean 'ring'"));
}

// Circuits whose errors fall with the first power and have nothing to do with the last.
TEST(PowerStudy, FindsWhatIsThereAndNothingElse) {
  Random random(2);
  std::vector<StudiedCircuit> circuits;
  for (int c = 0; c < 14; ++c) {
    StudiedCircuit circuit{.name = std::to_string(c), .tasks = {}};
    const double last = random.normal();
    for (int t = 0; t < 2; ++t) {
      circuit.tasks.emplace_back();
      for (int k = 0; k < 5; ++k) {
        StudiedRun run{.error = 20.0 - c + 0.1 * random.normal()};
        run.powers = {c + 0.1 * random.normal(), 0, 0, 0, 0, last, 16};
        circuit.tasks.back().runs.push_back(run);
      }
    }
    circuits.push_back(std::move(circuit));
  }
  const auto found = rank_correlations(circuits, 400, 1);
  ASSERT_EQ(found.size(), 3u);
  for (const auto& task : found) {
    EXPECT_NEAR(task[0].value, -1, 0.02);
    EXPECT_LT(task[0].high, -0.9);
    EXPECT_TRUE(std::isnan(task[1].value)) << "constant";
    EXPECT_LT(task[5].low, 0);
    EXPECT_GT(task[5].high, 0);
    EXPECT_LE(task[5].low, task[5].value);
    EXPECT_LE(task[5].value, task[5].high);
  }
}

}  // namespace
}  // namespace ebit::analysis
