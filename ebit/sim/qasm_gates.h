// Gates by their names in OpenQASM; for qasm_reader.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/sim/gate.h"

namespace ebit::inline sim {

/// An angle of a text: value + scale * input.
struct QasmValue {
  double value = 0;  ///< radians
  double scale = 0;  ///< of the input
  int input = -1;    ///< its number; -1: none
};

/// A gate as it is called.
struct QasmCall {
  std::string_view name;          ///< in OpenQASM
  std::vector<QasmValue> angles;  ///< as many as it has
  std::vector<int> wires;         ///< likewise
};

/// The gate that `name` is: those of stdgates.inc, and a few that Qiskit knows besides.
std::optional<GateId> qasm_gate(std::string_view name);
/// Names that it knows.
std::vector<std::string> qasm_gate_names();
/// Gates that the gate table lacks, made of others up to a global phase; empty where it is none of them.
std::vector<QasmCall> qasm_compound(std::string_view name, const std::vector<QasmValue>& angles,
                                    const std::vector<int>& wires);

}  // namespace ebit::inline sim
