#include "ebit/train/optimizer.h"

#include <sstream>
#include <type_traits>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

namespace ebit::train {
namespace {

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

template <class State>
struct Field {  // a field to a tensor and back
  static Tensor store(std::int64_t value) { return torch::tensor(value, torch::kInt64); }
  static Tensor store(const Tensor& value) { return value.defined() ? value.detach().clone() : Tensor(); }
  static void read(std::int64_t& field, const Tensor& stored) { field = stored.item<std::int64_t>(); }
  static void read(Tensor& field, const Tensor& stored) { field = stored.clone(); }
  static bool fits(std::int64_t, const Tensor& stored, const Tensor&) {
    return stored.dim() == 0 && stored.scalar_type() == torch::kInt64;
  }
  static bool fits(const Tensor&, const Tensor& stored, const Tensor& parameter) {
    return stored.sizes() == parameter.sizes() && stored.scalar_type() == parameter.scalar_type();
  }
};

template <class State>
Tensors save_state(const Optimizer& optimizer, const NamedParameters& parameters, const std::string& prefix) {
  using Key = typename std::decay_t<decltype(optimizer.state())>::key_type;
  Tensors tensors;
  for (const auto& [name, parameter] : parameters) {
    const auto found = optimizer.state().find(state_key<Key>(parameter));
    if (found == optimizer.state().end()) continue;
    each_field(static_cast<State&>(*found->second), [&](const char* field, const auto& value) {
      const Tensor stored = Field<State>::store(value);
      if (stored.defined()) tensors[prefix + name + "." + field] = stored;
    });
  }
  return tensors;
}

template <class State>
void load_state(Optimizer& optimizer, const NamedParameters& parameters, const Tensors& tensors,
                std::string_view where, const std::string& prefix) {
  using Key = typename std::decay_t<decltype(optimizer.state())>::key_type;
  optimizer.state().clear();
  for (const auto& [name, parameter] : parameters) {
    auto state = std::make_unique<State>();
    bool any = false;
    each_field(*state, [&, &name = name, &parameter = parameter](const char* field, auto& value) {
      const auto found = tensors.find(prefix + name + "." + field);
      if (found == tensors.end()) return;
      require_fitting_memory(Field<State>::fits(value, found->second, parameter), where, found->first);
      Field<State>::read(value, found->second);
      any = true;
    });
    if (any) optimizer.state()[state_key<Key>(parameter)] = std::move(state);
  }
}

using Parameters = std::vector<Tensor>;
using Made = std::unique_ptr<Optimizer>;

constexpr OptimizerRow kOptimizers[] = {
    {"adam", "Adam (Kingma and Ba 2015)",
     [](Parameters p, const OptimizerOptions& o) -> Made {
       return std::make_unique<torch::optim::Adam>(std::move(p), torch::optim::AdamOptions(o.lr)
                                                                     .betas({o.beta1, o.beta2})
                                                                     .eps(o.epsilon)
                                                                     .weight_decay(o.weight_decay));
     },
     save_state<torch::optim::AdamParamState>, load_state<torch::optim::AdamParamState>, &kFlatAdam},
    {"adamw", "Adam with decoupled weight decay (Loshchilov and Hutter 2019)",
     [](Parameters p, const OptimizerOptions& o) -> Made {
       return std::make_unique<torch::optim::AdamW>(std::move(p), torch::optim::AdamWOptions(o.lr)
                                                                      .betas({o.beta1, o.beta2})
                                                                      .eps(o.epsilon)
                                                                      .weight_decay(o.weight_decay));
     },
     save_state<torch::optim::AdamWParamState>, load_state<torch::optim::AdamWParamState>, &kFlatAdamW},
    {"sgd", "gradient descent, with momentum if asked for",
     [](Parameters p, const OptimizerOptions& o) -> Made {
       return std::make_unique<torch::optim::SGD>(
           std::move(p), torch::optim::SGDOptions(o.lr).momentum(o.momentum).weight_decay(o.weight_decay));
     },
     save_state<torch::optim::SGDParamState>, load_state<torch::optim::SGDParamState>, &kFlatSgd},
    {"rmsprop", "RMSprop (Hinton 2012)",
     [](Parameters p, const OptimizerOptions& o) -> Made {
       return std::make_unique<torch::optim::RMSprop>(std::move(p), torch::optim::RMSpropOptions(o.lr)
                                                                        .alpha(o.alpha)
                                                                        .eps(o.epsilon)
                                                                        .momentum(o.momentum)
                                                                        .weight_decay(o.weight_decay));
     },
     save_state<torch::optim::RMSpropParamState>, load_state<torch::optim::RMSpropParamState>, &kFlatRmsprop},
};

}  // namespace

std::span<const OptimizerRow> optimizer_table() { return kOptimizers; }

const OptimizerRow& optimizer_row(std::string_view name) {
  for (const OptimizerRow& row : kOptimizers) {
    if (row.name == name) return row;
  }
  fail("no optimizer is called '{}'{}", name, suggestion(name, names_of(kOptimizers)));
}

void require_fitting_memory(bool fits, std::string_view where, const std::string& name) {
  require(fits, "'{}' is of another model: the optimizer's '{}' does not fit the parameter", where, name);
}

void set_learning_rate(Optimizer& optimizer, double lr) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(lr);
}

}  // namespace ebit::train
