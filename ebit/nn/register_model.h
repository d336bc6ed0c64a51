// The register cell as libtorch modules: RegisterRNN alone, RegisterModel with a head on top.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <optional>
#include <tuple>

#include "ebit/cell/entropy_loss.h"
#include "ebit/cell/register_cell.h"
#include "ebit/nn/sequence_model.h"

namespace ebit::nn {

/// Options of RegisterRNN: the four choices and the sizes of a RegisterCell, and how its parameters start.
struct RegisterRNNOptions {
  RegisterRNNOptions() = default;
  /// Takes everything from the options of a cell, such as a preset's.
  /* implicit */ RegisterRNNOptions(RegisterOptions cell) : cell_(std::move(cell)) {}

  /// The cell; RegisterOptions documents each field.
  TORCH_ARG(RegisterOptions, cell);
  /// Angles start uniform in [init_low, init_high), radians.
  TORCH_ARG(double, init_low) = 0.0;
  TORCH_ARG(double, init_high) = 1.0;  ///< upper end of the range from init_low, radians
};

/// Runs sequences through a register cell: quantum memory, measured as the cell's hidden update says.
///
/// Every trainable number is a parameter: `theta_en` [layers_en, angles], `theta_dis` [layers_dis, angles],
/// and for the linear-amplitude encoder `encoder_weight` [2^n_s, F], `encoder_bias` [2^n_s] (which start as
/// torch's Linear). Autograd sees one node a sequence. Parameters, inputs and outputs are float64 (as made)
/// or float32 (after to()).
class RegisterRNNImpl : public torch::nn::Module {
 public:
  explicit RegisterRNNImpl(RegisterRNNOptions options = {});  ///< throws Error as RegisterCell does

  /// @param x [B, T, F], of the parameters' dtype.
  /// @param hidden [B, hidden_numbers()] before the first step; undefined: |0...0>.
  /// @returns y [B, T, K] with every_step, else [B, K]; and the hidden state after the last step, [B, H].
  /// Throws Error for a wrong shape or dtype and for inputs that the encoder does not take.
  std::tuple<torch::Tensor, torch::Tensor> forward(torch::Tensor x, torch::Tensor hidden = {});

  /// The ancilla's entropy at each step of the last forward pass, [B, T], of the parameters' dtype,
  /// differentiable; undefined before it and for a cell whose options name no entropy. It keeps that pass's
  /// graph alive.
  torch::Tensor entropy() const { return entropy_; }

  void reset_parameters();  ///< draws all starting values anew, from torch's generator
  void pretty_print(std::ostream& stream) const override;  ///< one line: sizes and choices

  /// Names the random numbers of hidden update "sample": the next forward pass draws number `number` of
  /// `seed`.
  void seed_draws(std::uint64_t seed, std::uint64_t number) { draw_seed_ = seed, draw_number_ = number; }

  const RegisterOptions& options() const { return options_.cell(); }  ///< of the cell, the readout filled in
  std::int64_t outputs() const { return static_cast<std::int64_t>(wide_->outputs()); }                ///< K
  std::int64_t hidden_numbers() const { return static_cast<std::int64_t>(wide_->hidden_numbers()); }  ///< H

 private:
  template <class T>
  std::tuple<torch::Tensor, torch::Tensor> run(const std::shared_ptr<RegisterCell<T>>& cell, torch::Tensor x,
                                               torch::Tensor hidden);

  RegisterRNNOptions options_;
  std::shared_ptr<RegisterCell<double>> wide_;
  std::shared_ptr<RegisterCell<float>> narrow_;  // made when first used
  std::uint64_t draw_seed_ = 0, draw_number_ = 0;
  torch::Tensor entropy_;
};
TORCH_MODULE(RegisterRNN);

/// Options of RegisterModel.
struct RegisterModelOptions {
  RegisterModelOptions(RegisterRNNOptions rnn, std::int64_t outputs)
      : rnn_(std::move(rnn)), outputs_(outputs) {}  ///< the cell and O, 1 or more

  /// The register cell. An empty readout becomes Z on the last system wires, one an output (without a head).
  TORCH_ARG(RegisterRNNOptions, rnn);
  /// Predictions a sequence, O.
  TORCH_ARG(std::int64_t, outputs);
  /// A trainable linear layer from readouts to outputs; false: the readouts are the outputs.
  TORCH_ARG(bool, linear_head) = false;
  /// Carries the hidden state from one batch to the next (detached), instead of starting each window anew.
  TORCH_ARG(bool, stateful) = false;
  /// What penalty() is of the entropy that the cell's options name.
  TORCH_ARG(EntropyLoss, entropy_loss);
};

/// A register cell read after the last step of a window, with or without a linear head.
class RegisterModelImpl : public SequenceModel {
 public:
  /// Float64 as made. Throws Error for options that do not fit together.
  explicit RegisterModelImpl(RegisterModelOptions options);

  torch::Tensor forward(torch::Tensor x) override;
  torch::Tensor penalty() const override;
  torch::Tensor entropy() const override { return rnn->entropy(); }
  void reset_state() override { hidden_ = torch::Tensor(); }
  void seed_draws(std::uint64_t seed, std::uint64_t position) override { rnn->seed_draws(seed, position); }
  std::string summary() const override;
  const RegisterModelOptions& options() const { return options_; }  ///< as given

  RegisterRNN rnn{nullptr};         ///< the register cell, submodule "rnn"
  torch::nn::Linear head{nullptr};  ///< null without a linear head

 private:
  RegisterModelOptions options_;
  torch::Tensor hidden_;  // [B, H] of the last batch, where stateful
};
TORCH_MODULE(RegisterModel);

}  // namespace ebit::nn
