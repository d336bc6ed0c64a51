// The losses on tensors, with their graphs.
#pragma once

#include <torch/types.h>

#include <span>
#include <string_view>
#include <vector>

namespace ebit::nn {

/// A row of the table of losses of numbers.
struct TorchLoss {
  std::string_view name;  ///< as in fit::losses()
  /// Mean over all elements of prediction and truth, of one shape; of quantiles the prediction has one more
  /// axis behind the others, of the Q `levels` (none: no such axis, the median). A scalar tensor.
  torch::Tensor (*value)(const torch::Tensor& prediction, const torch::Tensor& truth,
                         const std::vector<double>& levels);
};

/// All of fit::losses().
std::span<const TorchLoss> torch_losses();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const TorchLoss& find_torch_loss(std::string_view name);

/// The sum of the loss called `loss` (a row of fit::class_losses()) of probabilities p [N, C] against int64
/// labels [N]; a scalar tensor.
torch::Tensor class_loss_sum(std::string_view loss, const torch::Tensor& p, const torch::Tensor& labels);

/// The sum of cross-entropies (nats) of logits [B, T, C] against int64 targets [B, T] over the steps that are
/// there (`lengths` int64 [B], undefined: all). Divide by the number of such steps for the mean.
torch::Tensor cross_entropy_sum(const torch::Tensor& logits, const torch::Tensor& targets,
                                const torch::Tensor& lengths = {});

}  // namespace ebit::nn
