#include "ebit/noise/device.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/choice.h"
#include "ebit/base/document.h"
#include "ebit/base/utf8.h"

namespace ebit::inline noise {
namespace {

/// What a gate costs on a device whose native gates are sx, phases in software and one two-qubit gate.
struct NativeCost {
  int turns;  ///< sx of each wire, of a gate of one wire
  int pairs;  ///< two-qubit gates, of a gate of two
};

NativeCost cost_of(const Gate& row) {
  if (row.wires == 1) {
    if (row.structure == Structure::kDiagonal) return {0, 0};
    const bool fixed = row.angles == 0 && row.matrix != nullptr;
    return {fixed ? 1 : 2, 0};
  }
  switch (row.id) {
    case GateId::kCNOT:
    case GateId::kCY:
    case GateId::kCZ:
      return {0, 1};
    case GateId::kSWAP:
    case GateId::kMatrix2:
      return {0, 3};
    default:
      return {0, 2};
  }
}

double clamp_unit(double x) { return std::clamp(x, 0.0, 1.0); }

DevicePair pair_of(const DeviceTable& device, int a, int b) {
  DevicePair mean{.a = a, .b = b};
  for (const DevicePair& pair : device.pairs) {
    if ((pair.a == a && pair.b == b) || (pair.a == b && pair.b == a)) return pair;
    mean.error += pair.error / static_cast<double>(device.pairs.size());
    mean.time += pair.time / static_cast<double>(device.pairs.size());
  }
  return mean;
}

// Cuts what no qubit can have.
void settle(DeviceTable& device) {
  for (std::size_t q = 0; q < device.qubits.size(); ++q) {
    DeviceQubit& qubit = device.qubits[q];
    if (qubit.t2 <= 2 * qubit.t1) continue;
    device.warnings.push_back(
        fmt::format("qubit {} of {} has T2 = {:.4g} us above 2 T1 = {:.4g} us: taken as 2 T1", q,
                    shown(device.name), qubit.t2 * 1e6, 2 * qubit.t1 * 1e6));
    qubit.t2 = 2 * qubit.t1;
  }
}

double probability(const DocumentPlace& place) {
  const double value = place.number();
  if (value < 0 || value > 1)
    place.fail_here(fmt::format("must be a probability in [0, 1], not {:.6g}", value));
  return value;
}
double duration(const DocumentPlace& place) {
  const double value = place.number();
  if (value < 0) place.fail_here("must be a time of 0 or more");
  return value;
}
double above_zero(const DocumentPlace& place) {
  const double value = place.number();
  if (value <= 0) place.fail_here("must be a time above 0");
  return value;
}

DeviceTable read_own(const DocumentPlace& root) {
  DeviceTable device{.name = root.at("device").text()};
  const DocumentPlace wires = root.at("wires"), pairs = root.at("pairs");
  for (std::size_t q = 0; q < wires.size(); ++q) {
    const DocumentPlace wire = wires.at(q), readout = wire.at("readout");
    device.qubits.push_back(
        {.t1 = above_zero(wire.at("t1")),
         .t2 = above_zero(wire.at("t2")),
         .gate_error = probability(wire.at("sx_error")),
         .gate_time = duration(wire.at("sx_time")),
         .readout = {probability(readout.at("p1_given_0")), probability(readout.at("p0_given_1"))},
         .measure_time = duration(wire.at("measure_time")),
         .reset_time = duration(wire.at("reset_time"))});
  }
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const DocumentPlace pair = pairs.at(k);
    device.pairs.push_back({.a = pair.at("qubits").at(std::size_t{0}).integer(),
                            .b = pair.at("qubits").at(std::size_t{1}).integer(),
                            .error = probability(pair.at("error")),
                            .time = duration(pair.at("time"))});
  }
  return device;
}

// ---- Qiskit's backend properties
// ------------------------------------------------------------------------------------------------------

double seconds(const DocumentPlace& entry) {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  static constexpr Unit kUnits[] = {{"s", 1},     {"ms", 1e-3}, {"us", 1e-6},
                                    {"µs", 1e-6}, {"ns", 1e-9}, {"", 1}};
  const std::string unit = entry.at("unit").text();
  for (const Unit& row : kUnits)
    if (row.name == unit) return duration(entry.at("value")) * row.seconds;
  entry.at("unit").fail_here(fmt::format("is '{}', which is no unit of time: s, ms, us or ns", shown(unit)));
}

// The entry called `name` of a list of {name, unit, value}.
std::optional<DocumentPlace> entry_called(const DocumentPlace& list, std::string_view name) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (list.at(i).at("name").text() == name) return list.at(i);
  return std::nullopt;
}

DocumentPlace needed(const DocumentPlace& list, std::string_view name) {
  const auto entry = entry_called(list, name);
  if (!entry) list.fail_here(fmt::format("has no entry called '{}'", shown(name)));
  return *entry;
}

