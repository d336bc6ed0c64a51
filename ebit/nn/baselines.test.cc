#include "ebit/nn/baselines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/error.h"
#include "ebit/nn/safetensors_module.h"

namespace ebit::nn {
namespace {

using ::testing::HasSubstr;

TEST(Baselines, EveryRowMapsWindowsToOutputsAndTrainsEveryParameter) {
  for (const BaselineRow& row : baseline_table()) {
    for (const auto dtype : {torch::kFloat32, torch::kFloat64}) {
      torch::manual_seed(3);
      BaselineOptions options{.features = 2, .outputs = 3, .window = 5, .hidden = 4, .layers = 2};
      auto model = make_baseline(row.name, options);
      model->to(dtype);
      const torch::Tensor y = model->forward(torch::randn({7, 5, 2}, dtype));
      EXPECT_EQ(y.sizes(), (std::vector<std::int64_t>{7, 3})) << row.name;
      EXPECT_EQ(y.scalar_type(), dtype) << row.name;
      y.square().sum().backward();
      for (const auto& parameter : model->named_parameters()) {
        ASSERT_TRUE(parameter.value().grad().defined()) << row.name << " " << parameter.key();
        EXPECT_GT(parameter.value().grad().abs().sum().item<double>(), 0.0)
            << row.name << " " << parameter.key();
      }
      EXPECT_THAT(model->summary(), HasSubstr(std::string(row.name)));
      EXPECT_FALSE(row.help.empty());
    }
  }
}

TEST(Baselines, ParameterCounts) {
  const auto count = [](const char* kind) { return count_parameters(*make_baseline(kind, {})); };
  EXPECT_EQ(count("lstm"), 4 * (4 * 1 + 4 * 4 + 4 + 4) + 5);  // 117, as the paper's LSTM of hidden size 4
  EXPECT_EQ(count("gru"), 3 * (4 * 1 + 4 * 4 + 4 + 4) + 5);
  EXPECT_EQ(count("rnn"), (4 * 1 + 4 * 4 + 4 + 4) + 5);
  EXPECT_EQ(count("linear"), 11);
  EXPECT_EQ(count("mlp"), 10 * 4 + 4 + 5);
}

TEST(Baselines, StatefulModelsCarryTheirStateUntilReset) {
  for (const char* kind : {"lstm", "gru", "rnn"}) {
    torch::manual_seed(1);
    auto model = make_baseline(kind, {.stateful = true});
    model->to(torch::kFloat64);
    const torch::Tensor x = torch::randn({3, 10, 1}, torch::kFloat64);
    const torch::Tensor first = model->forward(x.slice(1, 0, 5));
    const torch::Tensor carried = model->forward(x.slice(1, 5, 10));
    model->reset_state();
    const torch::Tensor whole = model->forward(x);
    EXPECT_LT((carried - whole).abs().max().item<double>(), 1e-14) << kind;
    model->reset_state();
    EXPECT_TRUE(torch::equal(first, model->forward(x.slice(1, 0, 5)))) << kind;
  }
}

TEST(Baselines, BadOptionsAreRefused) {
  EXPECT_THROW(make_baseline("lstm", {.hidden = 0}), Error);
  EXPECT_THROW(make_baseline("lstm", {.features = -1}), Error);
  try {
    make_baseline("ltsm", {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'lstm'"));
  }
}

}  // namespace
}  // namespace ebit::nn
