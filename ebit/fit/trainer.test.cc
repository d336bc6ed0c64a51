#include "ebit/fit/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "ebit/base/parallel.h"
#include "ebit/fit/checkpoint.h"
#include "ebit/fit/losses.h"
#include "ebit/fit/optimizers.h"
#include "ebit/fit/test_support.h"

namespace ebit::fit {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<Model> model_of(std::uint64_t seed = 1) { return make_model(register_spec(seed)); }

std::unique_ptr<Trainer> trainer_of(const std::shared_ptr<Model>& model, const Dataset& data,
                                    const TrainOptions& options) {
  return std::make_unique<Trainer>(windows_training(model, data, options), options);
}

template <class Edit>
TrainOptions with(Edit edit) {
  TrainOptions options;
  edit(options);
  return options;
}

double validation_loss(Model& model, const Dataset& data) {
  return model.mean_loss("mse", predict(model, data.validation, false, 1, 1, kValidationPart),
                         data.validation.y);
}

TEST(Trainer, LearnsAWave) {
  const Dataset data = wave_data();
  const auto trainer = trainer_of(model_of(), data, with([&](TrainOptions& o) { o.epochs = 60; }));
  EXPECT_EQ(trainer->run().end, End::kFinished);
  const auto& history = trainer->state().history;
  ASSERT_EQ(history.size(), 60u);
  EXPECT_LT(history.back().train_loss, 0.3 * history.front().train_loss);
}

TEST(Trainer, TheSameSeedRepeatsEveryLossAndAnotherDoesNot) {
  const Dataset data = wave_data();
  const auto run = [&](std::uint64_t seed) {
    const auto trainer =
        trainer_of(model_of(seed), data, with([&](TrainOptions& o) { o.epochs = 4, o.seed = seed; }));
    trainer->run();
    return losses_of(trainer->progress());
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

// Batches of several tiles of samples, so that the threads have something to share.
TEST(Trainer, SeveralThreadsTrainToTheSameBits) {
  const Dataset data = wave_data();
  const auto run = [&](int threads) {
    set_threads(threads);
    const auto trainer =
        trainer_of(model_of(), data, with([&](TrainOptions& o) { o.epochs = 3, o.batch = 64; }));
    trainer->run();
    set_threads(1);
    return losses_of(trainer->progress());
  };
  const auto alone = run(1);
  EXPECT_EQ(run(3), alone);
  EXPECT_EQ(run(2), alone);
}

TEST(Trainer, EveryOptimizerScheduleAndLossResumesBitForBit) {
  struct Case {
    std::string optimizer, schedule, loss;
    bool stateful;
    std::string freeze = "none";
  };
  std::vector<Case> cases;
  for (const auto& row : optimizers()) cases.push_back({std::string(row.name), "none", "mse", false});
  for (const auto& row : schedules()) cases.push_back({"adam", std::string(row.name), "mse", false});
  for (const auto& row : losses()) cases.push_back({"adam", "none", std::string(row.name), true});
  for (const auto& row : optimizers())
    cases.push_back({std::string(row.name), "none", "mse", false, "circuit"});
  const Dataset data = wave_data(0.2, 4, 2);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.optimizer + " " + c.schedule + " " + c.loss);
    const TrainOptions options = with([&](TrainOptions& o) {
      o.epochs = 12, o.optimizer = c.optimizer, o.optimizer_options.momentum = 0.5,
      o.schedule = {.name = c.schedule, .step = 2, .gamma = 0.5, .patience = 0}, o.loss = c.loss;
    });
    const auto make = [&](std::uint64_t seed) {
      ModelSpec spec = register_spec(seed, true, c.stateful);
      spec.core = with_freeze(std::get<CellOptions>(spec.core), c.freeze);
      return trainer_of(make_model(spec), data, options);
    };
    const auto straight = make(1);
    straight->run();

    const auto path = std::filesystem::path(EBIT_TEST_TMP) / "resume.safetensors";
    const auto first = make(1);
    // Stops in the middle of epoch 6: the half epoch must leave no trace.
    std::size_t epochs = 0;
    bool half = false;
    const TrainOutcome outcome =
        first->run({.on_epoch = [&](const EpochRecord&) { ++epochs; },
                    .interrupted = [&] { return epochs == 5 && std::exchange(half, true); }});
    ASSERT_EQ(outcome.end, End::kInterrupted);
    ASSERT_EQ(first->state().history.size(), 5u);
    save_checkpoint(path, first->state(), {});
    const auto second = make(55);
    second->restore(load_checkpoint(path, "").state, path.string());
    for (const auto& again : {second.get(), first.get()}) {  // the one that stopped may go on, too
      EXPECT_EQ(again->run().end, End::kFinished);
      EXPECT_EQ(losses_of(again->progress()), losses_of(straight->progress()));
      EXPECT_TRUE(same(again->state().optimizer, straight->state().optimizer));
      EXPECT_TRUE(same(again->state().best, straight->state().best));
    }
  }
}

TEST(Trainer, RestoresTheTrueBestEpoch) {
  const Dataset data = wave_data();
  // A learning rate so large that the last epoch is not the best one.
  TrainOptions options = with([&](TrainOptions& o) { o.epochs = 25, o.optimizer_options.lr = 0.5; });
  const auto model = model_of();
  const auto trainer = trainer_of(model, data, options);
  std::vector<double> validation;
  trainer->run({.on_epoch = [&](const EpochRecord& r) { validation.push_back(r.validation_loss); }});
  const auto best = std::min_element(validation.begin(), validation.end());
  ASSERT_NE(best, validation.end() - 1);
  EXPECT_EQ(trainer->state().best_epoch, best - validation.begin() + 1);
  EXPECT_EQ(validation_loss(*model, data), *best);

  options.restore_best = false;
  const auto last = model_of();
  trainer_of(last, data, options)->run();
  EXPECT_EQ(validation_loss(*last, data), validation.back());
}

TEST(Trainer, StateAndModelAreTheSameAfterEveryEpoch) {
  const Dataset data = wave_data();
  const auto model = model_of();
  const auto trainer = trainer_of(model, data, with([&](TrainOptions& o) { o.epochs = 3; }));
  const Tensors before = trainer->state().model;
  EXPECT_TRUE(same(before, model->weights()));
  trainer->run({.on_epoch = [&](const EpochRecord&) {
    EXPECT_TRUE(same(trainer->state().model, model->weights()));
    EXPECT_FALSE(same(trainer->state().model, before));
  }});
}

TEST(Trainer, StopsEarlyButNotBeforeTheMinimum) {
  const Dataset data = wave_data();
  TrainOptions options =
      with([&](TrainOptions& o) { o.epochs = 200, o.optimizer_options.lr = 0.5, o.patience = 3; });
  const auto trainer = trainer_of(model_of(), data, options);
  EXPECT_EQ(trainer->run().end, End::kEarlyStop);
  EXPECT_EQ(static_cast<int>(trainer->state().history.size()), trainer->state().best_epoch + 3);
  options.min_epochs = 150;
  const auto longer = trainer_of(model_of(), data, options);
  longer->run();
  EXPECT_GE(longer->state().history.size(), 150u);
}

// Stopped in the first epoch, from the least one on, in which the rule of Fellner et al. 2025 holds.
TEST(Trainer, StopsOnAPlateau) {
  const Dataset data = wave_data();
  TrainOptions options = with([&](TrainOptions& o) { o.epochs = 400, o.plateau = 10, o.min_epochs = 30; });
  const auto trainer = trainer_of(model_of(), data, options);
  EXPECT_EQ(trainer->run().end, End::kEarlyStop);
  const auto& history = trainer->state().history;
  ASSERT_LT(history.size(), 400u);
  ASSERT_GE(history.size(), 30u);
  const auto flat = [&](std::size_t end) {
    std::vector<double> before, last;
    for (std::size_t e = end - 20; e < end - 10; ++e) before.push_back(history[e].validation_loss);
    for (std::size_t e = end - 10; e < end; ++e) last.push_back(history[e].validation_loss);
    const auto mean = [](const std::vector<double>& v) {
      return std::accumulate(v.begin(), v.end(), 0.0) / 10;
    };
    double variance = 0;
    for (const double v : last) variance += (v - mean(last)) * (v - mean(last)) / 10;
    return std::abs(mean(before) - mean(last)) < std::sqrt(variance) / 2;
  };
  for (std::size_t end = 30; end <= history.size(); ++end) EXPECT_EQ(flat(end), end == history.size()) << end;
  options.validate_every = 2;
  EXPECT_THROW(trainer_of(model_of(), data, options), Error);
  options.validate_every = 1, options.plateau = 1;
  EXPECT_THROW(trainer_of(model_of(), data, options), Error);
}

TEST(Trainer, ValidatesAsOftenAsAskedAndInTheLastEpoch) {
  const Dataset data = wave_data();
  const auto trainer =
      trainer_of(model_of(), data, with([&](TrainOptions& o) { o.epochs = 8, o.validate_every = 3; }));
  EXPECT_EQ(trainer->run().end, End::kFinished);
  for (const EpochRecord& record : trainer->state().history)
    EXPECT_EQ(std::isnan(record.validation_loss), record.epoch % 3 != 0 && record.epoch != 8) << record.epoch;
  EXPECT_TRUE(trainer->state().best_epoch % 3 == 0 || trainer->state().best_epoch == 8);
  EXPECT_THROW(trainer_of(model_of(), data, with([&](TrainOptions& o) { o.validate_every = 0; })), Error);
}

TEST(Trainer, EndsWhenSolvedAndStaysSo) {
  const Dataset data = wave_data();
  TrainOptions options = with([&](TrainOptions& o) { o.epochs = 200; });
  const auto whole = trainer_of(model_of(), data, options);
  whole->run();
  options.stop_below = whole->state().history[20].validation_loss;
  const auto trainer = trainer_of(model_of(), data, options);
  EXPECT_EQ(trainer->run().end, End::kSolved);
  EXPECT_EQ(name_of(End::kSolved), "solved");
  const auto& history = trainer->state().history;
  for (std::size_t e = 0; e < history.size(); ++e)
    EXPECT_EQ(history[e].validation_loss < options.stop_below, e + 1 == history.size());
  const std::size_t epochs = history.size();
  EXPECT_LT(epochs, 200u);
  EXPECT_EQ(trainer->run().end, End::kSolved);
  EXPECT_EQ(trainer->state().history.size(), epochs);
  EXPECT_THROW(trainer_of(model_of(), wave_data(0.0), options), Error);
}

TEST(Trainer, WithoutValidationTheLastEpochCounts) {
  const Dataset data = wave_data(0.0);
  const auto trainer = trainer_of(model_of(), data, with([&](TrainOptions& o) { o.epochs = 3; }));
  trainer->run();
  EXPECT_EQ(trainer->state().best_epoch, 3);
  EXPECT_TRUE(std::isnan(trainer->state().history[0].validation_loss));
  EXPECT_THAT(
      error_of([&] { trainer_of(model_of(), data, with([&](TrainOptions& o) { o.patience = 2; })); }),
      HasSubstr("--patience needs a validation part and there is none: give a share with --validation"));
}

TEST(Trainer, MetricsOfTheValidationAreKept) {
  const Dataset data = wave_data();
  const TrainOptions options = with([&](TrainOptions& o) { o.epochs = 3; });
  Training training = windows_training(model_of(), data, options);
  training.metrics = {"twice"};
  training.validate = [plain = training.validate](Model& model) {
    Validation found = plain(model);
    found.metrics = {2 * found.loss};
    return found;
  };
  Trainer trainer(std::move(training), options);
  trainer.run();
  const auto path = std::filesystem::path(EBIT_TEST_TMP) / "metrics.safetensors";
  save_checkpoint(path, trainer.state(), {});
  const TrainState back = load_checkpoint(path, "").state;
  EXPECT_EQ(back.metrics, std::vector<std::string>{"twice"});
  for (const EpochRecord& r : back.history) EXPECT_EQ(r.metrics, std::vector{2 * r.validation_loss});
}

// A step whose loss or gradient is NaN from a given one on.
class Poisoned : public TrainStep {
 public:
  Poisoned(std::unique_ptr<TrainStep> step, std::size_t good, bool gradient)
      : step_(std::move(step)), left_(good), gradient_(gradient) {}
  void start_epoch(double lr) override { step_->start_epoch(lr); }
  StepResult run(const Examples& examples, std::uint64_t draw) override {
    if (left_-- > 0) return step_->run(examples, draw);
    return gradient_ ? StepResult{.loss = 1, .gradient_norm = INFINITY} : StepResult{.loss = NAN};
  }
  void keep_last() override { step_->keep_last(); }
  void keep_best() override { step_->keep_best(); }
  Tensors last() const override { return step_->last(); }
  Tensors best() const override { return step_->best(); }
  Tensors optimizer() const override { return step_->optimizer(); }
  void load_optimizer(const Tensors& tensors, std::string_view where) override {
    step_->load_optimizer(tensors, where);
  }

