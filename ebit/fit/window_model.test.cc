#include "ebit/fit/window_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/data/generator.h"
#include "ebit/fit/test_support.h"

namespace ebit::fit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelSpec on_window(const std::string& core, int steps = 3, int width = 1, int outputs = 1) {
  ModelSpec spec;
  spec.core = ClassicalOptions{.core = core};
  spec.input.steps = steps, spec.input.width = width, spec.head.outputs = outputs;
  return spec;
}

// The Henon map, both coordinates: a polynomial of degree 2.
Dataset henon_data(double validation = 0.2) {
  DatasetOptions options;
  options.targets = {"x", "y"};
  options.window = 2;
  options.train = 0.6, options.validation = validation, options.scaler = "minmax";
  return make_dataset(generate_series("henon", {{"points", "300"}}), options);
}

TrainOutcome train(const std::shared_ptr<Model>& model, const Dataset& data, TrainState* state = nullptr) {
  TrainOptions options;
  options.batch = 7;
  Trainer trainer(windows_training(model, data, options), options);
  const TrainOutcome outcome = trainer.run();
  if (state) *state = trainer.state();
  return outcome;
}

double error_on(Model& model, const Windows& windows) {
  return model.mean_loss("mse", predict(model, windows, false, 1, 1, kTestPart), windows.y);
}

TEST(Monomials, AreAllProductsByDegree) {
  EXPECT_EQ(Monomials::count(4, 1), 4);
  EXPECT_EQ(Monomials::count(4, 2), 14);
  EXPECT_EQ(Monomials::count(48, 3), 20824);
  const Monomials all(2, 3);
  ASSERT_EQ(all.size(), 9u);
  const double x[] = {3, 5};
  std::vector<double> values(9);
  all.evaluate(x, values.data());
  EXPECT_THAT(values, ElementsAre(3, 5, 9, 15, 25, 27, 45, 75, 125));
  EXPECT_THAT(error_of([] { Monomials(3, 0); }), HasSubstr("at least 1, not 0"));
  EXPECT_THAT(error_of([] { Monomials(5000, 4); }), HasSubstr("take a smaller degree"));
}

TEST(Monomials, GradientIsTheDerivative) {
  const Monomials all(3, 4);
  std::vector<double> x = {0.3, -0.7, 1.1}, values(all.size()), weights, d(all.size()), d_x(3);
  for (std::size_t m = 0; m < all.size(); ++m) weights.push_back(std::cos(static_cast<double>(m)));
  const auto value = [&] {
    all.evaluate(x.data(), values.data());
    double sum = 0;
    for (std::size_t m = 0; m < all.size(); ++m) sum += weights[m] * values[m];
    return sum;
  };
  value();
  d = weights;
  all.backward(x.data(), values.data(), d.data(), d_x.data());
  for (std::size_t k = 0; k < 3; ++k) {
    const double own = x[k], step = 1e-6;
    x[k] = own + step;
    const double up = value();
    x[k] = own - step;
    EXPECT_NEAR(d_x[k], (up - value()) / (2 * step), 1e-8);
    x[k] = own;
  }
}

TEST(WindowModel, ThePolynomialOfAMapIsFoundExactly) {
  const Dataset data = henon_data();
  const std::shared_ptr<Model> poly = make_model(on_window("poly-ridge", 2, 2, 2)),
                               line = make_model(on_window("linear", 2, 2, 2));
  EXPECT_THAT(poly->summary(), HasSubstr("degree up to 3"));
  TrainState state;
  EXPECT_EQ(train(poly, data, &state).end, End::kFinished);
  ASSERT_EQ(state.history.size(), 1u) << "solved at once";
  EXPECT_TRUE(std::isnan(state.history[0].lr));
  EXPECT_LT(state.history[0].train_loss, 1e-28);
  EXPECT_EQ(state.history[0].validation_loss, error_on(*poly, data.validation));
  EXPECT_LT(error_on(*poly, data.test), 1e-28);
  train(line, data);
  EXPECT_GT(error_on(*line, data.test), 1e-3);
  EXPECT_EQ(line->parameters(), 2 * (4 + 1));
}

// Every candidate by hand: no other degree and penalty is better on the validation part.
TEST(WindowModel, DegreeAndPenaltyAreTheBestOnTheValidationPart) {
  const Dataset data = wave_data();
  ModelSpec spec = on_window("poly-ridge", 5);
  const std::shared_ptr<Model> chosen = make_model(spec);
  train(chosen, data);
  const double best = error_on(*chosen, data.validation);
  for (const int degree : {1, 2, 3})
    for (const double penalty : ridge_penalties()) {
      std::get<ClassicalOptions>(spec.core).degrees = {degree};
      spec.ridge.penalty = penalty;
      const std::shared_ptr<Model> other = make_model(spec);
      train(other, data);
      EXPECT_LE(best, error_on(*other, data.validation) * (1 + 1e-9)) << degree << " " << penalty;
    }
}

