// A batch of sequences through a register cell, forward and backward: what all tiles share.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/register/encoder_input.h"
#include "ebit/cell/register/register_cell.h"
#include "ebit/cell/tile_groups.h"
#include "ebit/grad/finite_difference.h"

namespace ebit::inline cell {

template <class T>
void RegisterCell<T>::bind(std::span<const T> parameters, bool folded) {
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
void RegisterCell<T>::check_input(const SequenceInput<T>& input) const {
  check_encoder_input(encoding_.encoder(), input, inputs());
  const std::size_t numbers = state_numbers();
  for (std::size_t b = 0; b < input.samples; ++b) {
    if (!input.state) continue;
    const T* const h = input.state + b * numbers;
    require(std::all_of(h, h + numbers, [](T v) { return std::isfinite(v); }),
            "the initial hidden state of sample {} is not finite", b);
    require(std::any_of(h, h + numbers, [](T v) { return v != 0; }),
            "the initial hidden state of sample {} is the zero vector", b);
  }
}

// Whether the hidden states that were given have imaginary parts.
template <class T>
bool RegisterCell<T>::starts_real(const SequenceInput<T>& input) const {
  if (!input.state || !update_.imaginary) return true;
  const std::size_t numbers = state_numbers();
  for (std::size_t b = 0; b < input.samples; ++b) {
    const T* const h = input.state + b * numbers;
    if (std::any_of(h + numbers / 2, h + numbers, [](T v) { return v != 0; })) return false;
  }
  return true;
}

template <class T>
typename RegisterCell<T>::Call RegisterCell<T>::call(std::span<const T> parameters,
                                                     const SequenceInput<T>& input, const RegisterPass& pass,
                                                     bool real_cotangents, const Tape& tape) const {
  const bool folded = pass.engine == Engine::kFold;
  const Arithmetic matrix = fold_.real() ? Arithmetic::kRealMatrix : Arithmetic::kComplex;
  return {input,
          parameters.data() + encoder_offset_,
          folded,
          pass.real ? Arithmetic::kReal : matrix,
          real_cotangents ? Arithmetic::kReal : matrix,
          layout(input.steps, folded),
          tape};
}

template <class T>
void RegisterCell<T>::run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                                  const SequenceOutput<T>& output, std::span<std::byte> tape) {
  run(parameters, input, output, tape, nullptr);
}

template <class T>
void RegisterCell<T>::observe(std::span<const T> parameters, const SequenceInput<T>& input,
                              const SequenceOutput<T>& output, const StepObserver<T>& observer) {
  const std::lock_guard lock(this->mutex());
  this->check(parameters, input);
  this->check_entropy(output.entropy != nullptr);
  run(parameters, input, output, {}, observer);
}

template <class T>
void RegisterCell<T>::run(std::span<const T> parameters, const SequenceInput<T>& input,
                          const SequenceOutput<T>& output, std::span<std::byte> tape,
                          const StepObserver<T>& observer) {
  check_input(input);
  RegisterPass pass;
  pass.engine = observer ? Engine::kGates : engine(input.samples, input.steps, !tape.empty()).engine;
  const bool folded = pass.engine == Engine::kFold;
  bind(parameters, folded);
  if (observer || splits()) bind_apart();
  pass.real = folded && fold_.real() && encoding_.real() && starts_real(input);
  pass.stored = !tape.empty() && stores_states(input.steps);
  if (!tape.empty()) std::memcpy(tape.data(), &pass, sizeof(pass));
  const Call c = call(parameters, input, pass, pass.real,
                      tape.empty() ? Tape{} : arrays_of(tape, input.samples, input.steps));
  const auto body = [&](std::size_t tile) { forward_tile(c, output, observer, tile); };
  parallel_for(tiles_of<T>(input.samples), std::ref(body));  // a reference: a copy would be allocated
}

template <class T>
void RegisterCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                   std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                                   const SequenceGradient<T>& gradient) {
  if (method_ == GradientMethod::kFiniteDifference)
    return finite_difference_backward(parameters, input, cotangent, gradient);
  const RegisterPass pass = RegisterCell::pass(tape);
  const bool folded = pass.engine == Engine::kFold;
  bind(parameters, folded);
  if (splits()) bind_apart();
  // Imaginary parts of cotangents do not come back to real numbers, but a caller may want those of h_0.
  const bool real_cotangents = pass.real && !(gradient.state && update_.imaginary);
  // The arrays are only read.
  const Call c =
      call(parameters, input, pass, real_cotangents,
           arrays_of({const_cast<std::byte*>(tape.data()), tape.size()}, input.samples, input.steps));
  const TileGroups groups(tiles_of<T>(input.samples));
  const std::size_t entries = folded ? 2 * fold_.dimension() * fold_.dimension() : 0;
  sums_.assign(groups.count() * parameter_count_, 0.0);
  d_u_.resize(groups.count() * entries);
  const auto body = [&](std::size_t group) {
    std::fill_n(d_u_.begin() + static_cast<std::ptrdiff_t>(group * entries), entries, 0.0);
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      backward_tile(c, cotangent, gradient, tile, sums_.data() + group * parameter_count_,
                    d_u_.data() + group * entries);
  };
  parallel_for(groups.count(), std::ref(body));
  if (!gradient.parameters) return;
  for (std::size_t group = 0; group < groups.count(); ++group)
    for (std::size_t p = 0; p < parameter_count_; ++p)
      gradient.parameters[p] += sums_[group * parameter_count_ + p];
  if (!folded) return;
  const std::size_t used = fold_.real() ? entries / 2 : entries;  // the imaginary half is not asked for
  const auto add_rows = [&](std::size_t row) {
    const std::size_t first = row * fold_.dimension();
    for (std::size_t group = 1; group < groups.count(); ++group)
      for (std::size_t e = first; e < first + fold_.dimension(); ++e) d_u_[e] += d_u_[group * entries + e];
  };
  parallel_for(used / fold_.dimension(), std::ref(add_rows));
  fold_.backward(method_, whole_, d_u_.data(), gradient.parameters);
}

