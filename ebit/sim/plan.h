// How a circuit is run: one-qubit gates fused, diagonal gates joined, CNOTs and SWAPs carried as a
// relabelling of memory.
#pragma once

#include <cstdint>
#include <vector>

#include "ebit/sim/circuit.h"
#include "ebit/sim/placement.h"

namespace ebit::inline sim {

/// One factor of a fused one-qubit gate: a rotation, or a constant 2x2 matrix.
struct LocalFactor {
  bool constant = false;   ///< a matrix without parameters
  Rotation rotation{};     ///< where it is not constant
  Angle angle{};           ///< of the rotation
  Complex matrix[4] = {};  ///< where it is constant, row by row
  double turn[3][3] = {};  ///< V P_j V^+ = sum_k turn[j][k] P_k of the constant matrix V, Paulis P
};

/// Neighbouring one-qubit gates of one wire, as one gate. RXX and RZZ are such gates, too, of the qubit that
/// a CNOT makes of their two wires: their Pauli is one of its Paulis.
struct LocalGate {
  int first = 0;          ///< its first factor, the one that acts first
  int count = 0;          ///< number of its factors
  bool real = true;       ///< all entries real
  bool per_lane = false;  ///< some angle is a per-sample parameter
  bool trained = false;   ///< some angle is a parameter
  bool diagonal = false;  ///< a rotation about ZZ
  std::size_t x = 0;      ///< x mask of its wire, where it acts; of a diagonal one 0, as it moves nothing
  std::size_t z = 0;      ///< z mask of its wire, where it acts
};

/// One sweep over a state: up to kMaxFused local gates on different qubits, or up to kMaxDiagonal diagonal
/// ones, or another operation by itself.
struct Sweep {
  bool opening = false;          ///< its local gates are of the opening
  bool diagonal = false;         ///< its local gates are diagonal
  int locals = 0;                ///< how many local gates; 0: an operation
  int item[kMaxDiagonal] = {};   ///< indices of the local gates, or [0] that of the operation
  kernels::Placement placement;  ///< of the local gates together (place_diagonal), or of the operation
  bool real = false;             ///< all of the local gates are real
  bool trained = false;          ///< some of them has a parameter
};

/// The order of work for a circuit, whatever its parameters' values.
struct Plan {
  std::vector<LocalFactor> factors;  ///< of all local gates
  std::vector<LocalGate> locals;     ///< in the order they act
  /// How many of the local gates, from the first, meet a product state where the circuit starts from one:
  /// each acts on a wire of its own, in the usual layout, before anything else.
  int opening = 0;
  std::vector<Sweep> forward;   ///< for running it: few, wide sweeps
  std::vector<Sweep> backward;  ///< in the order they act, for undoing it with derivatives: narrower
  Layout last = Layout(0);      ///< where amplitudes are behind the last sweep
  /// Rows of a state that trade places to bring it from the last layout to the usual one, in cycles: row c[k]
  /// takes what is in c[k + 1], and the last of a cycle what was in its first. Empty: nothing to do.
  std::vector<std::uint32_t> cycles;
  std::vector<std::uint32_t> cycle_ends;  ///< past the last row of each cycle
};

/// Plans a circuit. Throws Error where a state of so many wires does not fit this machine.
Plan make_plan(const Circuit& circuit);

}  // namespace ebit::inline sim
