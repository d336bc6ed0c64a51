#include "ebit/train/optimizer.h"

#include <gtest/gtest.h>

#include <limits>

#include "ebit/base/random.h"

namespace ebit::train {
namespace {

// Thirty steps of one row on random gradients, flat and by torch, with a learning rate that changes.
template <class T>
void expect_flat_equals_torch(const OptimizerRow& row, const OptimizerOptions& options) {
  constexpr std::size_t kCount = 7;
  constexpr std::uint64_t kSeed = 5;
  SCOPED_TRACE(testing::Message() << row.name << ", seed " << kSeed);
  Random random(kSeed, 0);
  std::vector<T> parameters(kCount), gradient(kCount);
  for (T& number : parameters) number = static_cast<T>(random.normal());
  const auto type = c10::CppTypeToScalarType<T>::value;
  const torch::Tensor tensor = torch::from_blob(parameters.data(), {kCount}, type).clone().requires_grad_();
  const auto theirs = row.make({tensor}, options);
  FlatOptimizer<T> ours(*row.flat, options, kCount);
  for (int step = 0; step < 30; ++step) {
    for (T& number : gradient) number = static_cast<T>(random.normal());
    gradient[0] = 0;
    const double lr = options.lr / (1 + step / 10);
    set_learning_rate(*theirs, lr);
    tensor.mutable_grad() = torch::from_blob(gradient.data(), {kCount}, type).clone();
    theirs->step();
    ours.set_learning_rate(lr);
    ours.step(gradient.data(), parameters.data());
  }
  for (std::size_t i = 0; i < kCount; ++i)
    EXPECT_NEAR(parameters[i], tensor[static_cast<std::int64_t>(i)].template item<T>(),
                200 * std::numeric_limits<T>::epsilon())
        << i;
  // What is remembered bears the same names and numbers.
  const Tensors saved = row.save(*theirs, {{"w", tensor}}, "");
  EXPECT_EQ(saved.size(), ours.fields().size() + (row.flat->counts ? 1 : 0));
  for (std::size_t f = 0; f < ours.fields().size(); ++f) {
    const torch::Tensor& field = saved.at("w." + std::string(ours.fields()[f]));
    for (std::size_t i = 0; i < kCount; ++i)
      EXPECT_NEAR(ours.memory().numbers[f * kCount + i],
                  field[static_cast<std::int64_t>(i)].template item<T>(),
                  200 * std::numeric_limits<T>::epsilon())
          << ours.fields()[f] << i;
  }
  EXPECT_EQ(ours.memory().steps, 30);
}

TEST(Optimizers, FlatOnesEqualTorch) {
  for (const OptimizerRow& row : optimizer_table())
    for (const double momentum : {0.0, 0.7})
      for (const double decay : {0.0, 0.05})
        for (const double epsilon : {1e-8, 1e-2}) {
          const OptimizerOptions options{.lr = 0.03,
                                         .momentum = momentum,
                                         .weight_decay = decay,
                                         .beta1 = 0.8,
                                         .beta2 = 0.95,
                                         .alpha = 0.9,
                                         .epsilon = epsilon};
          expect_flat_equals_torch<double>(row, options);
          expect_flat_equals_torch<float>(row, options);
        }
}

}  // namespace
}  // namespace ebit::train
