// Circuits brought onto a device's map: SWAPs bring together what a gate joins.
#pragma once

#include <cstdint>
#include <vector>

#include "ebit/sim/circuit.h"
#include "ebit/sim/coupling.h"

namespace ebit::inline sim {

/// How route() searches.
struct RoutingOptions {
  int trials = 100;        ///< first placements that are tried
  std::uint64_t seed = 1;  ///< decides everything
};

/// A circuit on the qubits of a map.
struct RoutedCircuit {
  Circuit circuit;         ///< on the map's qubits; gates of two wires stand on edges alone
  std::vector<int> first;  ///< [wires] the qubit that each wire starts on
  std::vector<int> last;   ///< [wires] the one that it ends on
  int swaps = 0;           ///< put in; a CNOT beside one on the same pair takes one CNOT of its three away
  int qubits = 0;          ///< that something happens on
};

/// Places a circuit on a map with the fewest gates of two wires that the search finds, then the fewest
/// layers: SABRE (Li, Ding, Xie 2019, arXiv:1809.02573), that is SWAPs by the distances of the gates that
/// come next, first placements bettered by routing forward and back. Pairs of equal CNOTs are left out. Gates
/// have to be of one wire, or CNOTs; channels go with their wires. Throws Error for other gates, and for more
/// wires than the map has qubits.
RoutedCircuit route(const Circuit& circuit, const CouplingMap& map, const RoutingOptions& options = {});

}  // namespace ebit::inline sim
