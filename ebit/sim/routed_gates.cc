#include "ebit/sim/routed_gates.h"

#include <algorithm>

namespace ebit::inline sim {

std::vector<CircuitItem> items_of(const Circuit& circuit) {
  std::vector<CircuitItem> items;
  for_each_item(
      circuit,
      [&](const Operation& operation) {
        const auto count = static_cast<std::size_t>(gate(operation.gate).wires);
        items.push_back({&operation, nullptr, {operation.wires.begin(), operation.wires.begin() + count}});
      },
      [&](const PlacedChannel& placed) {
        items.push_back({nullptr, &placed, {placed.on().begin(), placed.on().end()}});
      });
  return items;
}

void RoutedGates::push(Kind kind, CircuitItem item, std::vector<int> qubits) {
  Entry entry{kind, std::move(item), std::move(qubits), {}};
  for (const int q : entry.qubits) {
    entry.before.push_back(newest(q));
    newest_[static_cast<std::size_t>(q)] = static_cast<int>(entries_.size());
  }
  entries_.push_back(std::move(entry));
}

// Of an entry that is the newest on its qubits.
void RoutedGates::take_off(int number) {
  Entry& entry = entries_[static_cast<std::size_t>(number)];
  entry.gone = true;
  for (std::size_t k = 0; k < entry.qubits.size(); ++k)
    newest_[static_cast<std::size_t>(entry.qubits[k])] = entry.before[k];
}

bool RoutedGates::joins(int number, int a, int b) const {
  if (number < 0) return false;
  const Entry& entry = entries_[static_cast<std::size_t>(number)];
  return entry.kind != Kind::kItem &&
         (entry.qubits == std::vector{a, b} || entry.qubits == std::vector{b, a});
}

void RoutedGates::add(const CircuitItem& item, std::vector<int> qubits) {
  if (item.gate && item.gate->gate == GateId::kCNOT) return add_cnot(qubits[0], qubits[1]);
  push(Kind::kItem, item, std::move(qubits));
}

// Behind an equal CNOT nothing is left of both; SWAP, CNOT(a, b) is CNOT(a, b), CNOT(b, a).
void RoutedGates::add_cnot(int control, int target) {
  const int last = newest(control);
  if (last == newest(target) && joins(last, control, target)) {
    const Entry& entry = entries_[static_cast<std::size_t>(last)];
    if (entry.kind == Kind::kCnot && entry.qubits[0] == control) return take_off(last);
    if (entry.kind == Kind::kSwap) {
      take_off(last);
      add_cnot(control, target);
      return add_cnot(target, control);
    }
  }
  push(Kind::kCnot, {}, {control, target});
}

// CNOT(a, b), SWAP is CNOT(b, a), CNOT(a, b); what acts on one qubit between them goes with its wire.
void RoutedGates::add_swap(int a, int b) {
  std::vector<std::pair<int, int>> passed;  // entries, and the qubit they go to
  int ends[2] = {newest(a), newest(b)};
  for (int side = 0; side < 2; ++side)
    for (int& at = ends[side]; at >= 0; at = entries_[static_cast<std::size_t>(at)].before[0]) {
      const Entry& entry = entries_[static_cast<std::size_t>(at)];
      if (entry.kind != Kind::kItem || entry.qubits.size() != 1) break;
      passed.emplace_back(at, side == 0 ? b : a);
    }
  if (ends[0] != ends[1] || !joins(ends[0], a, b)) return push(Kind::kSwap, {}, {a, b});
  for (const auto& [number, to] : passed) take_off(number);
  const Entry met = entries_[static_cast<std::size_t>(ends[0])];
  take_off(ends[0]);
  if (met.kind == Kind::kCnot) {
    add_cnot(met.qubits[1], met.qubits[0]);
    add_cnot(met.qubits[0], met.qubits[1]);
  }
  for (std::size_t k = passed.size(); k-- > 0;)
    push(Kind::kItem, entries_[static_cast<std::size_t>(passed[k].first)].item, {passed[k].second});
}

Circuit RoutedGates::circuit() const {
  Circuit out(static_cast<int>(newest_.size()));
  for (const Entry& entry : entries_) {
    if (entry.gone) continue;
    const std::vector<int>& q = entry.qubits;
    if (entry.kind != Kind::kItem) {
      out.add(GateId::kCNOT, {q[0], q[1]});
      if (entry.kind == Kind::kSwap) out.add(GateId::kCNOT, {q[1], q[0]}).add(GateId::kCNOT, {q[0], q[1]});
    } else if (entry.item.channel) {
      out.add_channel(channel(entry.item.channel->channel), q, entry.item.channel->values());
    } else if (entry.item.gate->matrix >= 0) {
      out.add_matrix(q, source_.matrices()[static_cast<std::size_t>(entry.item.gate->matrix)]);
    } else {
      const Gate& row = gate(entry.item.gate->gate);
      out.add(row, q, {entry.item.gate->angles.data(), static_cast<std::size_t>(row.angles)});
    }
  }
  return out;
}

}  // namespace ebit::inline sim
