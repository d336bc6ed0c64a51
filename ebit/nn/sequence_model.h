// What the trainer needs of a model, quantum or classical.
#pragma once

#include <torch/torch.h>

#include <string>

namespace ebit::nn {

/// A model that reads a batch of windows and gives one prediction each.
///
/// Every trainable number is in parameters(); everything that must be saved is in parameters() or buffers().
class SequenceModel : public torch::nn::Module {
 public:
  /// @param x [B, T, F] scaled inputs, float32 or float64 as the parameters are.
  /// @returns [B, O] scaled predictions of the target after the last step.
  virtual torch::Tensor forward(torch::Tensor x) = 0;

  /// What the model adds to the loss of its last forward pass, a scalar with its graph; undefined: nothing.
  virtual torch::Tensor penalty() const { return {}; }

  /// The entropy of a quantum memory at each step of the last forward pass, [B, T], of models whose penalty()
  /// is about it; undefined for others.
  virtual torch::Tensor entropy() const { return {}; }

  /// Forgets the hidden state that a stateful model carries from one batch to the next; others do nothing.
  virtual void reset_state() {}

  /// Tells models that draw random numbers in forward (Born sampling) which draw comes next, so that a
  /// resumed training repeats it; others do nothing.
  virtual void seed_draws(std::uint64_t seed, std::uint64_t position) { (void)seed, (void)position; }

  /// One line for tables and logs, such as "daskin-collapse 2+2 qubits, 2+2 layers, 24 parameters".
  virtual std::string summary() const = 0;
};

}  // namespace ebit::nn
