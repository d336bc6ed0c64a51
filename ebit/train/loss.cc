#include "ebit/train/loss.h"

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

namespace ebit::train {
namespace {

using torch::Tensor;

constexpr LossRow kLosses[] = {
    {"mse", "mean squared error",
     [](const Tensor& prediction, const Tensor& truth) { return torch::mse_loss(prediction, truth); }},
    {"mae", "mean absolute error",
     [](const Tensor& prediction, const Tensor& truth) { return torch::l1_loss(prediction, truth); }},
    {"huber", "squared error below 1, absolute error above (scaled units)",
     [](const Tensor& prediction, const Tensor& truth) { return torch::huber_loss(prediction, truth); }},
};

}  // namespace

std::span<const LossRow> loss_table() { return kLosses; }

const LossRow& loss_row(std::string_view name) {
  for (const LossRow& row : kLosses) {
    if (row.name == name) return row;
  }
  fail("no loss is called '{}'{}", name, suggestion(name, names_of(kLosses)));
}

}  // namespace ebit::train
