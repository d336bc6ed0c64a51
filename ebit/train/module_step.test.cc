#include "ebit/train/module_step.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/error.h"
#include "ebit/train/run_folder.h"
#include "ebit/train/trainer.h"

namespace ebit::train {
namespace {

// One number w with the loss (w - batch[0])^2; sgd of learning rate 1/2 moves w to batch[0] at once.
struct Number : torch::nn::Module {
  explicit Number(bool trainable = true) {
    w = register_parameter("w", torch::zeros({}, torch::kFloat64), trainable);
  }
  torch::Tensor w;
};

class Pull : public ModuleStep {
 public:
  Pull(std::shared_ptr<Number> number, const TrainOptions& options)
      : ModuleStep(*number, "a number", options), number_(std::move(number)) {}
  Validation validate() override {
    return {(number_->w - 2).square().item<double>(), {number_->w.item<double>()}};
  }
  int forgotten = 0;

 protected:
  torch::Tensor loss(const Batch& batch, std::uint64_t) override {
    return (number_->w - static_cast<double>(batch[0])).square();
  }
  void forget() override { ++forgotten; }

 private:
  std::shared_ptr<Number> number_;
};

TrainOptions options() {
  TrainOptions o;
  o.optimizer = "sgd";
  o.optimizer_options.lr = 0.5;
  o.epochs = 2;
  return o;
}

Training training(const std::shared_ptr<Number>& number, const TrainOptions& o, std::vector<Batch> batches) {
  return {.module = number,
          .step = std::make_unique<Pull>(number, o),
          .batches = [batches](int) { return batches; },
          .validated = true,
          .metrics = {"w"}};
}

TEST(ModuleStep, TheTrainerTrainsAnyLossOnAnyBatches) {
  const auto number = std::make_shared<Number>();
  Trainer trainer(training(number, options(), {{1}, {3, 3, 3}}), options());
  EXPECT_EQ(trainer.run().end, End::kFinished);
  const std::vector<EpochRecord>& history = trainer.state().history;
  ASSERT_EQ(history.size(), 2U);
  EXPECT_DOUBLE_EQ(history[0].train_loss, (1 * 1.0 + 3 * 4.0) / 4);  // batches weigh by their size
  EXPECT_DOUBLE_EQ(history[1].train_loss, (1 * 4.0 + 3 * 4.0) / 4);
  EXPECT_DOUBLE_EQ(history[0].gradient_norm, (2 + 4) / 2.0);
  EXPECT_DOUBLE_EQ(history[0].validation_loss, 1);
  EXPECT_EQ(history[0].metrics, std::vector<double>{3});
  EXPECT_EQ(trainer.progress().metrics, std::vector<std::string>{"w"});
  EXPECT_THAT(losses_csv(trainer.progress()),
              testing::StartsWith("epoch,train,validation,lr,gradient_norm,seconds,best,validation_w\n"));
  EXPECT_EQ(trainer.state().best_epoch, 1);
}

TEST(ModuleStep, ClipsTheGradient) {
  TrainOptions clipped = options();
  clipped.clip = 1;
  const auto number = std::make_shared<Number>();
  Pull step(number, clipped);
  step.start_epoch(0.5);
  EXPECT_EQ(step.forgotten, 1);
  EXPECT_DOUBLE_EQ(step.run({10}, 0).gradient_norm, 20);
  EXPECT_DOUBLE_EQ(number->w.item<double>(), 0.5);
}

TEST(ModuleStep, LeavesTheWeightsAloneWhereTheLossIsNotFinite) {
  const auto number = std::make_shared<Number>();
  number->w.data().fill_(1e200);
  Trainer trainer(training(number, options(), {{1}}), options());
  const TrainOutcome outcome = trainer.run();
  EXPECT_EQ(outcome.end, End::kDiverged);
  EXPECT_EQ(number->w.item<double>(), 1e200);
}

TEST(ModuleStep, AModuleWithoutTrainableParametersIsRefused) {
  EXPECT_THROW(Pull(std::make_shared<Number>(false), options()), Error);
}

}  // namespace
}  // namespace ebit::train
