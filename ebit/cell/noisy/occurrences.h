// Every place at which a circuit takes an angle, and the circuit with one of them shifted.
#pragma once

#include <vector>

#include "ebit/sim/circuit.h"

namespace ebit::inline cell {

/// A parameter-shift term: the circuit with an angle moved, and by what its value counts.
struct ShiftTerm {
  double shift = 0;   ///< radians
  double weight = 0;  ///< df/dangle = sum of weight f(angle + shift)
};

/// An angle of a gate that is no constant. A parameter may occur many times: its derivative is the sum over
/// them.
struct Occurrence {
  std::size_t operation = 0;  ///< index of the gate
  int k = 0;                  ///< which of its angles
  Angle angle = {};           ///< where that comes from
  std::vector<ShiftTerm>
      terms;  ///< two, or four of controlled rotations (Wierichs et al. 2022, arXiv:2107.12390)
};

/// All of a circuit's, in the order in which its gates act.
std::vector<Occurrence> occurrences_of(const Circuit& circuit);

/// The circuit with that angle moved by `shift` radians and all else as it was, channels too.
Circuit shifted(const Circuit& circuit, const Occurrence& occurrence, double shift);

}  // namespace ebit::inline cell
