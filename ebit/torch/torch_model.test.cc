#include "ebit/torch/torch_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ebit/fit/cell_model.h"
#include "ebit/fit/losses.h"
#include "ebit/fit/optimizers.h"
#include "ebit/fit/test_support.h"
#include "ebit/torch/backend.h"
#include "ebit/torch/module_tensors.h"
#include "ebit/torch/torch_losses.h"
#include "ebit/torch/torch_optimizers.h"

namespace ebit::nn {
namespace {

using fit::Answer;
using fit::Examples;
using fit::ModelSpec;
using fit::StepResult;
using fit::TrainOptions;
using ::testing::HasSubstr;
using torch::Tensor;

ModelSpec spec_of(fit::CoreOptions core, fit::HeadSpec head = {}, int width = 1) {
  ModelSpec spec;
  spec.core = std::move(core);
  spec.head = std::move(head);
  spec.input.width = width;
  return spec;
}

// Models of tokens of every answer, and a regression: classical cores and a hybrid QRNN.
std::vector<ModelSpec> torch_only() {
  std::vector<ModelSpec> all;
  ControlledOptions qrnn;
  qrnn.qubits = 2;
  std::vector<fit::CoreOptions> cores = {CellOptions(qrnn)};
  for (const fit::ClassicalCore& row : fit::classical_cores())
    if (row.name != "poly-ridge")
      cores.push_back(fit::ClassicalOptions{.core = std::string(row.name), .hidden = 3, .layers = 1});
  for (const fit::CoreOptions& core : cores) {
    ModelSpec numbers = spec_of(core, {.answer = Answer::kNumbers, .outputs = 2}, 3);
    numbers.input.steps = 4;
    all.push_back(numbers);
    const auto* classical = std::get_if<fit::ClassicalOptions>(&core);
    if (classical && fit::find_classical_core(classical->core).whole) continue;
    for (const Answer answer : {Answer::kClass, Answer::kClasses, Answer::kTranslation}) {
      ModelSpec tokens = spec_of(core, {.answer = answer, .outputs = 5, .pool = "mean"}, 3);
      tokens.input.vocabulary = 6;
      all.push_back(tokens);
    }
  }
  return all;
}

// Random examples for any model.
Examples examples_for(const ModelSpec& spec, std::size_t samples, std::size_t steps, std::uint64_t seed,
                      bool lengths = false) {
  Examples e = fit::random_examples(spec, samples, steps, seed, lengths);
  Random random(seed, 1);
  const auto draw = [&](std::size_t count, int below) {
    std::vector<std::int64_t> numbers(count);
    for (std::int64_t& n : numbers)
      n = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(below)));
    return numbers;
  };
  if (spec.input.vocabulary > 0) {
    e.features = 0, e.x.clear();
    e.tokens = draw(samples * steps, spec.input.vocabulary);
  }
  if (spec.head.answer == Answer::kTranslation) {
    e.target_steps = 3;
    e.previous = draw(samples * 3, spec.head.outputs);
    e.labels = draw(samples * 3, spec.head.outputs);
    e.target_lengths.assign(samples, 3);
    e.target_lengths[0] = 2;
  }
  return e;
}

void expect_near(double a, double b, double relative) {
  EXPECT_LE(std::abs(a - b), relative * (std::abs(a) + 1e-3)) << a << " " << b;
}

void expect_near(const fit::Tensors& a, const fit::Tensors& b, double relative) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) {
    ASSERT_TRUE(b.contains(name)) << name;
    ASSERT_EQ(tensor.shape, b.at(name).shape) << name;
    ASSERT_EQ(tensor.dtype, b.at(name).dtype) << name;
    if (tensor.dtype == fit::Dtype::kI64) {
      EXPECT_EQ(tensor.bytes, b.at(name).bytes) << name;
      continue;
    }
    const std::vector<double> x = fit::as_doubles(tensor, name), y = fit::as_doubles(b.at(name), name);
    for (std::size_t i = 0; i < x.size(); ++i)
      EXPECT_LE(std::abs(x[i] - y[i]), relative * (1 + std::abs(x[i]))) << name << " " << i;
  }
}

