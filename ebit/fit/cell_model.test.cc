#include "ebit/fit/cell_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/fit/test_support.h"
#include "ebit/grad/finite_difference.h"

namespace ebit::fit {
namespace {

using ::testing::HasSubstr;

ModelSpec spec_of(const TriedCore& tried, Answer answer, const std::string& pool = "last") {
  ModelSpec spec;
  spec.core = tried.core;
  spec.input.width = tried.width;
  spec.head = {.answer = answer, .outputs = answer == Answer::kNumbers ? 2 : 3, .pool = pool};
  return spec;
}

// What each sequence of a batch is answered, one alone and cut to its length.
std::vector<double> answers_one_by_one(Model& model, const Examples& all) {
  std::vector<double> numbers;
  for (std::size_t b = 0; b < all.samples; ++b) {
    const auto length = static_cast<std::size_t>(all.lengths[b]);
    const double* const x = all.x.data() + b * all.steps * all.features;
    const Examples one{
        .samples = 1, .steps = length, .features = all.features, .x = {x, x + length * all.features}};
    const Answers said = model.answer(one);
    numbers.insert(numbers.end(), said.numbers.begin(), said.numbers.end());
    if (model.spec().head.answer == Answer::kClasses) numbers.resize((b + 1) * all.steps * said.outputs, NAN);
  }
  return numbers;
}

TEST(CellModel, PaddingChangesNothing) {
  for (const TriedCore& tried : tried_cores())
    for (const auto& [answer, pool] : {std::pair{Answer::kNumbers, "last"},
                                       {Answer::kNumbers, "mean"},
                                       {Answer::kClass, "mean"},
                                       {Answer::kClasses, "last"}}) {
      const ModelSpec spec = spec_of(tried, answer, pool);
      const auto model = make_cell_model(spec);
      Examples padded = random_examples(spec, 4, 5, 1, true);
      for (std::size_t b = 0; b < 4; ++b)  // the cell must not look at what stands there
        for (std::size_t i = static_cast<std::size_t>(padded.lengths[b]) * padded.features;
             i < 5 * padded.features; ++i)
          padded.x[b * 5 * padded.features + i] = NAN;
      const std::vector<double> together = model->answer(padded).numbers;
      const std::vector<double> apart = answers_one_by_one(*model, padded);
      ASSERT_EQ(together.size(), apart.size());
      for (std::size_t i = 0; i < apart.size(); ++i)
        if (!std::isnan(apart[i])) {
          EXPECT_NEAR(together[i], apart[i], 1e-12) << tried.name << " " << pool << i;
        }
    }
}

TEST(CellModel, AStateThatGoesOnMakesOneLongSequence) {
  for (const TriedCore& tried : tried_cores()) {
    ModelSpec spec = spec_of(tried, Answer::kClasses);
    spec.stateful = true;
    const auto model = make_cell_model(spec);
    const Examples whole = random_examples(spec, 3, 6, 2);
    const std::vector<double> expected = model->answer(whole).numbers;
    model->reset_state();
    const std::size_t row = 2 * whole.features, outputs = 3;
    for (std::size_t part = 0; part < 3; ++part) {
      Examples piece{.samples = 3, .steps = 2, .features = whole.features, .goes_on = true};
      for (std::size_t b = 0; b < 3; ++b) {
        const double* const x = whole.x.data() + (b * 3 + part) * row;
        piece.x.insert(piece.x.end(), x, x + row);
      }
      const std::vector<double> said = model->answer(piece).numbers;
      for (std::size_t b = 0; b < 3; ++b)
        for (std::size_t i = 0; i < 2 * outputs; ++i)
          EXPECT_NEAR(said[b * 2 * outputs + i], expected[(b * 6 + part * 2) * outputs + i], 1e-11)
              << tried.name;
    }
    // A batch that does not go on starts anew, and a larger one cannot go on.
    EXPECT_EQ(model->answer(whole).numbers, expected) << tried.name;
    Examples larger = random_examples(spec, 4, 2, 3);
    larger.goes_on = true;
    EXPECT_THAT(error_of([&] { model->answer(larger); }), HasSubstr("from batches of 3 to 4"));
  }
}

TEST(CellModel, TheGradientInTheInputsIsTheFiniteDifference) {
  for (const TriedCore& tried : tried_cores())
    for (const Answer answer : {Answer::kNumbers, Answer::kClass, Answer::kClasses})
      for (const char* pool : {"last", "mean"}) {
        const ModelSpec spec = spec_of(tried, answer, pool);
        const auto model = make_cell_model(spec);
        Examples examples = random_examples(spec, 2, 3, 4);
        EXPECT_EQ(model->core_inputs(examples), examples.x);
        const std::vector<double> exact = model->input_gradient(examples);
        const auto loss = [&] {
          const Answers said = model->answer(examples);
          return answer == Answer::kNumbers ? model->mean_loss("mse", said.numbers, examples.y)
                                            : said.loss / said.terms;
        };
        const std::vector<double> expected = finite_difference<double>(loss, examples.x, 1e-6);
        ASSERT_EQ(exact.size(), expected.size());
        for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(exact[i], expected[i], 1e-8) << tried.name;
      }
}

TEST(CellModel, StartsFromItsSeedAndInFloat32AtTheRoundedNumbers) {
  for (const TriedCore& tried : tried_cores()) {
    ModelSpec spec = spec_of(tried, Answer::kNumbers);
    CellModel<double> wide(spec), again(spec);
    EXPECT_TRUE(same(wide.weights(), again.weights()));
    // The cell's segments first, then the head within 1/sqrt(readouts), in float32.
    std::vector<double> core(wide.numbers().size());
    MersenneDraws draws(spec.seed);
    const auto cell = make_cell<double>(std::get<CellOptions>(wide.spec().core));
    cell->initialise(draws, core.data());
    for (std::size_t i = 0; i < cell->parameters(); ++i) EXPECT_EQ(wide.numbers()[i], core[i]) << tried.name;
    const auto bound = static_cast<float>(1 / std::sqrt(static_cast<double>(cell->outputs())));
    for (std::size_t i = cell->parameters(); i < core.size(); ++i)
      EXPECT_EQ(wide.numbers()[i], draws.uniform_single(-bound, bound)) << tried.name;

    spec.dtype = "float32";
    CellModel<float> narrow(spec);
    for (std::size_t i = 0; i < core.size(); ++i)
      EXPECT_EQ(narrow.numbers()[i], static_cast<float>(wide.numbers()[i])) << tried.name;
    const Examples examples = random_examples(spec, 3, 4, 5);
    const Answers near = narrow.answer(examples), exact = wide.answer(examples);
    for (std::size_t i = 0; i < exact.numbers.size(); ++i)
      EXPECT_NEAR(near.numbers[i], exact.numbers[i], 1e-5) << tried.name;
    spec.seed = 2;
    EXPECT_FALSE(same(make_cell_model(spec)->weights(), narrow.weights()));
  }
}

TEST(CellModel, WeightsOfAnotherModelAreRefused) {
  const auto model = make_cell_model(register_spec());
  const Tensors before = model->weights();
  const auto refusal = [&](Tensors weights) {
    const std::string message = error_of([&] { model->load(weights, "f"); });
    EXPECT_TRUE(same(model->weights(), before));
    return message;
  };
  Tensors weights = before;
  weights.erase("head.bias");
  EXPECT_THAT(refusal(weights), HasSubstr("'f' is of another model: it has no tensor 'head.bias'"));
  weights = before;
  weights["extra"] = weights["head.bias"];
  EXPECT_THAT(refusal(weights), HasSubstr("nothing here is called 'extra'"));
  weights = before;
  weights["head.bias"].shape = {1, 1};
  EXPECT_THAT(refusal(weights), HasSubstr("tensor 'head.bias' is F64 [1, 1] there and F64 [1] here"));
  ModelSpec narrow = register_spec();
  narrow.dtype = "float32";
  EXPECT_THAT(refusal(make_cell_model(narrow)->weights()), HasSubstr("is F32 [4] there and F64 [4] here"));

  weights = make_cell_model(register_spec(9))->weights();
  model->load(weights, "f");
  EXPECT_TRUE(same(model->weights(), weights));
}

TEST(CellModel, ParametersOfTheCellAreFoundInItsWeights) {
  for (const TriedCore& tried : tried_cores()) {
    CellModel<double> model(spec_of(tried, Answer::kNumbers));
    const std::vector<double> own = cell_parameters(model.spec(), model.weights());
    EXPECT_EQ(own, std::vector<double>(model.numbers().begin(),
                                       model.numbers().begin() + static_cast<std::ptrdiff_t>(own.size())));
    EXPECT_EQ(own.size(), make_cell<double>(std::get<CellOptions>(model.spec().core))->parameters());
  }
  ModelSpec lstm;
  lstm.core = ClassicalOptions{};
  EXPECT_THAT(error_of([&] { cell_parameters(lstm, {}); }), HasSubstr("'lstm' is no quantum cell"));
  EXPECT_THAT(error_of([] { cell_parameters(completed(register_spec()), {}); }),
              HasSubstr("'core.theta_en' is missing"));
}

TEST(CellModel, DrawsAreNamed) {
  ModelSpec spec = register_spec();
  std::get<RegisterOptions>(std::get<CellOptions>(spec.core)).hidden = "sample";
  const auto model = make_cell_model(spec);
  const Examples examples = random_examples(spec, 8, 6, 6);
  const auto said = [&](std::uint64_t seed, std::uint64_t number) {
    model->seed_draws(seed, number);
    return model->answer(examples).numbers;
  };
  const std::vector<double> first = said(1, 7);
  EXPECT_EQ(said(1, 7), first);
  EXPECT_NE(said(1, 8), first);
  EXPECT_NE(said(2, 7), first);
}

TEST(CellModel, ExamplesOfOtherSizesAreRefused) {
  const ModelSpec spec = register_spec();
  const auto model = make_cell_model(spec);
  const auto refusal = [&](auto edit) {
    Examples examples = random_examples(spec, 3, 4, 7, true);
    edit(examples);
    return error_of([&] { model->answer(examples); });
  };
  EXPECT_EQ(refusal([](Examples&) {}), "no error");
  EXPECT_THAT(refusal([](Examples& e) { e.features = 2; }), HasSubstr("takes steps of 1 numbers, not of 2"));
  EXPECT_THAT(refusal([](Examples& e) { e.features = 0; }), HasSubstr("not tokens"));
  EXPECT_THAT(refusal([](Examples& e) { e.x.pop_back(); }), HasSubstr("have 12 numbers, not 11"));
  EXPECT_THAT(refusal([](Examples& e) { e.lengths.pop_back(); }), HasSubstr("with 2 lengths"));
  EXPECT_THAT(refusal([](Examples& e) { e.lengths[1] = 0; }), HasSubstr("at least 1 step, not 0"));
  EXPECT_NE(refusal([](Examples& e) { e.lengths[1] = 5; }), "no error");
  EXPECT_THAT(refusal([](Examples& e) { e.x[0] = NAN; }), HasSubstr("sample 0"));
  const ModelSpec classes = spec_of(tried_cores().front(), Answer::kClass);
  const auto classifier = make_cell_model(classes);
  Examples examples = random_examples(classes, 3, 4, 7);
  examples.labels[1] = 3;
  EXPECT_THAT(error_of([&] { classifier->answer(examples); }), HasSubstr("label 3 is none of 3 classes"));
  examples.labels.pop_back();
  EXPECT_THAT(error_of([&] { classifier->answer(examples); }), HasSubstr("2 labels do not fit 3 answers"));
}

// A cell that gives words their probabilities answers with them, and is projected on the words of a batch.
TEST(CellModel, ProbabilitiesOfWordsAreAnswers) {
  for (const Answer answer : {Answer::kClass, Answer::kClasses})
    for (const ClassLossRow& row : class_losses()) {
      SCOPED_TRACE(row.name);
      ModelSpec spec;
      RvqeOptions cell;
      cell.workspace = 2;
      spec.core = cell;
      spec.input.width = 2, spec.input.outcomes = true;
      spec.head = {.answer = answer, .outputs = 4, .linear = false, .loss = std::string(row.name)};
      CellModel<double> model(spec);
      Examples examples = random_examples(spec, 3, 4, 8);
      Random random(9);
      for (double& bit : examples.x) bit = bit > 0 ? 1 : 0;
      for (std::size_t i = 0; i < 12; ++i)
        examples.outcomes.push_back(static_cast<std::int64_t>(random.below(4)));
      for (double& number : model.numbers()) number = random.uniform(-0.5, 0.5);
      const Answers said = model.answer(examples);
      for (std::size_t r = 0; r < said.numbers.size(); r += 4)
        EXPECT_NEAR(said.numbers[r] + said.numbers[r + 1] + said.numbers[r + 2] + said.numbers[r + 3], 1,
                    1e-12);
      std::vector<double> d_numbers(static_cast<std::size_t>(model.parameters()), 0.0);
      std::vector<double> d_predictions(model.forward(examples, {.keep = true}).size());
      const double loss = model.loss(examples, nullptr, d_predictions.data());
      EXPECT_NEAR(said.loss / said.terms, loss, 1e-14);
      model.backward(d_predictions.data(), nullptr, d_numbers.data());
      std::vector<double> scratch(d_predictions.size());
      for (const std::size_t i : {std::size_t{0}, std::size_t{17}, d_numbers.size() - 1}) {
        double& number = model.numbers()[i];
        const double kept = number;
        double values[2];
        for (const int side : {0, 1}) {
          number = kept + (side == 0 ? 1e-6 : -1e-6);
          model.forward(examples, {});
          values[side] = model.loss(examples, nullptr, scratch.data());
        }
        number = kept;
        EXPECT_NEAR(d_numbers[i], (values[0] - values[1]) / 2e-6, 1e-8) << i;
      }
      EXPECT_EQ(model.input_gradient(examples), std::vector<double>(examples.x.size(), 0.0));
      examples.outcomes.pop_back();
      EXPECT_THAT(error_of([&] { model.answer(examples); }), HasSubstr("came with 11 words to project on"));
      spec.head.outputs = 3;
      EXPECT_THAT(error_of([&] { CellModel<double> other(spec); }),
                  HasSubstr("gives 4 words their probabilities does not answer with one of 3"));
      spec.core = ControlledOptions{};
      EXPECT_THAT(error_of([&] { CellModel<double> other(spec); }), HasSubstr("projected on words"));
    }
}

TEST(CellModel, DoesNotTranslate) {
  const auto model = make_cell_model(register_spec());
  EXPECT_THAT(error_of([&] { model->translate({}, {}); }), HasSubstr("does not translate: register 2+2"));
}

// Of every cell with a head of three quantiles of two numbers: the loss by its formula, and the gradient in
// the inputs.
TEST(CellModel, QuantilesAreLearntByTheirLoss) {
  for (const TriedCore& tried : tried_cores()) {
    ModelSpec spec = spec_of(tried, Answer::kNumbers);
    spec.head.outputs = 6, spec.head.quantiles = {0.1, 0.5, 0.9};
    const auto model = make_cell_model(spec);
    Examples examples = random_examples(spec, 3, 4, 5);
    ASSERT_EQ(examples.y.size(), 6u);
    const auto loss = [&] {
      return model->mean_loss("quantile", model->answer(examples).numbers, examples.y);
    };
    const std::vector<double> said = model->answer(examples).numbers;
    double expected = 0;
    for (std::size_t i = 0; i < 18; ++i) {
      const double e = examples.y[i / 3] - said[i], q = spec.head.quantiles[i % 3];
      expected += std::max(q * e, (q - 1) * e) / 18;
    }
    EXPECT_NEAR(loss(), expected, 1e-14) << tried.name;
    const std::vector<double> exact = model->input_gradient(examples);
    const std::vector<double> slope = finite_difference<double>(loss, examples.x, 1e-6);
    for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(exact[i], slope[i], 1e-8) << tried.name;
    EXPECT_THAT(error_of([&] { model->mean_loss("quantile", said, said); }), HasSubstr("cannot be compared"));
    spec.head.outputs = 4;
    EXPECT_THAT(error_of([&] { make_cell_model(spec); }), HasSubstr("no 3 quantiles"));
  }
}

}  // namespace
}  // namespace ebit::fit
