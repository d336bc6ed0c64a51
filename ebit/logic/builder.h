// Makes reversible circuits: registers that come and go, and Bennett's compute, use, uncompute.
#pragma once

#include <functional>
#include <vector>

#include "ebit/logic/circuit.h"

namespace ebit::inline logic {

/// A register: its wires, the least significant bit first.
using Word = std::vector<int>;

/// Stands for a wire that is 0 whatever the input: gates that it would control are left out.
inline constexpr int kZeroWire = -1;

/// The wires from bit `from` on.
Word bits_from(const Word& word, std::size_t from);

/// Appends gates to a circuit and keeps account of its wires. Wires are handed out holding 0; who gives one
/// back promises that it holds 0 again, and the next one asked for may be that one.
class LogicBuilder {
 public:
  Word take(int bits);                ///< that many wires, each 0
  void give_back(const Word& wires);  ///< wires that are 0 again, taken before

  void x(int target);                                   ///< flips `target`
  void x(const Word& targets);                          ///< flips each
  void cnot(int control, int target);                   ///< nothing where the control is kZeroWire
  void toffoli(int control, int control2, int target);  ///< nothing where a control is kZeroWire
  void copy(const Word& from, const Word& to);          ///< to ^= from, bit by bit; as many as `to` has

  /// Bennett 1973: runs `compute`, then `use`, then the gates of `compute` backwards, and gives back what it
  /// took. `use` may take no wire that it keeps. Throws Error where it does.
  void clean(const std::function<void()>& compute, const std::function<void()>& use);

  const LogicCircuit& circuit() const { return circuit_; }                          ///< so far
  int in_use() const { return circuit_.wires() - static_cast<int>(free_.size()); }  ///< wires taken
  /// The circuit; the builder is empty behind it.
  LogicCircuit finish();

 private:
  LogicCircuit circuit_;
  std::vector<int> free_;  // a heap: the lowest number first
};

}  // namespace ebit::inline logic
