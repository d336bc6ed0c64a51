// Gates that make a state of given amplitudes out of |0...0>.
#pragma once

#include <span>

#include "ebit/sim/circuit.h"

namespace ebit::inline sim {

/// Appends RY, RZ and CNOT gates that take `wires`, all in |0>, to the state amplitudes/|amplitudes| up to a
/// global phase; wires[0] is the most significant bit. Real amplitudes of n wires take 2^n - 1 RY and 2^n - 2
/// CNOT (two wires: one CNOT by the Schmidt decomposition), complex ones RZ and CNOT as many again (Mottonen
/// et al. 2004, arXiv:quant-ph/0407010: a tree of uniformly controlled rotations by Gray codes). The angles
/// are no smooth functions of the amplitudes. Throws Error for other numbers than 2^wires and for the zero
/// vector.
void append_state_preparation(Circuit& circuit, std::span<const int> wires,
                              std::span<const Complex> amplitudes);

}  // namespace ebit::inline sim
