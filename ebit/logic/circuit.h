// Reversible circuits: lists of X, CNOT and Toffoli on any number of wires.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ebit/sim/circuit.h"

namespace ebit::inline logic {

/// X on `target` where all controls are 1: no control X, one CNOT, two Toffoli.
struct LogicGate {
  int target = 0;     ///< the wire that flips
  int control = -1;   ///< or none
  int control2 = -1;  ///< or none; there only beside `control`
};

/// What a circuit costs.
struct LogicCounts {
  std::int64_t qubits = 0;         ///< wires, registers and ancillas
  std::int64_t x = 0;              ///< X gates
  std::int64_t cnot = 0;           ///< CNOT gates
  std::int64_t toffoli = 0;        ///< Toffoli gates
  std::int64_t depth = 0;          ///< time slots where every gate starts as early as its wires allow
  std::int64_t toffoli_depth = 0;  ///< Toffolis on the longest path of wires

  /// T gates where each Toffoli is Clifford + T: 7 (Nielsen and Chuang 2000, Fig. 4.9).
  std::int64_t t_gates() const { return 7 * toffoli; }
  /// T gates where each Toffoli is a measurement-assisted one with an ancilla of its own: 4 (Jones 2013,
  /// arXiv:1212.5069).
  std::int64_t t_gates_measured() const { return 4 * toffoli; }
};

/// A list of gates on wires 0, 1, ..., each a permutation of basis states.
class LogicCircuit {
 public:
  int wires() const { return wires_; }                            ///< how many there are
  const std::vector<LogicGate>& gates() const { return gates_; }  ///< in the order they act
  int add_wire() { return wires_++; }                             ///< one more wire; returns its number

  /// Appends a gate. Throws Error for a wire that is not there or named twice, and for more than kMostGates.
  void add(const LogicGate& gate);
  /// Appends the gates [from, to) of this circuit in reverse order: each undoes itself.
  void add_inverse(std::size_t from, std::size_t to);
  /// Appends `other`, its wire w as wire `wires[w]` of this circuit. Throws Error as add().
  void append(const LogicCircuit& other, std::span<const int> wires);

  /// Gates that a circuit may have; above, its list alone would take more than a GiB.
  static constexpr std::size_t kMostGates = 100'000'000;

 private:
  int wires_ = 0;
  std::vector<LogicGate> gates_;
};

/// Gates by kind, wires and depth.
LogicCounts counts_of(const LogicCircuit& circuit);

/// The same circuit for the state-vector simulator and the drawings of `sim`, wire for wire. Throws Error for
/// more wires than a Circuit takes.
Circuit to_circuit(const LogicCircuit& circuit);

/// The circuit as an OpenQASM 3 program of x, cx and ccx on qubits q[0], q[1], ...
/// @param comments lines that stand at its head.
std::string qasm_of(const LogicCircuit& circuit, std::span<const std::string> comments);

}  // namespace ebit::inline logic
