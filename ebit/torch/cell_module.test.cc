#include "ebit/torch/cell_module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/adamw.h>

#include <cmath>
#include <sstream>

#include "ebit/base/error.h"
#include "ebit/cell/register/preset.h"
#include "ebit/cell/testing/every_cell.h"
#include "ebit/torch/module_tensors.h"
#include "ebit/torch/testing/gradients.h"

namespace ebit::nn {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

ControlledOptions qrnn() {
  ControlledOptions options;
  options.inputs = 2, options.qubits = 2;
  options.ffn = {.hidden = {5, 3}, .activation = "gelu", .dropout = 0.2, .residual = true};
  options.initial = "trainable", options.readout = {"Z", "X0*Y1"};
  return options;
}

RegisterOptions with_entropy() {
  RegisterOptions options = find_preset("daskin-collapse").cell;
  options.features = 2, options.every_step = true, options.readout = {"Z0", "X1"};
  options.entropy = "renyi-2", options.entropy_stage = "entangled";
  return options;
}

Tensor random_numbers(std::vector<std::int64_t> sizes) { return torch::rand(sizes, torch::kFloat64); }

// A scalar of all that two passes give, the second one where the first one ended.
Tensor value_of(CellModule& cell, const Tensor& x, const Tensor& lengths) {
  cell->seed_draws(1, 0);
  const CoreOutput first = cell->forward(x, lengths);
  Tensor sum =
      (first.features * torch::linspace(0.1, 1, first.features.numel()).view_as(first.features)).sum();
  if (cell->entropy().defined()) sum = sum + 0.3 * cell->entropy().square().sum();
  const CoreOutput second = cell->forward(x, {}, first.state);
  const Tensor& state = second.state[0];
  return sum + second.features.square().sum() +
         (state * torch::linspace(0.1, 1, state.numel()).view_as(state)).sum();
}

TEST(CellModule, AutogradEqualsFiniteDifferences) {
  for (const CellOptions& options : {CellOptions(with_entropy()), CellOptions(qrnn())}) {
    torch::manual_seed(3);
    CellModule cell(options);
    SCOPED_TRACE(testing::PrintToString(family_of(options).name));
    const Tensor x = random_numbers({3, 4, 2}).mul_(0.8).requires_grad_();
    const Tensor lengths = torch::tensor({4, 1, 3}, torch::kInt64);
    const auto value = [&] { return value_of(cell, x, lengths); };
    value().backward();
    for (const Tensor& parameter : cell->parameters()) expect_gradient(parameter, value, 1e-6, 1e-7);
    expect_gradient(x, value, 1e-6, 1e-7);
    // A state of one's own.
    const Tensor state = cell->forward(x.detach(), lengths).state[0].detach().clone().requires_grad_();
    const auto later = [&] {
      cell->seed_draws(1, 0);
      return cell->forward(x.detach(), {}, {state}).features.square().sum();
    };
    later().backward();
    expect_gradient(state, later, 1e-6, 1e-7);
  }
}

TEST(CellModule, StartsFromTheBitsThatTheCellDrawsWithoutTorch) {
  for (const NamedCell& tried : every_cell()) {
    torch::manual_seed(17);
    CellModule cell(tried.options);
    const auto own = make_cell<double>(tried.options);
    std::vector<double> start(own->parameters());
    MersenneDraws draws(17);
    own->initialise(draws, start.data());
    const auto named = cell->named_parameters();
    EXPECT_EQ(named.size(), own->segments().size()) << tried.name;
    for (const Segment& segment : own->segments()) {
      const Tensor* found = named.find(segment.name);
      ASSERT_NE(found, nullptr) << tried.name << " " << segment.name;
      EXPECT_EQ(found->sizes().vec(), segment.shape);
      EXPECT_TRUE(std::equal(found->data_ptr<double>(), found->data_ptr<double>() + segment.size,
                             start.begin() + static_cast<std::ptrdiff_t>(segment.offset)))
          << tried.name << " " << segment.name;
    }
    // Both generators go on alike, for what is drawn behind the cell.
    EXPECT_EQ(torch::rand({1}, torch::kFloat64).item<double>(), draws.uniform(0, 1)) << tried.name;
  }
}

TEST(CellModule, KeepsNoTapeWhereNoGradientIsWanted) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer's allocator does not say what is in use";
#endif
  ControlledOptions options;
  options.inputs = 1, options.qubits = 6, options.gradient_memory = "store";
  CellModule cell(options);
  const Tensor x = torch::rand({16, 200, 1}, torch::kFloat64);
  const std::size_t tape = make_cell<double>(options)->tape_bytes(16, 200);
  const auto held = [&](const auto& pass) {
    const auto used = [] {
      const struct mallinfo2 info = mallinfo2();
      return info.uordblks + info.hblkhd;
    };
    pass();  // workspaces are there afterwards
    const std::size_t before = used();
    const CoreOutput kept = pass();
    return used() - before;
  };
  const auto pass = [&] { return cell->forward(x); };
  EXPECT_GT(held(pass), tape);
  {
    const torch::NoGradGuard no_grad;
    EXPECT_LT(held(pass), tape / 2);
    EXPECT_FALSE(pass().features.requires_grad());
  }
  for (const Tensor& parameter : cell->parameters()) parameter.set_requires_grad(false);
  EXPECT_LT(held(pass), tape / 2);
}

