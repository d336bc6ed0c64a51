// What U_en and U_dis of a cell do to the entanglement: what they could and what they did.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ebit/cell/register/memory_bounds.h"

namespace ebit::analysis {

/// What one unitary of the step can do and does, in ebits, over sequences and steps.
struct Role {
  std::string_view unitary;  ///< "U_en" or "U_dis"
  double up = 0;             ///< E_up on the states that the cell can have, see roles()
  double down = 0;           ///< E_down, likewise
  double change = 0;         ///< mean Delta S of the system: above 0 it entangles, below it disentangles
  double change_spread = 0;  ///< standard deviation of Delta S over sequences and steps
  double made = 0;           ///< mean of max(0, Delta S)
  double destroyed = 0;      ///< mean of max(0, -Delta S)
};

/// The roles of U_en and U_dis. The powers are searched with the ancillas that the cell's own states have:
/// none for a pure memory, the purifier of the ancilla register for "density"; they are lower bounds, found
/// from `starts` starts, and from the traced step that did most. Throws Error for a cell without U_en or
/// without U_dis, and as trace_memory().
std::vector<Role> roles(RegisterCell<double>& cell, std::span<const double> parameters,
                        const SequenceInput<double>& input, int starts = 12);

}  // namespace ebit::analysis
