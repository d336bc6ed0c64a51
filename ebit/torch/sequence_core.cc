#include "ebit/torch/sequence_core.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>
#include <torch/nn/utils/rnn.h>

#include <cmath>
#include <numbers>
#include <tuple>

#include "ebit/base/error.h"
#include "ebit/torch/cell_module.h"

namespace ebit::nn {
namespace {

using torch::Tensor;
using torch::nn::Linear;
using torch::nn::LinearOptions;
namespace rnn_utils = torch::nn::utils::rnn;

// libtorch has [layers, B, H], a core [B, layers, H].
Tensor swapped(const Tensor& state) { return state.transpose(0, 1).contiguous(); }

CoreState from_torch(const Tensor& state) { return {swapped(state)}; }
CoreState from_torch(const std::tuple<Tensor, Tensor>& state) {
  return {swapped(std::get<0>(state)), swapped(std::get<1>(state))};
}

void to_torch(const CoreState& state, Tensor& own) { own = swapped(state.at(0)); }
void to_torch(const CoreState& state, std::tuple<Tensor, Tensor>& own) {
  own = {swapped(state.at(0)), swapped(state.at(1))};
}

// A recurrent network of libtorch. Holder: torch::nn::LSTM, GRU or RNN; State: what it carries.
template <class Holder, class Options, class State>
class TorchCore : public SequenceCore {
 public:
  TorchCore(const fit::ClassicalOptions& o, int inputs)
      : inputs_(inputs),
        hidden_(o.hidden),
        recurrent_(register_module(
            "recurrent", Holder(Options(inputs, o.hidden).num_layers(o.layers).batch_first(true)))) {}

  std::int64_t inputs() const override { return inputs_; }
  std::int64_t features() const override { return hidden_; }

 protected:
  CoreOutput run(const Tensor& x, const Tensor& lengths, const CoreState& state) override {
    State start;
    if (!state.empty()) to_torch(state, start);
    if (!lengths.defined()) {
      auto [y, end] = state.empty() ? recurrent_->forward(x) : recurrent_->forward(x, start);
      return {y, from_torch(end)};
    }
    const auto packed =
        rnn_utils::pack_padded_sequence(x, lengths, /*batch_first=*/true, /*enforce_sorted=*/false);
    // The start state must stand in the order of the packed batch; libtorch does that where it is given one.
    auto [y, end] = state.empty() ? recurrent_->forward_with_packed_input(packed)
                                  : recurrent_->forward_with_packed_input(packed, start);
    const auto [features, unused] =
        rnn_utils::pad_packed_sequence(y, /*batch_first=*/true, /*padding_value=*/0.0, x.size(1));
    return {features, from_torch(end)};
  }

 private:
  std::int64_t inputs_, hidden_;
  Holder recurrent_;
};

using Lstm = TorchCore<torch::nn::LSTM, torch::nn::LSTMOptions, std::tuple<Tensor, Tensor>>;
using Gru = TorchCore<torch::nn::GRU, torch::nn::GRUOptions, Tensor>;
using Rnn = TorchCore<torch::nn::RNN, torch::nn::RNNOptions, Tensor>;

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
    const double u = torch::rand({1}).item<double>() * std::numbers::pi / 2;
    skew[k][k + 1] = std::sqrt((1 - std::cos(u)) / (1 + std::cos(u)));
  }
  return skew.flatten().index_select(0, upper_places(n));
}

// expRNN of Lezcano-Casado and Martinez-Rubio 2019 (arXiv:1901.08428):
//
//     h_t = modReLU(W h_{t-1} + U x_t; b),   W = exp(A),   A = -A^T
//
// with modReLU(z; b) = sign(z) max(|z| + b, 0) (Arjovsky et al. 2016, arXiv:1511.06464). The trained numbers
// are the n(n-1)/2 of A above its diagonal, so that every optimizer step ends on the orthogonal matrices of
// determinant 1. A starts as n/2 planes turned by angles of Helfrich et al. 2018 (arXiv:1707.09520). The
// exponential is taken in double precision once a batch, whatever the dtype. The paper's training of A
// around a moving base point is not taken over.
class OrthogonalCore : public SequenceCore {
 public:
  OrthogonalCore(const fit::ClassicalOptions& o, int inputs)
      : inputs_(inputs), hidden_(o.hidden), upper_(upper_places(o.hidden)) {
    skew_ = register_parameter("skew", initial_skew(hidden_));  // A above the diagonal, row by row
    bias_ = register_parameter("bias", torch::zeros({hidden_}));
    input_ = register_module("input", Linear(LinearOptions(inputs, hidden_).bias(false)));
  }

  std::int64_t inputs() const override { return inputs_; }
  std::int64_t features() const override { return hidden_; }

 protected:
  CoreOutput run(const Tensor& x, const Tensor& lengths, const CoreState& state) override {
    const Tensor turned = recurrent_matrix().t();
    const std::vector<Tensor> drives = input_->forward(x).unbind(1);  // T of [B, n]
    std::vector<Tensor> masks;
    if (lengths.defined()) masks = step_mask(lengths, x.size(1)).unsqueeze(2).unbind(1);  // T of [B, 1]
    Tensor h = state.empty() ? torch::zeros({x.size(0), hidden_}, x.options()) : state.at(0);
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

 private:
  // W [n, n], in the parameters' dtype.
  Tensor recurrent_matrix() const {
    const Tensor wide = skew_.to(torch::kFloat64);
    const Tensor above = torch::zeros({hidden_ * hidden_}, torch::kFloat64)
                             .index_copy(0, upper_, wide)
                             .view({hidden_, hidden_});
    return torch::matrix_exp(above - above.t()).to(skew_.scalar_type());
  }

  std::int64_t inputs_, hidden_;
  Tensor skew_, upper_, bias_;
  Linear input_{nullptr};
};

// A step behind tanh layers, whatever came before it. Its state is the answer to the last step, with which a
// decoder begins, and which the next step does not read.
class StepCore : public SequenceCore {
 public:
  StepCore(const fit::ClassicalOptions& o, int inputs) : inputs_(inputs), hidden_(o.hidden) {
    for (int layer = 0; layer < o.layers; ++layer)
      layers_.push_back(
          register_module(fmt::format("layer{}", layer), Linear(layer == 0 ? inputs_ : hidden_, hidden_)));
  }

