// What the writers of circuit texts share; for circuit_text.cc and them alone.
#pragma once

#include <string>
#include <vector>

#include "ebit/sim/circuit_text.h"

namespace ebit::inline sim::circuit_writers {

/// A gate that every format has, and its names; OpenQASM's are those of stdgates.inc.
struct Names {
  GateId id;                   ///< its row of the gate table
  std::string_view qasm;       ///< in OpenQASM 3
  std::string_view braket;     ///< in Braket's dialect; "": it has none
  std::string_view qiskit;     ///< a method of QuantumCircuit
  std::string_view pennylane;  ///< a member of qml
};

/// All of them.
std::span<const Names> names();
/// The row of a gate that has one.
const Names& names_row(GateId id);
/// The gates that have a name in a column: what others are lowered to.
std::vector<GateId> gates_named(std::string_view Names::*column);

/// The angles of an operation as text: expressions of inputs where the program has some, else numbers of 17
/// digits. Throws Error for an angle of each sample.
std::vector<std::string> angles_of(const Operation& operation, const CircuitProgram& program);
/// "a, b, c".
std::string joined(const std::vector<std::string>& items);

/// Whether a channel is neither a reset nor a measurement.
bool is_noise(const PlacedChannel& placed);
/// What a comment says of it.
std::string noise_comment(const PlacedChannel& placed);
/// Bits that the measurements of a circuit give.
std::size_t bits_of(const Circuit& circuit);

std::string qasm_text(const CircuitProgram& program, const QasmDialect& dialect,
                      bool barriers);                                      ///< OpenQASM 3
std::string qiskit_text(const CircuitProgram& program, bool barriers);     ///< Python for Qiskit
std::string pennylane_text(const CircuitProgram& program, bool barriers);  ///< Python for PennyLane
std::string json_text(const CircuitProgram& program);                      ///< for ebit probe

}  // namespace ebit::inline sim::circuit_writers
