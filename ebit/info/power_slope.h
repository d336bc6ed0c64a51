// How powers of a unitary change with the unitary: what a search for unitaries goes by.
#pragma once

#include <cstdint>
#include <vector>

#include "ebit/info/unitary.h"

namespace ebit::inline info {

/// A number of a unitary and its cotangent G in the unitary's matrix: d value = Re Tr(G^+ dU), over all
/// matrices.
struct UnitarySlope {
  double value = 0;        ///< of the unitary
  Eigen::MatrixXcd slope;  ///< [d_a d_b, d_a d_b]
};

/// average_power() and its slope.
UnitarySlope average_power_slope(const BipartiteUnitary& u);

/// Which of the powers.
enum class PowerKind {
  kUp,    ///< E_up
  kDown,  ///< E_down
};

/// E_up or E_down of a unitary that moves in small steps. The states that reached it last are kept, and climb
/// from where they are; so a step costs little, and the slope is that of the best state (by the envelope
/// theorem the slope of the maximum, where one state alone reaches it).
class MovingPower {
 public:
  /// @param ancilla_a, ancilla_b dimensions of A' and B', 1: none
  MovingPower(PowerKind kind, int ancilla_a, int ancilla_b)
      : kind_(kind), ancilla_a_(ancilla_a), ancilla_b_(ancilla_b) {}

  /// Looks for better states from random starts: `searches` of two starts each. Returns the power as
  /// entangling_power() finds it: a lower bound.
  double search(const BipartiteUnitary& u, int searches, std::uint64_t seed);

  /// The power near the states kept, with its slope. Throws Error before the first search().
  UnitarySlope at(const BipartiteUnitary& u);

 private:
  PowerKind kind_;
  int ancilla_a_, ancilla_b_;
  std::vector<std::vector<double>> states_;  // as PowerLandscape takes them, of U or of U^-1
};

}  // namespace ebit::inline info