TEST(WindowModel, WithoutAValidationPartTheTrainingPartDecides) {
  const Dataset data = henon_data(0);
  const std::shared_ptr<Model> poly = make_model(on_window("poly-ridge", 2, 2, 2));
  train(poly, data);
  EXPECT_LT(error_on(*poly, data.test), 1e-28);
}

TEST(WindowModel, WeightsGoToAnother) {
  const Dataset data = wave_data();
  const ModelSpec spec = on_window("poly-ridge", 5);
  const std::shared_ptr<Model> model = make_model(spec), other = make_model(spec);
  train(model, data);
  other->load(model->weights(), "a test");
  EXPECT_EQ(other->summary(), model->summary());
  EXPECT_EQ(predict(*other, data.test, false, 1, 1, kTestPart),
            predict(*model, data.test, false, 1, 1, kTestPart));
  Tensors broken = model->weights();
  const double degree = 9;
  broken["head.degree"] = make_tensor({1}, &degree);
  EXPECT_THAT(error_of([&] { other->load(broken, "a test"); }), HasSubstr("of degree 9, which is none"));
  broken.erase("head.degree");
  EXPECT_THAT(error_of([&] { other->load(broken, "a test"); }), HasSubstr("head.degree"));
}

TEST(WindowModel, InputGradientIsTheDerivative) {
  const ModelSpec spec = on_window("poly-ridge", 2, 2, 2);
  const std::shared_ptr<Model> model = make_model(spec);
  const Dataset data = wave_data(0.2, 4);
  Tensors weights = model->weights();
  std::vector<double> w;
  for (int i = 0; i < 2 * 34; ++i) w.push_back(std::sin(i));
  weights["head.weight"] = make_tensor({2, 34}, w.data());
  model->load(weights, "a test");
  Examples examples = random_examples(spec, 3, 2, 5);
  const std::vector<double> exact = model->input_gradient(examples);
  for (std::size_t i = 0; i < examples.x.size(); ++i) {
    const double own = examples.x[i], step = 1e-6;
    const auto loss = [&](double value) {
      examples.x[i] = value;
      return model->mean_loss("mse", model->answer(examples).numbers, examples.y);
    };
    EXPECT_NEAR(exact[i], (loss(own + step) - loss(own - step)) / (2 * step), 1e-6);
    examples.x[i] = own;
  }
}

TEST(WindowModel, DegreesThatAreTooWideAreLeftOut) {
  const ModelSpec wide = completed(on_window("poly-ridge", 16, 3));
  EXPECT_THAT(std::get<ClassicalOptions>(wide.core).degrees, ElementsAre(1, 2));
  ModelSpec asked = on_window("poly-ridge", 16, 3);
  std::get<ClassicalOptions>(asked.core).degrees = {3, 3};
  EXPECT_THAT(std::get<ClassicalOptions>(completed(asked).core).degrees, ElementsAre(3)) << "as asked";
}

TEST(WindowModel, BadInputIsNamed) {
  ModelSpec spec = on_window("poly-ridge");
  std::get<ClassicalOptions>(spec.core).degrees = {0, 2};
  EXPECT_THAT(error_of([&] { check(spec); }), HasSubstr("at least 1, not 0"));
  std::get<ClassicalOptions>(spec.core).degrees = {};
  EXPECT_THAT(error_of([&] { check(spec); }), HasSubstr("at least one degree"));
  spec = on_window("poly-ridge");
  spec.head.answer = Answer::kClass;
  EXPECT_THAT(error_of([&] { check(spec); }), HasSubstr("not with classes"));
  spec = on_window("linear");
  spec.head.answer = Answer::kClass;
  EXPECT_THAT(error_of([&] { make_model(spec); }), HasSubstr("classes are trained step by step"));
  spec = on_window("linear");
  spec.ridge.penalty = -1;
  const auto model = make_model(spec);
  EXPECT_THAT(error_of([&] { model->make_step({}); }), HasSubstr("--ridge must be 0 or above"));
  Examples examples = random_examples(spec, 2, 4, 1);
  EXPECT_THAT(error_of([&] { model->answer(examples); }), HasSubstr("windows of 3 steps of 1 numbers"));
}

