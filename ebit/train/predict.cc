#include "ebit/train/predict.h"

#include <algorithm>

namespace ebit::train {

using torch::Tensor;

TensorPart to_tensors(const Windows& windows, torch::Dtype dtype) {
  const auto size = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  const auto copy = [&](const std::vector<double>& values, std::vector<std::int64_t> shape) {
    Tensor tensor = torch::empty(shape, torch::kFloat64);
    std::copy(values.begin(), values.end(), tensor.data_ptr<double>());
    return tensor.to(dtype);
  };
  return {copy(windows.x, {size(windows.count), size(windows.steps), size(windows.features)}),
          copy(windows.y, {size(windows.count), size(windows.outputs)})};
}

Tensor gather(const Tensor& tensor, const Batch& batch) {
  // A view of the batch as it lies there: index_select only reads it.
  const Tensor rows = torch::from_blob(const_cast<std::int64_t*>(batch.data()),
                                       {static_cast<std::int64_t>(batch.size())}, torch::kInt64);
  return tensor.index_select(0, rows);
}

Tensor predict(nn::SequenceModel& model, const Windows& windows, torch::Dtype dtype, bool stateful,
               int stride, std::uint64_t seed, std::uint64_t part) {
  return predict(model, to_tensors(windows, dtype), prediction_batches(windows, stateful, stride), seed,
                 part);
}

Tensor predict(nn::SequenceModel& model, const TensorPart& windows, const StreamBatches& batches,
               std::uint64_t seed, std::uint64_t part) {
  const torch::NoGradGuard no_grad;
  const bool was_training = model.is_training();
  Tensor result = torch::zeros(windows.y.sizes(), torch::kFloat64);
  model.eval();
  model.reset_state();
  for (std::size_t b = 0; b < batches.batches.size(); ++b) {
    const Batch& batch = batches.batches[b];
    model.seed_draws(seed, prediction_draw(part, b));
    const Tensor y = model.forward(gather(windows.x, batch)).to(torch::kFloat64);
    Batch rows, places;
    for (std::size_t k = 0; k < batch.size(); ++k) {
      if (!batches.counts[b][k]) continue;
      rows.push_back(batch[k]);
      places.push_back(static_cast<std::int64_t>(k));
    }
    result.index_copy_(0, torch::tensor(rows, torch::kInt64), gather(y, places));
  }
  model.reset_state();
  model.train(was_training);
  return result;
}

}  // namespace ebit::train