 private:
  std::unique_ptr<TrainStep> step_;
  std::size_t left_;
  bool gradient_;
};

TEST(Trainer, NanStopsKeepsTheLastGoodEpochAndSaysWhere) {
  const Dataset data = wave_data();
  const TrainOptions options = with([&](TrainOptions& o) { o.epochs = 9; });
  const std::size_t batches = epoch_batches(data.train.count, options.batch, false, 0, 0).size();
  for (const bool gradient : {false, true}) {
    const auto model = model_of();
    Training training = windows_training(model, data, options);
    training.step = std::make_unique<Poisoned>(std::move(training.step), 2 * batches + 3, gradient);
    Trainer trainer(std::move(training), options);
    const TrainOutcome outcome = trainer.run();
    EXPECT_EQ(outcome.end, End::kDiverged);
    EXPECT_THAT(outcome.message, HasSubstr("the training loss became nan in epoch 3, batch 4"));
    EXPECT_EQ(trainer.state().history.size(), 2u);
    for (const double number : cell_parameters(model->spec(), model->weights()))
      EXPECT_TRUE(std::isfinite(number));
  }
}

TEST(Trainer, DivergenceLeavesFiniteWeights) {
  const Dataset data = wave_data();
  const auto model = model_of();
  const auto trainer = trainer_of(
      model, data, with([&](TrainOptions& o) { o.optimizer = "sgd", o.optimizer_options.lr = 1e300; }));
  const TrainOutcome end = trainer->run();
  EXPECT_EQ(end.end, End::kDiverged);
  EXPECT_THAT(end.message, HasSubstr("the training loss became"));
  for (const auto& [name, tensor] : model->weights())
    for (const double number : as_doubles(tensor, name)) EXPECT_TRUE(std::isfinite(number)) << name;
}

TEST(Trainer, ClippingBoundsTheStep) {
  const Dataset data = wave_data();
  const auto moved = [&](double clip) {
    const auto trainer = trainer_of(model_of(), data, with([&](TrainOptions& o) {
                                      o.epochs = 1, o.batch = 1000, o.optimizer = "sgd",
                                      o.optimizer_options.lr = 1.0, o.clip = clip;
                                    }));
    const Tensors before = trainer->state().model;
    trainer->run();
    double sum = 0.0;
    for (const auto& [name, tensor] : before) {
      const std::vector<double> a = as_doubles(tensor, name),
                                b = as_doubles(trainer->state().model.at(name), name);
      for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return std::sqrt(sum);
  };
  EXPECT_GT(moved(0.0), 1e-2);
  EXPECT_NEAR(moved(1e-3), 1e-3, 1e-12);
}

TEST(Trainer, StatefulModelsSeeTheirStreamsInOrderOfTime) {
  const Dataset data = wave_data(0.2, 4, 2);
  const std::shared_ptr<Model> model = make_model(register_spec(1, true, true));
  const auto trainer = trainer_of(model, data, with([&](TrainOptions& o) { o.epochs = 8; }));
  trainer->run();
  EXPECT_LT(trainer->state().history.back().train_loss, trainer->state().history.front().train_loss);
  // The prediction of a later window depends on the windows before it.
  const std::vector<double> carried = predict(*model, data.test, true, 2, 1, 2),
                            fresh = predict(*model, data.test, false, 2, 1, 2);
  double largest = 0;
  for (std::size_t i = 0; i < carried.size(); ++i) {
    if (i < 2) {
      EXPECT_NEAR(carried[i], fresh[i], 1e-12);
    }
    largest = std::max(largest, std::abs(carried[i] - fresh[i]));
  }
  EXPECT_GT(largest, 1e-6);
}

TEST(Trainer, BadOptionsAreNamed) {
  const Dataset data = wave_data();
  const auto refusal = [&](const TrainOptions& options) {
    return error_of([&] { trainer_of(model_of(), data, options); });
  };
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.epochs = 0; })),
              HasSubstr("--epochs must be at least 1, not 0"));
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.batch = -5; })),
              HasSubstr("--batch must be at least 1, not -5"));
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.optimizer = "adm"; })), HasSubstr("did you mean 'adam'"));
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.loss = "mes"; })), HasSubstr("did you mean 'mse'"));
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.clip = -1; })), HasSubstr("--clip"));
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.optimizer_options.lr = 0; })),
              HasSubstr("--lr must be above 0, not 0"));
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.optimizer_options.beta1 = 1; })),
              HasSubstr("--beta1 must be in [0, 1), not 1"));
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.schedule.name = "cosin"; })),
              HasSubstr("did you mean 'cosine'"));
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.schedule.step = 0; })), HasSubstr("--schedule-step"));
}

}  // namespace
}  // namespace ebit::fit
