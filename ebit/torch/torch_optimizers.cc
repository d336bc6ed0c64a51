#include "ebit/torch/torch_optimizers.h"

#include <ATen/ATen.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include <sstream>
#include <type_traits>

#include "ebit/base/error.h"
#include "ebit/fit/optimizers.h"
#include "ebit/torch/module_tensors.h"

namespace ebit::nn {
namespace {

using fit::OptimizerOptions;
using torch::Tensor;
using torch::optim::Optimizer;

// Calls visit(name, field) for every field of a parameter's state. A new optimizer needs one of these.
template <class Visit>
void each_field(torch::optim::AdamParamState& state, Visit visit) {
  visit("step", state.step());
  visit("exp_avg", state.exp_avg());
  visit("exp_avg_sq", state.exp_avg_sq());
}
template <class Visit>
void each_field(torch::optim::AdamWParamState& state, Visit visit) {
  visit("step", state.step());
  visit("exp_avg", state.exp_avg());
  visit("exp_avg_sq", state.exp_avg_sq());
}
template <class Visit>
void each_field(torch::optim::SGDParamState& state, Visit visit) {
  visit("momentum_buffer", state.momentum_buffer());
}
template <class Visit>
void each_field(torch::optim::RMSpropParamState& state, Visit visit) {
  visit("step", state.step());
  visit("square_avg", state.square_avg());
  visit("momentum_buffer", state.momentum_buffer());
}

// The key of a parameter in Optimizer::state(): its address as text up to torch 2.0, the address itself
// since.
template <class Key>
Key state_key(const Tensor& parameter) {
  auto* address = parameter.unsafeGetTensorImpl();
  if constexpr (std::is_same_v<Key, std::string>) {
    std::ostringstream text;
    text << address;
    return text.str();
  } else {
    return address;
  }
}

// A field of an optimizer's memory to the tensor of a file and back.
void store(fit::Tensors& tensors, const std::string& name, std::int64_t value) {
  tensors[name] = fit::make_tensor({}, &value);
}
void store(fit::Tensors& tensors, const std::string& name, const Tensor& value) {
  if (value.defined()) tensors[name] = to_fit(value);
}

void read(std::int64_t& field, const fit::Tensor& stored) {
  field = *fit::numbers_of<std::int64_t>(stored, "step");
}
void read(Tensor& field, const fit::Tensor& stored) { field = to_torch(stored); }

bool fits(std::int64_t, const fit::Tensor& stored, const Tensor&) {
  return stored.shape.empty() && stored.dtype == fit::Dtype::kI64;
}
bool fits(const Tensor&, const fit::Tensor& stored, const Tensor& parameter) {
  const fit::Tensor own = to_fit(parameter);
  return stored.shape == own.shape && stored.dtype == own.dtype;
}

template <class State>
fit::Tensors save_state(const Optimizer& optimizer, const NamedParameters& parameters) {
  using Key = typename std::decay_t<decltype(optimizer.state())>::key_type;
  fit::Tensors tensors;
  for (const auto& [name, parameter] : parameters) {
    const auto found = optimizer.state().find(state_key<Key>(parameter));
    if (found == optimizer.state().end()) continue;
    each_field(static_cast<State&>(*found->second),
               [&, &prefix = name](const char* field, const auto& value) {
                 store(tensors, prefix + "." + field, value);
               });
  }
  return tensors;
}

template <class State>
void load_state(Optimizer& optimizer, const NamedParameters& parameters, const fit::Tensors& tensors,
                std::string_view where) {
  using Key = typename std::decay_t<decltype(optimizer.state())>::key_type;
  optimizer.state().clear();
  for (const auto& [name, parameter] : parameters) {
    auto state = std::make_unique<State>();
    bool any = false;
    each_field(*state, [&, &prefix = name, &own = parameter](const char* field, auto& value) {
      const auto found = tensors.find(prefix + "." + field);
      if (found == tensors.end()) return;
      fit::require_fitting_memory(fits(value, found->second, own), where, found->first);
      read(value, found->second);
      any = true;
    });
    if (any) optimizer.state()[state_key<Key>(parameter)] = std::move(state);
  }
}

using Parameters = std::vector<Tensor>;
using Made = std::unique_ptr<Optimizer>;

// Options: torch::optim::AdamOptions or AdamWOptions.
template <class Kind, class Options>
Made make_adam(Parameters parameters, const OptimizerOptions& o) {
  return std::make_unique<Kind>(
      std::move(parameters),
      Options(o.lr).betas({o.beta1, o.beta2}).eps(o.epsilon).weight_decay(o.weight_decay));
}

Made make_sgd(Parameters parameters, const OptimizerOptions& o) {
  return std::make_unique<torch::optim::SGD>(
      std::move(parameters),
      torch::optim::SGDOptions(o.lr).momentum(o.momentum).weight_decay(o.weight_decay));
}

Made make_rmsprop(Parameters parameters, const OptimizerOptions& o) {
  return std::make_unique<torch::optim::RMSprop>(std::move(parameters), torch::optim::RMSpropOptions(o.lr)
                                                                            .alpha(o.alpha)
                                                                            .eps(o.epsilon)
                                                                            .momentum(o.momentum)
                                                                            .weight_decay(o.weight_decay));
}

constexpr TorchOptimizer kOptimizers[] = {
    {"adam", make_adam<torch::optim::Adam, torch::optim::AdamOptions>,
     save_state<torch::optim::AdamParamState>, load_state<torch::optim::AdamParamState>},
    {"adamw", make_adam<torch::optim::AdamW, torch::optim::AdamWOptions>,
     save_state<torch::optim::AdamWParamState>, load_state<torch::optim::AdamWParamState>},
    {"sgd", make_sgd, save_state<torch::optim::SGDParamState>, load_state<torch::optim::SGDParamState>},
    {"rmsprop", make_rmsprop, save_state<torch::optim::RMSpropParamState>,
     load_state<torch::optim::RMSpropParamState>},
};

}  // namespace

std::span<const TorchOptimizer> torch_optimizers() { return kOptimizers; }

const TorchOptimizer& find_torch_optimizer(std::string_view name) {
  const std::string_view known = fit::find_optimizer(name).name;
  for (const TorchOptimizer& row : kOptimizers)
    if (row.name == known) return row;
  fail("the optimizer '{}' has no form on tensors", name);
}

void set_learning_rate(Optimizer& optimizer, double lr) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(lr);
}

}  // namespace ebit::nn
