// A noisy step as one matrix: what is read and what is kept, as linear functions of the density matrix in
// front.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "ebit/base/aligned.h"
#include "ebit/cell/controlled/dense_kernels.h"
#include "ebit/cell/register/hidden_update.h"
#include "ebit/noise/density_program.h"

namespace ebit::inline cell {

/// M numbers behind a circuit of shared angles: expectation values, then the ancilla's density matrix behind
/// `rest`, each Re Tr(W_m^+ rho) with rho in front of the circuit. The W_m are what the circuit's adjoint
/// makes of the observables, once a batch; a step of a tile is then a product of a real matrix [M, 4^n].
///
/// rho counts as the Hermitian matrix (rho + rho^+)/2. As N = 4^n numbers x: row by row from the diagonal on,
/// a diagonal entry, or real and imaginary part.
template <class T>
class DensityFold {
 public:
  /// @param circuit on all wires. @param rest acts behind what is read, without parameters.
  /// @param coherences all of the ancilla's density matrix; false: its diagonal.
  DensityFold(const Circuit& circuit, const Circuit& rest, std::span<const Observable> terms,
              RegisterShape shape, bool coherences);

  std::size_t rows() const { return rows_; }           ///< M
  std::size_t columns() const { return columns_; }     ///< N
  std::size_t terms() const { return terms_.size(); }  ///< of the rows, the first ones

  /// Evaluates the matrix. @param shared [shared_parameters] of the circuit and more.
  void bind(std::span<const T> shared);

  void pack(const Tile<T>& rho, T* x) const;          ///< x of rho; [N, kLanes]
  void unpack(const T* d_x, const Tile<T>& g) const;  ///< the vector-Jacobian product of pack(); g is written
  void product(const T* x, T* values) const;          ///< values = matrix x; [M, kLanes]
  void product_backward(const T* d_values, T* d_x) const;  ///< its vector-Jacobian product in x; written

  /// The ancilla's density matrix of values: [2, n_a^2, kLanes]; without coherences [n_a, kLanes]
  /// probabilities.
  void memory(const T* values, T* ancilla) const;
  void memory_backward(const T* d_ancilla, T* d_values) const;  ///< writes the rows of the memory

  /// Adds the derivatives in the shared angles from those in the matrix, [M, N].
  void add_gradient(const double* d_matrix, double* d_shared);

 private:
  DensityProgram<T> program_, rest_;
  std::vector<Observable> terms_;
  RegisterShape shape_;
  bool coherences_;
  std::size_t rows_, columns_, stride_;
  AlignedVector<T> matrix_;  // [N, stride_]
  StateBatch<T> operators_;  // of M samples: the observables in front of the circuit
  StateBatch<T> cotangent_;  // of one tile
  AlignedVector<T> kept_;    // of one tile

  void start(std::size_t tile, const Tile<T>& g) const;
  std::size_t dimension() const { return std::size_t{1} << program_.wires(); }
};

/// A circuit up to its last angle of each sample, and behind it.
std::pair<Circuit, Circuit> split_behind_samples(const Circuit& circuit);

}  // namespace ebit::inline cell
