// A circuit seen from its readouts: which Pauli strings Z of a wire becomes behind the circuit's gates, taken
// back through them, and how their coefficients turn with the angles.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ebit/cell/gate_encoder.h"
#include "ebit/sim/circuit.h"

namespace ebit::inline cell {

/// How C^+ Z_k C is found as sum_P c_kP P over Pauli strings P, for a circuit C of Clifford gates, which only
/// rename strings, and of rotations exp(-i a P / 2), which mix pairs of coefficients. On a product state the
/// expectation value of P is the product of its wires' expectation values, the features.
struct HeisenbergPlan {
  /// A rotation of the circuit, which mixes its pairs by `factor` times its angle.
  struct Turn {
    Angle angle;        ///< shared or constant
    double factor = 1;  ///< 1/2 and -1/2 for the two rotations that a controlled one is made of
    std::vector<CoefficientPair> pairs;  ///< rows of coefficients
  };
  /// Where the coefficient of a product of features is.
  struct Source {
    std::uint32_t row = 0;  ///< of the coefficients
    int sign = 0;           ///< 1 or -1; 0: the product is only a part of others
  };

  std::vector<Turn> turns;      ///< in the order they act on coefficients: the circuit's last gate first
  std::size_t rows = 0;         ///< coefficients; row k starts as 1 for readout k, all others as 0
  std::vector<Source> sources;  ///< [products], product 0 is 1
  std::vector<std::uint32_t> parents;  ///< [products]
  std::vector<FactorGroup> groups;     ///< of the products; feature axis * wires + wire

  std::size_t products() const { return sources.size(); }  ///< of features, with product 0
  std::size_t pairs() const;                               ///< of all turns
  ProductTable table() const;                              ///< views this
};

/// The plan of a circuit without per-sample angles, read by Z of its first `readouts` wires.
/// @param axes features that are not zero for all inputs; strings of others have no product.
/// @returns nothing where a gate is neither Clifford nor made of rotations (T, Toffoli, a general matrix),
/// where there are more than 32 wires, or more than `most` strings.
std::optional<HeisenbergPlan> plan_readouts(const Circuit& circuit, int readouts, PauliAxes axes,
                                            std::size_t most);

}  // namespace ebit::inline cell
