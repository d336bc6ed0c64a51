#include "ebit/nn/baselines.h"

#include <fmt/format.h>

#include <tuple>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/base/nearest.h"
#include "ebit/nn/safetensors_module.h"

namespace ebit::nn {
namespace {

torch::Tensor detached(const torch::Tensor& state) { return state.detach(); }
std::tuple<torch::Tensor, torch::Tensor> detached(const std::tuple<torch::Tensor, torch::Tensor>& state) {
  return {std::get<0>(state).detach(), std::get<1>(state).detach()};
}
std::int64_t batch_of(const torch::Tensor& state) { return state.size(1); }
std::int64_t batch_of(const std::tuple<torch::Tensor, torch::Tensor>& state) {
  return std::get<0>(state).size(1);
}

// A recurrent layer of libtorch (Holder: torch::nn::LSTM, GRU or RNN) and a Linear on its last step.
template <class Holder, class Options, class State>
class Recurrent : public SequenceModel {
 public:
  Recurrent(std::string name, const BaselineOptions& options)
      : name_(std::move(name)),
        options_(options),
        recurrent_(register_module(
            "recurrent",
            Holder(Options(options.features, options.hidden).num_layers(options.layers).batch_first(true)))),
        head_(register_module("head", torch::nn::Linear(options.hidden, options.outputs))) {}

  torch::Tensor forward(torch::Tensor x) override {
    // A batch of another size belongs to other streams, so it starts afresh.
    const bool carry = options_.stateful && has_state_ && batch_of(state_) == x.size(0);
    auto [y, state] = carry ? recurrent_->forward(x, state_) : recurrent_->forward(x);
    if (options_.stateful) {
      // The gradient stays within the batch: truncated backpropagation through time.
      state_ = detached(state);
      has_state_ = true;
    }
    return head_->forward(y.select(1, -1));
  }

  void reset_state() override { has_state_ = false; }

  std::string summary() const override {
    return fmt::format("{}, hidden size {}{}, {} parameters", name_, options_.hidden,
                       options_.layers > 1 ? fmt::format(", {} layers", options_.layers) : "",
                       count_parameters(*this));
  }

 private:
  std::string name_;
  BaselineOptions options_;
  Holder recurrent_;
  torch::nn::Linear head_;
  State state_;
  bool has_state_ = false;
};

// Fully connected layers on the flattened window; without a hidden layer it is linear regression.
class Flattened : public SequenceModel {
 public:
  Flattened(std::string name, const BaselineOptions& options, int hidden_layers)
      : name_(std::move(name)), inputs_(options.window * options.features) {
    layers_ = register_module("layers", torch::nn::Sequential());
    int width = inputs_;
    for (int layer = 0; layer < hidden_layers; ++layer) {
      layers_->push_back(torch::nn::Linear(width, options.hidden));
      layers_->push_back(torch::nn::Tanh());
      width = options.hidden;
    }
    layers_->push_back(torch::nn::Linear(width, options.outputs));
  }

  torch::Tensor forward(torch::Tensor x) override { return layers_->forward(x.flatten(1)); }

  std::string summary() const override {
    return fmt::format("{} on {} inputs, {} parameters", name_, inputs_, count_parameters(*this));
  }

 private:
  std::string name_;
  int inputs_;
  torch::nn::Sequential layers_{nullptr};
};

using torch::nn::GRU;
using torch::nn::GRUOptions;
using torch::nn::LSTM;
using torch::nn::LSTMOptions;
using torch::nn::RNN;
using torch::nn::RNNOptions;
using TwoTensors = std::tuple<torch::Tensor, torch::Tensor>;
using Model = std::shared_ptr<SequenceModel>;

constexpr BaselineRow kBaselines[] = {
    {"lstm", "long short-term memory of libtorch, linear head on the last step",
     [](const BaselineOptions& o) -> Model {
       return std::make_shared<Recurrent<LSTM, LSTMOptions, TwoTensors>>("lstm", o);
     }},
    {"gru", "gated recurrent unit of libtorch, linear head on the last step",
     [](const BaselineOptions& o) -> Model {
       return std::make_shared<Recurrent<GRU, GRUOptions, torch::Tensor>>("gru", o);
     }},
    {"rnn", "tanh recurrent network of libtorch, linear head on the last step",
     [](const BaselineOptions& o) -> Model {
       return std::make_shared<Recurrent<RNN, RNNOptions, torch::Tensor>>("rnn", o);
     }},
    {"mlp", "fully connected tanh layers on the flattened window",
     [](const BaselineOptions& o) -> Model { return std::make_shared<Flattened>("mlp", o, o.layers); }},
    {"linear", "linear regression on the flattened window",
     [](const BaselineOptions& o) -> Model { return std::make_shared<Flattened>("linear", o, 0); }},
};

}  // namespace

std::span<const BaselineRow> baseline_table() { return kBaselines; }

Model make_baseline(std::string_view kind, const BaselineOptions& options) {
  const std::pair<std::string_view, int> sizes[] = {{"number of features", options.features},
                                                    {"number of outputs", options.outputs},
                                                    {"window", options.window},
                                                    {"hidden size", options.hidden},
                                                    {"number of layers", options.layers}};
  for (const auto& [what, size] : sizes)
    require(size >= 1, "the {} of {} must be at least 1, not {}", what, kind, size);
  // At most four gates of weights a layer, and for each weight its gradient and two moments of the optimizer.
  const double hidden = options.hidden, inputs = static_cast<double>(options.features) * options.window;
  const double bytes = 16.0 * hidden * (hidden + inputs) * options.layers * sizeof(double);
  require(bytes <= available_memory(),
          "a {} of hidden size {} and {} layers would take {} of memory, and {} is free: make it smaller",
          kind, options.hidden, options.layers, readable_bytes(bytes), readable_bytes(available_memory()));
  for (const BaselineRow& row : kBaselines) {
    if (row.name == kind) return row.make(options);
  }
  fail("no classical model is called '{}'{}", kind, suggestion(kind, names_of(kBaselines)));
}

}  // namespace ebit::nn
