// Circuits as text that other tools run: OpenQASM 3 in several dialects, Qiskit, PennyLane, JSON.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/sim/circuit.h"
#include "ebit/sim/observable.h"

namespace ebit::inline sim {

/// A piece of a program, with a barrier behind it where the format has one.
struct ProgramPart {
  std::string comment;  ///< one line, such as "step 0, x = 0.5"; may be empty
  Circuit circuit;      ///< gates, and the channels that reset and measure
};

/// A circuit to be written: pieces one behind the other on the same wires, and what is measured at the end.
struct CircuitProgram {
  std::vector<std::string> title = {};  ///< lines of comment on top
  int wires = 1;                        ///< of every part
  std::vector<ProgramPart> parts = {};  ///< in order
  std::vector<int> measured = {};       ///< wires that are measured at the end, in order, as bits out[0], ...
  std::vector<double> parameters = {};  ///< [shared_parameters] values
  std::vector<std::string> parameter_names =
      {};  ///< [shared_parameters] of inputs; empty: values are written
};

/// A row of the table of formats.
struct CircuitFormat {
  std::string_view name;       ///< as users type it
  std::string_view extension;  ///< of files: ".qasm"
  std::string_view help;       ///< one line
};

/// qasm3, qiskit, pennylane, json.
std::span<const CircuitFormat> circuit_formats();

/// A row of the table of dialects of OpenQASM 3: what a reader takes.
struct QasmDialect {
  std::string_view name;  ///< as users type it
  std::string_view help;  ///< one line
  bool include;           ///< include "stdgates.inc" stands on top
  bool registers;         ///< qubit[n] q; else a scalar a wire
  bool barriers;          ///< barrier q;
  bool conditions;        ///< if (c[k]) { x q[i]; }
  bool inputs;            ///< input float[64] name;
  bool bare_reset;        ///< reset without a measurement before it is run rightly
  bool one_bit_register;  ///< all bits in one register
};

/// qiskit, cirq, braket, pennylane.
std::span<const QasmDialect> qasm_dialects();

/// How a program is written.
struct CircuitTextOptions {
  std::string format = "qasm3";    ///< a row of circuit_formats()
  std::string dialect = "qiskit";  ///< of qasm3: a row of qasm_dialects()
  bool barriers = true;            ///< between the parts, where the format and dialect have them
};

/// The text. Numbers have 17 digits. Channels that OpenQASM has are statements; noise is a comment that names
/// it. Throws Error for a dialect that lacks what the program needs, naming both, and for unknown names.
std::string circuit_text(const CircuitProgram& program, const CircuitTextOptions& options = {});

/// The channels of a program that are noise, which no format but json runs: a line for people; "": none.
std::string noise_left_out(const CircuitProgram& program, std::string_view format);

/// Groups of observables that one measurement of every wire in X, Y or Z reads together: [groups] numbers of
/// observables, each once.
std::vector<std::vector<std::size_t>> measurement_groups(std::span<const Observable> readout);

/// Appends what turns X and Y of the observables' wires into Z, and @returns the wires to measure, in order.
std::vector<int> append_basis_change(Circuit& circuit, std::span<const Observable> readout,
                                     std::span<const std::size_t> group);

}  // namespace ebit::inline sim
