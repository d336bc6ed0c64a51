#include "ebit/torch/torch_losses.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/fit/losses.h"
#include "ebit/torch/sequence_core.h"

namespace ebit::nn {
namespace {

using torch::Tensor;

Tensor pinball(const Tensor& prediction, const Tensor& truth, const std::vector<double>& levels) {
  if (levels.empty()) return 0.5 * at::l1_loss(prediction, truth);
  const Tensor error = truth.unsqueeze(-1) - prediction;
  const Tensor level = torch::tensor(levels, prediction.options());
  return at::maximum(level * error, (level - 1) * error).mean();
}

constexpr TorchLoss kLosses[] = {
    {"mse", [](const Tensor& prediction, const Tensor& truth,
               const std::vector<double>&) { return at::mse_loss(prediction, truth); }},
    {"mae", [](const Tensor& prediction, const Tensor& truth,
               const std::vector<double>&) { return at::l1_loss(prediction, truth); }},
    {"huber", [](const Tensor& prediction, const Tensor& truth,
                 const std::vector<double>&) { return at::huber_loss(prediction, truth); }},
    {fit::kQuantileLoss, pinball},
};

}  // namespace

std::span<const TorchLoss> torch_losses() { return kLosses; }

const TorchLoss& find_torch_loss(std::string_view name) {
  const std::string_view known = fit::find_loss(name).name;
  for (const TorchLoss& row : kLosses)
    if (row.name == known) return row;
  fail("the loss '{}' has no form on tensors", name);
}

Tensor class_loss_sum(std::string_view loss, const Tensor& p, const Tensor& labels) {
  const Tensor own = p.gather(1, labels.unsqueeze(1)).squeeze(1);
  if (fit::find_class_loss(loss).name == "cross-entropy")
    return -own.clamp_min(std::numeric_limits<double>::min()).log().sum();
  const double least = std::log(static_cast<double>(p.size(1)) - 1 + std::numbers::e) - 1;
  return (p.logsumexp(1) - own - least).sum();
}

Tensor cross_entropy_sum(const Tensor& logits, const Tensor& targets, const Tensor& lengths) {
  const Tensor nats =
      at::cross_entropy_loss(logits.flatten(0, 1), targets.flatten(), {}, at::Reduction::None);
  return lengths.defined() ? (nats * step_mask(lengths, targets.size(1)).flatten()).sum() : nats.sum();
}

}  // namespace ebit::nn
