// The circuits of all gates of a cell as one table of coefficients, made once a batch.
#pragma once

#include <span>
#include <vector>

#include "ebit/base/aligned.h"
#include "ebit/cell/controlled/dense_kernels.h"
#include "ebit/cell/gated/heisenberg_plan.h"

namespace ebit::inline cell {

/// Readouts of several circuits that differ in their angles alone: z = C p, with p the products of features
/// of a sample (HeisenbergPlan) and a row of C for each readout of each circuit, in their order.
///
/// C is found by one sweep over the angles for all circuits, whose rows are the lanes; dL/dC, summed over
/// samples and steps, goes back to the angles in another.
template <class T>
class ReadoutFold {
 public:
  /// @param measured readouts of each circuit, the plan's first ones.
  ReadoutFold(HeisenbergPlan plan, std::vector<std::size_t> measured, const GateKernels<T>& kernels,
              const DenseKernels<T>& dense);

  std::size_t products() const { return plan_.products(); }  ///< numbers of p, with product 0 = 1
  std::size_t rows() const { return rows_; }                 ///< readouts of all circuits together
  std::size_t first_row(std::size_t circuit) const { return first_rows_[circuit]; }  ///< of that circuit
  ProductTable table() const { return plan_.table(); }                               ///< of p
  std::size_t pairs() const { return plan_.pairs(); }                                ///< mixed in a sweep
  std::size_t blocks() const { return blocks_; }  ///< tiles that the rows are lanes of

  /// Finds C, unless the angles are those that it is of. @param angles offset of each circuit's first angle
  /// in `parameters`.
  void build(std::span<const T> parameters, std::span<const std::size_t> angles);

  /// z += C p of `count` rows from `first` on. @param p [products, kLanes]. @param z [count, kLanes].
  void multiply(std::size_t first, std::size_t count, const T* p, T* z) const;

  /// d_p += C^T d_z of these rows.
  void multiply_transposed(std::size_t first, std::size_t count, const T* d_z, T* d_p) const;

  /// d_c += sum over lanes of d_z p^T for these rows: [blocks, products, kLanes].
  /// @param scratch [kLanes, kLanes].
  void outer(std::size_t first, std::size_t count, const T* d_z, const T* p, T* scratch, T* d_c) const;

  /// Adds the gradients of the angles of the last build().
  /// @param d_c arrays of dL/dC, [blocks, products, kLanes] each, which are summed in their order.
  void backward(std::span<const double* const> d_c, double* d_parameters);

 private:
  void sweep();
  template <class Body>
  void for_each_block(std::size_t first, std::size_t count, Body body) const;

  HeisenbergPlan plan_;
  std::vector<std::size_t> measured_, first_rows_;
  std::size_t rows_ = 0, blocks_ = 0;
  const GateKernels<T>& kernels_;
  const DenseKernels<T>& dense_;
  std::vector<std::size_t> angles_;   // offsets of the last build()
  std::vector<T> bound_;              // the numbers it took, circuit by circuit
  AlignedVector<T> cosines_, sines_;  // [blocks, turns, kLanes]
  AlignedVector<T> unfolded_;         // coefficients, [blocks, plan rows, kLanes]
  AlignedVector<T> d_unfolded_;       // likewise
  AlignedVector<T> folded_;           // C transposed, [blocks, products, kLanes]
  AlignedVector<T> sums_;             // derivatives, [blocks, turns, kLanes]
  bool swept_ = false;                // unfolded_ is that of bound_
};

}  // namespace ebit::inline cell
