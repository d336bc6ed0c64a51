// The Bloch vectors that encoders of gated cells make of a number: the features of a surrogate.
#pragma once

#include <array>
#include <vector>

#include "ebit/cell/gate_encoder.h"

namespace ebit::analysis {

/// <X>, <Y>, <Z> of a wire behind an encoder's gates, as a function of the wire's number.
std::array<double, 3> bloch_vector(const GateEncoder& encoder, double y);

/// 0 (the constant 1) and those of 1, 2, 3 (x, y, z) that are not 0 for every number.
std::vector<int> present_letters(const GateEncoder& encoder);

}  // namespace ebit::analysis
