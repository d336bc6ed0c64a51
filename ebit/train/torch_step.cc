#include "ebit/train/torch_step.h"

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/nn/safetensors_module.h"
#include "ebit/train/loss.h"
#include "ebit/train/norm.h"
#include "ebit/train/predict.h"

namespace ebit::train {
namespace {

using torch::Tensor;

torch::Dtype dtype_of(const nn::SequenceModel& model) {
  const auto parameters = model.parameters();
  return parameters.empty() ? torch::kFloat64 : parameters.front().scalar_type();
}

NamedParameters trainable_parameters(const nn::SequenceModel& model) {
  NamedParameters parameters;
  for (const auto& item : model.named_parameters()) {
    if (item.value().requires_grad()) parameters.emplace_back(item.key(), item.value());
  }
  require(!parameters.empty(), "the model has no trainable parameter: {}", model.summary());
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

class TorchStep : public TrainStep {
 public:
  explicit TorchStep(const StepInput& input)
      : model_(input.model),
        options_(input.options),
        loss_(loss_row(options_.loss)),
        row_(optimizer_row(options_.optimizer)),
        parameters_(trainable_parameters(model_)),
        train_(to_tensors(input.data.train, dtype_of(model_))),
        validation_(to_tensors(input.data.validation, dtype_of(model_))),
        validation_truth_(to_tensors(input.data.validation, torch::kFloat64).y),
        validation_batches_(
            prediction_batches(input.data.validation, options_.stateful, input.data.options.stride)) {
    std::vector<Tensor> tensors;
    for (const auto& [name, parameter] : parameters_) tensors.push_back(parameter);
    optimizer_ = row_.make(std::move(tensors), options_.optimizer_options);
  }

  void start_epoch(double lr) override {
    model_.train();
    model_.reset_state();
    set_learning_rate(*optimizer_, lr);
  }

  StepResult run(const Batch& batch, std::uint64_t draw) override {
    model_.seed_draws(options_.seed, draw);
    const Tensor x = gather(train_.x, batch), y = gather(train_.y, batch);
    optimizer_->zero_grad();
    const Tensor prediction = model_.forward(x);
    TORCH_CHECK(prediction.sizes() == y.sizes(), "the model gave ", prediction.sizes(), " for targets of ",
                y.sizes());
    const Tensor loss = loss_.value(prediction, y);
    StepResult result{.loss = loss.item<double>()};
    if (!std::isfinite(result.loss)) return result;
    const Tensor penalty = model_.penalty(), entropy = model_.entropy();
    if (penalty.defined() && entropy.defined()) result.entropy = entropy.mean().item<double>();
    (penalty.defined() ? loss + penalty : loss).backward();
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

  double validation_loss() override {
    const Tensor prediction =
        predict(model_, validation_, validation_batches_, options_.seed, kValidationPart);
    return loss_.value(prediction, validation_truth_).item<double>();
  }

  // Deep copies: training on must not change what was the best epoch.
  void keep_last() override {
    last_ = nn::copy_state(model_);
    memory_ = row_.save(*optimizer_, parameters_, "");
  }
  void keep_best() override { best_ = last_; }

  Tensors last() const override { return last_; }
  Tensors best() const override { return best_; }
  Tensors optimizer() const override { return memory_; }

  void load_optimizer(const Tensors& tensors, std::string_view where) override {
    row_.load(*optimizer_, parameters_, tensors, where, "");
  }

 private:
  nn::SequenceModel& model_;
  const TrainOptions options_;
  const LossRow& loss_;
  const OptimizerRow& row_;
  NamedParameters parameters_;
  TensorPart train_, validation_;
  Tensor validation_truth_;
  StreamBatches validation_batches_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  Tensors last_, best_, memory_;
};

}  // namespace

std::unique_ptr<TrainStep> make_torch_step(const StepInput& input) {
  return std::make_unique<TorchStep>(input);
}

}  // namespace ebit::train
