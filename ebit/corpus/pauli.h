// Sequences of Pauli measurements on a state that is not shown, with their outcomes and what is known of
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ebit/corpus/tableau.h"

namespace ebit::inline corpus {

/// What sequences are drawn from.
struct PauliTask {
  int qubits = 2;           ///< n of the state, which starts in |0...0>
  int pool = 0;             ///< strings that a sequence draws its settings from; 0: all 4^n - 1
  std::size_t length = 16;  ///< T, measurements of a sequence
  std::uint64_t seed = 1;   ///< of all draws

  /// 4^n - 1: all strings but the one that is the identity.
  std::uint64_t settings() const { return (std::uint64_t{1} << (2 * qubits)) - 1; }
  /// Strings of a sequence's pool: at most all there are.
  std::uint64_t pool_size() const;
};

/// B sequences.
struct PauliBatch {
  std::size_t batch = 0;             ///< B
  std::size_t steps = 0;             ///< T
  std::vector<PauliString> strings;  ///< [B, T] that are measured
  /// [B, T] number of each among all strings but the identity, in [0, 4^n - 1): see pauli_string(), less 1.
  std::vector<std::int64_t> settings;
  std::vector<std::int64_t> outcomes;  ///< [B, T] 0 or 1
  /// [B, T] whether what was measured before decides the outcome. Then the best that can be said costs 0
  /// bits, and else 1 bit.
  std::vector<char> determined;
};

/// The sequences `rows` of a part's endless stream (0 training, 1 validation, 2 test); each is a function of
/// the task, part and its number alone. A pool holds different strings, drawn for each sequence; settings are
/// drawn from it uniformly, and outcomes by Born's rule from an exact tableau.
/// Throws Error for qubits, a pool or a length that is out of range.
PauliBatch pauli_batch(const PauliTask& task, std::uint64_t part, std::span<const std::int64_t> rows);

/// Throws Error for qubits below 1 or above Tableau::kMostQubits, a pool below 0, a length below 1.
void check(const PauliTask& task);

}  // namespace ebit::inline corpus
