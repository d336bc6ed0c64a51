// The same circuit made of other gates, for what does not know all of the table.
#pragma once

#include <span>

#include "ebit/sim/circuit.h"

namespace ebit::inline sim {

/// The circuit with its gates replaced by those `allowed`, up to a global phase; angles stay expressions of
/// the same parameters, channels stay where they are. Matrix gates become rotations and controlled rotations.
/// X, H, S, Sdg, T, Tdg, RX, RY, RZ and CNOT must be among the allowed: everything can be made of them.
Circuit lowered(const Circuit& circuit, std::span<const GateId> allowed);

/// Angles {alpha, theta, phi, lambda} with U = exp(i alpha) RZ(phi) RY(theta) RZ(lambda) of a 2x2 unitary.
std::array<double, 4> zyz_angles(std::span<const Complex> matrix);

}  // namespace ebit::inline sim
