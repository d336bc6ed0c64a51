// How the memory of a controlled cell is entangled while it reads sequences.
#pragma once

#include <span>
#include <vector>

#include "ebit/cell/controlled/controlled_cell.h"

namespace ebit::inline cell {

/// What a controlled cell did with its memory. What lies past the end of a sequence is zero.
struct ControlledTrace {
  std::size_t samples = 0;  ///< B
  std::size_t steps = 0;    ///< T
  std::size_t outputs = 0;  ///< K
  std::vector<int> cut;     ///< qubits of one side, as given or the first half
  double largest = 0;       ///< the most that entropy can be, bits: the number of qubits of the smaller side
  std::vector<double>
      entropy;  ///< [B, T] von Neumann entropy of one side after each step, bits: both have it
  std::vector<double> readout;  ///< [B, T, K] z_t
};

/// Runs sequences through a cell and looks at the memory on the way; it is normalised before it is looked at.
/// Samples run in parallel (parallel_for).
/// @param parameters [P]. @param cut qubits of one side, in any order; empty: the first half.
/// Throws Error as ControlledCell::observe() does, for qubits that are not there or named twice, and for a
/// cut that leaves a side without qubits.
ControlledTrace trace_memory(ControlledCell<double>& cell, std::span<const double> parameters,
                             const SequenceInput<double>& input, std::span<const int> cut = {});

}  // namespace ebit::inline cell
