#include "ebit/train/native_step.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/info/entropy.h"
#include "ebit/nn/baselines.h"
#include "ebit/nn/register_model.h"
#include "ebit/train/loss.h"
#include "ebit/train/trainer.h"

namespace ebit::train {
namespace {

using ::testing::HasSubstr;

Dataset wave(int targets = 1, int window = 4) {
  Series series;
  series.source = "wave";
  for (int k = 0; k < targets; ++k) series.names.push_back(fmt::format("y{}", k));
  for (int i = 0; i < 50; ++i) {
    series.times.push_back(std::to_string(i));
    for (int k = 0; k < targets; ++k)
      series.values.push_back(std::sin(0.4 * i + k) + 0.1 * std::cos(3.0 * i));
  }
  DatasetOptions options;
  options.targets = series.names;
  options.window = window;
  options.stride = 2;
  options.train = 0.6;
  options.validation = 0.25;
  return make_dataset(series, options);
}

struct Case {
  TrainOptions train;
  std::string hidden = "collapse";
  bool head = false;
  int targets = 1;
  torch::Dtype dtype = torch::kFloat64;
  std::string entropy;
  EntropyLoss entropy_loss;
};

std::shared_ptr<nn::SequenceModel> model_of(const Case& c) {
  torch::manual_seed(3);
  RegisterOptions cell;
  cell.features = c.targets;
  cell.layers_en = cell.layers_dis = 1;
  cell.hidden = c.hidden;
  cell.entropy = c.entropy;
  if (c.entropy_loss.target) cell.entropy_stage = "entangled";
  // A memory that is never measured needs an encoder of gates.
  if (find_hidden_update<double>(c.hidden).memory == Memory::kWholeState) cell.encoder = "arctan-angle";
  auto model = nn::RegisterModel(nn::RegisterModelOptions(nn::RegisterRNNOptions(cell), c.targets)
                                     .linear_head(c.head)
                                     .stateful(c.train.stateful)
                                     .entropy_loss(c.entropy_loss));
  model->to(c.dtype);
  return model.ptr();
}

TrainState trained(Case c, const std::string& step, const Dataset& data) {
  c.train.step = step;
  Trainer trainer(model_of(c), data, c.train);
  trainer.run();
  return trainer.state();
}

void expect_equal(const TrainState& a, const TrainState& b, double relative, const std::string& what) {
  SCOPED_TRACE(what);
  const auto near = [&](double x, double y) { return std::abs(x - y) <= relative * (std::abs(x) + 1e-3); };
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t e = 0; e < a.history.size(); ++e) {
    EXPECT_TRUE(near(a.history[e].train_loss, b.history[e].train_loss)) << "epoch " << e;
    EXPECT_TRUE(near(a.history[e].validation_loss, b.history[e].validation_loss)) << "epoch " << e;
    EXPECT_TRUE(near(a.history[e].gradient_norm, b.history[e].gradient_norm)) << "epoch " << e;
    EXPECT_EQ(a.history[e].lr, b.history[e].lr);
    EXPECT_EQ(std::isnan(a.history[e].entropy), std::isnan(b.history[e].entropy));
    if (!std::isnan(a.history[e].entropy)) {
      EXPECT_TRUE(near(a.history[e].entropy, b.history[e].entropy)) << "epoch " << e;
    }
  }
  EXPECT_EQ(a.best_epoch, b.best_epoch);
  const auto same = [&](const Tensors& x, const Tensors& y) {
    ASSERT_EQ(x.size(), y.size());
    for (const auto& [name, tensor] : x) {
      ASSERT_TRUE(y.contains(name)) << name;
      ASSERT_EQ(tensor.sizes(), y.at(name).sizes()) << name;
      ASSERT_EQ(tensor.scalar_type(), y.at(name).scalar_type()) << name;
      EXPECT_TRUE(torch::allclose(tensor, y.at(name), relative, relative)) << name;
    }
  };
  same(a.model, b.model), same(a.best, b.best), same(a.optimizer, b.optimizer);
}

std::vector<double> losses(const TrainState& state) {
  std::vector<double> values;
  for (const EpochRecord& r : state.history) values.insert(values.end(), {r.train_loss, r.validation_loss});
  return values;
}

Case short_case() {
  Case c;
  c.train.epochs = 3;
  c.train.optimizer_options.lr = 0.02;
  return c;
}

TEST(NativeStep, EqualsTorchForEveryOptimizerLossHeadAndState) {
  const Dataset data = wave();
  for (const OptimizerRow& optimizer : optimizer_table())
    for (const LossRow& loss : loss_table())
      for (const bool head : {false, true})
        for (const bool stateful : {false, true}) {
          Case c = short_case();
          c.head = head;
          c.train.optimizer = optimizer.name;
          c.train.loss = loss.name;
          c.train.stateful = stateful;
          c.train.optimizer_options.momentum = head ? 0.6 : 0.0;
          c.train.optimizer_options.weight_decay = stateful ? 0.01 : 0.0;
          c.train.clip = loss.name == "mse" ? 0.1 : 0.0;
          const std::string what =
              fmt::format("{} {} head {} stateful {}", optimizer.name, loss.name, head, stateful);
          expect_equal(trained(c, "native", data), trained(c, "torch", data), 1e-12, what);
          c.dtype = torch::kFloat32;
          // RMSprop divides a small gradient by its own size, and so makes its rounding errors large.
          const double relative = optimizer.name == "rmsprop" ? 1e-4 : 1e-5;
          expect_equal(trained(c, "native", data), trained(c, "torch", data), relative, what + " float32");
        }
}

TEST(NativeStep, EqualsTorchForEveryScheduleAndHiddenUpdate) {
  const Dataset data = wave();
  for (const ScheduleRow& schedule : schedule_table()) {
    Case c = short_case();
    c.train.schedule = {.name = std::string(schedule.name), .step = 1, .gamma = 0.5, .patience = 0};
    expect_equal(trained(c, "native", data), trained(c, "torch", data), 1e-12, c.train.schedule.name);
  }
  for (const auto& update : hidden_updates<double>())
    for (const bool stateful : {false, true}) {
      Case c = short_case();
      c.hidden = update.name;
      c.train.stateful = stateful;
      expect_equal(trained(c, "native", data), trained(c, "torch", data), 1e-12, c.hidden);
    }
}

TEST(NativeStep, EqualsTorchWithAnEntropyInTheLoss) {
  const Dataset data = wave();
  for (const std::string& kind : names_of(entropies()))
    for (const std::string hidden : {"collapse", "probabilities", "coherent"})
      for (const EntropyLoss& loss :
           {EntropyLoss{0.3, std::nullopt}, EntropyLoss{-0.3, std::nullopt}, EntropyLoss{0.5, 0.4}}) {
        Case c = short_case();
        c.hidden = hidden, c.entropy = kind, c.entropy_loss = loss;
        c.head = c.train.stateful = kind == "renyi-2";
        const std::string what =
            fmt::format("{} {} {} {}", kind, hidden, loss.weight, loss.target.value_or(-1));
        const TrainState native = trained(c, "native", data);
        expect_equal(native, trained(c, "torch", data), 1e-11, what);
        for (const EpochRecord& r : native.history) EXPECT_GT(r.entropy, 0) << what;
        c.dtype = torch::kFloat32;
        expect_equal(trained(c, "native", data), trained(c, "torch", data), 2e-4, what + " float32");
      }
}

TEST(NativeStep, TheEntropyGoesWhereTheLossDrawsIt) {
  const Dataset data = wave();
  const auto last_entropy = [&](EntropyLoss loss) {
    Case c = short_case();
    c.train.epochs = 60;
    c.entropy = "von-neumann", c.entropy_loss = loss;
    return trained(c, "native", data).history.back().entropy;
  };
  // 2+2 qubits: from 0 to 2 bits.
  EXPECT_NEAR(last_entropy({10, 0.8}), 0.8, 0.05);
  EXPECT_LT(last_entropy({10, 0.0}), 0.4);  // these angles end in a local minimum at 0.29
  EXPECT_GT(last_entropy({10, std::nullopt}), last_entropy({-10, std::nullopt}) + 0.5);
}

TEST(NativeStep, EqualsTorchForSeveralTargetsAndTheBestEpochIsTheSame) {
  const Dataset data = wave(2, 6);
  for (const bool head : {false, true}) {
    Case c = short_case();
    c.targets = 2;
    c.head = head;
    c.train.epochs = 12;
    c.train.optimizer_options.lr = 0.3;
    c.train.patience = 4;
    expect_equal(trained(c, "native", data), trained(c, "torch", data), 1e-9, head ? "head" : "no head");
  }
}

TEST(NativeStep, GoesOnWhereEitherStepStopped) {
  const Dataset data = wave();
  for (const OptimizerRow& optimizer : optimizer_table())
    for (const char* first : {"native", "torch"})
      for (const char* second : {"native", "torch"}) {
        Case c = short_case();
        c.train.epochs = 8;
        c.train.optimizer = optimizer.name;
        c.train.optimizer_options.momentum = 0.5;
        c.train.step = first;
        Trainer begun(model_of(c), data, c.train);
        int polls = 0;  // in the middle of epoch 4
        ASSERT_EQ(begun.run({.interrupted = [&] { return ++polls > 11; }}).end, End::kInterrupted);
        ASSERT_EQ(begun.state().history.size(), 3u);
        c.train.step = second;
        Trainer resumed(model_of(c), data, c.train);
        resumed.restore(begun.state(), "state");
        ASSERT_EQ(resumed.run().end, End::kFinished);
        const TrainState straight = trained(c, first, data);
        const std::string what = fmt::format("{} {} {}", optimizer.name, first, second);
        expect_equal(resumed.state(), straight, 1e-12, what);
        if (first != second) continue;
        EXPECT_EQ(losses(resumed.state()), losses(straight)) << what;
        for (const auto& [name, tensor] : straight.optimizer)
          EXPECT_TRUE(torch::equal(tensor, resumed.state().optimizer.at(name))) << what << " " << name;
      }
}

TEST(NativeStep, TrainsTheModulesOwnParametersAllOfThem) {
  const Dataset data = wave();
  Case c = short_case();
  c.head = true;
  c.train.step = "native";
  c.train.restore_best = false;
  auto model = model_of(c);
  std::map<std::string, const void*> places;
  for (const auto& item : model->named_parameters()) places[item.key()] = item.value().data_ptr();
  Trainer trainer(model, data, c.train);
  const Tensors before = trainer.state().model;
  trainer.run({.on_epoch = [&](const EpochRecord&) {
    for (const auto& item : model->named_parameters())
      EXPECT_TRUE(torch::equal(item.value(), trainer.state().model.at(item.key()))) << item.key();
  }});
  for (const auto& item : model->named_parameters()) {
    EXPECT_EQ(item.value().data_ptr(), places.at(item.key())) << item.key();
    EXPECT_TRUE((item.value() != before.at(item.key())).all().item<bool>()) << item.key();
  }
  EXPECT_EQ(before.size(), places.size());
}

TEST(NativeStep, DivergenceIsReportedAlike) {
  const Dataset data = wave();
  const auto outcome = [&](const std::string& step) {
    Case c = short_case();
    c.head = true;
    c.train.step = step;
    c.train.optimizer = "sgd";
    c.train.optimizer_options.lr = 1e300;
    auto model = model_of(c);
    Trainer trainer(model, data, c.train);
    const TrainOutcome end = trainer.run();
    EXPECT_EQ(end.end, End::kDiverged);
    for (const torch::Tensor& p : model->parameters()) EXPECT_TRUE(p.isfinite().all().item<bool>());
    return end.message;
  };
  EXPECT_THAT(outcome("native"), HasSubstr("the training loss became"));
  EXPECT_EQ(outcome("native"), outcome("torch"));
}

std::string refusal(const StepInput& input) {
  try {
    make_step(input);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(NativeStep, SaysWhatIsInTheWayAndAutoGoesRoundIt) {
  const Dataset data = wave(), wide = wave(2);
  Case c = short_case();
  const auto expect_obstacle = [&](nn::SequenceModel& model, const Dataset& windows, const char* text) {
    TrainOptions options = c.train;
    EXPECT_THAT(native_obstacle({model, windows, options}), HasSubstr(text));
    options.step = "native";
    EXPECT_THAT(refusal({model, windows, options}), HasSubstr("--step native cannot train this model"));
    EXPECT_THAT(refusal({model, windows, options}), HasSubstr(text));
    options.step = "auto";
    EXPECT_EQ(refusal({model, windows, options}), "no error");
  };
  auto lstm = nn::make_baseline("lstm", {.hidden = 3});
  lstm->to(torch::kFloat64);
  expect_obstacle(*lstm, data, "only register cells");
  auto model = model_of(c);
  EXPECT_EQ(native_obstacle({*model, data, c.train}), "");
  expect_obstacle(*model, wide, "maps 1 features to 1 targets, and the data have 2 and 2");
  model->named_parameters()["rnn.theta_en"].set_requires_grad(false);
  expect_obstacle(*model, data, "'rnn.theta_en' is frozen");
  c.train.step = "nativ";
  EXPECT_THAT(refusal({*model, data, c.train}), HasSubstr("did you mean 'native'"));
}

TEST(NativeStep, AutoTakesItForARegisterCell) {
  const Dataset data = wave();
  Case c = short_case();
  c.head = true;
  EXPECT_EQ(losses(trained(c, "auto", data)), losses(trained(c, "native", data)));
  EXPECT_EQ(step_table().front().name, "native");
}

TEST(NativeStep, ForeignOptimizerMemoryIsRefused) {
  const Dataset data = wave();
  Case c = short_case();
  c.train.step = "native";
  TrainState state = trained(c, "native", data);
  const auto error_of = [&](const std::string& name, torch::Tensor tensor) {
    TrainState other = state;
    other.optimizer[name] = std::move(tensor);
    Trainer trainer(model_of(c), data, c.train);
    try {
      trainer.restore(other, "x.safetensors");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(error_of("rnn.theta_en.exp_avg", torch::zeros({3, 3})),
              HasSubstr("'x.safetensors' is of another"));
  EXPECT_THAT(error_of("rnn.theta_en.step", torch::zeros({1})), HasSubstr("does not fit the parameter"));
  EXPECT_THAT(error_of("rnn.theta_en.step", torch::tensor(std::int64_t{1})), HasSubstr("--step torch"));
}

}  // namespace
}  // namespace ebit::train
