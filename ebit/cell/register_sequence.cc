// A batch of sequences through a register cell, forward and backward: what all tiles share.
#include <algorithm>
#include <cmath>
#include <functional>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/register_cell.h"
#include "ebit/grad/finite_difference.h"

namespace ebit {
namespace {

// Gradients are summed tile by tile within a group and then group by group, always in this order: the same
// numbers at any thread count, in memory that does not grow with the batch.
constexpr std::size_t kGroups = 64;

}  // namespace

template <class T>
void RegisterCell<T>::bind(std::span<const T> parameters, bool folded) {
  require(parameters.size() == parameter_count_, "the cell has {} parameters, but {} were given",
          parameter_count_, parameters.size());
  if (!is_bound_ || !std::ranges::equal(parameters, bound_)) {
    whole_.bind(parameters.subspan(0, static_cast<std::size_t>(whole_.circuit().shared_parameters())));
    bound_.assign(parameters.begin(), parameters.end());
    is_bound_ = true, is_folded_ = is_apart_ = false;
  }
  if (folded && !is_folded_) {
    fold_.build(whole_);
    is_folded_ = true;
  }
}

// The two circuits apart get the angles of `whole_`.
template <class T>
void RegisterCell<T>::bind_apart() {
  if (is_apart_) return;
  const std::span<const T> angles(bound_);
  en_.bind(angles.subspan(0, static_cast<std::size_t>(en_.circuit().shared_parameters())));
  dis_.bind(angles.subspan(static_cast<std::size_t>(dis_offset_),
                           static_cast<std::size_t>(dis_.circuit().shared_parameters())));
  is_apart_ = true;
}

template <class T>
void RegisterCell<T>::require_entropy(bool wanted) const {
  require(!wanted || entropy_, "this cell gives no entropy: name one in RegisterOptions::entropy");
}

template <class T>
void RegisterCell<T>::check_input(const SequenceInput<T>& input) const {
  require(input.samples >= 1 && input.steps >= 1, "a batch needs at least 1 sample of 1 step, not {} of {}",
          input.samples, input.steps);
  const Encoder& encoder = encoding_.encoder();
  const std::size_t features = static_cast<std::size_t>(options_.features);
  for (std::size_t i = 0; i < input.samples * input.steps * features; ++i) {
    if (std::isfinite(input.x[i]) && encoder.accepts(input.x[i])) continue;
    fail("input {} of sample {}, step {}, feature {} is not allowed: encoder {} takes {}", input.x[i],
         i / (input.steps * features), i / features % input.steps, i % features, encoder.name,
         std::isfinite(input.x[i]) ? encoder.domain : "finite numbers");
  }
  const std::size_t numbers = hidden_numbers();
  for (std::size_t b = 0; input.hidden && b < input.samples; ++b) {
    const T* h = input.hidden + b * numbers;
    require(std::all_of(h, h + numbers, [](T v) { return std::isfinite(v); }),
            "the initial hidden state of sample {} is not finite", b);
    require(std::any_of(h, h + numbers, [](T v) { return v != 0; }),
            "the initial hidden state of sample {} is the zero vector", b);
  }
}

// Whether the hidden states that were given have imaginary parts.
template <class T>
bool RegisterCell<T>::starts_real(const SequenceInput<T>& input) const {
  if (!input.hidden || !update_.imaginary) return true;
  const std::size_t numbers = hidden_numbers();
  for (std::size_t b = 0; b < input.samples; ++b) {
    const T* const h = input.hidden + b * numbers;
    if (std::any_of(h + numbers / 2, h + numbers, [](T v) { return v != 0; })) return false;
  }
  return true;
}

template <class T>
typename RegisterCell<T>::Call RegisterCell<T>::call(std::span<const T> parameters,
                                                     const SequenceInput<T>& input, Engine engine,
                                                     bool stored, bool real, bool real_cotangents) const {
  const bool folded = engine == Engine::kFold;
  const Arithmetic matrix = fold_.real() ? Arithmetic::kRealMatrix : Arithmetic::kComplex;
  return {input,
          parameters.data() + encoder_offset_,
          folded,
          stored,
          real ? Arithmetic::kReal : matrix,
          real_cotangents ? Arithmetic::kReal : matrix,
          layout(input.steps, folded)};
}

template <class T>
void RegisterCell<T>::forward(std::span<const T> parameters, const SequenceInput<T>& input, T* y,
                              T* hidden_last, Tape<T>* tape, const StepObserver<T>& observer, T* entropy) {
  require_entropy(entropy != nullptr);
  const Engine chosen =
      observer ? Engine::kGates : engine(input.samples, input.steps, tape != nullptr).engine;
  const bool folded = chosen == Engine::kFold;
  bind(parameters, folded);
  if (observer || splits()) bind_apart();
  check_input(input);
  const bool real = folded && fold_.real() && encoding_.real() && starts_real(input);
  const bool stored = tape && stores_states(input.steps);
  const Call c = call(parameters, input, chosen, stored, real, real);
  const std::size_t tiles = tiles_of<T>(input.samples);
  if (tape) {
    const std::size_t kept = engine_->reversible() ? 1 : input.steps + 1;
    const std::size_t hidden = tiles * kept * hidden_numbers() * kLanes<T>;
    const std::size_t states = stored ? tiles * c.layout.numbers() : 0;
    if (hidden + states > tape->hidden.capacity() + tape->states.capacity())
      require_memory("what a batch keeps for its gradient", static_cast<double>(hidden + states), sizeof(T));
    tape->hidden.resize(hidden);
    tape->states.resize(states);
    tape->outcome.resize(engine_->reversible() ? 0 : tiles * input.steps * kLanes<T>);
    tape->engine = chosen, tape->stored = stored, tape->real = real;
  }
  const auto body = [&](std::size_t tile) { forward_tile(c, tile, y, hidden_last, tape, observer, entropy); };
  parallel_for(tiles, std::ref(body));  // a reference: a copy would be allocated
}

template <class T>
void RegisterCell<T>::backward(std::span<const T> parameters, const SequenceInput<T>& input,
                               const Tape<T>& tape, const T* d_y, const T* d_hidden_last,
                               const SequenceGradient<T>& gradient, const T* d_entropy) {
  require_entropy(d_entropy != nullptr);
  if (method_ == GradientMethod::kFiniteDifference)
    return finite_difference_backward(parameters, input, d_y, d_hidden_last, d_entropy, gradient);
  const bool folded = tape.engine == Engine::kFold;
  bind(parameters, folded);
  if (splits()) bind_apart();
  // Imaginary parts of cotangents do not come back to real numbers, but a caller may want those of h_0.
  const bool real_cotangents = tape.real && !(gradient.hidden && update_.imaginary);
  const Call c = call(parameters, input, tape.engine, tape.stored, tape.real, real_cotangents);
  const std::size_t tiles = tiles_of<T>(input.samples), groups = std::min(tiles, kGroups);
  const std::size_t entries = folded ? 2 * fold_.dimension() * fold_.dimension() : 0;
  sums_.assign(groups * parameter_count_, 0.0);
  d_u_.resize(groups * entries);
  const auto body = [&](std::size_t group) {
    std::fill_n(d_u_.begin() + static_cast<std::ptrdiff_t>(group * entries), entries, 0.0);
    for (std::size_t tile = group * tiles / groups; tile < (group + 1) * tiles / groups; ++tile)
      backward_tile(c, tape, tile, d_y, d_hidden_last, d_entropy, sums_.data() + group * parameter_count_,
                    d_u_.data() + group * entries, gradient.x, gradient.hidden);
  };
  parallel_for(groups, std::ref(body));
  if (!gradient.parameters) return;
  for (std::size_t group = 0; group < groups; ++group)
    for (std::size_t p = 0; p < parameter_count_; ++p)
      gradient.parameters[p] += sums_[group * parameter_count_ + p];
  if (!folded) return;
  const std::size_t used = fold_.real() ? entries / 2 : entries;  // the imaginary half is not asked for
  const auto add_rows = [&](std::size_t row) {
    const std::size_t first = row * fold_.dimension();
    for (std::size_t group = 1; group < groups; ++group)
      for (std::size_t e = first; e < first + fold_.dimension(); ++e) d_u_[e] += d_u_[group * entries + e];
  };
  parallel_for(used / fold_.dimension(), std::ref(add_rows));
  fold_.backward(method_, whole_, d_u_.data(), gradient.parameters);
}

template <class T>
void RegisterCell<T>::finite_difference_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                                 const T* d_y, const T* d_hidden_last, const T* d_entropy,
                                                 const SequenceGradient<T>& gradient) {
  std::vector<T> moved(parameters.begin(), parameters.end());
  const std::size_t features = static_cast<std::size_t>(options_.features), numbers = hidden_numbers();
  std::vector<T> x(input.x, input.x + input.samples * input.steps * features);
  std::vector<T> hidden;
  for (std::size_t b = 0; b < input.samples; ++b) {
    const std::vector<T> own =
        input.hidden ? std::vector<T>(input.hidden + b * numbers, input.hidden + (b + 1) * numbers)
                     : initial_hidden();
    hidden.insert(hidden.end(), own.begin(), own.end());
  }
  SequenceInput<T> at = input;
  at.x = x.data(), at.hidden = hidden.data();
  std::vector<T> y(input.samples * readout_.size() * (options_.every_step ? input.steps : 1)),
      last(hidden.size()), entropy(d_entropy ? input.samples * input.steps : 0);
  const auto value = [&] {
    forward(moved, at, y.data(), last.data(), nullptr, nullptr, d_entropy ? entropy.data() : nullptr);
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += static_cast<double>(d_y[i]) * y[i];
    for (std::size_t i = 0; d_hidden_last && i < last.size(); ++i)
      sum += static_cast<double>(d_hidden_last[i]) * last[i];
    for (std::size_t i = 0; i < entropy.size(); ++i) sum += static_cast<double>(d_entropy[i]) * entropy[i];
    return sum;
  };
  const double step = finite_difference_step<T>();
  const auto differentiate = [&](std::vector<T>& v, auto add) {
    const std::vector<double> d = finite_difference<T>(value, v, step);
    for (std::size_t i = 0; i < d.size(); ++i) add(i, d[i]);
  };
  if (gradient.parameters)
    differentiate(moved, [&](std::size_t i, double d) { gradient.parameters[i] += d; });
  if (gradient.x) differentiate(x, [&](std::size_t i, double d) { gradient.x[i] = static_cast<T>(d); });
  if (gradient.hidden)
    differentiate(hidden, [&](std::size_t i, double d) { gradient.hidden[i] = static_cast<T>(d); });
}

#define EBIT_INSTANTIATE(T)                                                                             \
  template void RegisterCell<T>::forward(std::span<const T>, const SequenceInput<T>&, T*, T*, Tape<T>*, \
                                         const StepObserver<T>&, T*);                                   \
  template void RegisterCell<T>::backward(std::span<const T>, const SequenceInput<T>&, const Tape<T>&,  \
                                          const T*, const T*, const SequenceGradient<T>&, const T*);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit
