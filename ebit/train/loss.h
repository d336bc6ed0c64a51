// The table of losses.
#pragma once

#include <torch/torch.h>

#include <span>
#include <string_view>

namespace ebit::train {

/// A row of the loss table.
struct LossRow {
  std::string_view name;  ///< as written in options, for example "mse"
  std::string_view help;  ///< one line for `--help` and the docs
  /// Mean over all elements of prediction and truth, both [B, O] scaled; a scalar tensor.
  torch::Tensor (*value)(const torch::Tensor& prediction, const torch::Tensor& truth);
};

/// All losses: mse, mae, huber.
std::span<const LossRow> loss_table();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const LossRow& loss_row(std::string_view name);

}  // namespace ebit::train
