// Superpositions of basis states of many wires, as far as they have few terms.
#pragma once

#include <span>
#include <vector>

#include "ebit/info/entropy.h"
#include "ebit/logic/bit_simulator.h"

namespace ebit::inline logic {

/// sum_k a_k |b_k>: amplitudes of different basis states. A reversible circuit moves the basis states and
/// leaves the amplitudes, so K terms cost what K inputs cost, whatever the number of wires.
class SparseState {
 public:
  /// Terms of |0...0> with these amplitudes; set() makes them different. Throws Error where their norm
  /// differs from 1 by more than 1e-9.
  SparseState(int wires, std::vector<Complex> amplitudes);

  std::size_t terms() const { return amplitudes_.size(); }                ///< K
  const std::vector<Complex>& amplitudes() const { return amplitudes_; }  ///< [K]
  BitSimulator& bits() { return bits_; }                                  ///< the basis states, a lane a term
  const BitSimulator& bits() const { return bits_; }                      ///< likewise

  /// Applies the circuit. Throws Error as BitSimulator::run().
  void apply(const LogicCircuit& circuit) { bits_.run(circuit); }

  /// The entanglement, in ebits, between these wires and all others: the von Neumann entropy of their reduced
  /// state. Its matrix of amplitudes has at most K rows and columns; up to kMostTerms terms. Throws Error for
  /// more, and where two terms are one basis state.
  double entropy(std::span<const int> wires) const;

  static constexpr std::size_t kMostTerms = 1024;  ///< of entropy()

 private:
  BitSimulator bits_;
  std::vector<Complex> amplitudes_;
};

}  // namespace ebit::inline logic
