#include "ebit/train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>

#include "ebit/base/error.h"
#include "ebit/nn/baselines.h"
#include "ebit/train/checkpoint.h"
#include "ebit/train/loss.h"

namespace ebit::train {
namespace {

using ::testing::HasSubstr;

Dataset sine_data(double validation = 0.2, int window = 5, int stride = 1) {
  Series series;
  series.source = "sine";
  series.names = {"y"};
  for (int i = 0; i < 80; ++i) {
    series.times.push_back(std::to_string(i));
    series.values.push_back(std::sin(0.4 * i) + 0.1 * std::sin(5.0 * i));
  }
  DatasetOptions options;
  options.targets = {"y"};
  options.window = window;
  options.stride = stride;
  options.train = 0.6;
  options.validation = validation;
  return make_dataset(series, options);
}

std::shared_ptr<nn::SequenceModel> lstm(std::uint64_t seed = 1, int hidden = 3, bool stateful = false) {
  torch::manual_seed(seed);
  auto model = nn::make_baseline("lstm", {.hidden = hidden, .stateful = stateful});
  model->to(torch::kFloat64);
  return model;
}

template <class Edit>
TrainOptions with(Edit edit) {
  TrainOptions options;
  edit(options);
  return options;
}

std::vector<double> losses(const TrainState& state) {
  std::vector<double> values;
  for (const EpochRecord& record : state.history) {
    values.push_back(record.train_loss);
    values.push_back(record.validation_loss);
  }
  return values;
}

std::filesystem::path scratch(const std::string& name) { return std::filesystem::path(EBIT_TEST_TMP) / name; }

template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Trainer, LearnsASine) {
  const Dataset data = sine_data();
  Trainer trainer(lstm(), data, with([&](TrainOptions& o) { o.epochs = 60; }));
  EXPECT_EQ(trainer.run().end, End::kFinished);
  const auto& history = trainer.state().history;
  ASSERT_EQ(history.size(), 60u);
  EXPECT_LT(history.back().train_loss, 0.1 * history.front().train_loss);
}

TEST(Trainer, TheSameSeedRepeatsEveryLossAndAnotherDoesNot) {
  const Dataset data = sine_data();
  const auto run = [&](std::uint64_t seed) {
    Trainer trainer(lstm(seed), data, with([&](TrainOptions& o) {
                      o.epochs = 4;
                      o.seed = seed;
                    }));
    trainer.run();
    return losses(trainer.state());
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(Trainer, EveryOptimizerScheduleAndLossResumesBitForBit) {
  struct Case {
    std::string optimizer, schedule, loss;
  };
  std::vector<Case> cases;
  for (const auto& row : optimizer_table()) cases.push_back({std::string(row.name), "none", "mse"});
  for (const auto& row : schedule_table()) cases.push_back({"adam", std::string(row.name), "mse"});
  for (const auto& row : loss_table()) cases.push_back({"adam", "none", std::string(row.name)});
  const Dataset data = sine_data();
  for (const Case& c : cases) {
    TrainOptions options = with([&](TrainOptions& o) {
      o.epochs = 12;
      o.optimizer = c.optimizer;
      o.loss = c.loss;
    });
    options.optimizer_options.momentum = 0.5;
    options.schedule = {.name = c.schedule, .step = 2, .gamma = 0.5, .patience = 0};
    Trainer straight(lstm(), data, options);
    straight.run();

    const auto path = scratch("resume.safetensors");
    {
      Trainer first(lstm(), data, options);
      // Stops in the middle of epoch 6: the half epoch must leave no trace.
      int polls = 0;
      const TrainOutcome outcome = first.run({.interrupted = [&] { return ++polls > 48; }});
      ASSERT_EQ(outcome.end, End::kInterrupted);
      ASSERT_EQ(first.state().history.size(), 5u);
      save_checkpoint(path, first.state(), {});
    }
    torch::manual_seed(999);
    Trainer second(lstm(55), data, options);
    second.restore(load_checkpoint(path, "").state, path.string());
    EXPECT_EQ(second.run().end, End::kFinished);
    EXPECT_EQ(losses(second.state()), losses(straight.state()))
        << c.optimizer << " " << c.schedule << " " << c.loss;
    for (const auto& [name, tensor] : straight.state().optimizer) {
      EXPECT_TRUE(torch::equal(tensor, second.state().optimizer.at(name))) << c.optimizer << " " << name;
    }
  }
}

TEST(Trainer, RestoresTheTrueBestEpoch) {
  const Dataset data = sine_data();
  // A learning rate so large that the last epoch is not the best one.
  TrainOptions options = with([&](TrainOptions& o) { o.epochs = 25; });
  options.optimizer_options.lr = 0.3;
  auto model = lstm();
  Trainer trainer(model, data, options);
  std::vector<double> validation;
  trainer.run({.on_epoch = [&](const EpochRecord& r) { validation.push_back(r.validation_loss); }});
  const auto best = std::min_element(validation.begin(), validation.end());
  ASSERT_NE(best, validation.end() - 1);
  EXPECT_EQ(trainer.state().best_epoch, best - validation.begin() + 1);
  const torch::Tensor prediction = predict(*model, data.validation, torch::kFloat64, false, 1, 1, 1);
  const double loss =
      torch::mse_loss(prediction, to_tensors(data.validation, torch::kFloat64).y).item<double>();
  EXPECT_EQ(loss, *best);

  options.restore_best = false;
  auto last = lstm();
  Trainer(last, data, options).run();
  const torch::Tensor other = predict(*last, data.validation, torch::kFloat64, false, 1, 1, 1);
  EXPECT_EQ(torch::mse_loss(other, to_tensors(data.validation, torch::kFloat64).y).item<double>(),
            validation.back());
}

TEST(Trainer, StopsEarlyButNotBeforeTheMinimum) {
  const Dataset data = sine_data();
  TrainOptions options = with([&](TrainOptions& o) {
    o.epochs = 200;
    o.patience = 3;
  });
  options.optimizer_options.lr = 0.3;
  Trainer trainer(lstm(), data, options);
  EXPECT_EQ(trainer.run().end, End::kEarlyStop);
  EXPECT_EQ(static_cast<int>(trainer.state().history.size()), trainer.state().best_epoch + 3);
  options.min_epochs = 150;
  Trainer longer(lstm(), data, options);
  longer.run();
  EXPECT_GE(longer.state().history.size(), 150u);
}

TEST(Trainer, WithoutValidationTheLastEpochCounts) {
  const Dataset data = sine_data(0.0);
  Trainer trainer(lstm(), data, with([&](TrainOptions& o) { o.epochs = 3; }));
  trainer.run();
  EXPECT_EQ(trainer.state().best_epoch, 3);
  EXPECT_TRUE(std::isnan(trainer.state().history[0].validation_loss));
  EXPECT_THAT(error_of([&] { Trainer(lstm(), data, with([&](TrainOptions& o) { o.patience = 2; })); }),
              HasSubstr("--patience needs a validation part"));
}

// A model whose loss is NaN from a given step on.
class Poisoned : public nn::SequenceModel {
 public:
  explicit Poisoned(int good_steps) : left_(good_steps) {
    weight_ = register_parameter("weight", torch::zeros({1}, torch::kFloat64));
  }
  torch::Tensor forward(torch::Tensor x) override {
    const double factor = is_training() && left_-- <= 0 ? std::nan("") : 1.0;
    return x.select(1, -1) * weight_ * factor;
  }
  std::string summary() const override { return "poisoned"; }

 private:
  torch::Tensor weight_;
  int left_;
};

TEST(Trainer, NanStopsKeepsTheLastGoodEpochAndSaysWhere) {
  const Dataset data = sine_data();
  const std::size_t batches = epoch_batches(data.train.count, 5, false, 0, 0).size();
  auto model = std::make_shared<Poisoned>(static_cast<int>(2 * batches + 3));
  Trainer trainer(model, data, with([&](TrainOptions& o) { o.epochs = 9; }));
  const TrainOutcome outcome = trainer.run();
  EXPECT_EQ(outcome.end, End::kDiverged);
  EXPECT_THAT(outcome.message, HasSubstr("became nan in epoch 3, batch 4"));
  EXPECT_EQ(trainer.state().history.size(), 2u);
  EXPECT_TRUE(std::isfinite(trainer.state().model.at("weight").item<double>()));
}

TEST(Trainer, ClippingBoundsTheStep) {
  const Dataset data = sine_data();
  const auto moved = [&](double clip) {
    TrainOptions options = with([&](TrainOptions& o) {
      o.epochs = 1;
      o.batch = 1000;
      o.optimizer = "sgd";
      o.clip = clip;
    });
    options.optimizer_options.lr = 1.0;
    Trainer trainer(lstm(), data, options);
    const Tensors before = trainer.state().model;
    trainer.run();
    double sum = 0.0;
    for (const auto& [name, tensor] : before) {
      sum += (trainer.state().model.at(name) - tensor).square().sum().item<double>();
    }
    return std::sqrt(sum);
  };
  EXPECT_GT(moved(0.0), 1e-2);
  EXPECT_NEAR(moved(1e-3), 1e-3, 1e-12);
}

TEST(Trainer, StatefulModelsSeeTheirStreamsInOrderOfTime) {
  const Dataset data = sine_data(0.2, 4, 2);
  auto model = lstm(1, 3, true);
  Trainer trainer(model, data, with([&](TrainOptions& o) {
                    o.epochs = 8;
                    o.stateful = true;
                  }));
  trainer.run();
  EXPECT_LT(trainer.state().history.back().train_loss, trainer.state().history.front().train_loss);
  // The prediction of a later window depends on the windows before it.
  const torch::Tensor carried = predict(*model, data.test, torch::kFloat64, true, 2, 1, 2);
  const torch::Tensor fresh = predict(*model, data.test, torch::kFloat64, false, 2, 1, 2);
  EXPECT_TRUE(torch::allclose(carried.slice(0, 0, 2), fresh.slice(0, 0, 2), 1e-12, 1e-14));
  EXPECT_GT((carried - fresh).slice(0, 2).abs().max().item<double>(), 1e-6);
}

TEST(Batches, OrderIsAFunctionOfSeedAndEpoch) {
  const auto first = epoch_batches(23, 5, true, 3, 1);
  EXPECT_EQ(first, epoch_batches(23, 5, true, 3, 1));
  EXPECT_NE(first, epoch_batches(23, 5, true, 3, 2));
  EXPECT_NE(first, epoch_batches(23, 5, true, 4, 1));
  std::set<std::int64_t> seen;
  for (const Batch& batch : first) seen.insert(batch.begin(), batch.end());
  EXPECT_EQ(seen.size(), 23u);
  EXPECT_EQ(first.back().size(), 3u);
}

TEST(Batches, StreamsFollowEachOther) {
  for (const bool every : {false, true}) {
    const Dataset data = sine_data(0.2, 4, 2);
    const StreamBatches streams = stream_batches(data.train, 4, 2, 6, every);
    std::multiset<std::int64_t> counted;
    for (std::size_t b = 0; b < streams.batches.size(); ++b) {
      ASSERT_EQ(streams.batches[b].size(), streams.batches[0].size());
      for (std::size_t k = 0; k < streams.batches[b].size(); ++k) {
        if (!streams.counts[b][k]) continue;
        counted.insert(streams.batches[b][k]);
        if (b == 0) continue;
        EXPECT_EQ(data.train.target_row[static_cast<std::size_t>(streams.batches[b][k])],
                  data.train.target_row[static_cast<std::size_t>(streams.batches[b - 1][k])] + 4);
      }
    }
    for (const std::int64_t window : counted) EXPECT_EQ(counted.count(window), 1u);
    if (every) {
      EXPECT_EQ(counted.size(), data.train.count);
    }
  }
  EXPECT_THAT(error_of([] { stream_batches(sine_data(0.2, 5, 2).train, 5, 2, 4, true); }),
              HasSubstr("not a multiple of stride"));
}

TEST(Trainer, BadOptionsAreNamed) {
  const Dataset data = sine_data();
  const auto refusal = [&](TrainOptions options) {
    return error_of([&] { Trainer(lstm(), data, options); });
  };
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.epochs = 0; })),
              HasSubstr("--epochs must be at least 1, not 0"));
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.batch = -5; })),
              HasSubstr("--batch must be at least 1, not -5"));
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.optimizer = "adm"; })), HasSubstr("did you mean 'adam'"));
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.loss = "mes"; })), HasSubstr("did you mean 'mse'"));
  EXPECT_THAT(refusal(with([&](TrainOptions& o) { o.clip = -1; })), HasSubstr("--clip"));
  EXPECT_THAT(refusal(with([](TrainOptions& o) { o.optimizer_options.lr = 0; })),
              HasSubstr("--lr must be above 0, not 0"));
  EXPECT_THAT(refusal(with([](TrainOptions& o) { o.schedule.name = "cosin"; })),
              HasSubstr("did you mean 'cosine'"));
}

