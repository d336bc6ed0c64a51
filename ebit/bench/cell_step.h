// A register cell's training step without a loss: forward and backward over a batch of sequences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "ebit/base/aligned.h"
#include "ebit/cell/cell.h"
#include "ebit/cell/register/register_options.h"

namespace ebit::bench {

/// Sizes of a register cell and of what it is given.
struct CellShape {
  int system = 4;          ///< wires of the system register
  int ancilla = 4;         ///< wires of the ancilla register
  int layers = 4;          ///< layers of U_en, and of U_dis where there is one
  std::size_t steps = 20;  ///< T
  std::size_t batch = 32;  ///< B
};

/// The cell of workload D: linear-amplitude, RY and CNOT ring, collapse.
RegisterOptions collapse_cell(const CellShape& shape);

/// The cell of workload E: arccos-angle, RX RY RZ and CNOT ring, one circuit a step, coherent, read after
/// every step.
RegisterOptions coherent_cell(const CellShape& shape);

/// A cell with parameters, inputs in [-1, 1] and cotangents drawn by a seed, and room for what it returns.
template <class T>
class CellStep {
 public:
  CellStep(const RegisterOptions& options, const CellShape& shape,
           std::uint64_t seed);  ///< throws as make_cell()

  /// Forward, then backward to parameters and inputs.
  void run();

  /// Nominal floating-point operations of run(), all samples: every parameterised RY is a real 2x2 matrix on
  /// complex amplitudes, 12 a pair; it acts forward, and undone on state and cotangent (3 x 12), and its
  /// angle's derivative takes 8. Encoder, readout and hidden update are not counted. What folding saves shows
  /// as a share above what the kernels reach.
  double gate_flops() const;

  const std::vector<T>& outputs() const { return y_; }                   ///< as SequenceOutput::y
  const std::vector<double>& gradient() const { return d_parameters_; }  ///< of all parameters, [P]

 private:
  CellShape shape_;
  std::unique_ptr<Cell<T>> cell_;
  AlignedVector<std::byte> tape_;  // made by the first run
  std::vector<T> parameters_, x_, y_, d_y_, d_x_;
  std::vector<double> d_parameters_;
};

}  // namespace ebit::bench
