// What a fast-weights cell is made of: its choices and sizes.
#pragma once

#include <optional>
#include <string>

#include "ebit/cell/ansatz.h"
#include "ebit/cell/noisy/noise_use.h"

namespace ebit::inline cell {

/// The choices and sizes of a FastWeightsCell. Names are rows of their tables.
struct FastWeightsOptions {
  int inputs = 1;                                      ///< numbers a time step, F, each on a wire
  int qubits = 8;                                      ///< wires of the circuit, n
  int layers = 2;                                      ///< of the ansatz, L
  std::string encoder = "h-ry";                        ///< a row of gate_encoders()
  std::string ansatz = "brick-ry";                     ///< a row of ansaetze(), A angles a layer
  std::optional<Ansatz> custom_ansatz = std::nullopt;  ///< taken instead of `ansatz` where given
  int latent = 0;                                      ///< numbers between x and the updates; 0: n
  int measured = 4;                                    ///< wires that are read, the first ones, K; 0: all
  bool gate = false;            ///< angles are kept or replaced by a trained gate, instead of added to
  double gate_bias = 2;         ///< where the gate's bias starts: above 0 it keeps
  bool entanglement = true;     ///< false: without the ansatz's gates on two wires
  std::string freeze = "none";  ///< a row of freezes() but "circuit": the network writes all angles
  bool every_step = true;       ///< outputs after every step, or after the last only
  NoiseUse noisy = {};          ///< how its circuits run on a device
};

/// The sizes that follow from the options.
struct FastWeightsSizes {
  int latent;    ///< numbers between x and the updates
  int angles;    ///< A, of a layer
  int measured;  ///< K
};

/// Throws Error for options that are out of range, unknown, or do not fit together.
void check(const FastWeightsOptions& options);

/// The sizes of checked options.
FastWeightsSizes sizes_of(const FastWeightsOptions& options);

/// The ansatz that the options name or bring along. Throws Error where there is none of that name.
Ansatz ansatz_of(const FastWeightsOptions& options);

/// Encoder and layers, all angles per sample: those of the encoder, then theta [L, A].
Circuit fast_weights_circuit(const FastWeightsOptions& options);

}  // namespace ebit::inline cell
