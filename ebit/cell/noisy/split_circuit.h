// A step's circuit in two parts.
#pragma once

#include <utility>

#include "ebit/sim/circuit.h"

namespace ebit::inline cell {

/// A circuit up to its last angle of each sample, and what follows, which is the same for all samples.
std::pair<Circuit, Circuit> split_behind_samples(const Circuit& circuit);

}  // namespace ebit::inline cell
