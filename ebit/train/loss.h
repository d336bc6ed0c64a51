// The table of losses: each for tensors with a graph, and on plain arrays without one.
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <span>
#include <string_view>

namespace ebit::train {

/// Mean loss over `count` elements of prediction and truth; writes its derivative with respect to the
/// prediction, [count], where `d_prediction` is not null. @returns the loss, rounded to T as a tensor's would
/// be.
template <class T>
using FlatLoss = double (*)(std::size_t count, const T* prediction, const T* truth, T* d_prediction);

/// A row of the loss table.
struct LossRow {
  std::string_view name;  ///< as written in options, for example "mse"
  std::string_view help;  ///< one line for `--help` and the docs
  /// Mean over all elements of prediction and truth, both [B, O] scaled; a scalar tensor.
  torch::Tensor (*value)(const torch::Tensor& prediction, const torch::Tensor& truth);
  FlatLoss<double> wide;   ///< the same without torch, float64
  FlatLoss<float> narrow;  ///< and float32
};

/// All losses: mse, mae, huber.
std::span<const LossRow> loss_table();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const LossRow& loss_row(std::string_view name);

}  // namespace ebit::train