  std::int64_t inputs() const override { return inputs_; }
  std::int64_t features() const override { return hidden_; }

 protected:
  CoreOutput run(const Tensor& x, const Tensor& lengths, const CoreState&) override {
    Tensor h = x;
    for (Linear& layer : layers_) h = torch::tanh(layer->forward(h));
    if (!lengths.defined()) return {h, {h.select(1, -1)}};
    h = torch::where(step_mask(lengths, x.size(1)).unsqueeze(2), h, torch::zeros({}, h.options()));
    const Tensor last = (lengths - 1).view({-1, 1, 1}).expand({x.size(0), 1, hidden_});
    return {h, {h.gather(1, last).squeeze(1)}};
  }

 private:
  std::int64_t inputs_, hidden_;
  std::vector<Linear> layers_;
};

// The flattened window behind tanh layers; without one, the window itself.
class WindowCore : public SequenceCore {
 public:
  WindowCore(const fit::ClassicalOptions& o, int inputs, int steps, int layers)
      : inputs_(inputs), steps_(steps), features_(static_cast<std::int64_t>(steps) * inputs) {
    for (int layer = 0; layer < layers; ++layer) {
      layers_.push_back(register_module(fmt::format("layer{}", layer), Linear(features_, o.hidden)));
      features_ = o.hidden;
    }
  }

  std::int64_t inputs() const override { return inputs_; }
  std::int64_t features() const override { return features_; }
  bool every_step() const override { return false; }

 protected:
  CoreOutput run(const Tensor& x, const Tensor& lengths, const CoreState&) override {
    require(x.size(1) == steps_ && (!lengths.defined() || lengths.min().item<std::int64_t>() == steps_),
            "this core sees all steps at once: it takes sequences of {} steps, all of them", steps_);
    Tensor h = x.flatten(1);
    for (Linear& layer : layers_) h = torch::tanh(layer->forward(h));
    return {h.unsqueeze(1), {}};
  }

 private:
  std::int64_t inputs_, steps_, features_;
  std::vector<Linear> layers_;
};

std::shared_ptr<SequenceCore> make_classical(const fit::ClassicalOptions& o, int inputs, int steps) {
  const std::string_view name = fit::find_classical_core(o.core).name;
  if (name == "lstm") return std::make_shared<Lstm>(o, inputs);
  if (name == "gru") return std::make_shared<Gru>(o, inputs);
  if (name == "rnn") return std::make_shared<Rnn>(o, inputs);
  if (name == "orthogonal") return std::make_shared<OrthogonalCore>(o, inputs);
  if (name == "memoryless") return std::make_shared<StepCore>(o, inputs);
  if (name == "mlp") return std::make_shared<WindowCore>(o, inputs, steps, o.layers);
  if (name == "linear") return std::make_shared<WindowCore>(o, inputs, steps, 0);
  fail("the core '{}' has no torch module", name);
}

}  // namespace

CoreState detached(const CoreState& state) {
  CoreState result;
  for (const Tensor& tensor : state) result.push_back(tensor.detach());
  return result;
}

CoreState rows_of(const CoreState& state, const Tensor& index) {
  CoreState result;
  for (const Tensor& tensor : state) result.push_back(tensor.index_select(0, index));
  return result;
}

Tensor step_mask(const Tensor& lengths, std::int64_t steps) {
  return torch::arange(steps, torch::kInt64).unsqueeze(0) < lengths.unsqueeze(1);
}

std::string shape_text(const Tensor& tensor) {
  return tensor.defined() ? fmt::format("[{}]", fmt::join(tensor.sizes(), ", ")) : "an undefined tensor";
}

CoreOutput SequenceCore::forward(const Tensor& x, const Tensor& lengths, const CoreState& state) {
  require(x.defined() && x.dim() == 3 && x.size(2) == inputs() && x.size(0) > 0 && x.size(1) > 0,
          "this core takes x of shape [B, T, {}], not {}", inputs(), shape_text(x));
  require(!lengths.defined() || (lengths.dim() == 1 && lengths.size(0) == x.size(0) &&
                                 lengths.scalar_type() == torch::kInt64 && lengths.device().is_cpu()),
          "this core takes lengths as int64 of shape [{}] on the CPU, not {} of shape {}", x.size(0),
          lengths.defined() ? torch::toString(lengths.scalar_type()) : "", shape_text(lengths));
  return run(x, lengths, state);
}

std::shared_ptr<SequenceCore> make_core(const fit::CoreOptions& options, int inputs, int steps) {
  if (const auto* cell = std::get_if<CellOptions>(&options)) return std::make_shared<CellModuleImpl>(*cell);
  return make_classical(std::get<fit::ClassicalOptions>(options), inputs, steps);
}

}  // namespace ebit::nn