TEST(SolvedHead, IsTheBestThereIsForACellAsItWasDrawn) {
  const Dataset data = wave_data();
  ModelSpec spec = register_spec();
  spec.solve_head = true;
  spec.ridge.penalty = 0;
  const std::shared_ptr<Model> model = make_model(spec);
  const Tensors before = model->weights();
  EXPECT_EQ(model->parameters(), 2) << "the head alone";
  TrainState state;
  train(model, data, &state);
  const Tensors after = model->weights();
  for (const auto& [name, tensor] : before)
    EXPECT_EQ(same({{name, tensor}}, {{name, after.at(name)}}), name.starts_with("core.")) << name;
  EXPECT_NEAR(error_on(*model, data.train), state.history[0].train_loss, 1e-14);

  // The same cell with a head trained step by step does not get below.
  ModelSpec stepped = register_spec();
  const std::shared_ptr<Model> other = make_model(stepped);
  Tensors weights = after;
  weights.erase("head.ridge");
  other->load(weights, "a test");
  Examples all;
  Batch every;
  for (std::size_t i = 0; i < data.train.count; ++i) every.push_back(static_cast<std::int64_t>(i));
  fill(data.train, every, all);
  for (const double nudge : {1e-3, -1e-3})
    for (const char* name : {"head.weight", "head.bias"}) {
      Tensors moved = weights;
      std::vector<double> numbers = as_doubles(moved.at(name), name);
      numbers[0] += nudge;
      moved[name] = make_tensor(moved.at(name).shape, numbers.data());
      other->load(moved, "a test");
      EXPECT_GT(other->mean_loss("mse", other->answer(all).numbers, all.y), state.history[0].train_loss);
    }
}

TEST(SolvedHead, StatefulWindowsBeforeTheWashoutDoNotCount) {
  const Dataset data = wave_data(0.2, 4);
  ModelSpec spec = register_spec(1, true, true);
  spec.solve_head = true;
  const std::shared_ptr<Model> model = make_model(spec);
  train(model, data);
  const Tensors all = model->weights();
  spec.ridge.washout = 8;
  const std::shared_ptr<Model> washed = make_model(spec);
  train(washed, data);
  EXPECT_FALSE(same(washed->weights(), all));
  spec.ridge.washout = 1000;
  const std::shared_ptr<Model> none = make_model(spec);
  EXPECT_THAT(error_of([&] { train(none, data); }), HasSubstr("a washout of 1000 steps leaves nothing"));
}

// Classes are numbers, 1 for the true one: the head is that of a model of as many numbers.
TEST(SolvedHead, ClassesAreLearntAsNumbers) {
  constexpr std::size_t kClasses = 3;
  ModelSpec numbers = register_spec();
  std::get<RegisterOptions>(std::get<CellOptions>(numbers.core)).readout = {"Z", "ZZ"};
  numbers.head.outputs = kClasses, numbers.solve_head = true, numbers.ridge.penalty = 1e-3;
  ModelSpec classes = numbers;
  classes.head.answer = Answer::kClass;
  Examples examples = random_examples(classes, 40, 4, 7);
  examples.y.assign(40 * kClasses, 0.0);
  for (std::size_t b = 0; b < 40; ++b)
    examples.y[b * kClasses + static_cast<std::size_t>(examples.labels[b])] = 1;
  std::vector<Tensors> found;
  for (const ModelSpec& spec : {numbers, classes}) {
    const std::shared_ptr<Model> model = make_model(spec);
    const auto step = model->make_step({});
    ASSERT_TRUE(step->solves());
    step->start_epoch(0.1);
    step->run(examples, 0);
    step->solve({});
    found.push_back(model->weights());
    EXPECT_EQ(model->counts(), (NumberCounts{0, 3 * (10 + 1), 8 + 8}));
  }
  EXPECT_TRUE(same(found[0], found[1]));
  Examples wrong = examples;
  wrong.labels[3] = 3;
  const std::shared_ptr<Model> model = make_model(classes);
  const auto step = model->make_step({});
  step->start_epoch(0.1);
  EXPECT_THAT(error_of([&] { step->run(wrong, 0); }), HasSubstr("label 3 is none of 3"));
}

TEST(SolvedHead, WhatCannotBeSolvedIsRefused) {
  ModelSpec spec = register_spec();
  spec.solve_head = true;
  const auto refused = [](ModelSpec own, auto edit) {
    edit(own);
    return error_of([&] { check(own); });
  };
  EXPECT_THAT(refused(spec, [](ModelSpec& s) { s.head.answer = Answer::kClasses; }), HasSubstr("every step"));
  EXPECT_THAT(refused(spec, [](ModelSpec& s) { s.head.linear = false; }), HasSubstr("take --head linear"));
  EXPECT_THAT(refused(spec, [](ModelSpec& s) { s.input.map = 2; }), HasSubstr("take --input-map none"));
}

}  // namespace
}  // namespace ebit::fit