// Both models take the same few steps, and find and become the same.
void expect_same_training(const ModelSpec& spec, const TrainOptions& options, bool lengths, double relative) {
  const auto native = fit::make_cell_model(spec), torch = make_torch_model(spec);
  expect_near(native->weights(), torch->weights(), 0);  // the same bits
  EXPECT_EQ(native->summary(), torch->summary());
  const auto one = native->make_step(options), other = torch->make_step(options);
  one->start_epoch(0.02), other->start_epoch(0.02);
  for (std::uint64_t i = 0; i < 4; ++i) {
    Examples examples = examples_for(native->spec(), 4, 3, i, lengths);
    examples.goes_on = i > 0;
    const StepResult a = one->run(examples, i), b = other->run(examples, i);
    expect_near(a.loss, b.loss, relative);
    expect_near(a.gradient_norm, b.gradient_norm, relative);
    EXPECT_EQ(std::isnan(a.entropy), std::isnan(b.entropy));
    if (!std::isnan(a.entropy)) expect_near(a.entropy, b.entropy, relative);
  }
  one->keep_last(), other->keep_last();
  expect_near(one->last(), other->last(), relative);
  expect_near(one->optimizer(), other->optimizer(), relative);
  // And say the same afterwards.
  const Examples examples = examples_for(native->spec(), 3, 5, 9, lengths);
  const fit::Answers a = native->answer(examples), b = torch->answer(examples);
  ASSERT_EQ(a.numbers.size(), b.numbers.size());
  EXPECT_EQ(a.outputs, b.outputs);
  EXPECT_EQ(a.terms, b.terms);
  expect_near(a.loss, b.loss, 10 * relative);
  for (std::size_t i = 0; i < a.numbers.size(); ++i) {
    const auto outputs = static_cast<std::size_t>(spec.head.outputs);
    const std::size_t row = i / outputs;  // what is said past the end of a sequence does not count
    if (spec.head.answer == Answer::kClasses && lengths &&
        static_cast<std::int64_t>(row % 5) >= examples.lengths[row / 5])
      continue;
    EXPECT_NEAR(a.numbers[i], b.numbers[i], 10 * relative) << i;
  }
}

TEST(TorchModel, TrainsLikeTheNativeModelWithEveryCellAndAnswer) {
  for (const fit::TriedCore& tried : fit::tried_cores())
    for (const Answer answer : {Answer::kNumbers, Answer::kClass, Answer::kClasses})
      for (const fit::ClassLossRow& loss : fit::class_losses())
        for (const bool lengths : {false, true}) {
          SCOPED_TRACE(fmt::format("{} {} {} {}", tried.name, static_cast<int>(answer), loss.name, lengths));
          ModelSpec spec = spec_of(tried.core,
                                   {.answer = answer,
                                    .outputs = 3,
                                    .pool = lengths ? "mean" : "last",
                                    .loss = std::string(loss.name)},
                                   tried.width);
          // Adam would make the rounding errors of a gradient near 0 as large as a step.
          expect_same_training(spec, {.optimizer = "sgd", .seed = 4}, lengths, 1e-12);
          spec.dtype = "float32";
          expect_same_training(spec, {.optimizer = "sgd", .seed = 4}, lengths, 1e-5);
        }
}

TEST(TorchModel, TrainsLikeTheNativeModelWithEveryOptimizerLossHeadAndState) {
  for (const fit::OptimizerRow& optimizer : fit::optimizers())
    for (const fit::LossRow& loss : fit::losses())
      for (const bool head : {false, true})
        for (const bool stateful : {false, true}) {
          SCOPED_TRACE(testing::Message() << optimizer.name << " " << loss.name << head << stateful);
          TrainOptions options{.optimizer = std::string(optimizer.name), .loss = std::string(loss.name)};
          options.optimizer_options.momentum = head ? 0.6 : 0.0;
          options.optimizer_options.weight_decay = stateful ? 0.01 : 0.0;
          options.clip = loss.name == "mse" ? 0.1 : 0.0;
          expect_same_training(fit::register_spec(3, head, stateful), options, false, 1e-12);
        }
}

