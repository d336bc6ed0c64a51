#include "ebit/cell/gated/gated_options.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/gate_encoder.h"
#include "ebit/cell/register/engine_choice.h"

namespace ebit::inline cell {
namespace {

constexpr Choice kArchitectures[] = {
    {"lstm-4", "the four gates of an LSTM; h = o tanh c", "Chen's later release, 2024"},
    {"lstm-6", "two circuits more: h and the prediction are readouts of u = o tanh c",
     "Chen, Yoo, Fang 2020 (arXiv:2009.01783)"},
    {"gru", "the three gates of a GRU", "Ceschini, Rosato, Panella 2022 (IJCNN)"},
};
constexpr Choice kOrders[] = {{"x-first", "v = [x, h]"}, {"h-first", "v = [h, x]"}};
constexpr Choice kLinears[] = {{"none", "no linear map"},
                               {"shared", "one linear map for all circuits"},
                               {"per-gate", "a linear map for each circuit"}};
constexpr Choice kUpdates[] = {{"z-keeps", "h = z h + (1 - z) candidate"},
                               {"z-replaces", "h = (1 - z) h + z candidate"}};

Circuit circuit_of(const GatedOptions& options, const GateEncoder& encoder, const Ansatz& ansatz) {
  Circuit circuit = encoder.build(options.qubits, options.qubits);
  circuit.append(build_ansatz(ansatz, options.qubits, options.layers));
  return circuit;
}

bool six(const GatedOptions& o) { return o.architecture == "lstm-6"; }

// Of equal numbers of a wire the angles of all encoders must be equal: they enter every circuit.
bool same_angles(const GateEncoder& a, const GateEncoder& b) {
  if (a.name == b.name) return true;
  return a.links == b.links && a.more.empty() && b.more.empty() &&
         std::ranges::equal(a.rotations, b.rotations, [](const GateRotation& x, const GateRotation& y) {
           return std::ranges::all_of(std::initializer_list<double>{-1.7, -0.4, 0.3, 0.9, 2.6},
                                      [&](double v) { return x.value(v) == y.value(v); });
         });
}

void check_mixture(const GatedOptions& o) {
  require(!o.mixture_encoders.empty() && !o.mixture_ansaetze.empty(),
          "a mixture needs at least one encoder and one ansatz");
  require(!o.custom_ansatz, "a mixture has ansaetze of its own, by name: leave the gate list '{}' out",
          o.custom_ansatz ? o.custom_ansatz->name : "");
  const GateEncoder& first = find_gate_encoder(o.mixture_encoders.front());
  for (const std::string& name : o.mixture_encoders)
    require(same_angles(first, find_gate_encoder(name)),
            "the encoders of a mixture must turn a number into the same angles, and {} and {} do not",
            first.name, name);
  for (const std::string& name : o.mixture_ansaetze) find_ansatz(name);
}

void check_names(const GatedOptions& o) {
  find_row(kArchitectures, "unknown architecture", o.architecture);
  find_row(kOrders, "unknown order", o.order);
  find_row(kLinears, "unknown linear map in front of circuits", o.linear_in);
  find_row(kLinears, "unknown linear map behind circuits", o.linear_out);
  find_row(kUpdates, "unknown update of a gru", o.update);
  find_row(mixtures(), "unknown mixture", o.mixture);
  find_row(mixture_norms(), "unknown normalisation of a mixture", o.mixture_norm);
  if (o.mixture == "none") {
    find_gate_encoder(o.encoder);
    ansatz_of(o);
  } else {
    check_mixture(o);
  }
  find_engine(o.engine);
  require(!o.coupled || o.architecture != "gru", "a gru has no input gate that could be coupled to another");
  require(!o.peepholes || o.architecture != "gru", "a gru has no cell state that peepholes could lead from");
}

void check_sizes(const GatedOptions& o) {
  require(o.inputs >= 1, "a gated cell needs at least 1 input a step, not {}", o.inputs);
  require(o.qubits >= 1, "a circuit needs at least 1 qubit, not {}", o.qubits);
  require(o.layers >= 0, "a circuit needs 0 layers (the encoder alone) or more, not {}", o.layers);
  require(o.hidden >= 0, "the hidden size must be 1 or more, or 0 for what the circuits give, not {}",
          o.hidden);
  require(o.measured >= 0 && o.measured <= o.qubits, "of {} qubits {} cannot be read", o.qubits, o.measured);
  require(!six(o) || (o.linear_in == "none" && o.linear_out == "none"),
          "six circuits have no linear maps around them: what they read is c, as wide as the register; take "
          "architecture lstm-4, or linear_in and linear_out none");
  if (o.linear_in == "none")
    require(
        o.inputs < o.qubits && (o.hidden == 0 || o.inputs + o.hidden == o.qubits),
        "without a linear map in front of the circuits x and h have a qubit each: x of {}{} does not fit on "
        "{} qubits; {}",
        o.inputs, o.hidden > 0 ? fmt::format(" and h of {}", o.hidden) : "", o.qubits,
        o.inputs < o.qubits ? fmt::format("take {} qubits", o.inputs + o.hidden)
                            : "take more qubits, or a linear map in front of the cell");
}

}  // namespace

std::span<const Choice> architectures() { return kArchitectures; }
std::span<const Choice> gate_orders() { return kOrders; }
std::span<const Choice> gate_linears() { return kLinears; }
std::span<const Choice> gru_updates() { return kUpdates; }

void check(const GatedOptions& options) {
  check_names(options);
  check_sizes(options);
  const GatedSizes sizes = sizes_of(options);
  require(options.linear_out != "none" || sizes.measured == sizes.cell,
          "without a linear map behind the circuits a gate has as many numbers as readouts: {} of {} qubits "
          "are read, and a gate has {}",
          sizes.measured, options.qubits, sizes.cell);
  require(options.linear_out != "none" || sizes.cell <= options.qubits,
          "without a linear map behind the circuits {} hidden numbers need as many qubits, not {}",
          sizes.cell, options.qubits);
  require(options.init_deviation >= 0 && std::isfinite(options.init_deviation),
          "the standard deviation of the first angles must be 0 or more, not {}", options.init_deviation);
  require(options.init_low < options.init_high, "angles start in [{}, {}), which is empty", options.init_low,
          options.init_high);
}

GatedSizes sizes_of(const GatedOptions& o) {
  GatedSizes s{};
  s.hidden = o.hidden > 0 ? o.hidden : o.linear_in == "none" ? o.qubits - o.inputs : o.qubits;
  s.width = o.inputs + s.hidden;
  s.cell = six(o) ? o.qubits : s.hidden;
  s.measured = o.measured > 0 ? o.measured : o.linear_out == "none" ? s.cell : o.qubits;
  s.outputs = six(o) ? o.qubits : s.hidden;
  return s;
}

Ansatz ansatz_of(const GatedOptions& options) {
  return chosen_ansatz(options.ansatz, options.custom_ansatz, options.entanglement);
}

Circuit gate_circuit(const GatedOptions& options) {
  if (options.mixture != "none") return mixed_circuits(options).front().circuit;
  return circuit_of(options, encoder_of(options), ansatz_of(options));
}

std::vector<MixedCircuit> mixed_circuits(const GatedOptions& options) {
  std::vector<MixedCircuit> circuits;
  if (options.mixture == "none") return circuits;
  for (const std::string& encoder : options.mixture_encoders)
    for (const std::string& name : options.mixture_ansaetze) {
      const Ansatz ansatz = chosen_ansatz(name, std::nullopt, options.entanglement);
      circuits.push_back(
          {encoder + " " + name, circuit_of(options, find_gate_encoder(encoder), ansatz),
           static_cast<std::size_t>(options.layers * ansatz.angles_per_layer(options.qubits))});
    }
  return circuits;
}

const GateEncoder& encoder_of(const GatedOptions& options) {
  return find_gate_encoder(options.mixture == "none" ? options.encoder : options.mixture_encoders.front());
}

}  // namespace ebit::inline cell
