#include "ebit/nn/register_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "ebit/base/error.h"
#include "ebit/cell/preset.h"
#include "ebit/nn/finite_differences.h"

namespace ebit::nn {
namespace {

RegisterOptions small(std::string encoder = "linear-amplitude", std::string hidden = "collapse") {
  RegisterOptions options;
  options.features = 2;
  options.encoder = std::move(encoder), options.hidden = std::move(hidden);
  return options;
}

TEST(RegisterRNN, AutogradEqualsNumericalGradientForEveryHiddenUpdate) {
  for (const auto& update : hidden_updates<double>()) {
    SCOPED_TRACE(update.name);
    torch::manual_seed(3);
    RegisterOptions cell = small(update.memory == Memory::kWholeState ? "arctan-angle" : "linear-amplitude",
                                 std::string(update.name));
    cell.every_step = true, cell.readout = {"Z0", "X1"};
    RegisterRNN rnn{RegisterRNNOptions(cell)};
    torch::Tensor x = (torch::rand({3, 4, 2}, torch::kFloat64) - 0.5).requires_grad_();
    const torch::Tensor weight = torch::rand({3, 4, 2}, torch::kFloat64);
    const auto loss = [&] {
      rnn->seed_draws(1, 0);
      auto [y, last] = rnn->forward(x);
      return (y * weight).sum() + last.sum();
    };
    loss().backward();
    std::vector<torch::Tensor> inputs = rnn->parameters();
    inputs.push_back(x);
    for (const torch::Tensor& input : inputs) expect_gradient(input, loss, 1e-5, 1e-7);
  }
}

TEST(RegisterModel, PenaltyIsTheEntropysWithItsDerivative) {
  for (const EntropyStage& stage : entropy_stages())
    for (const std::optional<double> target : {std::optional<double>(), std::optional<double>(0.7)}) {
      SCOPED_TRACE(testing::Message() << stage.name << (target ? " with a target" : ""));
      torch::manual_seed(5);
      RegisterOptions cell = small();
      cell.entropy = "von-neumann", cell.entropy_stage = stage.name;
      RegisterModel model(RegisterModelOptions(RegisterRNNOptions(cell), 1).entropy_loss({0.3, target}));
      EXPECT_FALSE(model->penalty().defined()) << "nothing was run";
      const torch::Tensor x = torch::rand({3, 4, 2}, torch::kFloat64) - 0.5;
      const auto loss = [&] {
        const torch::Tensor y = model->forward(x);
        return y.square().sum() + model->penalty();
      };
      loss().backward();
      const torch::Tensor s = model->entropy();
      ASSERT_EQ(s.sizes(), (std::vector<std::int64_t>{3, 4}));
      EXPECT_GT(s.min().item<double>(), 0);
      const double expected =
          target ? 0.3 * (s - *target).square().mean().item<double>() : -0.3 * s.mean().item<double>();
      EXPECT_NEAR(model->penalty().item<double>(), expected, 1e-15);
      // The loops without torch say the same.
      std::vector<double> d(12);
      EXPECT_NEAR(ebit::entropy_loss<double>({0.3, target}, {s.data_ptr<double>(), 12}, d.data()), expected,
                  1e-15);
      const torch::Tensor leaf = s.detach().clone().requires_grad_();
      (target ? 0.3 * (leaf - *target).square().mean() : -0.3 * leaf.mean()).backward();
      for (std::int64_t i = 0; i < 12; ++i)
        EXPECT_NEAR(d[static_cast<std::size_t>(i)], leaf.grad().data_ptr<double>()[i], 1e-15);

      for (const torch::Tensor& parameter : model->parameters()) expect_gradient(parameter, loss, 1e-5, 1e-8);
      model->to(torch::kFloat32);
      model->forward(x.to(torch::kFloat32));
      EXPECT_NEAR(model->penalty().item<double>(), expected, 1e-5);
    }
}

TEST(RegisterModel, EntropyLossThatCannotBeIsRefused) {
  const auto refusal = [](EntropyLoss loss, const char* kind = "von-neumann",
                          const char* hidden = "collapse") {
    RegisterOptions cell = small("linear-amplitude", hidden);
    cell.ancilla = 1, cell.entropy = kind;
    try {
      RegisterModel model(RegisterModelOptions(RegisterRNNOptions(cell), 1).entropy_loss(loss));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  using testing::HasSubstr;
  EXPECT_EQ(refusal({0.5, 1.0}), "");
  EXPECT_EQ(refusal({-0.5, std::nullopt}), "");
  EXPECT_THAT(refusal({0.5, 1.01}), HasSubstr("from 0 to 1,"));
  EXPECT_THAT(refusal({0.5, -0.1}), HasSubstr("from 0 to 1,"));
  EXPECT_THAT(refusal({0.5, 0.6}, "linear"), HasSubstr("from 0 to 0.5,"));
  EXPECT_THAT(refusal({-0.5, 0.5}), HasSubstr("above 0"));
  EXPECT_THAT(refusal({0, 0.5}), HasSubstr("--entropy-weight"));
  EXPECT_THAT(refusal({0.5, 0.5}, ""), HasSubstr("RegisterOptions::entropy"));
  EXPECT_THAT(refusal({0.5, 0.5}, "von-neumann", "density"), HasSubstr("mixed state"));
}

// Well-known implementations keep their circuits' angles out of parameters(), and never train them.
TEST(RegisterModel, EveryAngleIsAParameterIsSavedAndMoves) {
  for (const Preset& preset : presets()) {
    SCOPED_TRACE(preset.name);
    torch::manual_seed(1);
    RegisterModel model(
        RegisterModelOptions(RegisterRNNOptions(preset.cell).init_low(0.1).init_high(0.9), 1));
    std::size_t count = 0;
    for (const auto& p : model->parameters()) count += static_cast<std::size_t>(p.numel());
    EXPECT_EQ(count, RegisterCell<double>(preset.cell).parameters());
    const auto x = torch::rand({7, 5, 1}, torch::kFloat64) - 0.5,
               target = torch::rand({7, 1}, torch::kFloat64);
    const auto loss = [&] { return torch::mse_loss(model->forward(x), target); };
    // Which numbers matter to the loss at all: an entangler may commute with what is read behind it.
    std::vector<torch::Tensor> before, matters;
    for (auto& p : model->parameters()) {
      torch::NoGradGuard no_grad;
      before.push_back(p.detach().clone());
      matters.push_back(torch::zeros({p.numel()}, torch::kBool));
      for (std::int64_t i = 0; i < p.numel(); ++i) {
        const double center = p.data_ptr<double>()[i], at = loss().item<double>();
        p.data_ptr<double>()[i] = center + 0.01;
        matters.back()[i] = std::abs(loss().item<double>() - at) > 1e-9;
        p.data_ptr<double>()[i] = center;
      }
    }
    torch::optim::Adam adam(model->parameters(), torch::optim::AdamOptions(0.01));
    loss().backward();
    adam.step();
    double mattering = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const auto parameter = model->parameters()[i].detach();
      const auto still = (parameter - before[i]).abs().lt(1e-4).reshape({-1});
      EXPECT_FALSE(torch::logical_and(still, matters[i]).any().item<bool>())
          << model->named_parameters()[i].key();
      mattering += matters[i].sum().item<double>();
    }
    EXPECT_GT(mattering, 0.6 * static_cast<double>(count));
    std::stringstream archive;
    torch::save(model, archive);
    RegisterModel restored(RegisterModelOptions(RegisterRNNOptions(preset.cell), 1));
    torch::load(restored, archive);
    EXPECT_TRUE(torch::equal(restored->forward(x), model->forward(x)));
  }
}

TEST(RegisterModel, TrainsOnATask) {
  torch::manual_seed(5);
  RegisterModel model(RegisterModelOptions(RegisterRNNOptions(find_preset("daskin-collapse").cell), 1));
  const auto time = torch::arange(60, torch::kFloat64) * 0.3;
  const auto series = torch::sin(time);
  std::vector<torch::Tensor> windows, targets;
  for (int i = 0; i < 50; ++i)
    windows.push_back(series.slice(0, i, i + 10)), targets.push_back(series[i + 10]);
  const auto x = torch::stack(windows).unsqueeze(2), y = torch::stack(targets).unsqueeze(1);
  torch::optim::Adam adam(model->parameters(), torch::optim::AdamOptions(0.02));
  double first = 0, last = 0;
  for (int step = 0; step < 200; ++step) {
    adam.zero_grad();
    auto loss = torch::mse_loss(model->forward(x), y);
    loss.backward();
    adam.step();
    (step ? last : first) = loss.item<double>();
  }
  EXPECT_LT(last, 0.25 * first) << "first " << first;
}

TEST(RegisterModel, Float32Works) {
  RegisterModel model(RegisterModelOptions(RegisterRNNOptions(small()), 1));
  const auto x = torch::rand({5, 3, 2});
  const auto wide = model->forward(x.to(torch::kFloat64));
  model->to(torch::kFloat32);
  const auto narrow = model->forward(x);
  EXPECT_EQ(narrow.scalar_type(), torch::kFloat32);
  EXPECT_TRUE(torch::allclose(narrow.to(torch::kFloat64), wide, 1e-4, 1e-5));
  narrow.sum().backward();
  EXPECT_EQ(model->parameters()[0].grad().scalar_type(), torch::kFloat32);
  EXPECT_THROW(model->forward(x.to(torch::kFloat64)), Error);
}

TEST(RegisterModel, HeadAndSeveralOutputs) {
  RegisterModel plain(RegisterModelOptions(RegisterRNNOptions(small()), 2));
  EXPECT_EQ(plain->rnn->options().readout, (std::vector<std::string>{"Z0", "Z1"}));
  RegisterModel with_head(RegisterModelOptions(RegisterRNNOptions(small()), 3).linear_head(true));
  EXPECT_EQ(with_head->forward(torch::rand({4, 3, 2}, torch::kFloat64)).sizes(),
            (std::vector<std::int64_t>{4, 3}));
  EXPECT_THAT(with_head->summary(), testing::HasSubstr("linear head"));
  EXPECT_THROW(RegisterModel(RegisterModelOptions(RegisterRNNOptions(small()), 3)), Error);
  std::ostringstream text;
  text << with_head->rnn;
  EXPECT_THAT(text.str(), testing::HasSubstr("wires=2+2"));
}

TEST(RegisterModel, StatefulCarriesAndResets) {
  torch::manual_seed(2);
  RegisterModel model(RegisterModelOptions(RegisterRNNOptions(small("cubic-angle")), 1).stateful(true));
  const auto x = torch::rand({1, 8, 2}, torch::kFloat64);
  model->forward(x.slice(1, 0, 4));
  const auto carried = model->forward(x.slice(1, 4, 8));
  model->reset_state();
  const auto whole = model->forward(x);
  EXPECT_TRUE(torch::allclose(carried, whole, 0, 1e-14));
  model->reset_state();
  EXPECT_FALSE(torch::allclose(model->forward(x.slice(1, 4, 8)), whole, 0, 1e-6));
}

TEST(RegisterModel, SaysWhatIsWrong) {
  RegisterModel model(RegisterModelOptions(RegisterRNNOptions(small()), 1));
  EXPECT_THROW(model->forward(torch::rand({4, 3}, torch::kFloat64)), Error);
  EXPECT_THROW(model->forward(torch::rand({4, 3, 1}, torch::kFloat64)), Error);
  EXPECT_THROW(model->forward(torch::full({4, 3, 2}, NAN, torch::kFloat64)), Error);
  EXPECT_THROW(
      model->rnn->forward(torch::rand({4, 3, 2}, torch::kFloat64), torch::rand({4, 3}, torch::kFloat64)),
      Error);
}

}  // namespace
}  // namespace ebit::nn
