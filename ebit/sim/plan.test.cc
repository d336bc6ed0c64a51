#include "ebit/sim/plan.h"

#include <gtest/gtest.h>

#include "ebit/sim/dense_oracle.h"
#include "ebit/sim/program.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline sim {
namespace {

TEST(Plan, RotationsAreFusedAndEntanglingRingsCostNoSweep) {
  const Plan plan = make_plan(rotation_layers(6, 3, /*per_sample=*/true));
  EXPECT_EQ(plan.locals.size(), 18u) << "one gate a wire and layer";
  EXPECT_EQ(plan.factors.size(), 54u);
  EXPECT_EQ(plan.forward.size(), 6u) << "two sweeps of three wires a layer";
  EXPECT_EQ(plan.backward.size(), 9u) << "three sweeps of two wires a layer";
  EXPECT_EQ(plan.opening, 6);
  EXPECT_FALSE(plan.last.identity());
}

TEST(Plan, RotationsAboutZZAreJoined) {
  Circuit circuit(8);
  for (int layer = 0; layer < 2; ++layer) {
    for (int q = 0; q < 8; ++q) circuit.add(GateId::kRX, {q}, {Angle::shared(q)});
    for (int q = 0; q < 8; ++q) circuit.add(GateId::kRZZ, {q, (q + 1) % 8}, {Angle::per_sample(q)});
  }
  const Plan plan = make_plan(circuit);
  EXPECT_EQ(plan.forward.size(), 10u) << "a layer: three of RX, two of four RZZ";
  EXPECT_EQ(plan.backward.size(), 12u) << "a layer: four of RX, two of four RZZ";
  EXPECT_EQ(plan.opening, 8) << "the RX of later wires pass the RZZ of earlier ones";
  EXPECT_TRUE(plan.last.identity());
}

TEST(Plan, RealCircuitsStayReal) {
  Circuit circuit(2);
  circuit.add(GateId::kRY, {0}, {Angle::shared(0)})
      .add(GateId::kH, {0})
      .add(GateId::kRY, {1}, {Angle::shared(1)});
  for (const Sweep& sweep : make_plan(circuit).forward) EXPECT_TRUE(sweep.real);
  circuit.add(GateId::kRZ, {0}, {Angle::shared(2)});
  EXPECT_FALSE(make_plan(circuit).locals[0].real && make_plan(circuit).locals[1].real);
}

TEST(Plan, TheLayoutSaysWhereAmplitudesAre) {
  Layout layout(4);
  EXPECT_TRUE(layout.identity());
  Random random(3);
  std::vector<std::size_t> holds(16);  // which amplitude is in a row, by moving labels as the gates do
  for (std::size_t i = 0; i < 16; ++i) holds[i] = i;
  for (int k = 0; k < 30; ++k) {
    const int a = static_cast<int>(random.below(4)), b = (a + 1 + static_cast<int>(random.below(3))) % 4;
    const std::size_t bit_a = std::size_t{8} >> a, bit_b = std::size_t{8} >> b;
    const bool swap = random.below(2) == 0;
    swap ? layout.swap(a, b) : layout.cnot(a, b);
    for (std::size_t& i : holds) {
      const bool va = i & bit_a, vb = i & bit_b;
      if (swap && va != vb) i ^= bit_a | bit_b;
      if (!swap && va) i ^= bit_b;
    }
    for (std::size_t row = 0; row < 16; ++row) ASSERT_EQ(layout.row(holds[row]), row);
  }
}

// Many CNOTs and SWAPs, which are relabelled, among gates that are fused and gates that run by themselves.
Circuit relabelling_circuit(int wires, Random& random) {
  constexpr GateId kSome[] = {GateId::kCNOT, GateId::kCNOT, GateId::kSWAP, GateId::kRX,  GateId::kRot,
                              GateId::kH,    GateId::kRY,   GateId::kCRZ,  GateId::kRXX, GateId::kToffoli};
  Circuit circuit(wires);
  for (int i = 0; i < 120; ++i) {
    const Gate& row = gate(kSome[random.below(std::size(kSome))]);
    const auto order = random.permutation(static_cast<std::size_t>(wires));
    const std::vector<int> places(order.begin(), order.begin() + row.wires);
    std::vector<Angle> angles;
    for (int k = 0; k < row.angles; ++k) angles.push_back(Angle::constant(random.uniform(-3, 3)));
    circuit.add(row, places, angles);
  }
  return circuit;
}

// The circuit on a state by dense matrices, gate by gate.
Eigen::VectorXcd by_the_oracle(const Circuit& circuit, Eigen::VectorXcd psi) {
  for (const Operation& operation : circuit.operations()) {
    const Gate& row = gate(operation.gate);
    double angles[kMaxGateAngles];
    for (int k = 0; k < row.angles; ++k) angles[k] = operation.angles[k].value;
    const auto small = gate_matrix(row, {angles, static_cast<std::size_t>(row.angles)});
    psi =
        oracle::embed(small, {operation.wires.data(), static_cast<std::size_t>(row.wires)}, circuit.wires()) *
        psi;
  }
  return psi;
}

// At sizes where sweeps are three wide, by every instruction set.
template <class T>
void relabelled_circuits_equal_the_oracle(double tolerance) {
  for (int wires : {3, 5, 8}) {
    Random random(static_cast<std::uint64_t>(wires));
    const Circuit circuit = relabelling_circuit(wires, random);
    StateBatch<T> start(wires, 2);
    randomize(start, random);
    Eigen::VectorXcd before(1 << wires);
    for (Eigen::Index i = 0; i < before.size(); ++i)
      before[i] = start.amplitude(1, static_cast<std::size_t>(i));
    const Eigen::VectorXcd behind = by_the_oracle(circuit, before),
                           from_zero = by_the_oracle(circuit, Eigen::VectorXcd::Unit(1 << wires, 0));
    for (const auto* table : kernels::usable_kernel_tables<T>()) {
      SCOPED_TRACE(testing::Message() << wires << " wires, " << table->name);
      StateBatch<T> state = start;
      const auto expect_equal = [&](const Eigen::VectorXcd& expected) {
        for (Eigen::Index i = 0; i < expected.size(); ++i)
          ASSERT_LT(std::abs(state.amplitude(1, static_cast<std::size_t>(i)) - expected[i]), tolerance);
      };
      Program<T> program(circuit, *table);
      program.bind({});
      program.run(state.tile(0));
      expect_equal(behind);
      program.run_inverse(state.tile(0));
      expect_equal(before);
      program.run_from_zero(state.tile(0));
      program.usual_layout(state.tile(0));
      expect_equal(from_zero);
    }
  }
}

TEST(Plan, RelabelledCircuitsEqualTheOracleInFloat64) { relabelled_circuits_equal_the_oracle<double>(1e-13); }
TEST(Plan, RelabelledCircuitsEqualTheOracleInFloat32) { relabelled_circuits_equal_the_oracle<float>(2e-5); }

}  // namespace
}  // namespace ebit::inline sim
