// A register cell's window as circuits for hardware: which physical protocol its hidden update is.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/cell/cells.h"
#include "ebit/cell/register/register_options.h"
#include "ebit/sim/circuit_text.h"
#include "ebit/sim/coupling.h"

namespace ebit::inline cell {

/// A row of the table of protocols: what of a hidden update a device can do.
struct HardwareProtocol {
  std::string_view hidden;     ///< a row of hidden_updates()
  std::string_view protocol;   ///< the circuits
  std::string_view estimates;  ///< what shots of them estimate
  bool rounds = false;         ///< a circuit for each step, prepared from what was measured of the one before
};

/// One for each hidden update.
std::span<const HardwareProtocol> hardware_protocols();

/// The protocol of a hidden update.
const HardwareProtocol& hardware_protocol(std::string_view hidden);

/// Why a window of a cell is no circuit; "": it is one, of register cells.
std::string_view hardware_obstacle(const CellOptions& options);

/// How a window is written.
struct HardwareOptions {
  bool inputs = false;       ///< angles of U_en and U_dis are inputs; false: numbers
  bool feedforward = false;  ///< a reset is a measurement, and X where 1 was read
};

/// A window's circuits.
struct HardwareWindow {
  std::vector<CircuitProgram>
      programs;               ///< one; one a basis that readouts are measured in; of rounds, for each step
  std::vector<double> y;      ///< [K] exactly, of the last step, without noise
  std::vector<int> outcomes;  ///< collapse: of the system's wires behind each step but the last
  double probability = 1;     ///< collapse: that a shot has all of them, which is what is kept of the shots
};

/// The circuits of one window of a register cell: encoder, U_en, U_dis, measurement or reset, next step; at
/// the end the readouts' wires are measured. Rounds are written with what the exact cell keeps of each step.
/// Noise, shots and trajectories of the options are left out: a device has its own.
/// @param parameters [P] as the cell's segments. @param x [T, F]. Throws Error for readouts that are fed
/// back, and as the cell does.
HardwareWindow hardware_window(const RegisterOptions& options, std::span<const double> parameters,
                               std::span<const double> x, const HardwareOptions& how = {});

/// What a program takes.
struct CircuitCosts {
  int qubits = 0;        ///< that something happens on
  int depth = 0;         ///< layers of gates of one and two wires
  int two_qubit = 0;     ///< CNOTs
  int swaps = 0;         ///< that bring wires together; up to three of the CNOTs each
  int measurements = 0;  ///< before the end
  int resets = 0;        ///< before the end; by feed-forward it is a measurement too
};

/// The costs of a program on a map: its gates brought to CNOT and rotations, CNOTs on joined qubits alone,
/// see route(). Throws Error for more wires than the map has qubits.
CircuitCosts costs_of(const CircuitProgram& program, const CouplingMap& map);

}  // namespace ebit::inline cell
