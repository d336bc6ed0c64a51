// A recurrent network whose recurrent matrix stays orthogonal.
#pragma once

#include <memory>

#include "ebit/nn/sequence_core.h"

namespace ebit::nn {

/// expRNN of Lezcano-Casado and Martinez-Rubio 2019 (arXiv:1901.08428):
///
///     h_t = modReLU(W h_{t-1} + U x_t; b),   W = exp(A),   A = -A^T
///
/// with modReLU(z; b) = sign(z) max(|z| + b, 0) (Arjovsky et al. 2016, arXiv:1511.06464). The trained numbers
/// are the n(n-1)/2 of A above its diagonal, so that every optimizer step ends on the orthogonal matrices of
/// determinant 1. A starts as n/2 planes turned by angles of Helfrich et al. 2018 (arXiv:1707.09520). The
/// exponential is taken in double precision once a batch, whatever the dtype. The paper's training of A
/// around a moving base point is not taken over.
class OrthogonalCore : public SequenceCore {
 public:
  /// Initial values from torch's global generator.
  explicit OrthogonalCore(const CoreOptions& options);

  CoreOutput forward(const torch::Tensor& x, const torch::Tensor& lengths, const CoreState& state) override;

  int inputs() const override { return options_.inputs; }
  int features() const override { return options_.hidden; }
  std::string summary() const override;

  /// W, [n, n] in the parameters' dtype, differentiable.
  torch::Tensor recurrent_matrix() const;

 private:
  CoreOptions options_;
  torch::Tensor skew_;   // [n (n-1) / 2]: A above the diagonal, row by row
  torch::Tensor upper_;  // [n (n-1) / 2]: places of these numbers in [n * n]
  torch::Tensor bias_;   // [n]: b of modReLU
  torch::nn::Linear input_{nullptr};
};

/// The row "orthogonal" of the table of cores.
std::shared_ptr<SequenceCore> make_orthogonal_core(const CoreOptions& options);

}  // namespace ebit::nn
