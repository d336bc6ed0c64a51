#include "ebit/fit/optimizers.h"

#include <cmath>
#include <type_traits>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"

namespace ebit::fit {
namespace {

using Fields = std::vector<std::string_view>;

// Numbers that torch keeps in double precision and rounds to the tensors' type where they meet.
template <class T>
T rounded(double value) {
  return static_cast<T>(value);
}

// Adam and AdamW differ in where the weight decay goes, and that is known before any loop.
template <class T>
void adam_moments(const OptimizerOptions& o, double lr, std::int64_t step, std::size_t count, double penalty,
                  const T* gradient, T* memory, T* parameters) {
  T* const mean = memory;
  T* const square = memory + count;
  const double power = static_cast<double>(step);
  const T beta1 = rounded<T>(o.beta1), rest1 = rounded<T>(1 - o.beta1), beta2 = rounded<T>(o.beta2),
          rest2 = rounded<T>(1 - o.beta2), epsilon = rounded<T>(o.epsilon), decay = rounded<T>(penalty);
  const T root_correction = rounded<T>(std::sqrt(1 - std::pow(o.beta2, power)));
  const T size = rounded<T>(lr / (1 - std::pow(o.beta1, power)));
  for (std::size_t i = 0; i < count; ++i) {
    const T g = gradient[i] + decay * parameters[i];
    mean[i] = mean[i] * beta1 + rest1 * g;
    square[i] = square[i] * beta2 + rest2 * g * g;
    const T denominator = std::sqrt(square[i]) / root_correction + epsilon;
    parameters[i] -= size * mean[i] / denominator;
  }
}

template <class T>
void adam(const OptimizerOptions& o, double lr, std::int64_t step, std::size_t count, const T* gradient,
          T* memory, T* parameters) {
  adam_moments(o, lr, step, count, o.weight_decay, gradient, memory, parameters);
}

template <class T>
void adamw(const OptimizerOptions& o, double lr, std::int64_t step, std::size_t count, const T* gradient,
           T* memory, T* parameters) {
  const T shrink = rounded<T>(1 - lr * o.weight_decay);
  for (std::size_t i = 0; i < count; ++i) parameters[i] *= shrink;
  adam_moments(o, lr, step, count, 0.0, gradient, memory, parameters);
}

// The velocity starts at zero, so that it is the gradient itself after the first step, as in torch.
template <class T>
void sgd(const OptimizerOptions& o, double lr, std::int64_t, std::size_t count, const T* gradient,
         T* velocity, T* parameters) {
  const T rate = rounded<T>(lr), momentum = rounded<T>(o.momentum), decay = rounded<T>(o.weight_decay);
  const bool moving = o.momentum != 0;
  for (std::size_t i = 0; i < count; ++i) {
    T g = gradient[i] + decay * parameters[i];
    if (moving) g = velocity[i] = velocity[i] * momentum + g;
    parameters[i] -= rate * g;
  }
}

template <class T>
void rmsprop(const OptimizerOptions& o, double lr, std::int64_t, std::size_t count, const T* gradient,
             T* memory, T* parameters) {
  T* const square = memory;
  T* const velocity = memory + count;
  const T rate = rounded<T>(lr), alpha = rounded<T>(o.alpha), rest = rounded<T>(1 - o.alpha),
          momentum = rounded<T>(o.momentum), epsilon = rounded<T>(o.epsilon),
          decay = rounded<T>(o.weight_decay);
  const bool moving = o.momentum > 0;
  for (std::size_t i = 0; i < count; ++i) {
    const T g = gradient[i] + decay * parameters[i];
    square[i] = square[i] * alpha + rest * g * g;
    T move = g / (std::sqrt(square[i]) + epsilon);
    if (moving) move = velocity[i] = velocity[i] * momentum + move;
    parameters[i] -= rate * move;
  }
}

Fields adam_fields(const OptimizerOptions&) { return {"exp_avg", "exp_avg_sq"}; }
Fields sgd_fields(const OptimizerOptions& o) {
  return o.momentum != 0 ? Fields{"momentum_buffer"} : Fields{};
}
Fields rmsprop_fields(const OptimizerOptions& o) {
  return o.momentum > 0 ? Fields{"square_avg", "momentum_buffer"} : Fields{"square_avg"};
}

constexpr OptimizerRow kOptimizers[] = {
    {"adam", "Adam (Kingma and Ba 2015)", {adam_fields, true, adam<double>, adam<float>}},
    {"adamw",
     "Adam with decoupled weight decay (Loshchilov and Hutter 2019)",
     {adam_fields, true, adamw<double>, adamw<float>}},
    {"sgd", "gradient descent, with momentum if asked for", {sgd_fields, false, sgd<double>, sgd<float>}},
    {"rmsprop", "RMSprop (Hinton 2012)", {rmsprop_fields, true, rmsprop<double>, rmsprop<float>}},
};

}  // namespace

std::span<const OptimizerRow> optimizers() { return kOptimizers; }

const OptimizerRow& find_optimizer(std::string_view name) {
  return find_row(kOptimizers, "no optimizer is called", name);
}

void require_fitting_memory(bool fits, std::string_view where, const std::string& name) {
  require(fits, "'{}' is of another model: the optimizer's '{}' does not fit the parameter", where, name);
}

template <class T>
FlatOptimizer<T>::FlatOptimizer(const FlatRule& rule, const OptimizerOptions& options, std::size_t count)
    : rule_(rule), options_(options), count_(count), lr_(options.lr), fields_(rule.fields(options)) {
  memory_.numbers.assign(fields_.size() * count_, T(0));
}

template <class T>
void FlatOptimizer<T>::step(const T* gradient, T* parameters) {
  FlatUpdate<T> update;
  if constexpr (std::is_same_v<T, double>)
    update = rule_.wide;
  else
    update = rule_.narrow;
  update(options_, lr_, ++memory_.steps, count_, gradient, memory_.numbers.data(), parameters);
}

template class FlatOptimizer<double>;
template class FlatOptimizer<float>;

}  // namespace ebit::fit
