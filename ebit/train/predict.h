// Predictions of a model for all windows of a part.
#pragma once

#include <torch/torch.h>

#include <cstdint>

#include "ebit/data/dataset.h"
#include "ebit/nn/sequence_model.h"
#include "ebit/train/batches.h"

namespace ebit::train {

/// Windows as tensors of the model's dtype.
struct TensorPart {
  torch::Tensor x;  ///< [B, T, F] scaled
  torch::Tensor y;  ///< [B, O] scaled
};

/// Copies windows into tensors.
TensorPart to_tensors(const Windows& windows, torch::Dtype dtype);

/// The rows of `tensor` that a batch names.
torch::Tensor gather(const torch::Tensor& tensor, const Batch& batch);

/// Predictions for all windows of a part, in order, without gradients; resets the state of stateful models.
/// @param stateful,stride how the windows follow each other; see stream_batches().
/// @param seed,part which draws a sampling model makes.
/// @returns [B, O] scaled, float64.
torch::Tensor predict(nn::SequenceModel& model, const Windows& windows, torch::Dtype dtype, bool stateful,
                      int stride, std::uint64_t seed, std::uint64_t part);

/// The same for windows that are tensors already.
/// @param batches of these windows, see prediction_batches().
torch::Tensor predict(nn::SequenceModel& model, const TensorPart& windows, const StreamBatches& batches,
                      std::uint64_t seed, std::uint64_t part);

}  // namespace ebit::train
