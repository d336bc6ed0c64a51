#include "ebit/torch/torch_step.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/fit/norm.h"
#include "ebit/torch/module_tensors.h"
#include "ebit/torch/torch_losses.h"
#include "ebit/torch/torch_model.h"
#include "ebit/torch/torch_optimizers.h"

namespace ebit::nn {
namespace {

using fit::StepResult;
using fit::Tensors;
using torch::Tensor;

NamedParameters trainable_parameters(const TorchModel& model) {
  NamedParameters parameters;
  for (const auto& item : model.module().named_parameters())
    if (item.value().requires_grad()) parameters.emplace_back(item.key(), item.value());
  require(!parameters.empty(), "the model has no trainable parameter: {}", model.summary());
  return parameters;
}

// Read where it lies: a reduction and .item() for each parameter cost more than the sums of a small model.
double squares(const Tensor& gradient) {
  const Tensor own = gradient.contiguous();
  const auto count = static_cast<std::size_t>(own.numel());
  return own.scalar_type() == torch::kFloat64 ? fit::square_sum(own.data_ptr<double>(), count)
                                              : fit::square_sum(own.data_ptr<float>(), count);
}

double gradient_norm(const NamedParameters& parameters) {
  double sum = 0.0;
  for (const auto& [name, parameter] : parameters)
    if (parameter.grad().defined()) sum += squares(parameter.grad());
  return std::sqrt(sum);
}

class TorchStep : public fit::TrainStep {
 public:
  TorchStep(TorchModel& model, const fit::TrainOptions& options)
      : model_(model),
        options_(options),
        row_(find_torch_optimizer(options.optimizer)),
        parameters_(trainable_parameters(model)) {
    find_torch_loss(options.loss);  // throws for one that is not there
    std::vector<Tensor> tensors;
    for (const auto& [name, parameter] : parameters_) tensors.push_back(parameter);
    optimizer_ = row_.make(std::move(tensors), options_.optimizer_options);
  }

  void start_epoch(double lr) override {
    model_.module().train();
    model_.reset_state();
    set_learning_rate(*optimizer_, lr);
  }

  StepResult run(const fit::Examples& examples, std::uint64_t draw) override {
    optimizer_->zero_grad();
    model_.seed_draws(options_.seed, draw);
    const Tensor value = model_.loss(model_.forward(examples), examples, options_.loss);
    StepResult result{.loss = value.item<double>()};
    if (!std::isfinite(result.loss)) return result;
    const Tensor extra = model_.penalty();
    if (extra.defined()) result.entropy = model_.entropies().mean().item<double>();
    (extra.defined() ? value + extra : value).backward();
    result.gradient_norm = gradient_norm(parameters_);
    if (!std::isfinite(result.gradient_norm)) return result;
    if (options_.clip > 0 && result.gradient_norm > options_.clip) {
      const torch::NoGradGuard no_grad;
      for (auto& [name, parameter] : parameters_)
        if (parameter.grad().defined()) parameter.mutable_grad().mul_(options_.clip / result.gradient_norm);
    }
    optimizer_->step();
    return result;
  }

  void keep_last() override {
    last_ = model_.weights();
    memory_ = row_.save(*optimizer_, parameters_);
    random_ = to_fit(at::detail::getDefaultCPUGenerator().get_state());
  }
  void keep_best() override { best_ = last_; }
  Tensors last() const override { return last_; }
  Tensors best() const override { return best_; }
  Tensors optimizer() const override { return memory_; }
  void load_optimizer(const Tensors& tensors, std::string_view where) override {
    row_.load(*optimizer_, parameters_, tensors, where);
  }

  fit::Tensor random() const override { return random_; }
  void set_random(const fit::Tensor& state, std::string_view where) override {
    if (state.bytes.empty()) return;  // of a step that draws none
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    try {
      generator.set_state(to_torch(state));
    } catch (const c10::Error&) {
      fail("'{}' is damaged: it holds no state of torch's random numbers", where);
    }
  }

 private:
  TorchModel& model_;
  const fit::TrainOptions options_;
  const TorchOptimizer& row_;
  NamedParameters parameters_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  Tensors last_, best_, memory_;
  fit::Tensor random_;
};

}  // namespace

std::unique_ptr<fit::TrainStep> make_torch_step(TorchModel& model, const fit::TrainOptions& options) {
  return std::make_unique<TorchStep>(model, options);
}

}  // namespace ebit::nn
