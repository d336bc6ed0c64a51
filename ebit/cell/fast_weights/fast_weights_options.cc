#include "ebit/cell/fast_weights/fast_weights_options.h"

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/gate_encoder.h"

namespace ebit::inline cell {

void check(const FastWeightsOptions& o) {
  find_gate_encoder(o.encoder);
  require(o.inputs >= 1, "a fast-weights cell needs at least 1 input a step, not {}", o.inputs);
  require(o.qubits >= 1, "a circuit needs at least 1 qubit, not {}", o.qubits);
  require(o.inputs <= o.qubits,
          "each number of a step has a qubit: {} do not fit on {}; take {} qubits, or bring a step to fewer "
          "numbers (--input-map linear)",
          o.inputs, o.qubits, o.inputs);
  require(o.layers >= 1, "a circuit needs at least 1 layer, not {}", o.layers);
  require(o.latent >= 0, "the encoder must give 1 number or more, or 0 for as many as qubits, not {}",
          o.latent);
  require(o.measured >= 0 && o.measured <= o.qubits, "of {} qubits {} cannot be read", o.qubits, o.measured);
  require(std::isfinite(o.gate_bias), "the bias of the gate must be a number, not {}", o.gate_bias);
  require(ansatz_of(o).angles_per_layer(o.qubits) >= 1, "the ansatz '{}' has no angles that could be written",
          ansatz_of(o).name);
}

FastWeightsSizes sizes_of(const FastWeightsOptions& o) {
  return {o.latent > 0 ? o.latent : o.qubits, ansatz_of(o).angles_per_layer(o.qubits),
          o.measured > 0 ? o.measured : o.qubits};
}

Ansatz ansatz_of(const FastWeightsOptions& options) {
  return chosen_ansatz(options.ansatz, options.custom_ansatz, options.entanglement);
}

Circuit fast_weights_circuit(const FastWeightsOptions& o) {
  const GateEncoder& encoder = find_gate_encoder(o.encoder);
  Circuit circuit = encoder.build(o.qubits, o.inputs);
  append_angles_as(circuit, build_ansatz(ansatz_of(o), o.qubits, o.layers), Angle::Kind::kPerSample,
                   encoder.angles(o.inputs));
  return circuit;
}

}  // namespace ebit::inline cell
