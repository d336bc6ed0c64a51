#include "ebit/logic/circuit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/logic/arithmetic.h"
#include "ebit/logic/testing/run_bits.h"

namespace ebit {
namespace {

using ::testing::HasSubstr;

LogicCircuit random_circuit(int wires, int gates, Random& random) {
  LogicCircuit circuit;
  for (int k = 0; k < wires; ++k) circuit.add_wire();
  for (int k = 0; k < gates; ++k) {
    const auto order = random.permutation(static_cast<std::size_t>(wires));
    const auto controls = random.below(3);
    circuit.add({static_cast<int>(order[0]), controls > 0 ? static_cast<int>(order[1]) : -1,
                 controls > 1 ? static_cast<int>(order[2]) : -1});
  }
  return circuit;
}

TEST(LogicCircuit, CountsGatesAndDepth) {
  LogicCircuit circuit;
  for (int k = 0; k < 4; ++k) circuit.add_wire();
  circuit.add({0});
  circuit.add({1});
  circuit.add({2, 0, 1});
  circuit.add({3, 2});
  circuit.add({3});
  circuit.add({0});
  circuit.add({1, 0, 3});
  const LogicCounts counts = counts_of(circuit);
  EXPECT_EQ(counts.qubits, 4);
  EXPECT_EQ(counts.x, 4);
  EXPECT_EQ(counts.cnot, 1);
  EXPECT_EQ(counts.toffoli, 2);
  EXPECT_EQ(counts.depth, 5);
  EXPECT_EQ(counts.toffoli_depth, 2);
  EXPECT_EQ(counts.t_gates(), 14);
  EXPECT_EQ(counts.t_gates_measured(), 8);
}

TEST(LogicCircuit, RefusesWrongGates) {
  LogicCircuit circuit;
  for (int k = 0; k < 3; ++k) circuit.add_wire();
  EXPECT_THROW(circuit.add({3}), Error);
  EXPECT_THROW(circuit.add({-1}), Error);
  EXPECT_THROW(circuit.add({0, 0}), Error);
  EXPECT_THROW(circuit.add({0, 1, 1}), Error);
  EXPECT_THROW(circuit.add({0, -1, 1}), Error);
  EXPECT_THROW(circuit.append(circuit, std::vector<int>{0, 1}), Error);
  BitSimulator bits(2, 1);
  EXPECT_THROW(bits.run(circuit), Error);
}

TEST(LogicCircuit, OpenQasm) {
  LogicCircuit circuit;
  for (int k = 0; k < 3; ++k) circuit.add_wire();
  circuit.add({2});
  circuit.add({1, 0});
  circuit.add({2, 0, 1});
  EXPECT_EQ(qasm_of(circuit, std::vector<std::string>{"an adder"}),
            "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n// an adder\nqubit[3] q;\nx q[2];\ncx q[0], q[1];\n"
            "ccx q[0], q[1], q[2];\n");
}

// Behind every single gate: a state vector of random amplitudes against the permutation of basis states.
void compare_gate_by_gate(const LogicCircuit& circuit, Random& random) {
  const int wires = circuit.wires();
  const std::size_t dimension = std::size_t{1} << wires;
  Word word;
  for (int wire = wires; wire-- > 0;) word.push_back(wire);
  BitSimulator bits(wires, dimension);
  std::vector<Complex> start(dimension);
  for (std::size_t k = 0; k < dimension; ++k) {
    bits.set(word, k, static_cast<std::int64_t>(k));
    start[k] = Complex(random.normal(), random.normal());
  }
  std::vector<Complex> psi = start;
  for (const LogicGate& g : circuit.gates()) {
    LogicCircuit one;
    for (int k = 0; k < wires; ++k) one.add_wire();
    one.add(g);
    bits.run(one);
    psi = test::state_vector_run(one, psi);
    for (std::size_t k = 0; k < dimension; ++k)
      ASSERT_NEAR(std::abs(psi[test::index_of(bits, k)] - start[k]), 0, 1e-12);
  }
}

TEST(BitSimulator, EqualsTheStateVectorSimulatorGateByGate) {
  Random random(7);
  for (const int wires : {3, 5, 8}) compare_gate_by_gate(random_circuit(wires, 40, random), random);
  LogicBuilder adder;
  const Word a = adder.take(2), acc = adder.take(3), control = adder.take(1);
  controlled_add(adder, control[0], a, acc);
  subtract(adder, a, acc);
  compare_gate_by_gate(adder.finish(), random);
  LogicBuilder product;
  const Word y = product.take(2), v = product.take(2), sum = product.take(3);
  add_signed_product(product, y, v, sum);
  compare_gate_by_gate(product.finish(), random);
  LogicBuilder saturation;
  const Word from = saturation.take(4), to = saturation.take(3);
  saturate(saturation, from, 0, to);
  compare_gate_by_gate(saturation.finish(), random);
}

// Compute, use, uncompute on a superposition of all inputs: what is left on the ancillas is nothing.
TEST(BitSimulator, AnUncomputedProductIsTheSameInTheStateVectorSimulator) {
  LogicBuilder b;
  const Word word = b.take(4), answer = b.take(1);
  Word product;
  int large = kZeroWire;
  b.clean(
      [&] {
        product = b.take(4);
        add_product(b, {word[0], word[1]}, {word[2], word[3]}, product);
        large = at_least(b, product, 3);
      },
      [&] { b.cnot(large, answer[0]); });
  const LogicCircuit circuit = b.finish();
  ASSERT_LE(circuit.wires(), 18);
  Random random(4);
  BitSimulator bits(circuit.wires(), 16);
  std::vector<Complex> psi(std::size_t{1} << circuit.wires()), start(16);
  for (std::size_t k = 0; k < 16; ++k) {
    bits.set(word, k, static_cast<std::int64_t>(k));
    psi[test::index_of(bits, k)] = start[k] = Complex(random.normal(), random.normal());
  }
  bits.run(circuit);
  psi = test::state_vector_run(circuit, psi);
  double left = 0;
  for (std::size_t k = 0; k < 16; ++k) {
    Complex& found = psi[test::index_of(bits, k)];
    EXPECT_NEAR(std::abs(found - start[k]), 0, 1e-12);
    found = 0;
  }
  for (const Complex& amplitude : psi) left += std::norm(amplitude);
  EXPECT_NEAR(left, 0, 1e-20);
}

TEST(BitSimulator, LanesDoNotMeet) {
  Random random(11);
  const LogicCircuit circuit = random_circuit(70, 4000, random);
  constexpr std::size_t kLanes = 1100;  // three blocks, the last one not full
  BitSimulator all(70, kLanes);
  std::vector<std::int64_t> low(kLanes), high(kLanes);
  Word first(64), rest(6);
  std::iota(first.begin(), first.end(), 0), std::iota(rest.begin(), rest.end(), 64);
  for (std::size_t k = 0; k < kLanes; ++k) {
    low[k] = static_cast<std::int64_t>(random.uniform() * 9e18),
    high[k] = static_cast<std::int64_t>(random.below(64));
    all.set(first, k, low[k]), all.set(rest, k, high[k]);
  }
  all.run(circuit);
  for (const std::size_t k :
       {std::size_t{0}, std::size_t{63}, std::size_t{64}, std::size_t{511}, std::size_t{512}, kLanes - 1}) {
    BitSimulator one(70, 1);
    one.set(first, 0, low[k]), one.set(rest, 0, high[k]);
    one.run(circuit);
    EXPECT_EQ(all.value(first, k), one.value(first, 0));
    EXPECT_EQ(all.value(rest, k), one.value(rest, 0));
  }
  const std::uint64_t kept = all.value(first, 700);
  all.reset(rest);
  for (const std::size_t k : {std::size_t{0}, std::size_t{700}, kLanes - 1})
    EXPECT_EQ(all.value(rest, k), 0u);
  EXPECT_EQ(all.value(first, 700), kept);
  all.reset();
  EXPECT_EQ(all.lanes_with_ones(first), 0u);
  all.set({5}, kLanes - 1, 1), all.set({6}, 0, 1), all.set({7}, 0, 1);
  EXPECT_EQ(all.lanes_with_ones(first), 2u);
  EXPECT_EQ(all.lanes_with_ones(rest), 0u);
}

}  // namespace
}  // namespace ebit
