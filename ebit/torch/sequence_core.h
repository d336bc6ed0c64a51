// The recurrent part of a model, quantum or classical, behind one interface.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "ebit/fit/model_spec.h"

namespace ebit::nn {

/// What a core remembers from one step to the next: tensors [B, ...], one row a sequence. Empty: the start of
/// a sequence.
using CoreState = std::vector<torch::Tensor>;

/// The same state without its history, so that gradients end here (truncated backpropagation through time).
CoreState detached(const CoreState& state);

/// Rows `index` (int64 [M]) of every tensor of a state: which sequences go on, and in which order.
CoreState rows_of(const CoreState& state, const torch::Tensor& index);

/// The mask of the steps that are there, bool [B, T]: step t of row b where t < lengths[b].
torch::Tensor step_mask(const torch::Tensor& lengths, std::int64_t steps);

/// What a core gives for a batch of sequences.
struct CoreOutput {
  /// [B, T, K], zero at steps past a sequence's length; [B, 1, K] of a core that answers once.
  torch::Tensor features;
  CoreState state;  ///< after each sequence's own last step
};

/// A recurrent network without input layer and head. Every trainable number is in parameters().
class SequenceCore : public torch::nn::Module {
 public:
  /// Reads a batch of sequences. Padding changes nothing: neither features of steps that are there nor
  /// states.
  /// @param x [B, T, E] inputs of the parameters' dtype, B and T at least 1.
  /// @param lengths int64 [B] on the CPU, each from 1 to T; undefined: all are T long.
  /// @param state of an earlier call on B sequences; empty: from the start.
  /// Throws Error for other shapes and dtypes.
  CoreOutput forward(const torch::Tensor& x, const torch::Tensor& lengths = {}, const CoreState& state = {});

  virtual std::int64_t inputs() const = 0;          ///< E
  virtual std::int64_t features() const = 0;        ///< K
  virtual bool every_step() const { return true; }  ///< features after every step, or once

  /// The entropy of a quantum memory at each step of the last forward pass, [B, T], zero past the end,
  /// differentiable; undefined before it and for cores that give none. It keeps that pass's graph alive.
  virtual torch::Tensor entropy() const { return {}; }

  /// Tells cores that draw random numbers in forward which draw comes next; others do nothing.
  virtual void seed_draws(std::uint64_t seed, std::uint64_t number) { (void)seed, (void)number; }

 protected:
  /// forward() for an x and lengths of the right shapes.
  virtual CoreOutput run(const torch::Tensor& x, const torch::Tensor& lengths, const CoreState& state) = 0;
};

/// The shape of a tensor for messages: "[2, 3]".
std::string shape_text(const torch::Tensor& tensor);

/// Builds a core, starting values drawn from torch's generator: a cell in float64, a classical one in
/// float32. @param inputs E of a classical core; a cell's is in its options. @param steps T of cores that see
/// all steps at once. Throws Error for an unknown name and as make_cell().
std::shared_ptr<SequenceCore> make_core(const fit::CoreOptions& options, int inputs, int steps = 0);

}  // namespace ebit::nn