DeviceTable read_qiskit(const DocumentPlace& root) {
  DeviceTable device{.name =
                         root.find("backend_name").present() ? root.at("backend_name").text() : "the device"};
  const DocumentPlace qubits = root.at("qubits"), gates = root.at("gates");
  for (std::size_t q = 0; q < qubits.size(); ++q) {
    const DocumentPlace own = qubits.at(q);
    DeviceQubit qubit{.t1 = seconds(needed(own, "T1")), .t2 = seconds(needed(own, "T2"))};
    const auto one = entry_called(own, "prob_meas1_prep0"), zero = entry_called(own, "prob_meas0_prep1");
    if (one && zero) {
      qubit.readout = {probability(one->at("value")), probability(zero->at("value"))};
    } else {
      const double error = probability(needed(own, "readout_error").at("value"));
      qubit.readout = {error, error};
    }
    qubit.measure_time = seconds(needed(own, "readout_length"));
    qubit.reset_time = qubit.measure_time;
    device.qubits.push_back(qubit);
  }
  for (std::size_t k = 0; k < gates.size(); ++k) {
    const DocumentPlace entry = gates.at(k), on = entry.at("qubits"), parameters = entry.at("parameters");
    const std::string name = entry.at("gate").text();
    const int first = on.at(std::size_t{0}).integer();
    if (first < 0 || first >= static_cast<int>(device.qubits.size()))
      on.fail_here("names a qubit that is not there");
    DeviceQubit& qubit = device.qubits[static_cast<std::size_t>(first)];
    if (name == "reset") qubit.reset_time = seconds(needed(parameters, "gate_length"));
    if (name == "sx") {
      qubit.gate_error = probability(needed(parameters, "gate_error").at("value"));
      qubit.gate_time = seconds(needed(parameters, "gate_length"));
    }
    if (on.size() == 2)
      device.pairs.push_back({.a = first,
                              .b = on.at(std::size_t{1}).integer(),
                              .error = probability(needed(parameters, "gate_error").at("value")),
                              .time = seconds(needed(parameters, "gate_length"))});
  }
  return device;
}

DeviceTable chosen(const DeviceTable& all, const std::vector<int>& choice, const std::string& source) {
  DeviceTable device{.name = all.name};
  for (const int q : choice) {
    require(q >= 0 && q < static_cast<int>(all.qubits.size()), "{} has qubits 0 to {}, not {}", source,
            all.qubits.size() - 1, q);
    require(std::ranges::count(choice, q) == 1, "{}: qubit {} is named twice", source, q);
    device.qubits.push_back(all.qubits[static_cast<std::size_t>(q)]);
  }
  const auto place = [&](int q) {
    const auto found = std::ranges::find(choice, q);
    return found == choice.end() ? -1 : static_cast<int>(found - choice.begin());
  };
  for (DevicePair pair : all.pairs) {
    pair.a = place(pair.a), pair.b = place(pair.b);
    if (pair.a >= 0 && pair.b >= 0) device.pairs.push_back(pair);
  }
  return device;
}

}  // namespace

const DeviceQubit& DeviceTable::qubit(int wire) const {
  return uniform ? qubits.front() : qubits[static_cast<std::size_t>(wire)];
}

void require_wires(const DeviceTable& device, int wires) {
  require(device.uniform || static_cast<int>(device.qubits.size()) == wires,
          "{} has {} qubits, and the circuit {} wires: name its qubits for them, as in FILE:0,1,2,3",
          shown(device.name), device.qubits.size(), wires);
}

DeviceTable parse_device(std::string_view text, const std::string& source, const std::vector<int>& choice) {
  const DocumentPlace root = DocumentPlace::parse(text, source);
  DeviceTable device = root.find("wires").present() ? read_own(root) : read_qiskit(root);
  if (!choice.empty()) device = chosen(device, choice, source);
  require(!device.qubits.empty(), "{} has no qubits", source);
  require(device.qubits.size() == 1 || !device.pairs.empty(), "{}: none of these qubits are joined by a gate",
          source);
  settle(device);
  return device;
}

void append_relaxation(Circuit& circuit, int wire, double time, const DeviceTable& device) {
  if (time == 0) return;
  const DeviceQubit& qubit = device.qubit(wire);
  circuit.add_channel(ChannelId::kThermalRelaxation, {wire}, {qubit.t1, qubit.t2, time, 0});
}

void append_device_noise(Circuit& circuit, const Operation& operation, const DeviceTable& device) {
  const Gate& row = gate(operation.gate);
  require(row.wires <= 2,
          "{} has no gate {} and no rule for it: decompose it into gates of one and two wires",
          shown(device.name), row.name);
  const std::span<const int> on(operation.wires.data(), static_cast<std::size_t>(row.wires));
  const NativeCost cost = cost_of(row);
  double error = 0, time = 0;
  if (row.wires == 1) {
    const DeviceQubit& qubit = device.qubit(on[0]);
    error = cost.turns * qubit.gate_error, time = cost.turns * qubit.gate_time;
  } else {
    const DevicePair pair = pair_of(device, on[0], on[1]);
    error = cost.pairs * pair.error, time = cost.pairs * pair.time;
  }
  if (error == 0 && time == 0) return;
  // F: average gate fidelity of relaxation alone; the rest of the error is depolarizing.
  const double d = row.wires == 1 ? 2 : 4;
  double entanglement = 1;
  for (const int wire : on) {
    const DeviceQubit& qubit = device.qubit(wire);
    entanglement *= (1 + std::exp(-time / qubit.t1) + 2 * std::exp(-time / qubit.t2)) / 4;
  }
  const double fidelity = (d * entanglement + 1) / (d + 1);
  const double lambda = clamp_unit(d * (fidelity - (1 - error)) / (d * fidelity - 1));
  if (lambda > 0) circuit.add_channel(channel(ChannelId::kDepolarizing), on, std::span(&lambda, 1));
  for (const int wire : on) append_relaxation(circuit, wire, time, device);
}

}  // namespace ebit::inline noise
