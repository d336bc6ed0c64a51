// Maps of devices: which qubits a two-qubit gate may join.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline sim {

/// A pair of qubits that a two-qubit gate may join, in either direction.
using Edge = std::array<int, 2>;

/// A map: qubits 0, 1, ... and the pairs that are joined.
struct CouplingMap {
  std::string name;         ///< a row of coupling_shapes(), or the file
  int qubits = 0;           ///< as many as the shape has, or one more than the largest of the file
  std::vector<Edge> edges;  ///< each once

  /// Steps from each qubit to each other along edges, [qubits * qubits]; -1 where there is no way.
  std::vector<int> distances() const;
};

/// A row of the table of shapes.
struct CouplingShape {
  std::string_view name;           ///< as users type it
  std::string_view help;           ///< one line
  CouplingMap (*make)(int wires);  ///< with room for so many wires
};

/// all, line, ring, heavy-hex.
std::span<const CouplingShape> coupling_shapes();

/// The map called `name` with room for `wires` wires, or of a file with the key `edges`, a list of pairs of
/// qubits. `flag` is who asks, for messages. Throws Error for a word or file that is none (a file's by its
/// line), a qubit of `exact` maps beyond `wires`, too few qubits, and qubits that no way leads to.
/// @param exact the map has to have `wires` qubits, no more.
CouplingMap find_coupling(const std::string& name, int wires, std::string_view flag, bool exact = false);

}  // namespace ebit::inline sim
