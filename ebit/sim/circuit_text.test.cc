#include "ebit/sim/circuit_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/sim/dense_oracle.h"
#include "ebit/sim/lowered.h"
#include "ebit/sim/qasm_reader.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline sim {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr GateId kFewest[] = {GateId::kX,   GateId::kH,  GateId::kS,  GateId::kSdg, GateId::kT,
                              GateId::kTdg, GateId::kRX, GateId::kRY, GateId::kRZ,  GateId::kCNOT};

double distance(const Circuit& a, const Circuit& b, std::span<const double> shared) {
  const Eigen::MatrixXcd u = oracle::circuit_matrix(a, shared), v = oracle::circuit_matrix(b, shared);
  const Complex overlap = (v.adjoint() * u).trace();
  return (u - overlap / std::abs(overlap) * v).lpNorm<Eigen::Infinity>();
}

// Every gate of the table, matrix gates too, with angles that are constants and parameters.
Circuit every_gate() {
  Random random(11);
  Circuit circuit(3);
  for (const Gate& row : gates()) {
    if (!row.matrix) {
      const int n = row.id == GateId::kMatrix1 ? 1 : 2;
      circuit.add_matrix(n == 1 ? std::vector<int>{1} : std::vector<int>{2, 0},
                         random_unitary(2 * n, random));
      continue;
    }
    std::vector<int> wires = {1, 2, 0};
    wires.resize(static_cast<std::size_t>(row.wires));
    std::vector<Angle> angles;
    for (int k = 0; k < row.angles; ++k)
      angles.push_back(k == 1 ? Angle::constant(random.uniform(-3, 3))
                              : Angle{Angle::Kind::kShared, k, -0.5, 0.25});
    circuit.add(row, wires, angles);
  }
  return circuit;
}

const std::vector<double> kShared = {0.7, 0, -2.3};

TEST(Lowered, IsTheSameUnitaryUpToAPhase) {
  Random random(5);
  for (const Gate& row : gates()) {
    Circuit one(3);
    const Circuit all = every_gate();
    for (const Operation& operation : all.operations()) {
      if (operation.gate != row.id) continue;
      const std::span<const int> wires(operation.wires.data(), static_cast<std::size_t>(row.wires));
      if (operation.matrix >= 0)
        one.add_matrix(wires, all.matrices()[static_cast<std::size_t>(operation.matrix)]);
      else
        one.add(row, wires, {operation.angles.data(), static_cast<std::size_t>(row.angles)});
    }
    EXPECT_LT(distance(lowered(one, kFewest), one, kShared), 1e-14) << row.name;
  }
  for (int k = 0; k < 20; ++k) {
    Circuit one(2);
    one.add_matrix(std::vector<int>{k % 2, 1 - k % 2}, random_unitary(4, random));
    EXPECT_LT(distance(lowered(one, kFewest), one, {}), 1e-13) << k;
  }
  Circuit swap(2);  // whose entries are mostly 0
  swap.add_matrix(std::vector<int>{0, 1}, {1, 0, 0, 0, 0, 0, Complex(0, 1), 0, 0, 1, 0, 0, 0, 0, 0, -1});
  EXPECT_LT(distance(lowered(swap, kFewest), swap, {}), 1e-14);
}

TEST(CircuitText, IsReadBackToTheSameUnitary) {
  for (const char* const dialect : {"qiskit", "cirq", "pennylane"}) {
    CircuitProgram program{.wires = 3, .parts = {{"all", every_gate()}}, .parameters = kShared};
    const QasmCircuit bound = read_qasm(circuit_text(program, {.dialect = dialect}), "bound");
    EXPECT_LT(distance(bound.circuit, every_gate(), kShared), 1e-13) << dialect;
    if (std::string_view(dialect) != "qiskit") continue;
    program.parameter_names = {"a", "b", "c"};
    const QasmCircuit open = read_qasm(circuit_text(program), "open");
    EXPECT_EQ(open.inputs, program.parameter_names);
    EXPECT_LT(distance(open.circuit, every_gate(), kShared), 1e-13);
  }
}

