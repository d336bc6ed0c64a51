// Lists of readouts as users write them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ebit/sim/observable.h"

namespace ebit::inline cell {

/// The observables of a readout list on `qubits` qubits, in the list's order: Pauli strings ("Z1", "X0*Y2",
/// "P(3)"); letters for each of them on every qubit ("Z", "XYZ"); a letter twice for its product on every
/// pair ("ZZ": Z0*Z1, Z0*Z2, ...); "PP" for all nine products of two letters on every pair. Throws Error for
/// what is none of these, for an empty list, and for pairs of one qubit.
std::vector<Observable> parse_readout(std::span<const std::string> readout, int qubits);

}  // namespace ebit::inline cell