template <class T>
void RegisterCell<T>::finite_difference_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                                 const SequenceCotangent<T>& cotangent,
                                                 const SequenceGradient<T>& gradient) {
  std::vector<T> moved(parameters.begin(), parameters.end());
  std::vector<T> x(input.x, input.x + input.samples * input.steps * inputs()), state;
  for (std::size_t b = 0; b < input.samples; ++b) {
    const T* const own = input.state ? input.state + b * state_numbers() : initial_hidden_.data();
    state.insert(state.end(), own, own + state_numbers());
  }
  SequenceInput<T> at = input;
  at.x = x.data(), at.state = state.data();
  const std::size_t rows = options_.every_step ? input.steps : 1;
  std::vector<T> y(cotangent.y ? input.samples * rows * outputs() : 0),
      last(cotangent.state ? state.size() : 0), entropy(cotangent.entropy ? input.samples * input.steps : 0);
  const auto pointer = [](std::vector<T>& v) { return v.empty() ? nullptr : v.data(); };
  // What lies past the end of a sequence comes out as zero, and its cotangent is not looked at.
  const auto dot = [](const T* d, const std::vector<T>& v) {
    double sum = 0;
    for (std::size_t i = 0; i < v.size(); ++i)
      if (v[i] != 0) sum += static_cast<double>(d[i]) * v[i];
    return sum;
  };
  const auto value = [&] {
    run_forward(moved, at, {pointer(y), pointer(last), pointer(entropy)}, {});
    return dot(cotangent.y, y) + dot(cotangent.state, last) + dot(cotangent.entropy, entropy);
  };
  const double step = finite_difference_step<T>();
  const auto differentiate = [&](std::vector<T>& v, auto* out, auto add) {
    if (!out) return;
    const std::vector<double> d = finite_difference<T>(value, v, step);
    for (std::size_t i = 0; i < d.size(); ++i) add(out[i], d[i]);
  };
  const auto set = [](T& to, double d) { to = static_cast<T>(d); };
  differentiate(moved, gradient.parameters, [](double& to, double d) { to += d; });
  differentiate(x, gradient.x, set);
  differentiate(state, gradient.state, set);
}

#define EBIT_INSTANTIATE(T)                                                                            \
  template void RegisterCell<T>::run_forward(std::span<const T>, const SequenceInput<T>&,              \
                                             const SequenceOutput<T>&, std::span<std::byte>);          \
  template void RegisterCell<T>::run_backward(std::span<const T>, const SequenceInput<T>&,             \
                                              std::span<const std::byte>, const SequenceCotangent<T>&, \
                                              const SequenceGradient<T>&);                             \
  template void RegisterCell<T>::observe(std::span<const T>, const SequenceInput<T>&,                  \
                                         const SequenceOutput<T>&, const StepObserver<T>&);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