CircuitProgram two_steps() {
  Circuit first(2), second(2);
  first.add(GateId::kRZZ, {0, 1}, {Angle::shared(0)}).add_channel(ChannelId::kReset, {0});
  second.add(GateId::kRY, {0}, {Angle::constant(1)}).add_channel(ChannelId::kDepolarizing, {0}, {0.01});
  second.add_channel(ChannelId::kFeedforward, {1}, {0, 0});
  return {.title = {"two steps"},
          .wires = 2,
          .parts = {{"step 0", first}, {"step 1", second}},
          .measured = {1},
          .parameters = {0.5}};
}

TEST(CircuitText, WritesEachDialectAsItsReaderWantsIt) {
  EXPECT_EQ(circuit_text(two_steps()), R"(OPENQASM 3.0;
include "stdgates.inc";
// two steps
qubit[2] q;
bit[1] m1;
bit[1] out;
// step 0
cx q[0], q[1];
rz(0.5) q[1];
cx q[0], q[1];
reset q[0];
barrier q;
// step 1
ry(1.0) q[0];
// noise, not run here: depolarizing lambda=0.01 on 0
m1[0] = measure q[1];
if (m1[0]) { x q[1]; }
out[0] = measure q[1];
)");
  EXPECT_THAT(circuit_text(two_steps(), {.barriers = false}), Not(HasSubstr("barrier")));
  EXPECT_THROW(circuit_text(two_steps(), {.dialect = "braket"}), Error);  // it has no conditions
  CircuitProgram plain = two_steps();
  plain.parts.pop_back();
  plain.parts[0].circuit.add_channel(ChannelId::kMeasure, {1}, {0, 0});
  const std::string braket = circuit_text(plain, {.dialect = "braket"});
  EXPECT_THAT(braket, HasSubstr("c[0] = measure q[0];\nreset q[0];\n"));
  EXPECT_THAT(braket, HasSubstr("cnot q[0], q[1];\n"));
  EXPECT_THAT(braket, HasSubstr("c[2] = measure q[1];\n"));
  EXPECT_THAT(braket, HasSubstr("OPENQASM 3.0;\n// two steps\nqubit[2] q;\nbit[3] c;\n"));
  const std::string pennylane = circuit_text(two_steps(), {.dialect = "pennylane"});
  EXPECT_THAT(pennylane, HasSubstr("qubit q0;\nqubit q1;\nbit m1_0;\nbit out0;\n"));
  EXPECT_THAT(pennylane, HasSubstr("if (m1_0) { x q1; }\n"));
  EXPECT_THROW(circuit_text(two_steps(), {.dialect = "cirq"}), Error);  // it has no conditions
  CircuitProgram open = two_steps();
  open.parameter_names = {"theta_0"};
  EXPECT_THAT(circuit_text(open), HasSubstr("input float[64] theta_0;\n"));
  EXPECT_THROW(circuit_text(open, {.dialect = "pennylane"}), Error);
  open.parameter_names = {"ry"};
  EXPECT_THROW(circuit_text(open), Error);
  EXPECT_EQ(noise_left_out(two_steps(), "qasm3"),
            "1 channels of noise are comments in the format qasm3, which runs without them");
  EXPECT_EQ(noise_left_out(two_steps(), "json"), "");
}

TEST(CircuitText, WritesPython) {
  const std::string qiskit = circuit_text(two_steps(), {.format = "qiskit"});
  EXPECT_THAT(
      qiskit,
      HasSubstr("circuit.rz(0.5, q[1])\ncircuit.cx(q[0], q[1])\ncircuit.reset(q[0])\ncircuit.barrier()\n"));
  EXPECT_THAT(qiskit, HasSubstr("with circuit.if_test((m[0], 1)):\n    circuit.x(q[1])\n"));
  const std::string pennylane = circuit_text(two_steps(), {.format = "pennylane"});
  EXPECT_THAT(pennylane, HasSubstr("    qml.measure(0, reset=True)\n"));
  EXPECT_THAT(
      pennylane,
      HasSubstr("    m0 = qml.measure(1)\n    qml.cond(m0, qml.X)(1)\n    return [qml.expval(qml.Z(1))]\n"));
}

