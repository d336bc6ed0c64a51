// The polynomials of an RVQE cell's neurons as tables of cosines and sines, and their derivatives.
#pragma once

#include <span>
#include <vector>

#include "ebit/base/aligned.h"
#include "ebit/cell/rvqe/rvqe_options.h"
#include "ebit/cell/segment.h"

namespace ebit::inline cell {

/// The neurons of a cell. Their angle is
///
///     eta(b) = (sum of phi_S over the terms S whose qubits are all 1 in b, + theta + pi/2) / 2
///
/// and c = cos(eta)^(2^order), s = sin(eta)^(2^order): what a circuit with `order` ancillas does to the qubit
/// where all ancillas are found in 0 (Bausch 2020, arXiv:2006.14619, section 2; the fast form of his code).
///
/// The table of a neuron on a workspace qubit has an entry for each word and setting of the other workspace
/// qubits, [2^w, 2^(W-1)]; that of the output neuron on in/out qubit i one for each setting of the in/out
/// qubits before it and of the workspace, [2^i, 2^W]: those behind it are |0>.
template <class T>
class Neurons {
 public:
  /// @param segments gets each neuron's "phi" and "theta", and the stages' "angles" before their neurons.
  Neurons(const RvqeOptions& options, std::vector<Segment>& segments);

  std::size_t count() const { return rows_.size(); }                           ///< neurons
  std::size_t entries() const { return cos_.size(); }                          ///< of all tables together
  std::size_t first(std::size_t neuron) const { return rows_[neuron].table; }  ///< entry of its table
  /// Offset of the rotations of stage s in the parameters; W angles.
  std::size_t angles(std::size_t stage) const { return angles_[stage]; }

  void bind(const T* parameters);               ///< computes all tables
  const T* cos() const { return cos_.data(); }  ///< [entries()]
  const T* sin() const { return sin_.data(); }  ///< [entries()]

  /// Adds the gradient of the neurons' parameters from the cotangents of the tables, [entries()] each.
  void backward(const double* d_cos, const double* d_sin, double* d_parameters);

 private:
  struct Row {
    std::size_t phi, theta;          // offsets in the parameters
    std::size_t table, size;         // entries
    std::size_t shift, width;        // entry (u << width) + b is the mask (u << (width + shift)) + b
    std::vector<std::size_t> masks;  // of its terms
  };
  std::size_t mask_of(const Row& row, std::size_t entry) const {
    return (entry >> row.width) << (row.width + row.shift) | (entry & ((std::size_t{1} << row.width) - 1));
  }

  int order_;
  std::vector<Row> rows_;
  std::vector<std::size_t> angles_;
  AlignedVector<T> cos_, sin_;
  std::vector<double> eta_;       // [entries()]
  std::vector<double> settings_;  // [2^(n-1)] of one neuron
};

}  // namespace ebit::inline cell
