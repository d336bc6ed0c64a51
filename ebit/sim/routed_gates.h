// The gates of a circuit that is being routed, with what cancels left out; for routing.cc.
#pragma once

#include <vector>

#include "ebit/sim/circuit.h"

namespace ebit::inline sim {

/// What stands in a circuit: a gate, or a channel.
struct CircuitItem {
  const Operation* gate = nullptr;         ///< null: a channel
  const PlacedChannel* channel = nullptr;  ///< null: a gate
  std::vector<int> wires;                  ///< that it acts on, in its order
};

/// All of a circuit, in the order they act. They point into it.
std::vector<CircuitItem> items_of(const Circuit& circuit);

/// Items on the qubits of a map. CNOTs and SWAPs of one pair that meet, with nothing or only items of one
/// wire between them (which pass a SWAP), become fewer.
class RoutedGates {
 public:
  /// @param source whose items are added.
  RoutedGates(const Circuit& source, int qubits)
      : source_(source), newest_(static_cast<std::size_t>(qubits), -1) {}

  void add(const CircuitItem& item, std::vector<int> qubits);  ///< on these qubits instead of its wires
  void add_cnot(int control, int target);                      ///< a CNOT
  void add_swap(int a, int b);                                 ///< a SWAP

  /// All of it as a circuit; a SWAP is three CNOTs.
  Circuit circuit() const;

 private:
  enum class Kind { kItem, kCnot, kSwap };
  struct Entry {
    Kind kind;
    CircuitItem item;  // of kItem
    std::vector<int> qubits;
    std::vector<int> before;  // [qubits] the entry in front of it on each; -1: none
    bool gone = false;
  };

  void push(Kind kind, CircuitItem item, std::vector<int> qubits);
  void take_off(int entry);
  int newest(int qubit) const { return newest_[static_cast<std::size_t>(qubit)]; }
  bool joins(int entry, int a, int b) const;

  const Circuit& source_;
  std::vector<Entry> entries_;
  std::vector<int> newest_;  // of each qubit
};

}  // namespace ebit::inline sim
