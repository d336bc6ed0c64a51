// What a gated cell is made of: its choices, their tables, and the sizes that follow from them.
#pragma once

#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ebit/base/choice.h"
#include "ebit/cell/ansatz.h"

namespace ebit::inline cell {

/// What the circuits are the gates of.
std::span<const Choice> architectures();
/// The order of the numbers in v, which enters the circuits.
std::span<const Choice> gate_orders();
/// Whether circuits have a trained linear map in front of them or behind them.
std::span<const Choice> gate_linears();
/// What the update gate z of a GRU does.
std::span<const Choice> gru_updates();

/// The choices and sizes of a GatedCell. Names are rows of their tables.
struct GatedOptions {
  int inputs = 1;                        ///< numbers a time step, F
  std::string architecture = "lstm-4";   ///< a row of architectures()
  bool coupled = false;                  ///< lstm: the input gate is 1 - forget gate, a circuit less
  bool peepholes = false;                ///< lstm: f and i see c_{t-1}, o sees c_t, by a weight a unit
  std::string order = "x-first";         ///< a row of gate_orders()
  int qubits = 4;                        ///< wires of every circuit, n
  int hidden = 0;                        ///< numbers of h, H; 0: see sizes_of()
  std::string encoder = "arctan-angle";  ///< a row of gate_encoders()
  std::string ansatz = "arctan-vqc";     ///< a row of ansaetze()
  std::optional<Ansatz> custom_ansatz = std::nullopt;  ///< taken instead of `ansatz` where given
  int layers = 1;                                      ///< of the ansatz in every circuit
  std::string linear_in = "shared";                    ///< a row of gate_linears(): from v to n numbers
  std::string linear_out = "per-gate";      ///< a row of gate_linears(): from readouts to H numbers
  int measured = 0;                         ///< wires that a gate reads, the first ones; 0: see sizes_of()
  std::string update = "z-keeps";           ///< gru: a row of gru_updates()
  bool trained = true;                      ///< the circuits' angles; false: they stay as they were drawn
  double init_low = 0;                      ///< angles start uniform from here, radians
  double init_high = 2 * std::numbers::pi;  ///< to here
  double init_deviation = 0;  ///< above 0: they start normal around 0 with this standard deviation instead
  bool every_step = true;     ///< outputs after every step, or after the last only
};

/// The sizes that follow from the options.
struct GatedSizes {
  int width;     ///< numbers of v, F + H
  int hidden;    ///< of h: where the option is 0, n with linear_in; without it what x leaves of the wires
  int cell;      ///< of a gate and of c: n with six circuits, else H
  int measured;  ///< wires that a gate reads: where the option is 0, n with linear_out, else `cell`
  int outputs;   ///< K: `<Z>` of all n wires of `prediction` with six circuits, else h
};

/// Throws Error for options that are out of range, unknown, or do not fit together.
void check(const GatedOptions& options);

/// The sizes of checked options.
GatedSizes sizes_of(const GatedOptions& options);

/// Numbers of a step that fit without a linear map in front of the circuits, at least 1 where any do.
int fitting_inputs(const GatedOptions& options);

/// The ansatz that the options name or bring along. Throws Error where there is none of that name.
const Ansatz& ansatz_of(const GatedOptions& options);

/// Encoder and layers of every circuit: per-sample angles are the encoding, shared ones the ansatz's.
Circuit gate_circuit(const GatedOptions& options);

}  // namespace ebit::inline cell
