// The slow, obvious simulator that the fast one is tested against: whole matrices, built entry by entry.
#pragma once

#include <Eigen/Core>
#include <span>
#include <string_view>

#include "ebit/sim/circuit.h"

namespace ebit::inline sim::oracle {

/// The matrix of a gate with matrix `small` on `gate_wires` of `wires` wires, [2^wires, 2^wires].
Eigen::MatrixXcd embed(std::span<const Complex> small, std::span<const int> gate_wires, int wires);

/// The matrix of a circuit, the product of its gates' matrices. @param per_sample angles of one sample.
Eigen::MatrixXcd circuit_matrix(const Circuit& circuit, std::span<const double> shared,
                                std::span<const double> per_sample = {});

/// The matrix of a Pauli string such as "IXZ", wire 0 first, by Kronecker products.
Eigen::MatrixXcd pauli_matrix(std::string_view letters);

/// The trace over the first `system_wires` wires of |psi><psi|, [2^rest, 2^rest].
Eigen::MatrixXcd ancilla_density(const Eigen::VectorXcd& psi, int system_wires);

}  // namespace ebit::inline sim::oracle