TEST(CellModule, EveryParameterMovesAndIsSaved) {
  for (const Preset& preset : presets()) {
    torch::manual_seed(1);
    CellModule cell(preset.cell), other(preset.cell);
    const Tensor x = random_numbers({6, 5, preset.cell.features});
    cell->forward(x).features.square().sum().backward();
    for (const auto& item : cell->named_parameters()) {
      ASSERT_TRUE(item.value().grad().defined()) << preset.name << " " << item.key();
      EXPECT_GT(item.value().grad().abs().max().item<double>(), 0) << preset.name << " " << item.key();
    }
    EXPECT_FALSE(torch::equal(other->forward(x).features, cell->forward(x).features));
    const torch::NoGradGuard no_grad;
    for (auto& item : other->named_parameters()) item.value().copy_(cell->named_parameters()[item.key()]);
    EXPECT_TRUE(torch::equal(other->forward(x).features, cell->forward(x).features));
  }
}

// Frozen numbers keep their names, require no gradient and stay; the others move.
TEST(CellModule, FrozenParametersStay) {
  for (const char* freeze : {"circuit", "cell"}) {
    SCOPED_TRACE(freeze);
    torch::manual_seed(5);
    CellModule cell(with_freeze(with_entropy(), freeze)), whole(with_freeze(with_entropy(), "none"));
    EXPECT_EQ(cell->named_parameters().keys(), whole->named_parameters().keys());
    torch::nn::Linear head(cell->features(), 1);
    head->to(torch::kFloat64);
    std::vector<Tensor> all = cell->parameters(), before;
    for (const Tensor& parameter : cell->parameters()) before.push_back(parameter.detach().clone());
    for (const Tensor& parameter : head->parameters()) all.push_back(parameter);
    torch::optim::AdamW optimizer(all, torch::optim::AdamWOptions(0.1).weight_decay(0.1));
    head->forward(cell->forward(random_numbers({3, 4, 2})).features).square().sum().backward();
    optimizer.step();
    for (std::size_t s = 0; s < cell->segments().size(); ++s) {
      const Segment& segment = cell->segments()[s];
      const Tensor now = cell->parameters()[s];
      EXPECT_EQ(now.requires_grad(), !segment.frozen) << segment.name;
      EXPECT_EQ(torch::equal(now, before[s]), segment.frozen) << segment.name;
    }
    EXPECT_EQ(count_numbers(*cell), counts_of(cell->segments()));
    EXPECT_EQ(count_numbers(*whole).quantum, counts_of(whole->segments()).quantum);
  }
}