TEST(Checkpoint, BadFilesAreRefusedWithTheirReason) {
  const Dataset data = sine_data();
  Trainer trainer(lstm(), data, with([&](TrainOptions& o) { o.epochs = 2; }));
  trainer.run();
  const auto path = scratch("bad.safetensors");
  save_checkpoint(path, trainer.state(), {{"fingerprint", "abc"}});
  EXPECT_EQ(load_checkpoint(path, "abc").metadata.at("fingerprint"), "abc");
  EXPECT_THAT(error_of([&] { load_checkpoint(path, "abd"); }), HasSubstr("is of another training"));

  // Another model.
  Trainer other(lstm(1, 4), data, with([&](TrainOptions& o) { o.epochs = 2; }));
  EXPECT_THAT(error_of([&] { other.restore(load_checkpoint(path, "").state, "bad.safetensors"); }),
              HasSubstr("is of another model"));

  // Truncated at every length.
  const std::string bytes = nn::encode_safetensors(nn::load_safetensors(path));
  for (std::size_t size = 0; size < bytes.size(); size += 97) {
    std::ofstream(path, std::ios::binary) << bytes.substr(0, size);
    EXPECT_THAT(error_of([&] { load_checkpoint(path, ""); }), HasSubstr("bad.safetensors")) << size;
  }

  // A good safetensors file of somebody else, and a weights file.
  nn::TensorFile foreign;
  foreign.tensors["w"] = torch::ones({2});
  nn::save_safetensors(path, foreign);
  EXPECT_THAT(error_of([&] { load_checkpoint(path, ""); }), HasSubstr("not one that ebit wrote"));
  save_weights(path, trainer.state().best, {});
  EXPECT_THAT(error_of([&] { load_checkpoint(path, ""); }), HasSubstr("not one that ebit wrote"));
  EXPECT_THAT(error_of([&] { load_checkpoint(scratch("absent.safetensors"), ""); }), HasSubstr("absent"));

  auto again = lstm(9);
  load_weights(path, *again);
  EXPECT_TRUE(torch::equal(again->named_parameters()["head.bias"], trainer.state().best.at("head.bias")));
}

}  // namespace
}  // namespace ebit::train
