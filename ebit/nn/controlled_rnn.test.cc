#include "ebit/nn/controlled_rnn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "ebit/base/error.h"
#include "ebit/nn/finite_differences.h"

namespace ebit::nn {
namespace {

ControlledOptions small() {
  ControlledOptions options;
  options.inputs = 2, options.qubits = 2;
  options.ffn = {.hidden = {5, 3}, .activation = "gelu", .dropout = 0.2, .residual = true};
  options.initial = "trainable", options.readout = {"Z", "X0*Y1"};
  return options;
}

TEST(ControlledRNN, AutogradEqualsNumericalGradient) {
  torch::manual_seed(3);
  ControlledRNN rnn{ControlledRNNOptions(small())};
  const auto options = torch::TensorOptions(torch::kFloat64).requires_grad(true);
  torch::Tensor x = torch::rand({3, 4, 2}, options);
  ControlledState start{torch::rand({3, 2, 4}, options), torch::rand({3, 3}, options)};
  const auto lengths = torch::tensor({4, 1, 3}, torch::kInt64);
  const auto w_z = torch::rand({3, 4, 3}, torch::kFloat64), w_psi = torch::rand({3, 2, 4}, torch::kFloat64);
  // Twice, so that the second call's state is the first one's and the trainable start is used.
  const auto loss = [&] {
    rnn->seed_draws(1, 0);
    auto [z, state] = rnn->forward(x, lengths);
    auto [later, last] = rnn->forward(z.narrow(2, 0, 2), {}, state);
    auto [given, end] = rnn->forward(x, {}, start);
    return (z * w_z).sum() + (later * w_z).sum() + (last.psi * w_psi).sum() + last.z.sum() +
           (given * w_z).sum() + (end.psi * w_psi).sum();
  };
  loss().backward();
  std::vector<torch::Tensor> inputs = rnn->parameters();
  for (const auto& tensor : {x, start.psi, start.z}) inputs.push_back(tensor);
  for (const torch::Tensor& input : inputs) expect_gradient(input, loss, 3e-6, 1e-7);
}

TEST(ControlledRNN, EveryNumberIsAParameterIsSavedAndMoves) {
  torch::manual_seed(1);
  ControlledRNN rnn{ControlledRNNOptions(small())};
  std::vector<std::string> names;
  for (const auto& item : rnn->named_parameters()) names.push_back(item.key());
  EXPECT_THAT(names,
              testing::UnorderedElementsAre("initial", "ffn.0.weight", "ffn.0.bias", "ffn.1.weight",
                                            "ffn.1.bias", "ffn.2.weight", "ffn.2.bias", "shortcut.1.weight"));
  const auto x = torch::rand({4, 5, 2}, torch::kFloat64);
  std::vector<torch::Tensor> before;
  for (const auto& p : rnn->parameters()) before.push_back(p.detach().clone());
  torch::optim::Adam adam(rnn->parameters(), torch::optim::AdamOptions(0.01));
  const auto first = std::get<0>(rnn->forward(x)).pow(2).sum();
  first.backward();
  adam.step();
  const auto after = rnn->parameters();
  for (std::size_t i = 0; i < after.size(); ++i)
    EXPECT_GT((after[i].detach() - before[i]).abs().gt(1e-3).to(torch::kFloat64).mean().item<double>(), 0.7)
        << rnn->named_parameters()[i].key();
  std::stringstream archive;
  torch::save(rnn, archive);
  ControlledRNN restored{ControlledRNNOptions(small())};
  torch::load(restored, archive);
  rnn->eval(), restored->eval();
  EXPECT_TRUE(torch::equal(std::get<0>(restored->forward(x)), std::get<0>(rnn->forward(x))));
}

TEST(ControlledRNN, TrainAndEvalRuleDropoutAndSeedsRuleDraws) {
  torch::manual_seed(2);
  ControlledRNN rnn{ControlledRNNOptions(small())};
  const auto x = torch::rand({2, 3, 2}, torch::kFloat64);
  const auto run = [&](std::uint64_t number) {
    rnn->seed_draws(7, number);
    return std::get<0>(rnn->forward(x));
  };
  EXPECT_TRUE(torch::equal(run(0), run(0)));
  EXPECT_FALSE(torch::equal(run(0), run(1)));
  rnn->eval();
  EXPECT_TRUE(torch::equal(run(0), run(1)));
}

TEST(ControlledRNN, Float32FollowsFloat64AndShapesAreAsSaid) {
  torch::manual_seed(4);
  ControlledRNN rnn{ControlledRNNOptions(small())};
  rnn->eval();
  const auto x = torch::rand({2, 6, 2}, torch::kFloat64);
  const auto [wide, state] = rnn->forward(x);
  EXPECT_EQ(wide.sizes(), torch::IntArrayRef({2, 6, 3}));
  EXPECT_EQ(state.psi.sizes(), torch::IntArrayRef({2, 2, 4}));
  EXPECT_TRUE(torch::equal(state.z, wide.select(1, 5)));
  EXPECT_TRUE(torch::allclose(state.psi.pow(2).sum({1, 2}), torch::ones({2}, torch::kFloat64)));
  rnn->to(torch::kFloat32);
  const auto narrow = std::get<0>(rnn->forward(x.to(torch::kFloat32)));
  EXPECT_LT((narrow.to(torch::kFloat64) - wide).abs().max().item<double>(), 1e-5);
  std::stringstream text;
  text << rnn;
  EXPECT_THAT(text.str(), testing::HasSubstr("qubits=2"));
}

// A number that is seen only once has to live in the memory until the end.
TEST(ControlledRNN, LearnsToRememberTheFirstInput) {
  torch::manual_seed(5);
  ControlledOptions options;
  options.inputs = 1, options.qubits = 3, options.ffn.hidden = {16};
  ControlledRNN rnn{ControlledRNNOptions(options)};
  torch::nn::Linear head(torch::nn::LinearOptions(rnn->outputs(), 1));
  head->to(torch::kFloat64);
  auto x = torch::zeros({32, 6, 1}, torch::kFloat64);
  x.select(1, 0).copy_(torch::rand({32, 1}, torch::kFloat64) * 2 - 1);
  std::vector<torch::Tensor> all = rnn->parameters();
  for (const auto& p : head->parameters()) all.push_back(p);
  torch::optim::Adam adam(all, torch::optim::AdamOptions(0.02));
  double first = 0, last = 0;
  for (int step = 0; step < 100; ++step) {
    adam.zero_grad();
    const auto state = std::get<1>(rnn->forward(x));
    const auto loss = torch::mse_loss(head->forward(state.z), x.select(1, 0));
    loss.backward();
    adam.step();
    (step ? last : first) = loss.item<double>();
  }
  EXPECT_LT(last, 0.1 * first) << "first " << first;
}

TEST(ControlledRNN, BadInputIsOneClearLine) {
  ControlledRNN rnn{ControlledRNNOptions(small())};
  const auto x = torch::rand({2, 3, 2}, torch::kFloat64);
  EXPECT_THROW(rnn->forward(torch::rand({2, 3, 1}, torch::kFloat64)), Error);
  EXPECT_THROW(rnn->forward(x.to(torch::kFloat32)), Error);
  EXPECT_THROW(rnn->forward(x, torch::tensor({3, 4}, torch::kInt64)), Error);
  EXPECT_THROW(rnn->forward(x, torch::tensor({3.0, 2.0})), Error);
  EXPECT_THROW(
      rnn->forward(x, {}, {torch::rand({2, 2, 8}, torch::kFloat64), torch::rand({2, 3}, torch::kFloat64)}),
      Error);
  EXPECT_THROW(rnn->forward(x, {}, {torch::rand({2, 2, 4}, torch::kFloat64), torch::Tensor()}), Error);
}

}  // namespace
}  // namespace ebit::nn
