// Reads circuits from OpenQASM.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ebit/sim/circuit.h"

namespace ebit::inline sim {

/// What a text holds.
struct QasmCircuit {
  Circuit circuit;                         ///< gates and channels; inputs are its shared parameters
  std::vector<std::string> inputs = {};    ///< [shared_parameters] their names
  std::vector<std::string> left_out = {};  ///< a line each: what was read and has no meaning here
};

/// Reads OpenQASM 3, or 2 as far as it is a list of gates: gates of stdgates.inc, those that the text
/// defines, `input float[64]`, measurements, resets, and `if (bit) { x qubit; }` right behind the qubit's
/// measurement; what circuit_text() writes in the dialects qiskit, cirq and pennylane, and Qiskit's own
/// output. Registers lie one behind the other. Throws Error as "source:line: what is wrong" for all else.
QasmCircuit read_qasm(std::string_view text, const std::string& source);

}  // namespace ebit::inline sim