TEST(TorchModel, TrainsLikeTheNativeModelWithAnEntropyInTheLoss) {
  for (const std::string hidden : {"collapse", "coherent"})
    for (const EntropyLoss& loss :
         {EntropyLoss{0.3, std::nullopt}, EntropyLoss{-0.3, std::nullopt}, EntropyLoss{0.5, 0.4}})
      for (const bool lengths : {false, true}) {
        SCOPED_TRACE(testing::Message() << hidden << " " << loss.weight << " " << lengths);
        ModelSpec spec = fit::register_spec();
        auto& cell = std::get<RegisterOptions>(std::get<CellOptions>(spec.core));
        cell.hidden = hidden;
        if (hidden == "coherent") cell.encoder = "arctan-angle";
        spec.entropy = loss, spec.entropy_kind = "von-neumann";
        expect_same_training(spec, {}, lengths, 1e-11);
      }
}

TEST(TorchModel, EitherStepGoesOnWhereTheOtherStopped) {
  const ModelSpec spec = fit::register_spec();
  for (const fit::OptimizerRow& optimizer : fit::optimizers()) {
    TrainOptions options{.optimizer = std::string(optimizer.name)};
    options.optimizer_options.momentum = 0.5;
    const auto run = [&](bool first_native, bool second_native) {
      const auto make = [&](bool native) {
        return native ? fit::make_cell_model(spec) : make_torch_model(spec);
      };
      const auto begun = make(first_native), resumed = make(second_native);
      const auto first = begun->make_step(options), second = resumed->make_step(options);
      first->start_epoch(0.02);
      for (std::uint64_t i = 0; i < 3; ++i) first->run(examples_for(spec, 4, 3, i), i);
      first->keep_last();
      resumed->load(first->last(), "here");
      second->load_optimizer(first->optimizer(), "here");
      second->set_random(first->random(), "here");
      second->start_epoch(0.02);
      for (std::uint64_t i = 3; i < 5; ++i) second->run(examples_for(spec, 4, 3, i), i);
      return resumed->weights();
    };
    for (const bool first : {false, true})
      for (const bool second : {false, true}) expect_near(run(first, second), run(true, true), 1e-12);
  }
}

TEST(TorchModel, EveryParameterMovesAndTheLossFallsWithEveryCoreAndAnswer) {
  for (const ModelSpec& spec : torch_only()) {
    TorchModel model(spec);
    SCOPED_TRACE(testing::Message() << model.summary() << " " << static_cast<int>(spec.head.answer));
    const Examples examples = examples_for(spec, 5, 4, 2, spec.input.steps == 0);
    const fit::Tensors before = model.weights();
    const auto step = model.make_step({});
    step->start_epoch(0.01);
    const double first = step->run(examples, 0).loss;
    for (std::uint64_t i = 1; i < 30; ++i) step->run(examples, i);
    EXPECT_LT(step->run(examples, 30).loss, first);
    for (const auto& [name, tensor] : model.weights()) {
      EXPECT_TRUE(name.starts_with("input.") || name.starts_with("core.") || name.starts_with("head."));
      EXPECT_NE(tensor.bytes, before.at(name).bytes) << name;
    }
    // Another model of the spec takes the weights and says the same; the answers' loss is that of the step.
    ModelSpec again = spec;
    again.seed = 77;
    const auto other = make_torch_model(again);
    other->load(model.weights(), "here");
    const fit::Answers said = model.answer(examples);
    EXPECT_EQ(other->answer(examples).numbers, said.numbers);
    EXPECT_TRUE(model.module().is_training());
    if (spec.head.answer == Answer::kNumbers) continue;
    EXPECT_NEAR(said.loss / said.terms, step->run(examples, 31).loss, 1e-12);
  }
}

