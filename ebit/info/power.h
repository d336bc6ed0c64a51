// Entangling and disentangling power: how many ebits a unitary can make or destroy at most.
//
//     E_up(U)   = sup over |psi> of E(U psi) - E(psi)
//     E_down(U) = sup over |psi> of E(psi) - E(U psi) = E_up(U^-1)
//
// over states of A A' : B B', U on A B, ancillas A' and B' of chosen dimensions, E the entropy of A A' in
// ebits. What is computed is a maximum over states: the value at a state that is there to be checked, hence a
// lower bound, with rounding as its only error. That no state does better is not shown; the number of starts
// that came to the same value speaks for it.
#pragma once

#include <cstdint>
#include <vector>

#include "ebit/info/unitary.h"
#include "ebit/sim/gate.h"

namespace ebit::inline info {

/// Starts whose values differ by no more than this from the best count as agreeing, in ebits.
inline constexpr double kAgreement = 1e-6;

/// So many starts that agree end a search; see PowerOptions::most_starts.
inline constexpr int kEnoughAgree = 5;

/// How to search for a power.
struct PowerOptions {
  int ancilla_a = 1;  ///< dimension of A', 1: none
  int ancilla_b = 1;  ///< dimension of B', 1: none
  int starts = 32;    ///< states to start from, 1 or more
  /// While fewer than kEnoughAgree starts agree, twice as many are made, up to this number in all; less than
  /// `starts`: no more than those.
  int most_starts = 0;
  std::uint64_t seed = 1;  ///< of the random starts
  /// States to start from besides, each [d_a, ancilla_a, d_b, ancilla_b], for a search near one done before.
  std::vector<std::vector<Complex>> more_starts = {};
};

/// A power, as far as it was found.
struct PowerResult {
  double value = 0;            ///< ebits made or destroyed by U on `state`: a lower bound of the power
  std::vector<Complex> state;  ///< [d_a, ancilla_a, d_b, ancilla_b], normalised, before U acts
  double entropy_before = 0;   ///< of `state`, in ebits
  double entropy_after = 0;    ///< of U `state`, in ebits
  double upper_bound = 0;      ///< no state with these ancillas does better, in ebits
  int starts = 0;              ///< searches made
  int agreed = 0;              ///< of them, those that ended within kAgreement of `value`
  double product_value = 0;    ///< the best of product states, in ebits: before U (up) or after U (down)
  long evaluations = 0;        ///< gradients taken, over all starts
};

/// E_up of U with these ancillas. Starts run in parallel (parallel_for); the result does not depend on the
/// number of threads. Throws Error for an ancilla or a number of starts below 1, a start of the wrong size,
/// and a state of more than kMaxPowerState amplitudes.
PowerResult entangling_power(const BipartiteUnitary& u, const PowerOptions& options);

/// E_down of U, as entangling_power().
PowerResult disentangling_power(const BipartiteUnitary& u, const PowerOptions& options);

/// Amplitudes of the largest state that a power is searched over.
inline constexpr int kMaxPowerState = 1 << 14;

/// E before and after U on one state, by singular values: what certifies a PowerResult.
struct EntropyChange {
  double before = 0;  ///< of the state, in ebits
  double after = 0;   ///< of U on the state, in ebits
};

/// The entanglement of A A' with B B' before and after U. @param state [d_a, ancilla_a, d_b, ancilla_b],
/// normalised.
EntropyChange entropy_change(const BipartiteUnitary& u, int ancilla_a, int ancilla_b,
                             const std::vector<Complex>& state);

}  // namespace ebit::inline info
