// What a window cell is made of: its sizes, and the circuit over a window of steps.
#pragma once

#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "ebit/cell/ansatz.h"
#include "ebit/cell/noisy/noise_use.h"

namespace ebit::inline cell {

/// The choices and sizes of a WindowCell.
struct WindowOptions {
  int inputs = 1;  ///< numbers a time step, F
  int span = 4;    ///< steps that the circuit sees, W: the last ones
  int qubits = 4;  ///< wires of the circuit, n
  /// Blocks of a time step, see parse_blocks(). Empty: a linear map brings the window to n numbers z, and the
  /// circuit is RY(pi z_q) on each wire, then layers of the ansatz.
  std::string blocks;
  std::string ansatz = "hardware-efficient";           ///< without blocks: a row of ansaetze()
  std::optional<Ansatz> custom_ansatz = std::nullopt;  ///< taken instead of `ansatz` where given
  int layers = 1;                                      ///< of the ansatz
  double init_low = 0;                                 ///< angles start uniform from here, radians
  double init_high = 2 * std::numbers::pi;             ///< to here
  bool entanglement = true;                            ///< false: without the ansatz's gates on two wires
  std::string freeze = "none";                         ///< a row of freezes()
  bool every_step = true;                              ///< outputs after every step, or after the last only
  NoiseUse noisy = {};                                 ///< how its circuits run on a device
};

/// A block of a re-uploading circuit: a layer of rotations.
struct Block {
  GateId gate;    ///< RX, RY, RZ on every wire; CRX, CRY, CRZ on (q, q+1) round the ring
  int component;  ///< of a step that the angles encode, from 0; -1: they are trained
};

/// Reads blocks joined by _, such as "EXY_X_CX" or "ruexp_EYX_Z_CY" as in the benchmark's files: E with a
/// component (X, Y, Z: the first, second, third number of a step) and a rotation (X, Y, Z) encodes on every
/// wire; X, Y, Z are trained rotations of every wire; CX, CY, CZ trained controlled ones round the ring.
/// Throws Error for a text that is none, naming the block; where nothing is encoded, or nothing trained.
std::vector<Block> parse_blocks(const std::string& text);

/// Throws Error for options that are out of range, unknown, or do not fit together.
void check(const WindowOptions& options);

/// The components of a step that the circuit can take: those that blocks name; 0: any number of them.
int components_of(const WindowOptions& options);

/// The ansatz that the options name or bring along. Throws Error where there is none of that name.
Ansatz ansatz_of(const WindowOptions& options);

/// The circuit of checked options. Its per-sample angles are what enters it: the numbers of the window with
/// blocks, step by step, the oldest first; else the n numbers that a linear map gives.
Circuit window_circuit(const WindowOptions& options);

/// The shape of its trained angles: [W, n, trained blocks] with blocks, else [L, n, angles of a wire].
std::vector<std::int64_t> angle_shape(const WindowOptions& options);

}  // namespace ebit::inline cell
