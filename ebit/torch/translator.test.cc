#include "ebit/torch/translator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/torch/testing/gradients.h"
#include "ebit/torch/torch_losses.h"

namespace ebit::nn {
namespace {

using fit::Answer;
using fit::Translation;
using torch::Tensor;

const Tensor kSource = torch::tensor({{1, 2, 3, 4}, {3, 1, 0, 0}, {2, 0, 0, 0}}, torch::kInt64);
const Tensor kLengths = torch::tensor({4, 2, 1}, torch::kInt64);
const Tensor kPrevious = torch::tensor({{1, 3, 0}, {1, 0, 0}, {1, 4, 3}}, torch::kInt64);

// A model of 5 tokens with an embedding of 2 numbers.
fit::ModelSpec spec_of(std::string_view core, fit::HeadSpec head) {
  ControlledOptions qrnn;
  qrnn.qubits = 2;
  RegisterOptions with_readouts;
  with_readouts.readout = {"Z0", "Z1", "X1"};
  fit::ModelSpec spec;
  spec.core = core == "qrnn" ? CellOptions(qrnn) : CellOptions(with_readouts);
  if (core != "qrnn" && core != "register")
    spec.core = fit::ClassicalOptions{.core = std::string(core), .hidden = 3};
  spec.input = {.vocabulary = 5, .width = 2};
  spec.head = std::move(head);
  return fit::completed(spec);
}

std::shared_ptr<Translator> translator(std::string_view core, std::string_view attention) {
  torch::manual_seed(5);
  auto model = std::make_shared<Translator>(
      spec_of(core, {.answer = Answer::kTranslation, .outputs = 6, .attention = std::string(attention)}));
  model->to(torch::kFloat64);
  model->eval();
  return model;
}

std::shared_ptr<SequenceModel> sequence_model(std::string_view core, fit::HeadSpec head) {
  torch::manual_seed(2);
  auto model = std::make_shared<SequenceModel>(spec_of(core, std::move(head)));
  model->to(torch::kFloat64);
  return model;
}

Tensor answers(SequenceModel& model, const Tensor& tokens, const Tensor& lengths = {}) {
  return model.answer(model.inputs(tokens), lengths).features;
}

const std::vector<std::string> kCores = {"register", "qrnn", "lstm", "gru", "rnn", "orthogonal"};

// Log-likelihood of tokens (with the end token, where it is there) by teacher forcing.
double log_likelihood(Translator& model, const Tensor& source, std::vector<std::int64_t> tokens) {
  std::vector<std::int64_t> previous = {1};
  previous.insert(previous.end(), tokens.begin(), tokens.end() - 1);
  const Tensor logits = model.forward(source, {}, torch::tensor(previous, torch::kInt64).unsqueeze(0));
  return -cross_entropy_sum(logits, torch::tensor(tokens, torch::kInt64).unsqueeze(0)).item<double>();
}

class Attentions : public testing::TestWithParam<AttentionRow> {};

TEST_P(Attentions, WeightsAreSharesOfTheStepsThatAreThere) {
  const auto model = translator("gru", GetParam().name);
  const EncodedSource source = model->encode(kSource, kLengths);
  const DecoderStep step = model->step(source, kPrevious.select(1, 0), source.start);
  expect_equal(step.weights.sum(1), torch::ones({3}, torch::kFloat64));
  const Tensor there = step_mask(kLengths, 4);
  EXPECT_TRUE((step.weights > 0).equal(there));
}

TEST_P(Attentions, GradientOfTheWholeIsThatOfFiniteDifferences) {
  const auto model = translator("lstm", GetParam().name);
  const Tensor targets = torch::tensor({{3, 0, 2}, {0, 2, 0}, {4, 3, 2}}, torch::kInt64);
  const Tensor target_lengths = torch::tensor({3, 2, 3}, torch::kInt64);
  expect_finite_differences(*model, [&] {
    return cross_entropy_sum(model->forward(kSource, kLengths, kPrevious), targets, target_lengths);
  });
}

INSTANTIATE_TEST_SUITE_P(All, Attentions,
                         testing::ValuesIn(attention_table().begin(), attention_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Attention, DotGivesTheSoftmaxOfInnerProducts) {
  const auto dot = find_attention("dot").make(2);
  const Tensor source = torch::tensor({{{1.0, 0.0}, {0.0, 2.0}, {9.0, 9.0}}}, torch::kFloat64);
  const Tensor query = torch::tensor({{0.5, 1.0}}, torch::kFloat64);
  const Tensor mask = torch::tensor({{true, true, false}});
  const Tensor weights = attention_weights(dot->score(query, dot->keys(source)), mask);
  EXPECT_NEAR(weights[0][0].item<double>(), 1 / (1 + std::exp(1.5)), 1e-12);
  EXPECT_EQ(weights[0][2].item<double>(), 0);
}

class Translators : public testing::TestWithParam<std::string> {};

TEST_P(Translators, BatchEqualsItsSingleSequences) {
  const auto model = translator(GetParam(), "general");
  const Tensor batch = model->forward(kSource, kLengths, kPrevious);
  for (std::int64_t b = 0; b < 3; ++b) {
    const Tensor single = kSource.slice(0, b, b + 1).slice(1, 0, kLengths[b].item<std::int64_t>());
    expect_equal(model->forward(single, {}, kPrevious.slice(0, b, b + 1))[0], batch[b]);
  }
}

TEST_P(Translators, GreedySearchTakesTheLikeliestTokenEachTime) {
  const auto model = translator(GetParam(), "additive");
  const std::vector<Translation> found = model->translate(kSource, kLengths, {.longest = 6});
  for (std::int64_t b = 0; b < 3; ++b) {
    const Tensor single = kSource.slice(0, b, b + 1).slice(1, 0, kLengths[b].item<std::int64_t>());
    std::vector<std::int64_t> previous = {1};
    for (const std::int64_t token : found[static_cast<std::size_t>(b)].tokens) {
      const Tensor logits = model->forward(single, {}, torch::tensor(previous, torch::kInt64).unsqueeze(0));
      EXPECT_EQ(logits[0][-1].argmax().item<std::int64_t>(), token);
      previous.push_back(token);
    }
    EXPECT_EQ(found[static_cast<std::size_t>(b)].source_steps, 4u);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Translators, testing::ValuesIn(kCores),
                         [](const auto& row) { return row.param; });

TEST(Translator, AWideBeamFindsTheBestOfAllTranslations) {
  const auto model = translator("gru", "dot");
  const Tensor source = kSource.slice(0, 0, 1);
  for (const double power : {0.0, 1.0}) {
    // Every sentence of at most two tokens: ended, or cut off at the second one.
    double best = -INFINITY;
    std::vector<std::vector<std::int64_t>> all = {{2}};
    for (std::int64_t a = 0; a < 6; ++a) {
      if (a == 2) continue;
      all.push_back({a, 2});
      for (std::int64_t b = 0; b < 6; ++b) {
        if (b != 2) all.push_back({a, b});
      }
    }
    for (const auto& tokens : all)
      best = std::max(best, log_likelihood(*model, source, tokens) / std::pow(tokens.size(), power));
    const Translation found =
        model->translate(source, {}, {.longest = 2, .beam = 40, .length_power = power}).at(0);
    EXPECT_NEAR(found.score, best, 1e-12);
    const Translation greedy = model->translate(source, {}, {.longest = 2, .length_power = power}).at(0);
    EXPECT_GE(found.score, greedy.score);
  }
}

TEST(Translator, ScoreIsTheLogLikelihoodByLength) {
  const auto model = translator("rnn", "dot");
  const Tensor source = kSource.slice(0, 0, 1);
  const Translation found = model->translate(source, {}, {.longest = 4, .beam = 3}).at(0);
  std::vector<std::int64_t> tokens = found.tokens;
  if (found.weights.size() / found.source_steps > tokens.size()) tokens.push_back(2);
  EXPECT_NEAR(found.score, log_likelihood(*model, source, tokens) / static_cast<double>(tokens.size()),
              1e-12);
}

TEST(Layers, TheTablesHaveTheNamesOfTheModelSpec) {
  const auto expect_names = [](const auto& rows, const auto& choices) {
    ASSERT_EQ(rows.size(), choices.size());
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].name, choices[i].name);
  };
  expect_names(pool_table(), fit::pools());
  expect_names(attention_table(), fit::attentions());
  for (const auto& row : fit::classical_cores())
    if (row.name != "poly-ridge") {
      EXPECT_NE(make_core(fit::ClassicalOptions{std::string(row.name), 2, 1}, 1, 2), nullptr) << row.name;
    }
}

TEST(Layers, AnswersIgnorePaddingAndHaveTheRightGradient) {
  for (const Pool& pool : pool_table()) {
    const auto model =
        sequence_model("gru", {.answer = Answer::kClass, .outputs = 4, .pool = std::string(pool.name)});
    const Tensor batch = answers(*model, kSource, kLengths);
    for (std::int64_t b = 0; b < 3; ++b) {
      const Tensor single = kSource.slice(0, b, b + 1).slice(1, 0, kLengths[b].item<std::int64_t>());
      expect_equal(answers(*model, single)[0], batch[b]);
    }
    const Tensor weights = torch::randn({3, 4}, torch::kFloat64);
    expect_finite_differences(*model, [&] { return (answers(*model, kSource, kLengths) * weights).sum(); });
  }
}

TEST(Layers, TheLossCountsTheStepsThatAreThere) {
  const auto model = sequence_model("rnn", {.answer = Answer::kClasses, .outputs = 5});
  const auto loss = [&] { return cross_entropy_sum(answers(*model, kSource, kLengths), kSource, kLengths); };
  double sum = 0;
  for (std::int64_t b = 0; b < 3; ++b) {
    const Tensor single = kSource.slice(0, b, b + 1).slice(1, 0, kLengths[b].item<std::int64_t>());
    sum += cross_entropy_sum(answers(*model, single), single).item<double>();
  }
  EXPECT_NEAR(loss().item<double>(), sum, 1e-12);
  expect_finite_differences(*model, loss);
}

TEST(InputLayer, NumbersPassAndDropoutLeavesOutEmbeddingsOnlyInTraining) {
  InputLayer numbers({.width = 2});
  const Tensor x = torch::randn({1, 3, 2});
  EXPECT_TRUE(numbers.forward(x).equal(x));
  InputLayer tokens({.vocabulary = 5, .width = 50, .dropout = 0.5, .vectors = std::vector<float>(250, 1.0f)});
  EXPECT_GT((tokens.forward(kSource) == 0).sum().item<int>(), 0);
  tokens.eval();
  EXPECT_TRUE(tokens.forward(kSource).equal(torch::ones({3, 4, 50})));
}

TEST(InputLayer, AMapBringsStepsToItsWidthAndInsideOne) {
  torch::manual_seed(1);
  InputLayer layer({.width = 2, .map = 3, .squash = true});
  layer.to(torch::kFloat64);
  EXPECT_EQ(layer.outputs(), 3);
  const Tensor x = 100 * torch::randn({4, 5, 2}, torch::kFloat64);
  EXPECT_EQ(layer.forward(x).sizes(), (std::vector<std::int64_t>{4, 5, 3}));
  EXPECT_LE(layer.forward(x).abs().max().item<double>(), 0.99);
  expect_finite_differences(layer, [&] { return layer.forward(0.01 * x).square().sum(); });
}

}  // namespace
}  // namespace ebit::nn
