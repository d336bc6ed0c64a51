#include "ebit/cell/controlled/controlled_options.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/cell/controlled/activation.h"
#include "ebit/cell/gradient_memory.h"

namespace ebit::inline cell {
namespace {

constexpr InitialStateRow kInitialStates[] = {
    {"zero", "|0...0>", false},
    {"trainable", "the step's circuit on |0...0>, with trainable angles of its own", true},
};

constexpr MeasurementRow kMeasurements[] = {
    {"expectation", "exact expectation values; the memory is left alone", false, false},
    {"shots", "means of finitely many shots of each readout; the memory is left alone", true, false},
    {"sampled", "chosen qubits are measured and the memory collapses; readouts are those of what is left",
     false, true},
};

}  // namespace

std::span<const InitialStateRow> initial_states() { return kInitialStates; }
std::span<const MeasurementRow> measurements() { return kMeasurements; }

Ansatz ansatz_of(const ControlledOptions& options) {
  return chosen_ansatz(options.ansatz, options.custom_ansatz, options.entanglement);
}

const InitialStateRow& find_initial_state(std::string_view name) {
  return find_row(initial_states(), "unknown initial state", name);
}

const MeasurementRow& find_measurement(std::string_view name) {
  return find_row(measurements(), "unknown measurement", name);
}

void check(const ControlledOptions& o) {
  require(o.inputs >= 1, "a controlled cell needs at least 1 input, not {}", o.inputs);
  require(o.qubits >= 1, "a controlled cell needs at least 1 qubit, not {}", o.qubits);
  require(o.layers >= 0, "the number of layers must be 0 or more, not {}", o.layers);
  require(o.first_ry || o.layers >= 1, "a circuit of 0 layers without the first RY has no angles");
  require(std::isfinite(o.angle_scale) && o.angle_scale != 0,
          "the angle scale must be a number but 0, not {}", o.angle_scale);
  for (int width : o.ffn.hidden)
    require(width >= 1, "a hidden layer of the network needs a width of at least 1, not {}", width);
  require(o.ffn.dropout >= 0 && o.ffn.dropout < 1, "dropout must be in [0, 1), not {}", o.ffn.dropout);
  require(!o.ffn.hidden.empty() || (o.ffn.dropout == 0 && !o.ffn.residual),
          "dropout and residual act on the network's hidden layers, and there are none: give their widths");
  require(std::isfinite(o.init) && o.init >= 0,
          "the range of the initial state's angles must be 0 or more, not {}", o.init);
  require(
      o.freeze != "circuit",
      "the circuit of a qrnn has no angles of its own that could be frozen: its network writes them at every "
      "step; freeze cell keeps the network as it was drawn");
  find_activation<double>(o.ffn.activation);
  find_gradient_memory(o.gradient_memory);
  find_initial_state(o.initial);
  const MeasurementRow& measurement = find_measurement(o.measurement);
  require(!measurement.shots || o.shots >= 1, "measurement 'shots' needs at least 1 shot, not {}", o.shots);
  require(measurement.collapses || (o.measured.empty() && !o.reset),
          "measured qubits and reset belong to measurement 'sampled', not '{}'", o.measurement);
  for (std::size_t i = 0; i < o.measured.size(); ++i) {
    const int q = o.measured[i];
    require(q >= 0 && q < o.qubits, "there is no qubit {} to measure: the memory has 0 to {}", q,
            o.qubits - 1);
    require(std::count(o.measured.begin(), o.measured.end(), q) == 1, "qubit {} is to be measured twice", q);
  }
}

Circuit controlled_circuit(const ControlledOptions& options, AngleSource source) {
  const auto kind = source == AngleSource::kShared ? Angle::Kind::kShared : Angle::Kind::kPerSample;
  Circuit circuit(options.qubits);
  const int opening = options.first_ry ? options.qubits : 0;
  for (int q = 0; q < opening; ++q) {
    const int wires[] = {q};
    const Angle angles[] = {Angle{kind, q, 1, 0}};
    circuit.add(gate(GateId::kRY), wires, angles);
  }
  append_angles_as(circuit, build_ansatz(ansatz_of(options), options.qubits, options.layers), kind, opening);
  return circuit;
}

}  // namespace ebit::inline cell