TEST(TorchModel, CarriesItsStateWhereExamplesGoOn) {
  for (ModelSpec spec : torch_only()) {
    if (spec.head.answer == Answer::kTranslation || spec.input.steps > 0) continue;
    if (const auto* core = std::get_if<fit::ClassicalOptions>(&spec.core); core && core->core == "memoryless")
      continue;  // there is nothing to carry
    spec.stateful = true;
    TorchModel model(spec);
    SCOPED_TRACE(model.summary());
    if (spec.head.answer != Answer::kClasses) continue;
    const Examples whole = examples_for(spec, 3, 6, 1);
    Examples first = whole, second = whole;
    for (Examples* half : {&first, &second}) {
      half->steps = 3, half->tokens.clear(), half->labels.clear();
      for (std::size_t b = 0; b < 3; ++b)
        for (std::size_t t = 0; t < 3; ++t)
          half->tokens.push_back(whole.tokens[b * 6 + (half == &second ? 3 : 0) + t]);
    }
    second.goes_on = true;
    const std::vector<double> all = model.answer(whole).numbers;
    model.answer(first);
    const std::vector<double> rest = model.answer(second).numbers;
    for (std::size_t b = 0; b < 3; ++b)
      for (std::size_t i = 0; i < 15; ++i) EXPECT_NEAR(rest[b * 15 + i], all[b * 30 + 15 + i], 1e-12);
    // A batch of fewer rows goes on with the first ones, one of more cannot.
    model.answer(first);
    Examples fewer = second;
    fewer.samples = 2, fewer.tokens.resize(6);
    const std::vector<double> some = model.answer(fewer).numbers;
    for (std::size_t i = 0; i < some.size(); ++i) EXPECT_NEAR(some[i], rest[i], 1e-12);
    EXPECT_THAT(base::error_of([&] { model.answer(second); }), HasSubstr("from batches of 2 to 3"));
    model.reset_state();
    EXPECT_NE(model.answer(second).numbers, rest);
  }
}

TEST(TorchModel, DropoutIsDrawnFromTheStateThatIsKept) {
  ModelSpec spec = torch_only()[1];
  spec.input.dropout = 0.5;
  const Examples examples = examples_for(spec, 4, 3, 1);
  TorchModel model(spec);
  const auto step = model.make_step({});
  step->start_epoch(0.0);
  step->keep_last();
  const double first = step->run(examples, 0).loss;
  EXPECT_NE(step->run(examples, 1).loss, first);
  step->set_random(step->random(), "here");
  EXPECT_EQ(step->run(examples, 0).loss, first);
  EXPECT_EQ(model.answer(examples).numbers, model.answer(examples).numbers);
  const std::uint8_t damaged[3] = {1, 2, 3};
  EXPECT_THAT(base::error_of([&] { step->set_random(fit::make_tensor({3}, damaged), "x.safetensors"); }),
              HasSubstr("'x.safetensors' is damaged"));
}

TEST(TorchModel, TheInputGradientIsThatOfTheNativeModelAndOfFiniteDifferences) {
  const ModelSpec spec = fit::register_spec(2);
  Examples examples = examples_for(spec, 2, 3, 1);
  const auto native = fit::make_cell_model(spec), torch = make_torch_model(spec);
  const std::vector<double> a = native->input_gradient(examples), b = torch->input_gradient(examples);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-13);
  EXPECT_EQ(torch->core_inputs(examples), examples.x);
  for (const auto& [name, parameter] : static_cast<TorchModel&>(*torch).module().named_parameters().pairs())
    EXPECT_FALSE(parameter.grad().defined()) << name;
}

