#include "ebit/nn/sequence_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/error.h"
#include "ebit/nn/finite_differences.h"
#include "ebit/nn/orthogonal_core.h"
#include "ebit/nn/safetensors_module.h"

namespace ebit::nn {
namespace {

using torch::Tensor;

CoreOptions small() {
  CoreOptions options{.inputs = 3, .hidden = 5};
  options.qrnn.qubits = 2;
  options.qrnn.ffn.hidden = {4};
  return options;
}

class Cores : public testing::TestWithParam<CoreRow> {
 protected:
  void SetUp() override {
    torch::manual_seed(7);
    core_ = make_core(GetParam().name, small());
    core_->to(torch::kFloat64);
    x_ = torch::randn({4, 6, 3}, torch::kFloat64);
  }
  std::shared_ptr<SequenceCore> core_;
  Tensor x_, lengths_ = torch::tensor({2, 6, 1, 4}, torch::kInt64);
};

void expect_equal(const Tensor& a, const Tensor& b, double tolerance = 1e-12) {
  ASSERT_EQ(a.sizes(), b.sizes());
  EXPECT_LE((a - b).abs().max().item<double>(), tolerance);
}

TEST_P(Cores, RowIsComplete) {
  EXPECT_FALSE(GetParam().help.empty());
  EXPECT_FALSE(GetParam().source.empty());
  EXPECT_EQ(core_->inputs(), 3);
  EXPECT_THAT(core_->summary(), testing::StartsWith(std::string(GetParam().name)));
  EXPECT_EQ(core_->forward(x_, {}, {}).features.sizes(),
            (std::vector<std::int64_t>{4, 6, core_->features()}));
}

TEST_P(Cores, PaddedBatchEqualsItsSingleSequences) {
  const CoreOutput batch = core_->forward(x_, lengths_, {});
  const CoreOutput again = core_->forward(x_ + 100 * (~step_mask(lengths_, 6)).unsqueeze(2), lengths_, {});
  expect_equal(batch.features, again.features, 0);
  for (std::int64_t b = 0; b < 4; ++b) {
    const std::int64_t length = lengths_[b].item<std::int64_t>();
    const CoreOutput single = core_->forward(x_.slice(0, b, b + 1).slice(1, 0, length), {}, {});
    expect_equal(batch.features[b].slice(0, 0, length), single.features[0]);
    EXPECT_EQ(batch.features[b].slice(0, length).abs().sum().item<double>(), 0);
    for (std::size_t s = 0; s < single.state.size(); ++s) expect_equal(batch.state[s][b], single.state[s][0]);
  }
}

TEST_P(Cores, CarriedStateEqualsOneLongSequence) {
  const CoreOutput whole = core_->forward(x_, {}, {});
  const CoreOutput first = core_->forward(x_.slice(1, 0, 2), {}, {});
  const CoreOutput second = core_->forward(x_.slice(1, 2), {}, first.state);
  expect_equal(torch::cat({first.features, second.features}, 1), whole.features);
  // The same where the batch is padded and its order is not that of the lengths.
  const Tensor rest = torch::tensor({1, 4, 2, 3}, torch::kInt64);
  const CoreOutput padded = core_->forward(x_.slice(1, 2), rest, first.state);
  expect_equal(padded.features[1], whole.features[1].slice(0, 2));
  expect_equal(padded.features[3].slice(0, 0, 3), whole.features[3].slice(0, 2, 5));
}

TEST_P(Cores, RowsOfAStateGoOnAlone) {
  const CoreState state = core_->forward(x_, {}, {}).state;
  const Tensor chosen = torch::tensor({2, 0}, torch::kInt64);
  const CoreOutput some = core_->forward(x_.index_select(0, chosen), {}, rows_of(state, chosen));
  expect_equal(some.features, core_->forward(x_, {}, state).features.index_select(0, chosen));
}

TEST_P(Cores, EveryParameterHasTheGradientOfFiniteDifferences) {
  const Tensor weights = torch::randn({4, 6, core_->features()}, torch::kFloat64);
  const auto value = [&] { return (core_->forward(x_, lengths_, {}).features * weights).sum(); };
  expect_finite_differences(*core_, value);
}

TEST_P(Cores, DetachedStateEndsTheGradient) {
  Tensor x = x_.clone().requires_grad_();
  const CoreState state = detached(core_->forward(x, {}, {}).state);
  core_->forward(x_, {}, state).features.sum().backward();
  EXPECT_FALSE(x.grad().defined());
}

INSTANTIATE_TEST_SUITE_P(All, Cores, testing::ValuesIn(core_table().begin(), core_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(OrthogonalCore, StaysOrthogonalWhileItTrains) {
  torch::manual_seed(3);
  OrthogonalCore core({.inputs = 2, .hidden = 24});
  torch::optim::Adam optimizer(core.parameters(), torch::optim::AdamOptions(0.05));
  const Tensor x = torch::randn({8, 10, 2}), start = core.recurrent_matrix().detach();
  for (int step = 0; step < 50; ++step) {
    optimizer.zero_grad();
    (core.forward(x, {}, {}).features.select(1, 9).square().sum(1) - 1).square().mean().backward();
    optimizer.step();
  }
  const Tensor w = core.recurrent_matrix().detach();
  EXPECT_GT((w - start).abs().max().item<double>(), 0.1) << "it did not train";
  EXPECT_LE((w.t().mm(w) - torch::eye(24)).abs().max().item<double>(), 1e-5);
  EXPECT_NEAR(w.to(torch::kFloat64).det().item<double>(), 1, 1e-4);
}

TEST(OrthogonalCore, WithoutInputAndBiasItTurnsTheState) {
  // Where h >= 0 stays so, modReLU with bias 0 is the identity and T steps are W^T.
  torch::manual_seed(1);
  OrthogonalCore core({.inputs = 1, .hidden = 4});
  core.to(torch::kFloat64);
  const Tensor h = torch::randn({2, 4}, torch::kFloat64);
  const CoreOutput out = core.forward(torch::zeros({2, 3, 1}, torch::kFloat64), {}, {h});
  expect_equal(out.state[0], h.mm(torch::matrix_power(core.recurrent_matrix().t(), 3)));
}

TEST(SequenceCore, MatchedHiddenIsTheNearestOfAll) {
  for (const CoreRow& row : core_table()) {
    if (!row.has_hidden) continue;
    const auto count = [&](int hidden) {
      return count_parameters(*make_core(row.name, {.inputs = 3, .hidden = hidden}));
    };
    for (const std::int64_t target : {1, 40, 333, 1000}) {
      const int found = matched_hidden(target, 40, count);
      for (int hidden = 1; hidden <= 40; ++hidden) {
        EXPECT_LE(std::abs(count(found) - target), std::abs(count(hidden) - target)) << row.name << target;
      }
    }
  }
}

TEST(SequenceCore, BadSettingsAreToldInOneLine) {
  const auto message = [](std::string_view name, const CoreOptions& options) -> std::string {
    try {
      make_core(name, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message("lstn", {}), testing::StartsWith("no core is called 'lstn'; did you mean 'lstm'?"));
  EXPECT_EQ(message("gru", {.hidden = 0}), "the hidden size of gru must be at least 1, not 0");
  EXPECT_THAT(message("gru", {.hidden = 1 << 24}), testing::HasSubstr("of memory, and"));
}

}  // namespace
}  // namespace ebit::nn
