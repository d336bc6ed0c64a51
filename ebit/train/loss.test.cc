#include "ebit/train/loss.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace ebit::train {
namespace {

template <class T>
void expect_flat_equals_torch(const LossRow& row, FlatLoss<T> flat) {
  // Errors of every kind: zero, the corners of huber, small, large, both signs.
  const std::vector<T> prediction = {0, 1, -1, T(0.3), T(-0.7), T(2.5), T(-40), T(1e-4)}, truth(8, T(0));
  const auto tensor = [](const std::vector<T>& values) {
    return torch::from_blob(const_cast<T*>(values.data()), {4, 2}, c10::CppTypeToScalarType<T>::value)
        .clone();
  };
  const torch::Tensor x = tensor(prediction).requires_grad_();
  const torch::Tensor value = row.value(x, tensor(truth));
  value.backward();
  std::vector<T> d(8, T(99));
  const double loss = flat(8, prediction.data(), truth.data(), d.data());
  const double allowed = 8 * std::numeric_limits<T>::epsilon();
  EXPECT_NEAR(loss, value.template item<double>(), allowed * loss) << row.name;
  for (int i = 0; i < 8; ++i) {
    const double expected = x.grad().reshape({-1})[i].template item<double>();
    EXPECT_NEAR(d[static_cast<std::size_t>(i)], expected, allowed * std::abs(expected)) << row.name << i;
  }
  EXPECT_EQ(flat(8, prediction.data(), truth.data(), nullptr), loss) << "without a derivative";
}

TEST(Losses, FlatOnesEqualTorchInValueAndSlope) {
  for (const LossRow& row : loss_table()) {
    expect_flat_equals_torch<double>(row, row.wide);
    expect_flat_equals_torch<float>(row, row.narrow);
  }
}

}  // namespace
}  // namespace ebit::train
