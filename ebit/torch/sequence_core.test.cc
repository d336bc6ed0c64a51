#include "ebit/torch/sequence_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/optim/adam.h>

#include "ebit/base/error.h"
#include "ebit/fit/model.h"
#include "ebit/torch/module_tensors.h"
#include "ebit/torch/testing/gradients.h"

namespace ebit::nn {
namespace {

using torch::Tensor;

fit::ClassicalOptions classical(std::string_view name) { return {.core = std::string(name), .hidden = 5}; }

struct Tried {
  std::string name;
  fit::CoreOptions core;  // for steps of 3 numbers
};

// A cell of each family that answers every step, and the classical cores that do.
std::vector<Tried> recurrent_cores() {
  RegisterOptions with_head;
  with_head.features = 3, with_head.every_step = true, with_head.readout = {"Z0", "Z1"};
  ControlledOptions qrnn;
  qrnn.inputs = 3, qrnn.qubits = 2, qrnn.ffn.hidden = {4};
  std::vector<Tried> all = {{"register", CellOptions(with_head)}, {"qrnn", CellOptions(qrnn)}};
  for (const fit::ClassicalCore& row : fit::classical_cores())
    if (!row.whole) all.push_back({std::string(row.name), classical(row.name)});
  return all;
}

class Cores : public testing::TestWithParam<Tried> {
 protected:
  void SetUp() override {
    torch::manual_seed(7);
    core_ = make_core(GetParam().core, 3);
    core_->to(torch::kFloat64);
    x_ = torch::randn({4, 6, 3}, torch::kFloat64);
  }
  std::shared_ptr<SequenceCore> core_;
  Tensor x_, lengths_ = torch::tensor({2, 6, 1, 4}, torch::kInt64);
};

TEST_P(Cores, HasTheSizesThatItNames) {
  EXPECT_EQ(core_->inputs(), 3);
  EXPECT_TRUE(core_->every_step());
  EXPECT_EQ(core_->forward(x_).features.sizes(), (std::vector<std::int64_t>{4, 6, core_->features()}));
  EXPECT_THROW(core_->forward(x_.select(1, 0)), Error);
}

TEST_P(Cores, PaddedBatchEqualsItsSingleSequences) {
  const CoreOutput batch = core_->forward(x_, lengths_);
  const CoreOutput again = core_->forward(x_ + 100 * (~step_mask(lengths_, 6)).unsqueeze(2), lengths_);
  expect_equal(batch.features, again.features, 0);
  for (std::int64_t b = 0; b < 4; ++b) {
    const std::int64_t length = lengths_[b].item<std::int64_t>();
    const CoreOutput single = core_->forward(x_.slice(0, b, b + 1).slice(1, 0, length));
    expect_equal(batch.features[b].slice(0, 0, length), single.features[0]);
    EXPECT_EQ(batch.features[b].slice(0, length).abs().sum().item<double>(), 0);
    for (std::size_t s = 0; s < single.state.size(); ++s) expect_equal(batch.state[s][b], single.state[s][0]);
  }
}

TEST_P(Cores, CarriedStateEqualsOneLongSequence) {
  const CoreOutput whole = core_->forward(x_);
  const CoreOutput first = core_->forward(x_.slice(1, 0, 2));
  const CoreOutput second = core_->forward(x_.slice(1, 2), {}, first.state);
  expect_equal(torch::cat({first.features, second.features}, 1), whole.features);
  // The same where the batch is padded and its order is not that of the lengths.
  const Tensor rest = torch::tensor({1, 4, 2, 3}, torch::kInt64);
  const CoreOutput padded = core_->forward(x_.slice(1, 2), rest, first.state);
  expect_equal(padded.features[1], whole.features[1].slice(0, 2));
  expect_equal(padded.features[3].slice(0, 0, 3), whole.features[3].slice(0, 2, 5));
}

TEST_P(Cores, RowsOfAStateGoOnAlone) {
  const CoreState state = core_->forward(x_).state;
  const Tensor chosen = torch::tensor({2, 0}, torch::kInt64);
  const CoreOutput some = core_->forward(x_.index_select(0, chosen), {}, rows_of(state, chosen));
  expect_equal(some.features, core_->forward(x_, {}, state).features.index_select(0, chosen));
}

TEST_P(Cores, EveryParameterHasTheGradientOfFiniteDifferences) {
  const Tensor weights = torch::randn({4, 6, core_->features()}, torch::kFloat64);
  const auto value = [&] { return (core_->forward(x_, lengths_).features * weights).sum(); };
  expect_finite_differences(*core_, value);
}

TEST_P(Cores, DetachedStateEndsTheGradient) {
  const Tensor x = x_.clone().requires_grad_();
  const CoreState state = detached(core_->forward(x).state);
  core_->forward(x_, {}, state).features.sum().backward();
  EXPECT_FALSE(x.grad().defined());
}

INSTANTIATE_TEST_SUITE_P(All, Cores, testing::ValuesIn(recurrent_cores()),
                         [](const auto& row) { return row.param.name; });

TEST(WindowCores, SeeAllStepsAtOnceAndAnswerOnce) {
  for (const fit::ClassicalCore& row : fit::classical_cores()) {
    if (!row.whole || row.name == "poly-ridge") continue;  // which libtorch does not compute
    torch::manual_seed(2);
    const auto core = make_core(classical(row.name), 2, 3);
    core->to(torch::kFloat64);
    EXPECT_FALSE(core->every_step());
    const Tensor x = torch::randn({4, 3, 2}, torch::kFloat64);
    const auto features = [&] { return core->forward(x).features; };
    EXPECT_EQ(features().sizes(), (std::vector<std::int64_t>{4, 1, core->features()})) << row.name;
    if (row.name == "linear") {
      EXPECT_TRUE(torch::equal(features(), x.flatten(1).unsqueeze(1)));
    } else {
      expect_finite_differences(*core, [&] { return features().square().sum(); });
    }
    EXPECT_TRUE(torch::equal(core->forward(x, torch::full({4}, 3, torch::kInt64)).features, features()));
    EXPECT_THROW(core->forward(x, torch::tensor({3, 3, 2, 3}, torch::kInt64)), Error) << row.name;
    EXPECT_THROW(core->forward(torch::randn({4, 2, 2}, torch::kFloat64)), Error) << row.name;
  }
}

TEST(OrthogonalCore, StaysOrthogonalWhileItTrains) {
  torch::manual_seed(3);
  const std::int64_t n = 24;
  const auto core = make_core(fit::ClassicalOptions{.core = "orthogonal", .hidden = n}, 2);
  const auto named = core->named_parameters();
  // Without input and bias a step is W: modReLU with bias 0 is the identity.
  const auto recurrent = [&] {
    const torch::NoGradGuard no_grad;
    const Tensor bias = named["bias"].clone();
    named["bias"].zero_();
    const Tensor w = core->forward(torch::zeros({n, 1, 2}), {}, {torch::eye(n)}).state[0].t();
    named["bias"].copy_(bias);
    return w;
  };
  const Tensor start = recurrent(), x = torch::randn({8, 10, 2});
  torch::optim::Adam optimizer(core->parameters(), torch::optim::AdamOptions(0.05));
  for (int step = 0; step < 50; ++step) {
    optimizer.zero_grad();
    (core->forward(x).features.select(1, 9).square().sum(1) - 1).square().mean().backward();
    optimizer.step();
  }
  const Tensor w = recurrent();
  EXPECT_GT((w - start).abs().max().item<double>(), 0.1) << "it did not train";
  EXPECT_LE((w.t().mm(w) - torch::eye(n)).abs().max().item<double>(), 1e-5);
  EXPECT_NEAR(w.to(torch::kFloat64).det().item<double>(), 1, 1e-4);
}

TEST(SequenceCore, MatchedHiddenIsTheNearestOfAll) {
  for (const fit::ClassicalCore& row : fit::classical_cores()) {
    if (!row.has_hidden) continue;
    const auto count = [&](int hidden) {
      return count_numbers(*make_core(fit::ClassicalOptions{std::string(row.name), hidden, 1}, 3, 2))
          .trained();
    };
    for (const std::int64_t target : {1, 40, 333, 1000}) {
      const int found = fit::matched_hidden(target, 40, count);
      for (int hidden = 1; hidden <= 40; ++hidden)
        EXPECT_LE(std::abs(count(found) - target), std::abs(count(hidden) - target)) << row.name << target;
    }
  }
}

TEST(SequenceCore, AnUnknownNameIsToldInOneLine) {
  try {
    make_core(classical("lstn"), 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'lstn'; did you mean 'lstm'?"));
  }
}

}  // namespace
}  // namespace ebit::nn
