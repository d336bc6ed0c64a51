// Runs reversible circuits on many basis states at once, a bit of a machine word each.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "ebit/base/aligned.h"
#include "ebit/logic/builder.h"

namespace ebit::inline logic {

/// Basis states of a circuit's wires, side by side in lanes: 512 lanes make a block, which runs through the
/// circuit as a whole; blocks are shared out to the threads of parallel_for().
class BitSimulator {
 public:
  /// All wires of all lanes 0. Throws Error where the memory of the machine does not hold them.
  BitSimulator(int wires, std::size_t lanes);

  std::size_t lanes() const { return lanes_; }  ///< basis states
  int wires() const { return wires_; }          ///< of each
  void reset();                                 ///< makes all wires 0
  void reset(const Word& word);                 ///< makes these wires 0, in all lanes

  void set(const Word& word, std::size_t lane, std::int64_t value);  ///< writes a register, two's complement
  std::int64_t signed_value(const Word& word, std::size_t lane) const;  ///< reads it as two's complement
  std::uint64_t value(const Word& word, std::size_t lane) const;        ///< reads up to 64 bits, no sign
  bool bit(int wire, std::size_t lane) const {
    return (word_at(wire, lane) >> (lane % 64)) & 1;
  }  ///< one wire

  /// Runs the circuit. Throws Error for one of another number of wires.
  void run(const LogicCircuit& circuit);

  /// How many lanes have a 1 on one of these wires: of ancillas it must be none.
  std::size_t lanes_with_ones(std::span<const int> wires) const;

 private:
  static constexpr std::size_t kWords = 8;  // of 64 lanes, a block
  std::size_t place(int wire, std::size_t lane) const {
    return (lane / (64 * kWords) * static_cast<std::size_t>(wires_) + static_cast<std::size_t>(wire)) *
               kWords +
           lane / 64 % kWords;
  }
  std::uint64_t word_at(int wire, std::size_t lane) const { return bits_[place(wire, lane)]; }

  int wires_;
  std::size_t lanes_, blocks_;
  AlignedVector<std::uint64_t> bits_;  // [blocks, wires, kWords]
};

}  // namespace ebit::inline logic
