#include "ebit/train/module_step.h"

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/nn/safetensors_module.h"
#include "ebit/train/norm.h"

namespace ebit::train {
namespace {

using torch::Tensor;

NamedParameters trainable_parameters(const torch::nn::Module& module, const std::string& summary) {
  NamedParameters parameters;
  for (const auto& item : module.named_parameters()) {
    if (item.value().requires_grad()) parameters.emplace_back(item.key(), item.value());
  }
  require(!parameters.empty(), "the model has no trainable parameter: {}", summary);
  return parameters;
}

// Read where it lies: a reduction and .item() for each parameter cost more than the sums of a small model.
double squares(const Tensor& gradient) {
  const auto count = static_cast<std::size_t>(gradient.numel());
  if (gradient.is_contiguous() && gradient.device().is_cpu()) {
    if (gradient.scalar_type() == torch::kFloat64) return square_sum(gradient.data_ptr<double>(), count);
    if (gradient.scalar_type() == torch::kFloat32) return square_sum(gradient.data_ptr<float>(), count);
  }
  return gradient.square().sum().item<double>();
}

double gradient_norm(const NamedParameters& parameters) {
  double sum = 0.0;
  for (const auto& [name, parameter] : parameters) {
    if (parameter.grad().defined()) sum += squares(parameter.grad());
  }
  return std::sqrt(sum);
}

}  // namespace

ModuleStep::ModuleStep(torch::nn::Module& module, const std::string& summary, const TrainOptions& options)
    : module_(module),
      options_(options),
      row_(optimizer_row(options_.optimizer)),
      parameters_(trainable_parameters(module, summary)) {
  std::vector<Tensor> tensors;
  for (const auto& [name, parameter] : parameters_) tensors.push_back(parameter);
  optimizer_ = row_.make(std::move(tensors), options_.optimizer_options);
}

void ModuleStep::start_epoch(double lr) {
  module_.train();
  forget();
  set_learning_rate(*optimizer_, lr);
}

StepResult ModuleStep::run(const Batch& batch, std::uint64_t draw) {
  optimizer_->zero_grad();
  const Tensor value = loss(batch, draw);
  StepResult result{.loss = value.item<double>()};
  if (!std::isfinite(result.loss)) return result;
  const Tensor extra = penalty();
  result.entropy = entropy();
  (extra.defined() ? value + extra : value).backward();
  result.gradient_norm = gradient_norm(parameters_);
  if (!std::isfinite(result.gradient_norm)) return result;
  if (options_.clip > 0 && result.gradient_norm > options_.clip) {
    const torch::NoGradGuard no_grad;
    for (auto& [name, parameter] : parameters_) {
      if (parameter.grad().defined()) parameter.mutable_grad().mul_(options_.clip / result.gradient_norm);
    }
  }
  optimizer_->step();
  return result;
}

// Deep copies: training on must not change what was the best epoch.
void ModuleStep::keep_last() {
  last_ = nn::copy_state(module_);
  memory_ = row_.save(*optimizer_, parameters_, "");
}

void ModuleStep::load_optimizer(const Tensors& tensors, std::string_view where) {
  row_.load(*optimizer_, parameters_, tensors, where, "");
}

}  // namespace ebit::train
