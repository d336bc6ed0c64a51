#include "ebit/nn/orthogonal_core.h"

#include <fmt/format.h>

#include <cmath>

#include "ebit/base/error.h"

namespace ebit::nn {
namespace {

using torch::Tensor;

constexpr double kPi = 3.14159265358979323846;

Tensor mod_relu(const Tensor& z, const Tensor& bias) {
  return torch::sign(z) * torch::relu(torch::abs(z) + bias);
}

// Places of A's numbers above the diagonal in the flat matrix.
Tensor upper_places(std::int64_t n) {
  const Tensor rows_columns = torch::triu_indices(n, n, 1);
  return rows_columns[0] * n + rows_columns[1];
}

// Cayley initialisation: plane k, coordinates 2k and 2k + 1, with sqrt((1 - cos u) / (1 + cos u)), u uniform
// in [0, pi/2]; all other entries 0.
Tensor initial_skew(std::int64_t n) {
  Tensor skew = torch::zeros({n, n});
  for (std::int64_t k = 0; k + 1 < n; k += 2) {
    const double u = torch::rand({1}).item<double>() * kPi / 2;
    skew[k][k + 1] = std::sqrt((1 - std::cos(u)) / (1 + std::cos(u)));
  }
  return skew.flatten().index_select(0, upper_places(n));
}

}  // namespace

OrthogonalCore::OrthogonalCore(const CoreOptions& options)
    : options_(options), upper_(upper_places(options.hidden)) {
  skew_ = register_parameter("skew", initial_skew(options.hidden));
  bias_ = register_parameter("bias", torch::zeros({options.hidden}));
  input_ = register_module(
      "input", torch::nn::Linear(torch::nn::LinearOptions(options.inputs, options.hidden).bias(false)));
}

Tensor OrthogonalCore::recurrent_matrix() const {
  const std::int64_t n = options_.hidden;
  const Tensor numbers = skew_.to(torch::kFloat64);
  const Tensor above = torch::zeros({n * n}, torch::kFloat64).index_copy(0, upper_, numbers).view({n, n});
  return torch::matrix_exp(above - above.t()).to(skew_.scalar_type());
}

CoreOutput OrthogonalCore::forward(const Tensor& x, const Tensor& lengths, const CoreState& state) {
  const std::int64_t steps = x.size(1);
  const Tensor turned = recurrent_matrix().t();
  const std::vector<Tensor> drives = input_->forward(x).unbind(1);  // T of [B, n]
  std::vector<Tensor> masks;
  if (lengths.defined()) masks = step_mask(lengths, steps).unsqueeze(2).unbind(1);  // T of [B, 1]
  Tensor h = state.empty() ? torch::zeros({x.size(0), options_.hidden}, x.options()) : state.at(0);
  std::vector<Tensor> features;
  features.reserve(drives.size());
  for (std::size_t t = 0; t < drives.size(); ++t) {
    const Tensor next = mod_relu(torch::addmm(drives[t], h, turned), bias_);
    if (masks.empty()) {
      features.push_back(h = next);
    } else {
      features.push_back(next * masks[t]);
      h = torch::where(masks[t], next, h);
    }
  }
  return {torch::stack(features, 1), {h}};
}

std::string OrthogonalCore::summary() const {
  return fmt::format("orthogonal, hidden size {}", options_.hidden);
}

std::shared_ptr<SequenceCore> make_orthogonal_core(const CoreOptions& options) {
  return std::make_shared<OrthogonalCore>(options);
}

}  // namespace ebit::nn