TEST(CellModule, Float32FollowsFloat64) {
  for (const CellOptions& options : {CellOptions(with_entropy()), CellOptions(qrnn())}) {
    torch::manual_seed(4);
    CellModule cell(options);
    cell->eval();
    const Tensor x = random_numbers({2, 6, 2});
    const CoreOutput wide = cell->forward(x);
    wide.features.sum().backward();
    const Tensor gradient = cell->parameters()[0].grad().clone();
    EXPECT_EQ(wide.features.sizes().vec(), (std::vector<std::int64_t>{2, 6, cell->features()}));
    EXPECT_EQ(wide.state[0].sizes().vec(), (std::vector<std::int64_t>{2, cell->state_numbers()}));
    cell->zero_grad();
    cell->to(torch::kFloat32);
    const CoreOutput narrow = cell->forward(x.to(torch::kFloat32));
    narrow.features.sum().backward();
    EXPECT_EQ(narrow.features.scalar_type(), torch::kFloat32);
    expect_equal(narrow.features.to(torch::kFloat64), wide.features, 1e-5);
    expect_equal(cell->parameters()[0].grad().to(torch::kFloat64), gradient, 1e-4);
  }
}

TEST(CellModule, TrainAndEvalRuleDropoutAndSeedsRuleDraws) {
  torch::manual_seed(2);
  CellModule cell(qrnn());
  const Tensor x = random_numbers({2, 3, 2});
  const auto run = [&](std::uint64_t number) {
    cell->seed_draws(7, number);
    return cell->forward(x).features;
  };
  EXPECT_TRUE(torch::equal(run(0), run(0)));
  EXPECT_FALSE(torch::equal(run(0), run(1)));
  cell->eval();
  EXPECT_TRUE(torch::equal(run(0), run(1)));
}

TEST(CellModule, SecondDerivativesAreRefused) {
  CellModule cell(qrnn());
  const Tensor x = random_numbers({2, 3, 2});
  try {
    cell->forward(x).features.sum().backward({}, /*retain_graph=*/true, /*create_graph=*/true);
    FAIL();
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), HasSubstr("second derivatives of a cell are not available"));
  }
}

TEST(CellModule, BadInputIsOneClearLine) {
  CellModule cell(qrnn());
  const Tensor x = random_numbers({2, 3, 2});
  const auto message = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const auto of = [&](const Tensor& numbers, const Tensor& lengths = {}, const CoreState& state = {}) {
    return message([&] { cell->forward(numbers, lengths, state); });
  };
  EXPECT_EQ(of(random_numbers({2, 3, 1})), "this core takes x of shape [B, T, 2], not [2, 3, 1]");
  EXPECT_EQ(of({}), "this core takes x of shape [B, T, 2], not an undefined tensor");
  EXPECT_EQ(of(x.to(torch::kFloat32)),
            "this cell has Double parameters, but x is Float: convert one of them");
  EXPECT_THAT(of(x, torch::tensor({3.0, 2.0})),
              HasSubstr("takes lengths as int64 of shape [2] on the CPU, not Float of shape [2]"));
  EXPECT_THAT(of(x, torch::tensor({3, 4}, torch::kInt64)), HasSubstr("length of sample 1 is 4"));
  EXPECT_THAT(of(x, {}, {random_numbers({2, 4})}), HasSubstr("takes a state of shape [2, "));
  EXPECT_THAT(of(torch::full({2, 3, 2}, NAN, torch::kFloat64)), HasSubstr("step"));
  RegisterOptions none;
  none.system = 0;
  EXPECT_NE(message([&] { CellModule{none}; }), "");
  std::ostringstream text;
  text << *cell;
  EXPECT_THAT(text.str(), testing::StartsWith("ebit::nn::CellModule(qrnn"));
}

}  // namespace
}  // namespace ebit::nn
