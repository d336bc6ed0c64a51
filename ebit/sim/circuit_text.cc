#include "ebit/sim/circuit_text.h"

#include <algorithm>

#include "ebit/base/choice.h"
#include "ebit/sim/circuit_writers.h"

namespace ebit::inline sim {
namespace {

using namespace circuit_writers;

constexpr CircuitFormat kFormats[] = {{"qasm3", ".qasm", "OpenQASM 3, in the dialect of --dialect"},
                                      {"qiskit", ".py", "Python that builds a Qiskit QuantumCircuit"},
                                      {"pennylane", ".py", "Python: a function for a PennyLane QNode, exact"},
                                      {"json", ".json", "gates and channels as ebit probe reads them"}};

constexpr QasmDialect kDialects[] = {
    {"qiskit", "Qiskit's qasm3.loads, with qiskit-qasm3-import", true, true, true, true, true, true, false},
    {"cirq", "cirq's circuit_from_qasm: no barriers, no conditions, no inputs", true, true, false, false,
     false, true, false},
    {"braket", "Amazon Braket: one bit register, no include, its own names, measured before a reset", false,
     true, true, false, true, false, true},
    {"pennylane", "PennyLane's from_qasm3: a scalar a wire, no include, no barriers", false, false, false,
     true, false, true, false}};

// Names of channels and inputs that would be taken for something else.
void check_names(const CircuitProgram& program) {
  for (const std::string& name : program.parameter_names)
    for (const Names& row : names())
      require(name != row.qasm && name != row.braket && name != "q" && name != "out",
              "an input cannot be called '{}', which is a gate or a register", name);
}

}  // namespace

std::span<const CircuitFormat> circuit_formats() { return kFormats; }
std::span<const QasmDialect> qasm_dialects() { return kDialects; }

std::string circuit_text(const CircuitProgram& program, const CircuitTextOptions& options) {
  const std::string_view format = find_row(kFormats, "unknown format", options.format).name;
  check_names(program);
  if (format == "qasm3")
    return qasm_text(program, find_row(kDialects, "unknown dialect", options.dialect), options.barriers);
  if (format == "qiskit") return qiskit_text(program, options.barriers);
  return format == "pennylane" ? pennylane_text(program, options.barriers) : json_text(program);
}

std::string noise_left_out(const CircuitProgram& program, std::string_view format) {
  if (format == "json") return "";
  std::size_t count = 0;
  for (const ProgramPart& part : program.parts)
    count += static_cast<std::size_t>(std::ranges::count_if(part.circuit.channels(), is_noise));
  if (count == 0) return "";
  return fmt::format("{} channels of noise are comments in the format {}, which runs without them", count,
                     format);
}

std::vector<std::vector<std::size_t>> measurement_groups(std::span<const Observable> readout) {
  std::vector<std::vector<std::size_t>> groups;
  const auto fit = [&](const Observable& a, const Observable& b) {
    const std::size_t both = (a.x_mask | a.z_mask) & (b.x_mask | b.z_mask);
    return (a.x_mask & both) == (b.x_mask & both) && (a.z_mask & both) == (b.z_mask & both);
  };
  for (std::size_t k = 0; k < readout.size(); ++k) {
    const auto group = std::ranges::find_if(groups, [&](const auto& g) {
      return std::ranges::all_of(g, [&](std::size_t other) { return fit(readout[other], readout[k]); });
    });
    if (group == groups.end())
      groups.push_back({k});
    else
      group->push_back(k);
  }
  return groups;
}

std::vector<int> append_basis_change(Circuit& circuit, std::span<const Observable> readout,
                                     std::span<const std::size_t> group) {
  std::vector<int> measured;
  for (int q = 0; q < circuit.wires(); ++q) {
    const std::size_t bit = std::size_t{1} << (circuit.wires() - 1 - q);
    bool x = false, z = false;
    for (const std::size_t k : group)
      x |= (readout[k].x_mask & bit) != 0, z |= (readout[k].z_mask & bit) != 0;
    if (!x && !z) continue;
    if (x && z) circuit.add(GateId::kSdg, {q});
    if (x) circuit.add(GateId::kH, {q});
    measured.push_back(q);
  }
  return measured;
}

}  // namespace ebit::inline sim
