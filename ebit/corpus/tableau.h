// The state of qubits under measurements of Pauli strings, exactly and in few bits: a stabilizer tableau.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline corpus {

/// A product of one Pauli matrix a qubit. Bit q of a mask is of qubit q; X has x, Z has z, Y has both.
struct PauliString {
  std::uint32_t x = 0;  ///< qubits with X or Y
  std::uint32_t z = 0;  ///< qubits with Z or Y

  bool operator==(const PauliString&) const = default;  ///< the same string
  bool identity() const { return x == 0 && z == 0; }    ///< acts on no qubit
  /// The letter on qubit q: 0, 1, 2, 3 for I, X, Y, Z.
  int letter(int q) const {
    const int bits = static_cast<int>((x >> q & 1) << 1 | (z >> q & 1));
    return bits == 1 ? 3 : bits == 2 ? 1 : bits == 3 ? 2 : 0;
  }
};

/// The string with these letters, qubit 0 first, such as "IXYZ". Throws Error for another letter.
PauliString pauli_string(std::string_view letters);

/// The string of that number in [0, 4^n): its digits to base 4 are the letters I, X, Y, Z, qubit 0 first.
PauliString pauli_string(std::uint64_t number, int qubits);

/// A state of n qubits that starts in |0...0>, as n signed Pauli strings that leave it unchanged and their n
/// partners: 2n (2n + 1) bits (Aaronson and Gottesman 2004, arXiv:quant-ph/0406196).
class Tableau {
 public:
  static constexpr int kMostQubits = 31;  ///< n at most

  /// Throws Error for a number of qubits below 1 or above kMostQubits.
  explicit Tableau(int qubits);

  int qubits() const { return static_cast<int>(stabilizers_.size()); }  ///< n
  void reset();                                                         ///< to |0...0>

  /// The outcome that measuring the string would have, 0 for +1 and 1 for -1; -1: either, with probability
  /// 1/2 each.
  int outcome(const PauliString& string) const;
  /// Projects on an outcome, 0 or 1. Throws Error for one that is impossible.
  void project(const PauliString& string, int outcome);

 private:
  // i^phase times X^x Z^z.
  struct Row {
    PauliString string;
    int phase = 0;
  };
  static bool commute(const PauliString& a, const PauliString& b);
  static void multiply(Row& row, const Row& by);

  std::vector<Row> stabilizers_, partners_;  // row k of one anticommutes with row k of the other alone
};

}  // namespace ebit::inline corpus
