// The controlled cell as a libtorch module: the hybrid QRNN of Xu (arXiv:2510.25557).
#pragma once

#include <torch/torch.h>

#include <memory>
#include <tuple>

#include "ebit/controlled/controlled_cell.h"

namespace ebit::nn {

/// The memory of a ControlledRNN between two calls. Undefined tensors stand for the initial state.
struct ControlledState {
  torch::Tensor psi;  ///< [B, 2 (re, im), 2^n] amplitudes
  torch::Tensor z;    ///< [B, K] the last readouts

  bool defined() const { return psi.defined(); }  ///< false: the initial state
  /// The same numbers without their graph: what truncated backpropagation carries to the next piece.
  ControlledState detach() const { return defined() ? ControlledState{psi.detach(), z.detach()} : *this; }
};

/// Options of ControlledRNN: those of a ControlledCell, and how its own parameters start.
struct ControlledRNNOptions {
  ControlledRNNOptions() = default;
  /// Takes everything from the options of a cell.
  /* implicit */ ControlledRNNOptions(ControlledOptions cell) : cell_(std::move(cell)) {}

  /// The cell; ControlledOptions documents each field.
  TORCH_ARG(ControlledOptions, cell);
  /// Angles of a trainable initial state start uniform in [-init, init), radians.
  TORCH_ARG(double, init) = 0.1;
};

/// Runs sequences through a controlled cell: a network reads x_t and the last readouts and writes the angles
/// of a circuit on a coherent quantum memory.
///
/// Every trainable number is a parameter: `ffn.0.weight` [width, E + K], `ffn.0.bias` [width] and so on for
/// each linear map (which start as torch's Linear; of activation glu twice the width), `shortcut.0.weight`
/// with residual where widths differ, and `initial` [Q] for a trainable initial state. Autograd sees one node
/// a sequence; memory is flat in T, see docs/hybrid-qrnn.md. train() and eval() rule dropout; shots and
/// sampled measurements are drawn in both. Parameters, inputs and outputs are float64 (as made) or float32
/// (after to()).
class ControlledRNNImpl : public torch::nn::Module {
 public:
  explicit ControlledRNNImpl(ControlledRNNOptions options = {});  ///< throws Error as ControlledCell does

  /// @param x [B, T, E], of the parameters' dtype.
  /// @param lengths [B] int64, steps of each sequence, in [0, T]; undefined: T. Steps past the end leave
  /// state and readouts as they are.
  /// @param state before the first step; not defined: the initial state.
  /// @returns z [B, T, K] and the state behind each sequence's last step.
  /// Throws Error for a wrong shape, dtype or length, and for inputs that are not finite.
  std::tuple<torch::Tensor, ControlledState> forward(torch::Tensor x, torch::Tensor lengths = {},
                                                     ControlledState state = {});

  void reset_parameters();  ///< draws all starting values anew, from torch's generator
  void pretty_print(std::ostream& stream) const override;  ///< one line: sizes and choices

  /// Names the random numbers of dropout, shots and sampled measurements: the next forward pass draws number
  /// `number` of `seed`.
  void seed_draws(std::uint64_t seed, std::uint64_t number) { draw_seed_ = seed, draw_number_ = number; }

  const ControlledOptions& options() const { return options_.cell(); }                      ///< of the cell
  std::int64_t outputs() const { return static_cast<std::int64_t>(wide_->outputs()); }      ///< K
  std::int64_t dimension() const { return static_cast<std::int64_t>(wide_->dimension()); }  ///< 2^n

 private:
  template <class T>
  std::tuple<torch::Tensor, ControlledState> run(const std::shared_ptr<ControlledCell<T>>& cell,
                                                 torch::Tensor x, torch::Tensor lengths,
                                                 ControlledState state);

  ControlledRNNOptions options_;
  std::shared_ptr<ControlledCell<double>> wide_;
  std::shared_ptr<ControlledCell<float>> narrow_;  // made when first used
  std::uint64_t draw_seed_ = 0, draw_number_ = 0;
};
TORCH_MODULE(ControlledRNN);

}  // namespace ebit::nn
