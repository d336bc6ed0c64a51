#include "ebit/logic/circuit.h"

#include <algorithm>
#include <iterator>

#include "ebit/base/error.h"

namespace ebit::inline logic {

void LogicCircuit::add(const LogicGate& g) {
  const auto there = [&](int wire) { return wire >= 0 && wire < wires_; };
  require(there(g.target) && (g.control < 0 || there(g.control)) && (g.control2 < 0 || there(g.control2)),
          "a gate on the wires {}, {}, {} does not fit a circuit of {} wires", g.target, g.control,
          g.control2, wires_);
  require(g.target != g.control && g.target != g.control2 &&
              (g.control2 < 0 || (g.control >= 0 && g.control2 != g.control)),
          "a gate names the wires {}, {}, {}: they must differ", g.target, g.control, g.control2);
  require(gates_.size() < kMostGates, "the circuit has more than {} gates: take fewer bits or hidden units",
          kMostGates);
  gates_.push_back(g);
}

void LogicCircuit::add_inverse(std::size_t from, std::size_t to) {
  gates_.reserve(gates_.size() + (to - from));
  for (std::size_t k = to; k > from; --k) add(LogicGate(gates_[k - 1]));
}

void LogicCircuit::append(const LogicCircuit& other, std::span<const int> wires) {
  require(wires.size() == static_cast<std::size_t>(other.wires()), "{} wires are named for a circuit of {}",
          wires.size(), other.wires());
  const auto at = [&](int wire) { return wire < 0 ? wire : wires[static_cast<std::size_t>(wire)]; };
  for (const LogicGate& g : other.gates()) add({at(g.target), at(g.control), at(g.control2)});
}

LogicCounts counts_of(const LogicCircuit& circuit) {
  LogicCounts counts{.qubits = circuit.wires()};
  std::vector<std::int64_t> depth(static_cast<std::size_t>(circuit.wires())), toffolis(depth);
  for (const LogicGate& g : circuit.gates()) {
    std::int64_t slot = 0, layer = 0;
    const int wires[] = {g.target, g.control, g.control2};
    for (const int wire : wires) {
      if (wire < 0) continue;
      slot = std::max(slot, depth[static_cast<std::size_t>(wire)]);
      layer = std::max(layer, toffolis[static_cast<std::size_t>(wire)]);
    }
    slot += 1, layer += g.control2 >= 0;
    for (const int wire : wires) {
      if (wire < 0) continue;
      depth[static_cast<std::size_t>(wire)] = slot, toffolis[static_cast<std::size_t>(wire)] = layer;
    }
    (g.control2 >= 0 ? counts.toffoli : g.control >= 0 ? counts.cnot : counts.x) += 1;
    counts.depth = std::max(counts.depth, slot);
    counts.toffoli_depth = std::max(counts.toffoli_depth, layer);
  }
  return counts;
}

Circuit to_circuit(const LogicCircuit& circuit) {
  Circuit result(circuit.wires());
  for (const LogicGate& g : circuit.gates()) {
    if (g.control2 >= 0)
      result.add(GateId::kToffoli, {g.control, g.control2, g.target});
    else if (g.control >= 0)
      result.add(GateId::kCNOT, {g.control, g.target});
    else
      result.add(GateId::kX, {g.target});
  }
  return result;
}

std::string qasm_of(const LogicCircuit& circuit, std::span<const std::string> comments) {
  std::string text = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n";
  for (const std::string& line : comments) text += "// " + line + "\n";
  auto out = std::back_inserter(text);
  fmt::format_to(out, "qubit[{}] q;\n", circuit.wires());
  for (const LogicGate& g : circuit.gates()) {
    if (g.control2 >= 0)
      fmt::format_to(out, "ccx q[{}], q[{}], q[{}];\n", g.control, g.control2, g.target);
    else if (g.control >= 0)
      fmt::format_to(out, "cx q[{}], q[{}];\n", g.control, g.target);
    else
      fmt::format_to(out, "x q[{}];\n", g.target);
  }
  return text;
}

}  // namespace ebit::inline logic
