// What a gated cell is made of: its choices, their tables, and the sizes that follow from them.
#pragma once

#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/base/choice.h"
#include "ebit/cell/ansatz.h"
#include "ebit/cell/gate_encoder.h"
#include "ebit/cell/gated/circuit_mixture.h"
#include "ebit/cell/noisy/noise_use.h"

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
  std::string mixture = "none";  ///< a row of mixtures(): gates of many circuits in place of one
  std::vector<std::string> mixture_encoders = {"rx",   "ry",   "rz",
                                               "h-rx", "h-ry", "h-rz"};  ///< of its circuits
  std::vector<std::string> mixture_ansaetze = {"brick-rx", "brick-ry", "brick-rz", "ring-rx",
                                               "ring-ry",  "ring-rz"};  ///< each with every encoder
  std::string mixture_norm = "none";                                    ///< a row of mixture_norms()
  std::string linear_in = "shared";         ///< a row of gate_linears(): from v to n numbers
  std::string linear_out = "per-gate";      ///< a row of gate_linears(): from readouts to H numbers
  int measured = 0;                         ///< wires that a gate reads, the first ones; 0: see sizes_of()
  std::string update = "z-keeps";           ///< gru: a row of gru_updates()
  std::string freeze = "none";              ///< a row of freezes()
  bool entanglement = true;                 ///< false: the ansatz without its two-wire gates
  double init_low = 0;                      ///< angles start uniform from here, radians
  double init_high = 2 * std::numbers::pi;  ///< to here
  double init_deviation = 0;    ///< above 0: they start normal around 0 with this standard deviation instead
  bool every_step = true;       ///< outputs after every step, or after the last only
  std::string engine = "auto";  ///< a row of engines(): how the circuits are run
  NoiseUse noisy = {};          ///< how its circuits run on a device
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

/// The ansatz that the options name or bring along, without entanglement where they say so. Throws Error
/// where there is none of that name.
Ansatz ansatz_of(const GatedOptions& options);

/// Encoder and layers of every circuit: per-sample angles are the encoding, shared ones the ansatz's. Of a
/// mixture: of its first circuit.
Circuit gate_circuit(const GatedOptions& options);

/// The circuits of a mixture: every encoder with every ansatz, encoder by encoder. Empty without one.
std::vector<MixedCircuit> mixed_circuits(const GatedOptions& options);

/// The encoder of all circuits; of a mixture the first, whose angles are those of all.
const GateEncoder& encoder_of(const GatedOptions& options);

}  // namespace ebit::inline cell