TEST(TorchModel, TheStepClipsAndStopsWhereTheLossIsNotFinite) {
  const ModelSpec spec = fit::register_spec();
  TorchModel model(spec);
  const auto step = model.make_step({.optimizer = "sgd"});
  step->start_epoch(1e300);
  const Examples examples = examples_for(spec, 4, 3, 1);
  EXPECT_TRUE(std::isfinite(step->run(examples, 0).loss));
  const fit::Tensors far = model.weights();
  EXPECT_FALSE(std::isfinite(step->run(examples, 1).loss));
  expect_near(model.weights(), far, 0);
}

TEST(TorchModel, BadInputIsOneClearLine) {
  const ModelSpec spec = torch_only()[2];
  TorchModel model(spec);
  const Examples good = examples_for(spec, 2, 3, 1);
  const auto message = [&](const auto& change) {
    Examples bad = good;
    change(bad);
    return base::error_of([&] { model.answer(bad); });
  };
  EXPECT_EQ(message([](Examples&) {}), "no error");
  EXPECT_EQ(message([](Examples& e) { e.tokens[0] = 6; }), "token 6 is none of 6");
  EXPECT_THAT(message([](Examples& e) { e.tokens.pop_back(); }), HasSubstr("6 tokens"));
  EXPECT_EQ(message([](Examples& e) { e.lengths = {3, 0}; }), "a sequence has 1 to 3 steps, not 0");
  EXPECT_THAT(message([](Examples& e) { e.lengths = {3}; }), HasSubstr("came with 1 lengths"));
  EXPECT_THAT(message([](Examples& e) { e.labels[0] = 5; }), HasSubstr("label 5 is none of 5"));
  EXPECT_THAT(base::error_of([&] { model.load({}, "x.safetensors"); }),
              HasSubstr("'x.safetensors' is of another model"));
  EXPECT_THAT(base::error_of([&] { model.make_step({.optimizer = "adan"}); }), HasSubstr("'adam'"));
  EXPECT_THAT(base::error_of([&] { model.translate(good, {}); }), HasSubstr("does not translate"));
}

TEST(TorchBackend, IsAddedOnceAndTakesEveryModel) {
  add_torch_backend(), add_torch_backend();
  ASSERT_EQ(fit::backends().size(), 2u);
  EXPECT_EQ(fit::backends()[1].name, "torch");
  for (const ModelSpec& spec : torch_only()) EXPECT_NE(fit::make_model(spec), nullptr);
  EXPECT_NE(dynamic_cast<TorchModel*>(fit::make_model(fit::register_spec(), "torch").get()), nullptr);
  EXPECT_THAT(std::string(torch_version()), testing::MatchesRegex("[0-9]+\\..*"));
}

// Thirty steps of one row on random gradients, flat and by torch, with a learning rate that changes.
template <class T>
void expect_flat_equals_torch(const fit::OptimizerRow& row, const fit::OptimizerOptions& options) {
  constexpr std::size_t kCount = 7;
  Random random(5, 0);
  std::vector<T> parameters(kCount), gradient(kCount);
  for (T& number : parameters) number = static_cast<T>(random.normal());
  const auto type = c10::CppTypeToScalarType<T>::value;
  const Tensor tensor = torch::from_blob(parameters.data(), {kCount}, type).clone().requires_grad_();
  const TorchOptimizer& theirs_row = find_torch_optimizer(row.name);
  const auto theirs = theirs_row.make({tensor}, options);
  fit::FlatOptimizer<T> ours(row.flat, options, kCount);
  for (int step = 0; step < 30; ++step) {
    for (T& number : gradient) number = static_cast<T>(random.normal());
    gradient[0] = 0;
    const double lr = options.lr / (1 + step / 10);
    set_learning_rate(*theirs, lr);
    tensor.mutable_grad() = torch::from_blob(gradient.data(), {kCount}, type).clone();
    theirs->step();
    ours.set_learning_rate(lr);
    ours.step(gradient.data(), parameters.data());
  }
  const double allowed = 200 * static_cast<double>(std::numeric_limits<T>::epsilon());
  for (std::size_t i = 0; i < kCount; ++i)
    EXPECT_NEAR(parameters[i], tensor[static_cast<std::int64_t>(i)].template item<T>(), allowed) << i;
  // What is remembered has the same names and numbers.
  const fit::Tensors saved = theirs_row.save(*theirs, {{"w", tensor}});
  EXPECT_EQ(saved.size(), ours.fields().size() + (row.flat.counts ? 1 : 0));
  for (std::size_t f = 0; f < ours.fields().size(); ++f) {
    const std::string name = "w." + std::string(ours.fields()[f]);
    const std::vector<double> field = fit::as_doubles(saved.at(name), name);
    for (std::size_t i = 0; i < kCount; ++i)
      EXPECT_NEAR(ours.memory().numbers[f * kCount + i], field[i], allowed) << name << i;
  }
}

