// What the tests of this layer share: gradients that autograd found against finite differences.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/nn/module.h>

#include <functional>

namespace ebit::nn {

/// Expects the gradient that `leaf` (float64, contiguous) holds of `value`, a scalar, to equal central
/// differences at every `stride`-th of its numbers.
inline void expect_gradient(const torch::Tensor& leaf, const std::function<torch::Tensor()>& value,
                            double step, double tolerance, std::int64_t stride = 1) {
  ASSERT_TRUE(leaf.grad().defined());
  const torch::NoGradGuard no_grad;
  double* const numbers = leaf.data_ptr<double>();
  const torch::Tensor gradient = leaf.grad().contiguous();
  for (std::int64_t i = 0; i < leaf.numel(); i += stride) {
    const double at = numbers[i];
    numbers[i] = at + step;
    const double above = value().item<double>();
    numbers[i] = at - step;
    const double below = value().item<double>();
    numbers[i] = at;
    ASSERT_NEAR(gradient.data_ptr<double>()[i], (above - below) / (2 * step), tolerance) << "number " << i;
  }
}

/// Expects the gradient of `value` (a scalar, float64) for about `places` numbers of every parameter of
/// `module` to equal central differences, and every parameter to have a gradient that is not zero.
inline void expect_finite_differences(torch::nn::Module& module, const std::function<torch::Tensor()>& value,
                                      std::int64_t places = 4, double tolerance = 1e-6) {
  module.zero_grad();
  value().backward();
  for (auto& item : module.named_parameters()) {
    SCOPED_TRACE(item.key());
    expect_gradient(item.value(), value, 1e-6, tolerance, 1 + item.value().numel() / places);
    EXPECT_GT(item.value().grad().abs().max().item<double>(), 0);
  }
}

/// Expects tensors of one shape that differ by no more than `tolerance`.
inline void expect_equal(const torch::Tensor& a, const torch::Tensor& b, double tolerance = 1e-12) {
  ASSERT_EQ(a.sizes(), b.sizes());
  EXPECT_LE((a - b).abs().max().item<double>(), tolerance);
}

}  // namespace ebit::nn