TEST(QasmReader, ReadsTheHandMadeFilesAndOthersOutput) {
  const std::string folder = EBIT_SOURCE_DIR "/tests/golden/noise/export/";
  const QasmCircuit density = read_qasm(read_file(folder + "density_2p2_T4.qasm"), "density");
  EXPECT_EQ(density.circuit.operations().size(), 148u);
  EXPECT_EQ(density.circuit.channels().size(), 7u);
  const QasmCircuit forward = read_qasm(read_file(folder + "sample_feedforward_2p2_T4.qasm"), "forward");
  std::size_t flips = 0;
  for (const PlacedChannel& placed : forward.circuit.channels())
    flips += placed.channel == ChannelId::kFeedforward;
  EXPECT_EQ(flips, 6u);
  const QasmCircuit qiskit = read_qasm(R"(OPENQASM 3.0;
include "stdgates.inc";
input float[64] a;
gate rzz_x(p0) _gate_q_0, _gate_q_1 {
  cx _gate_q_0, _gate_q_1;
  rz(p0) _gate_q_1;
  cx _gate_q_0, _gate_q_1;
}
bit[2] meas;
qubit[2] q; /* a register */
U(pi/2, 0, -pi) q[0];
rzz_x(-2*a + pi/4) q[0], q[1];
h q;
barrier q[0], q[1];
meas[0] = measure q[0];
)",
                                       "qiskit");
  Circuit wanted(2);
  wanted.add(GateId::kU3, {0},
             {Angle::constant(std::acos(0.0)), Angle::constant(0), Angle::constant(-std::acos(-1.0))});
  wanted.add(GateId::kRZZ, {0, 1}, {Angle{Angle::Kind::kShared, 0, -2, std::acos(-1.0) / 4}});
  wanted.add(GateId::kH, {0}).add(GateId::kH, {1});
  EXPECT_LT(distance(gates_of(qiskit.circuit), wanted, std::vector<double>{0.3}), 1e-14);
}

TEST(QasmReader, SaysWhereAndWhatIsWrong) {
  const auto message = [](const std::string& text) {
    try {
      read_qasm("OPENQASM 3.0;\nqubit[2] q;\n" + text, "x.qasm");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_EQ(message("ry(0.1) q[2];"), "x.qasm:3: q has 2 qubits");
  EXPECT_THAT(message("cxx q[0], q[1];"), HasSubstr("x.qasm:3: unknown gate 'cxx'"));
  EXPECT_EQ(message("ry(b) q[0];"), "x.qasm:3: 'b' is no number and no input");
  EXPECT_EQ(message("for uint i in [0:1] { x q[i]; }"),
            "x.qasm:3: 'for' is not in the part of OpenQASM that is read");
  EXPECT_THAT(message("cx q[0], q[0];"), HasSubstr("x.qasm:3: CNOT has wire 0 twice"));
  EXPECT_EQ(message("x q[0]"), "x.qasm:3: ';' is expected, not ''");
  EXPECT_THAT(message("bit c;\nif (c) { x q[0]; }"), HasSubstr("x.qasm:4: bit 'c' was not measured"));
  EXPECT_EQ(message("gate a q0 { a q0; }\na q[0];"),
            "x.qasm:3: gates are defined by each other, deeper than 64");
}

TEST(MeasurementGroups, HoldWhatOneBasisReads) {
  std::vector<Observable> readout;
  for (const char* text : {"Z0", "X1", "Z1", "Z0*X1", "Y0"}) readout.push_back(parse_observable(text, 2));
  const auto groups = measurement_groups(readout);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0], (std::vector<std::size_t>{0, 1, 3}));
  EXPECT_EQ(groups[1], (std::vector<std::size_t>{2, 4}));
}

}  // namespace
}  // namespace ebit::inline sim
