// What a measurement does to a controlled cell's memory and readouts: collapse of chosen qubits, and shots.
#pragma once

#include <span>
#include <vector>

#include "ebit/cell/controlled/feed_forward.h"
#include "ebit/sim/observable.h"

namespace ebit::inline cell {

/// A projective measurement of some qubits in the computational basis. Outcome m has the bit of measured
/// qubit k at place k, the last qubit's the least significant.
class Projection {
 public:
  /// @param measured different qubits of 0 ... qubits - 1; empty: all.
  Projection(int qubits, std::span<const int> measured);

  std::size_t outcomes() const { return pattern_.size(); }  ///< 2^(measured qubits)

  /// Draws an outcome for every lane with Born's probabilities. Outcomes rarer than 1e-6 (float64: 1e-12) are
  /// never drawn: dividing by their norm would blow rounding errors up to the size of the state.
  /// @param uniform [kLanes] in [0, 1). @param probability [outcomes(), kLanes] scratch memory.
  /// @param outcome [kLanes], written.
  template <class T>
  void draw(const Tile<T>& psi, const T* uniform, T* probability, int* outcome) const;

  /// psi <- P_m psi / |P_m psi|, lane by lane. @param inverse [kLanes] 1 / |P_m psi|, written.
  template <class T>
  void collapse(const Tile<T>& psi, const int* outcome, T* inverse) const;

  /// g <- the cotangent of psi from that of the collapsed state, the outcome a constant:
  /// P_m (g - psi' Re<psi'|g>) / |P_m psi|. @param collapsed psi' as collapse() left it.
  template <class T>
  void collapse_backward(const Tile<T>& collapsed, const int* outcome, const T* inverse,
                         const Tile<T>& g) const;

  /// Moves the measured qubits of a collapsed state from |m> to |0>.
  template <class T>
  void reset(const Tile<T>& psi, const int* outcome) const;

  /// g <- the cotangent of the collapsed state from that of the reset one, in outcome m's amplitudes; what
  /// the others hold afterwards is for collapse_backward() to drop.
  template <class T>
  void reset_backward(const Tile<T>& g, const int* outcome) const;

 private:
  std::vector<std::size_t> pattern_;  // [outcomes] the measured qubits' bits of a basis index
  std::vector<std::size_t> base_;     // basis indices whose measured qubits are 0
};

/// values <- means of `shots` outcomes of each observable: an unbiased estimate, the noise of each readout
/// independent. Each shot is one random number.
/// @param position of the first of observables * shots draws. @param values [K, kLanes] in: expectations.
template <class T>
void take_shots(std::span<const Observable> observables, int shots, const TileDraws& draws,
                std::uint64_t position, T* values);

}  // namespace ebit::inline cell
