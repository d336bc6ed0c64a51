#include "ebit/nn/translator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/nn/finite_differences.h"

namespace ebit::nn {
namespace {

using torch::Tensor;

const Tensor kSource = torch::tensor({{1, 2, 3, 4}, {3, 1, 0, 0}, {2, 0, 0, 0}}, torch::kInt64);
const Tensor kLengths = torch::tensor({4, 2, 1}, torch::kInt64);
const Tensor kPrevious = torch::tensor({{1, 3, 0}, {1, 0, 0}, {1, 4, 3}}, torch::kInt64);

CoreChoice small(std::string_view core) {
  CoreChoice choice{std::string(core), {.inputs = 1, .hidden = 3}};
  choice.options.qrnn.qubits = 2;
  return choice;
}

std::shared_ptr<Translator> translator(std::string_view core, std::string_view attention) {
  torch::manual_seed(5);
  auto model = std::make_shared<Translator>(
      small(core),
      TranslatorOptions{
          .source_vocabulary = 5, .target_vocabulary = 6, .width = 2, .attention = std::string(attention)});
  model->to(torch::kFloat64);
  model->eval();
  return model;
}

void expect_equal(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.sizes(), b.sizes());
  EXPECT_LE((a - b).abs().max().item<double>(), 1e-12);
}

// Log-likelihood of tokens (with the end token, where it is there) by teacher forcing.
double log_likelihood(Translator& model, const Tensor& source, std::vector<std::int64_t> tokens) {
  std::vector<std::int64_t> previous = {1};
  previous.insert(previous.end(), tokens.begin(), tokens.end() - 1);
  const Tensor logits = model.forward(source, {}, torch::tensor(previous, torch::kInt64).unsqueeze(0));
  return -cross_entropy_sum(logits, torch::tensor(tokens, torch::kInt64).unsqueeze(0)).item<double>();
}

class Attentions : public testing::TestWithParam<AttentionRow> {};

TEST_P(Attentions, WeightsAreSharesOfTheStepsThatAreThere) {
  EXPECT_FALSE(GetParam().help.empty() || GetParam().source.empty());
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
  const auto dot = attention_row("dot").make(2);
  const Tensor source = torch::tensor({{{1.0, 0.0}, {0.0, 2.0}, {9.0, 9.0}}}, torch::kFloat64);
  const Tensor query = torch::tensor({{0.5, 1.0}}, torch::kFloat64);
  const Tensor mask = torch::tensor({{true, true, false}});
  const Tensor weights = attention_weights(dot->score(query, dot->keys(source)), mask);
  EXPECT_NEAR(weights[0][0].item<double>(), 1 / (1 + std::exp(1.5)), 1e-12);
  EXPECT_EQ(weights[0][2].item<double>(), 0);
}

class Translators : public testing::TestWithParam<CoreRow> {};

TEST_P(Translators, BatchEqualsItsSingleSequences) {
  const auto model = translator(GetParam().name, "general");
  const Tensor batch = model->forward(kSource, kLengths, kPrevious);
  for (std::int64_t b = 0; b < 3; ++b) {
    const Tensor single = kSource.slice(0, b, b + 1).slice(1, 0, kLengths[b].item<std::int64_t>());
    expect_equal(model->forward(single, {}, kPrevious.slice(0, b, b + 1))[0], batch[b]);
  }
}

TEST_P(Translators, GreedySearchTakesTheLikeliestTokenEachTime) {
  const auto model = translator(GetParam().name, "additive");
  const std::vector<Translation> found = model->translate(kSource, kLengths, {.longest = 6});
  for (std::int64_t b = 0; b < 3; ++b) {
    const Tensor single = kSource.slice(0, b, b + 1).slice(1, 0, kLengths[b].item<std::int64_t>());
    std::vector<std::int64_t> previous = {1};
    for (const std::int64_t token : found[static_cast<std::size_t>(b)].tokens) {
      const Tensor logits = model->forward(single, {}, torch::tensor(previous, torch::kInt64).unsqueeze(0));
      EXPECT_EQ(logits[0][-1].argmax().item<std::int64_t>(), token);
      previous.push_back(token);
    }
    EXPECT_EQ(found[static_cast<std::size_t>(b)].weights.size(1), 4);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Translators, testing::ValuesIn(core_table().begin(), core_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });

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
  if (found.weights.size(0) > static_cast<std::int64_t>(tokens.size())) tokens.push_back(2);
  EXPECT_NEAR(found.score, log_likelihood(*model, source, tokens) / static_cast<double>(tokens.size()),
              1e-12);
}

class Layers : public testing::TestWithParam<PoolRow> {};

TEST_P(Layers, ClassifierIgnoresPaddingAndHasTheRightGradient) {
  torch::manual_seed(2);
  SequenceClassifier model(small("gru"), {.vocabulary = 5, .width = 2}, 4, GetParam().name);
  model.to(torch::kFloat64);
  const Tensor batch = model.forward(kSource, kLengths);
  for (std::int64_t b = 0; b < 3; ++b) {
    const Tensor single = kSource.slice(0, b, b + 1).slice(1, 0, kLengths[b].item<std::int64_t>());
    expect_equal(model.forward(single)[0], batch[b]);
  }
  const Tensor weights = torch::randn({3, 4}, torch::kFloat64);
  expect_finite_differences(model, [&] { return (model.forward(kSource, kLengths) * weights).sum(); });
}

INSTANTIATE_TEST_SUITE_P(All, Layers, testing::ValuesIn(pool_table().begin(), pool_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(SequenceTagger, LossCountsTheStepsThatAreThere) {
  torch::manual_seed(2);
  SequenceTagger model(small("rnn"), {.vocabulary = 5, .width = 2}, 5);
  model.to(torch::kFloat64);
  const Tensor whole = cross_entropy_sum(model.forward(kSource, kLengths).features, kSource, kLengths);
  Tensor sum = torch::zeros({}, torch::kFloat64);
  for (std::int64_t b = 0; b < 3; ++b) {
    const Tensor single = kSource.slice(0, b, b + 1).slice(1, 0, kLengths[b].item<std::int64_t>());
    sum = sum + cross_entropy_sum(model.forward(single).features, single);
  }
  EXPECT_NEAR(whole.item<double>(), sum.item<double>(), 1e-12);
  expect_finite_differences(
      model, [&] { return cross_entropy_sum(model.forward(kSource, kLengths).features, kSource, kLengths); });
}

TEST(InputLayer, NumbersPassAndDropoutLeavesOutEmbeddingsOnlyInTraining) {
  InputLayer numbers({.width = 2});
  const Tensor x = torch::randn({1, 3, 2});
  EXPECT_TRUE(numbers.forward(x).equal(x));
  InputLayer tokens({.vocabulary = 5, .width = 50, .dropout = 0.5});
  const Tensor known = torch::ones({5, 50});
  tokens.load_embedding(known);
  EXPECT_GT((tokens.forward(kSource) == 0).sum().item<int>(), 0);
  tokens.eval();
  EXPECT_TRUE(tokens.forward(kSource).equal(torch::ones({3, 4, 50})));
  EXPECT_THROW(InputLayer({.width = 2, .dropout = 1.0}), Error);
}

}  // namespace
}  // namespace ebit::nn
