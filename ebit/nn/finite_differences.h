// For tests: gradients of a module against finite differences.
#pragma once

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <functional>

namespace ebit::nn {

/// Expects the gradient of `value` (a scalar, float64) for about `places` numbers of every parameter of
/// `module` to equal central differences, and every parameter to have a gradient that is not zero.
inline void expect_finite_differences(torch::nn::Module& module, const std::function<torch::Tensor()>& value,
                                      std::int64_t places = 4, double tolerance = 1e-6) {
  module.zero_grad();
  value().backward();
  for (auto& item : module.named_parameters()) {
    torch::Tensor flat = item.value().detach().view(-1);  // shares memory: writing moves the parameter
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    const torch::Tensor gradient = item.value().grad().view(-1);
    EXPECT_GT(gradient.abs().max().item<double>(), 0) << item.key();
    for (std::int64_t i = 0; i < flat.size(0); i += 1 + flat.size(0) / places) {
      const torch::NoGradGuard no_grad;
      const double at = flat[i].item<double>(), step = 1e-6;
      flat[i] = at + step;
      const double above = value().item<double>();
      flat[i] = at - step;
      const double below = value().item<double>();
      flat[i] = at;
      EXPECT_NEAR(gradient[i].item<double>(), (above - below) / (2 * step), tolerance)
          << item.key() << " " << i;
    }
  }
}

}  // namespace ebit::nn
