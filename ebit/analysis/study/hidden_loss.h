// What a hidden update throws away of the memory, against the exact density memory.
#pragma once

#include <span>

#include "ebit/cell/register/register_cell.h"

namespace ebit::analysis {

/// Means over sequences and steps, unless something else is said. rho is the ancilla's exact state behind
/// U_dis, reduced from what the cell itself has at that step; h the state that the hidden update makes of it.
struct HiddenLoss {
  /// S(rho) - S(h), bits: the entropy of the ancilla that is made definite; of a pure memory its entanglement
  /// with the system, which the update cuts. 0 for density and coherent.
  double entropy_removed = 0;
  /// I(system : ancilla) behind U_dis, bits: correlation that is lost with the system register; 0 for
  /// coherent, which keeps that register. Density loses it too: it keeps the ancilla, not what it is tied to.
  double correlation_lost = 0;
  /// 1 - <h|rho|h>: what one update does to the ancilla. 0 for density and coherent.
  double infidelity = 0;
  /// |h - sigma|_1 / 2 with sigma the hidden state of the exact density memory on the same sequence with the
  /// same angles: 0 where nobody can tell the two apart, 1 where a single measurement can. 0 for density.
  double distance = 0;
  double distance_last = 0;  ///< the same after the last step alone
  /// Holevo's chi of the hidden states after the last step, S(mean of h) - mean of S(h) over the sequences,
  /// bits: no measurement of one memory says more about which sequence it has read (Holevo 1973).
  double holevo = 0;
  double holevo_density = 0;  ///< chi of the exact density memory with the same angles
};

/// Runs sequences through a cell and through the same cell with hidden update "density".
/// @param parameters [P] of the cell. @param input sequences that start from |0...0>.
/// Throws Error for a hidden state to start from (it would mean another thing to each), and as
/// Cell::forward() does.
HiddenLoss hidden_loss(RegisterCell<double>& cell, std::span<const double> parameters,
                       const SequenceInput<double>& input);

}  // namespace ebit::analysis
