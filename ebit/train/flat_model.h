// A register cell with or without a linear head on one flat array of parameters, without a graph.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "ebit/cell/register_cell.h"

namespace ebit::train {

/// What nn::RegisterModel computes, forward and backward, without torch: the cell is read after the last step
/// of a window, a linear head may follow, and the hidden state may carry on from batch to batch.
///
/// The parameters are one array: the cell's segments, then the head's weight [O, K] and bias [O]. Buffers
/// grow to the largest batch seen and are used again, so that a training allocates nothing here once every
/// size of batch has come by.
template <class T>
class FlatModel {
 public:
  /// @param head_outputs O of the linear head; 0: no head, the readouts are the outputs.
  /// @param stateful whether the hidden state carries on. Throws Error as RegisterCell does.
  FlatModel(const RegisterOptions& cell, std::size_t head_outputs, bool stateful);

  const std::vector<Segment>& segments() const { return segments_; }  ///< named as in nn::RegisterModel
  std::size_t parameters() const { return parameter_count_; }         ///< P
  std::size_t outputs() const { return head_outputs_ ? head_outputs_ : cell_.outputs(); }  ///< O

  /// Forgets the hidden state: the next batch starts from |0...0>.
  void reset_state() { carried_ = 0; }

  /// Predictions for a batch of windows.
  /// @param parameters [P]. @param input its `hidden` is filled in here where the model is stateful.
  /// @param y [B, O]; written. @param keep whether backward() follows.
  /// Throws Error for inputs that the encoder does not take, and for a batch larger than the one whose hidden
  /// state it would carry on.
  void forward(std::span<const T> parameters, SequenceInput<T> input, T* y, bool keep);

  /// Vector-Jacobian product of the last forward(), whose x must still be there. The carried hidden state
  /// counts as a constant. @param d_y [B, O]. @param d_parameters [P]; added to. @param d_entropy [B, T] or
  /// null for zero.
  void backward(std::span<const T> parameters, const T* d_y, double* d_parameters,
                const T* d_entropy = nullptr);

  /// The ancilla's entropies in the last forward() with `keep`, [B, T]; empty where the cell's options name
  /// none.
  std::span<const T> entropies() const {
    return {entropies_.data(), entropies_.empty() ? 0 : input_.samples * input_.steps};
  }

 private:
  std::span<const T> cell_part(std::span<const T> parameters) const {
    return parameters.first(cell_.parameters());
  }

  RegisterCell<T> cell_;
  std::size_t head_outputs_;
  bool stateful_;
  std::vector<Segment> segments_;
  std::size_t parameter_count_ = 0;
  Tape<T> tape_;
  SequenceInput<T> input_;                // of the last forward
  std::vector<T> readouts_, d_readouts_;  // [B, K]; with a head
  std::vector<T> entropies_;              // [B, T]; where the cell gives them
  std::array<std::vector<T>, 2> hidden_;  // [B, H] before and after a batch, in turns; where stateful
  std::size_t carried_ = 0, latest_ = 0;  // samples of the state to carry on, 0: none; where it lies
};

}  // namespace ebit::train
