#include "ebit/sim/routing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline sim {
namespace {

using testing::HasSubstr;

// Gates of one wire and CNOTs at random.
Circuit random_gates(int wires, int count, std::uint64_t seed) {
  Random random(seed);
  Circuit circuit(wires);
  const auto any = [&] { return static_cast<int>(random.below(static_cast<std::size_t>(wires))); };
  for (int k = 0; k < count; ++k) {
    const int a = any();
    if (random.uniform() < 0.4) {
      circuit.add(GateId::kRot, {a},
                  {Angle::constant(random.uniform(-3, 3)), Angle::shared(k % 3), Angle::constant(0.3)});
      continue;
    }
    const int b = (a + 1 + static_cast<int>(random.below(static_cast<std::size_t>(wires - 1)))) % wires;
    circuit.add(GateId::kCNOT, {a, b});
  }
  return circuit;
}

// U of the routed circuit, its qubits put back to the wires that they hold at the start and at the end.
double difference(const Circuit& circuit, const RoutedCircuit& routed, int qubits) {
  const std::vector<double> shared = {0.7, -1.1, 2.3};
  const Eigen::MatrixXcd wanted = oracle::circuit_matrix(circuit, shared),
                         found = oracle::circuit_matrix(routed.circuit, shared);
  const int n = circuit.wires();
  // The basis state of the qubits that has wire w on places[w], and |0> on all others.
  const auto index = [&](int state, const std::vector<int>& places) {
    int out = 0;
    for (int w = 0; w < n; ++w)
      if (state >> (n - 1 - w) & 1) out |= 1 << (qubits - 1 - places[static_cast<std::size_t>(w)]);
    return out;
  };
  double most = 0;
  for (int i = 0; i < 1 << n; ++i)
    for (int j = 0; j < 1 << n; ++j)
      most = std::max(most, std::abs(wanted(i, j) - found(index(i, routed.last), index(j, routed.first))));
  return most;
}

void expect_on_edges(const RoutedCircuit& routed, const CouplingMap& map) {
  std::set<std::pair<int, int>> edges;
  for (const auto& [a, b] : map.edges) edges.insert({a, b}), edges.insert({b, a});
  for (const Operation& operation : routed.circuit.operations())
    if (gate(operation.gate).wires == 2) {
      EXPECT_TRUE(edges.contains({operation.wires[0], operation.wires[1]}))
          << operation.wires[0] << " " << operation.wires[1];
    }
}

TEST(Routing, IsTheSameUnitaryOnTheMapsEdges) {
  const CouplingMap star{"star", 6, {{0, 1}, {0, 2}, {0, 3}, {3, 4}, {4, 5}}};
  for (std::uint64_t seed = 1; seed <= 6; ++seed)
    for (int wires = 2; wires <= 5; ++wires) {
      const Circuit circuit = random_gates(wires, 40, seed);
      std::vector<CouplingMap> maps = {star};
      for (const char* const name : {"all", "line", "ring"})
        maps.push_back(find_coupling(name, wires, "test"));
      for (const CouplingMap& map : maps) {
        const RoutedCircuit routed = route(circuit, map, {.trials = 3, .seed = seed});
        expect_on_edges(routed, map);
        EXPECT_LT(difference(circuit, routed, map.qubits), 1e-12) << map.name << wires << seed;
        EXPECT_EQ(routed.swaps == 0 || map.name != "all", true) << "no SWAP where all are joined";
      }
    }
}

TEST(Routing, StaysOnHeavyHexAndDecidesByItsSeed) {
  const CouplingMap map = find_coupling("heavy-hex", 6, "test");
  const Circuit circuit = random_gates(6, 60, 3);
  const RoutedCircuit routed = route(circuit, map), again = route(circuit, map);
  expect_on_edges(routed, map);
  EXPECT_EQ(routed.first, again.first);
  EXPECT_EQ(routed.circuit.operations().size(), again.circuit.operations().size());
  EXPECT_GE(routed.qubits, 6);
}

// What meets cancels, and channels go with their wires.
TEST(Routing, LeavesOutWhatCancels) {
  Circuit circuit(2);
  circuit.add(GateId::kCNOT, {0, 1}).add(GateId::kCNOT, {0, 1}).add(GateId::kH, {0});
  EXPECT_EQ(route(circuit, find_coupling("line", 2, "test")).circuit.operations().size(), 1u);
  // A ring of CNOTs on a line of three takes a SWAP, whose CNOTs meet those beside it: 3 + 3 - 2.
  Circuit ring(3);
  for (int q = 0; q < 3; ++q)
    ring.add(GateId::kCNOT, {q, (q + 1) % 3}), ring.add_channel(ChannelId::kReset, {q});
  const RoutedCircuit routed = route(ring, find_coupling("line", 3, "test"));
  EXPECT_LE(routed.circuit.operations().size(), 6u);
  EXPECT_EQ(routed.circuit.channels().size(), 3u);
}

TEST(Coupling, ShapesHaveTheirEdges) {
  EXPECT_EQ(find_coupling("all", 4, "test").edges.size(), 6u);
  EXPECT_EQ(find_coupling("ring", 2, "test").edges.size(), 1u);
  const CouplingMap map = find_coupling("heavy-hex", 4, "test");
  EXPECT_EQ(map.qubits, 32);
  std::vector<int> degree(32);
  for (const auto& [a, b] : map.edges)
    ++degree[static_cast<std::size_t>(a)], ++degree[static_cast<std::size_t>(b)];
  EXPECT_LE(std::ranges::max(degree), 3);
  // Hexagons of twelve: the ends of the first row's first bridge pair are ten apart along their ring's rest.
  EXPECT_EQ(map.distances()[0 * 32 + 9], 2);
  EXPECT_EQ(map.distances()[2 * 32 + 11], 6);
  EXPECT_GE(find_coupling("heavy-hex", 60, "test").qubits, 60);
}

TEST(Coupling, RefusesInOneLine) {
  EXPECT_THAT(error_of([] { find_coupling("heavyhex", 4, "--map"); }), HasSubstr("did you mean 'heavy-hex'"));
  EXPECT_THAT(error_of([] { find_coupling("heavy-hex", 4, "--connect", true); }), HasSubstr("32 qubits"));
  EXPECT_THAT(error_of([] { route(Circuit(3), find_coupling("line", 2, "--map")); }),
              HasSubstr("3 are needed"));
  Circuit wide(3);
  wide.add(GateId::kToffoli, {0, 1, 2});
  EXPECT_THAT(error_of([&] { route(wide, find_coupling("line", 3, "--map")); }), HasSubstr("lower"));
}

}  // namespace
}  // namespace ebit::inline sim
