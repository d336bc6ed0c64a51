#include "ebit/sim/circuit_writers.h"
#include "ebit/sim/lowered.h"

namespace ebit::inline sim::circuit_writers {
namespace {

std::string arguments(const CircuitProgram& program) { return joined(program.parameter_names); }

std::string comments(const CircuitProgram& program) {
  std::string text;
  for (const std::string& line : program.title) text += "# " + line + "\n";
  return text;
}

}  // namespace

std::string qiskit_text(const CircuitProgram& program, bool barriers) {
  std::size_t mids = 0;
  for (const ProgramPart& part : program.parts) mids += bits_of(part.circuit);
  std::string text = comments(program);
  text += "from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister\n";
  text += "from qiskit.circuit import Parameter\n\n";
  text += fmt::format("q = QuantumRegister({}, \"q\")\n", program.wires);
  text += fmt::format("m = ClassicalRegister({}, \"m\")\nout = ClassicalRegister({}, \"out\")\n", mids,
                      program.measured.size());
  text += "circuit = QuantumCircuit(q, m, out)\n";
  for (const std::string& name : program.parameter_names)
    text += fmt::format("{0} = Parameter(\"{0}\")\n", name);
  std::size_t bit = 0;
  for (std::size_t p = 0; p < program.parts.size(); ++p) {
    const ProgramPart& part = program.parts[p];
    text += part.comment.empty() ? "" : "# " + part.comment + "\n";
    for_each_item(
        lowered(part.circuit, gates_named(&Names::qiskit)),
        [&](const Operation& operation) {
          std::vector<std::string> all = angles_of(operation, program);
          for (int k = 0; k < gate(operation.gate).wires; ++k)
            all.push_back(fmt::format("q[{}]", operation.wires[static_cast<std::size_t>(k)]));
          text += fmt::format("circuit.{}({})\n", names_row(operation.gate).qiskit, joined(all));
        },
        [&](const PlacedChannel& placed) {
          const int q = placed.wires[0];
          if (is_noise(placed)) {
            text += "# " + noise_comment(placed) + "\n";
          } else if (placed.channel == ChannelId::kReset) {
            text += fmt::format("circuit.reset(q[{}])\n", q);
          } else {
            text += fmt::format("circuit.measure(q[{}], m[{}])\n", q, bit);
            if (placed.channel == ChannelId::kFeedforward)
              text += fmt::format("with circuit.if_test((m[{}], 1)):\n    circuit.x(q[{}])\n", bit, q);
            ++bit;
          }
        });
    if (barriers && p + 1 < program.parts.size()) text += "circuit.barrier()\n";
  }
  for (std::size_t k = 0; k < program.measured.size(); ++k)
    text += fmt::format("circuit.measure(q[{}], out[{}])\n", program.measured[k], k);
  return text;
}

std::string pennylane_text(const CircuitProgram& program, bool barriers) {
  std::string text = comments(program);
  text += fmt::format("import pennylane as qml\n\n\ndef circuit({}):\n", arguments(program));
  text += "    \"\"\"Expectation values of Z of the wires that are read.\"\"\"\n";
  std::size_t bit = 0;
  for (std::size_t p = 0; p < program.parts.size(); ++p) {
    const ProgramPart& part = program.parts[p];
    text += part.comment.empty() ? "" : "    # " + part.comment + "\n";
    for_each_item(
        lowered(part.circuit, gates_named(&Names::pennylane)),
        [&](const Operation& operation) {
          std::vector<std::string> wires;
          for (int k = 0; k < gate(operation.gate).wires; ++k)
            wires.push_back(fmt::to_string(operation.wires[static_cast<std::size_t>(k)]));
          std::vector<std::string> all = angles_of(operation, program);
          all.push_back("wires=[" + joined(wires) + "]");
          text += fmt::format("    qml.{}({})\n", names_row(operation.gate).pennylane, joined(all));
        },
        [&](const PlacedChannel& placed) {
          const int q = placed.wires[0];
          if (is_noise(placed)) {
            text += "    # " + noise_comment(placed) + "\n";
          } else if (placed.channel == ChannelId::kReset) {
            text += fmt::format("    qml.measure({}, reset=True)\n", q);
          } else {
            text += fmt::format("    m{} = qml.measure({})\n", bit, q);
            if (placed.channel == ChannelId::kFeedforward)
              text += fmt::format("    qml.cond(m{}, qml.X)({})\n", bit, q);
            ++bit;
          }
        });
    if (barriers && p + 1 < program.parts.size())
      text += fmt::format("    qml.Barrier(wires=range({}))\n", program.wires);
  }
  std::vector<std::string> reads;
  for (const int wire : program.measured) reads.push_back(fmt::format("qml.expval(qml.Z({}))", wire));
  return text + (reads.empty() ? "    return qml.state()\n" : "    return [" + joined(reads) + "]\n");
}

}  // namespace ebit::inline sim::circuit_writers
