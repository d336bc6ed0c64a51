#include "ebit/nn/sequence_core.h"

#include <fmt/format.h>

#include <tuple>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/base/nearest.h"
#include "ebit/nn/orthogonal_core.h"
#include "ebit/nn/qrnn_core.h"

namespace ebit::nn {
namespace {

using torch::Tensor;
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
  TorchCore(std::string name, const CoreOptions& options)
      : name_(std::move(name)),
        options_(options),
        recurrent_(register_module(
            "recurrent",
            Holder(Options(options.inputs, options.hidden).num_layers(options.layers).batch_first(true)))) {}

  CoreOutput forward(const Tensor& x, const Tensor& lengths, const CoreState& state) override {
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

  int inputs() const override { return options_.inputs; }
  int features() const override { return options_.hidden; }

  std::string summary() const override {
    return fmt::format("{}, hidden size {}{}", name_, options_.hidden,
                       options_.layers > 1 ? fmt::format(", {} layers", options_.layers) : "");
  }

 private:
  std::string name_;
  CoreOptions options_;
  Holder recurrent_;
};

using Core = std::shared_ptr<SequenceCore>;
using TwoTensors = std::tuple<Tensor, Tensor>;

constexpr CoreRow kCores[] = {
    {"qrnn", "hybrid QRNN: a network writes the angles of a circuit on a coherent quantum memory",
     "Xu 2025 (arXiv:2510.25557)", false, make_qrnn_core},
    {"lstm", "long short-term memory of libtorch", "Hochreiter and Schmidhuber 1997", true,
     [](const CoreOptions& o) -> Core {
       return std::make_shared<TorchCore<torch::nn::LSTM, torch::nn::LSTMOptions, TwoTensors>>("lstm", o);
     }},
    {"gru", "gated recurrent unit of libtorch", "Cho et al. 2014 (arXiv:1406.1078)", true,
     [](const CoreOptions& o) -> Core {
       return std::make_shared<TorchCore<torch::nn::GRU, torch::nn::GRUOptions, Tensor>>("gru", o);
     }},
    {"rnn", "tanh recurrent network of libtorch", "Elman 1990", true,
     [](const CoreOptions& o) -> Core {
       return std::make_shared<TorchCore<torch::nn::RNN, torch::nn::RNNOptions, Tensor>>("rnn", o);
     }},
    {"orthogonal", "recurrent matrix kept orthogonal as a matrix exponential, modReLU",
     "expRNN, Lezcano-Casado and Martinez-Rubio 2019 (arXiv:1901.08428)", true, make_orthogonal_core},
};

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

std::span<const CoreRow> core_table() { return kCores; }

const CoreRow& core_row(std::string_view name) {
  for (const CoreRow& row : kCores) {
    if (row.name == name) return row;
  }
  fail("no core is called '{}'{}", name, suggestion(name, names_of(kCores)));
}

Core make_core(std::string_view name, const CoreOptions& options) {
  const CoreRow& row = core_row(name);
  for (const auto& [what, size] : {std::pair{"number of inputs", options.inputs},
                                   {"hidden size", options.hidden},
                                   {"number of layers", options.layers}}) {
    require(size >= 1, "the {} of {} must be at least 1, not {}", what, name, size);
  }
  if (row.has_hidden) {
    // At most four gates of weights a layer, and for each weight its gradient and two moments of the
    // optimizer.
    const double hidden = options.hidden;
    const double bytes = 16.0 * hidden * (hidden + options.inputs) * options.layers * sizeof(double);
    require(bytes <= available_memory(),
            "a {} of hidden size {} and {} layers would take {} of memory, and {} is free: make it smaller",
            name, options.hidden, options.layers, readable_bytes(bytes), readable_bytes(available_memory()));
  }
  return row.make(options);
}

int matched_hidden(std::int64_t target, int most, const std::function<std::int64_t(int hidden)>& count) {
  // Bisection keeps count(low) <= target < count(high), as far as the ends allow.
  int low = 1, high = 1;
  while (high < most && count(high) <= target) low = high, high = std::min(2 * high, most);
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    (count(middle) <= target ? low : high) = middle;
  }
  return std::abs(count(low) - target) <= std::abs(count(high) - target) ? low : high;
}

}  // namespace ebit::nn
