// The entropy of the ancilla of a tile of pure states, forward and backward.
#pragma once

#include <vector>

#include "ebit/cell/register/hidden_update.h"
#include "ebit/cell/register/schmidt_kernels.h"

namespace ebit::inline info {
struct Entropy;
}  // namespace ebit::inline info

namespace ebit::inline cell {

/// Memory for AncillaEntropy, and what it takes and gives.
template <class T>
struct EntropyScratch {
  AlignedVector<T> values /** [kLanes] entropies */, d_values;        ///< [kLanes] their cotangents
  AlignedVector<T> columns /** the amplitudes, rotated */, rotation;  ///< see SchmidtKernels
  AlignedVector<T> weights;                             ///< [d, kLanes], d the smaller dimension
  std::vector<double> p /** [d] of one lane */, slope;  ///< [d]

  EntropyScratch() = default;                    ///< holds nothing: for cells that give no entropy
  explicit EntropyScratch(RegisterShape shape);  ///< all zero
};

/// An entropy of the state that the ancilla of a pure state of both registers is left in: with the von
/// Neumann entropy their entanglement, in ebits. It allocates nothing, and a lane does not depend on the
/// others.
template <class T>
class AncillaEntropy {
 public:
  AncillaEntropy(const Entropy& kind, RegisterShape shape);  ///< keeps a reference to `kind`

  /// Writes scratch.values. @param psi normalised; amplitude (i, j) has index i * ancillas() + j.
  void value(const Tile<T>& psi, EntropyScratch<T>& scratch) const;
  /// Adds to g the cotangent of psi for scratch.d_values. Finite for product states, where the von Neumann
  /// entropy has an infinite slope, see Entropy::slope; equal Schmidt values need no care.
  void backward(const Tile<T>& psi, EntropyScratch<T>& scratch, const Tile<T>& g) const;

 private:
  void decompose(const Tile<T>& psi, EntropyScratch<T>& scratch, bool rotation) const;

  const Entropy& kind_;
  std::size_t columns_, rows_;              // of the smaller register, of the other
  std::size_t row_stride_, column_stride_;  // amplitudes from one to the next
  const SchmidtKernels<T>& kernels_ = schmidt_kernels<T>();
};

}  // namespace ebit::inline cell
