#include "ebit/train/torch_step.h"

#include "ebit/train/loss.h"
#include "ebit/train/module_step.h"
#include "ebit/train/predict.h"

namespace ebit::train {
namespace {

using torch::Tensor;

class TorchStep : public ModuleStep {
 public:
  explicit TorchStep(const StepInput& input)
      : ModuleStep(input.model, input.model.summary(), input.options),
        model_(input.model),
        loss_(loss_row(options().loss)),
        train_(to_tensors(input.data.train, dtype())),
        validation_(to_tensors(input.data.validation, dtype())),
        validation_truth_(to_tensors(input.data.validation, torch::kFloat64).y),
        validation_batches_(
            prediction_batches(input.data.validation, options().stateful, input.data.options.stride)) {}

  Validation validate() override {
    const Tensor prediction =
        predict(model_, validation_, validation_batches_, options().seed, kValidationPart);
    return {loss_.value(prediction, validation_truth_).item<double>()};
  }

 protected:
  Tensor loss(const Batch& batch, std::uint64_t draw) override {
    model_.seed_draws(options().seed, draw);
    const Tensor x = gather(train_.x, batch), y = gather(train_.y, batch);
    const Tensor prediction = model_.forward(x);
    TORCH_CHECK(prediction.sizes() == y.sizes(), "the model gave ", prediction.sizes(), " for targets of ",
                y.sizes());
    return loss_.value(prediction, y);
  }

  Tensor penalty() override { return model_.penalty(); }
  double entropy() override {
    const Tensor each = model_.penalty().defined() ? model_.entropy() : Tensor();
    return each.defined() ? each.mean().item<double>() : ModuleStep::entropy();
  }
  void forget() override { model_.reset_state(); }

 private:
  nn::SequenceModel& model_;
  const LossRow& loss_;
  TensorPart train_, validation_;
  Tensor validation_truth_;
  StreamBatches validation_batches_;
};

}  // namespace

std::unique_ptr<TrainStep> make_torch_step(const StepInput& input) {
  return std::make_unique<TorchStep>(input);
}

}  // namespace ebit::train
