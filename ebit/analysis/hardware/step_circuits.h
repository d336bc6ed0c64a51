// The circuits of cells that are not one circuit a window: what runs at every step.
#pragma once

#include <cstddef>
#include <optional>

#include "ebit/cell/cells.h"
#include "ebit/sim/circuit_text.h"

namespace ebit::analysis {

/// What a window of a cell takes on a device.
struct StepCircuits {
  std::size_t circuits = 0;  ///< that are run for a window, one behind the other
  CircuitProgram program;    ///< the largest of them, its angles any numbers
};

/// Of gated and fast-weights cells a circuit for each gate and step, of the hybrid QRNN the first t steps
/// again for each step t and basis, of window cells the one that they are. None for a cell that is no
/// circuit, and for those that hardware_window() writes.
std::optional<StepCircuits> step_circuits(const CellOptions& cell, int steps);

}  // namespace ebit::analysis