TEST(TorchOptimizers, EqualTheFlatOnes) {
  ASSERT_EQ(torch_optimizers().size(), fit::optimizers().size());
  for (const fit::OptimizerRow& row : fit::optimizers())
    for (const double momentum : {0.0, 0.7})
      for (const double decay : {0.0, 0.05}) {
        SCOPED_TRACE(testing::Message() << row.name << " " << momentum << " " << decay);
        const fit::OptimizerOptions options{.lr = 0.03,
                                            .momentum = momentum,
                                            .weight_decay = decay,
                                            .beta1 = 0.8,
                                            .beta2 = 0.95,
                                            .alpha = 0.9,
                                            .epsilon = 1e-2};
        expect_flat_equals_torch<double>(row, options);
        expect_flat_equals_torch<float>(row, options);
      }
}

TEST(TorchLosses, EqualTheFlatOnesInValueAndSlope) {
  ASSERT_EQ(torch_losses().size(), fit::losses().size());
  // Errors of every kind: zero, the corners of huber, small, large, both signs.
  std::vector<double> prediction = {0, 1, -1, 0.3, -0.7, 2.5, -40, 1e-4}, truth(8, 0.0), d(8);
  for (const fit::LossRow& row : fit::losses()) {
    const Tensor x = torch::from_blob(prediction.data(), {4, 2}, torch::kFloat64).clone().requires_grad_();
    const Tensor value =
        find_torch_loss(row.name).value(x, torch::from_blob(truth.data(), {4, 2}, torch::kFloat64), {});
    value.backward();
    EXPECT_NEAR(row.wide(8, prediction.data(), truth.data(), d.data(), {}), value.item<double>(), 1e-13);
    for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(d[i], x.grad().data_ptr<double>()[i], 1e-13) << row.name;
  }
}

TEST(TorchLosses, QuantilesEqualTheFlatOnesInValueAndSlope) {
  const std::vector<double> levels = {0.1, 0.5, 0.95};
  std::vector<double> prediction, truth = {0.5, -2, 3, 0}, d(12);
  for (std::size_t i = 0; i < 12; ++i) prediction.push_back(3 * std::sin(static_cast<double>(7 * i)));
  const Tensor x = torch::from_blob(prediction.data(), {2, 2, 3}, torch::kFloat64).clone().requires_grad_();
  const Tensor value = find_torch_loss(fit::kQuantileLoss)
                           .value(x, torch::from_blob(truth.data(), {2, 2}, torch::kFloat64), levels);
  value.backward();
  EXPECT_NEAR(fit::find_loss(fit::kQuantileLoss).wide(4, prediction.data(), truth.data(), d.data(), levels),
              value.item<double>(), 1e-13);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(d[i], x.grad().data_ptr<double>()[i], 1e-13);
}

// The same numbers of every step and quantile from both trainers.
TEST(TorchModel, TrainsLikeTheNativeModelOnQuantiles) {
  ModelSpec spec = fit::register_spec(3, true);
  spec.head.outputs = 6, spec.head.quantiles = {0.1, 0.5, 0.9};
  expect_same_training(spec, {.optimizer = "adam", .loss = "quantile"}, false, 1e-12);
}

}  // namespace
}  // namespace ebit::nn
