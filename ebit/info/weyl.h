// Two-qubit gates up to gates on the single qubits: their place in the Weyl chamber.
#pragma once

#include <array>

#include "ebit/info/unitary.h"

namespace ebit::inline info {

/// exp(i/2 (c1 XX + c2 YY + c3 ZZ)): every two-qubit gate is this between gates on the single qubits.
BipartiteUnitary canonical_gate(double c1, double c2, double c3);

/// c1, c2, c3 of canonical_gate() that U is equal to up to local gates and a phase, in radians, in the Weyl
/// chamber: pi - c2 >= c1 >= c2 >= c3 >= 0, and c1 <= pi/2 where c3 = 0. CNOT (pi/2, 0, 0), iSWAP (pi/2,
/// pi/2, 0), SWAP (pi/2, pi/2, pi/2). Good to about 1e-8: near a wall the coordinates are a square root of
/// U's entries. Throws Error unless U is on 2x2. Source: Childs, Haselgrove, Nielsen 2003 (quant-ph/0307190),
/// appendix.
std::array<double, 3> weyl_coordinates(const BipartiteUnitary& u);

/// Whether the gate makes a maximally entangled state of some product state, without ancillas. Source: Zhang,
/// Vala, Sastry, Whaley 2003 (quant-ph/0209120).
bool is_perfect_entangler(const std::array<double, 3>& weyl);

}  // namespace ebit::inline info
