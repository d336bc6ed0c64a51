#include "ebit/train/flat_model.h"

#include <algorithm>
#include <utility>

#include "ebit/base/error.h"

namespace ebit::train {
namespace {

// y [B, O] = W [O, K] r [B, K] + b [O]; weight and bias lie behind each other in `head`.
template <class T>
void linear(const T* head, std::size_t samples, std::size_t in, std::size_t out, const T* r, T* y) {
  const T* const bias = head + out * in;
  for (std::size_t s = 0; s < samples; ++s)
    for (std::size_t o = 0; o < out; ++o) {
      T sum = bias[o];
      for (std::size_t k = 0; k < in; ++k) sum += head[o * in + k] * r[s * in + k];
      y[s * out + o] = sum;
    }
}

// Adds to d_head [O K + O], writes d_r [B, K].
template <class T>
void linear_backward(const T* head, std::size_t samples, std::size_t in, std::size_t out, const T* r,
                     const T* d_y, double* d_head, T* d_r) {
  double* const d_bias = d_head + out * in;
  std::fill_n(d_r, samples * in, T(0));
  for (std::size_t s = 0; s < samples; ++s)
    for (std::size_t o = 0; o < out; ++o) {
      const T d = d_y[s * out + o];
      d_bias[o] += d;
      for (std::size_t k = 0; k < in; ++k) {
        d_head[o * in + k] += d * r[s * in + k];
        d_r[s * in + k] += d * head[o * in + k];
      }
    }
}

// A vector as large as it must be; it never shrinks, so that equal batches allocate once.
template <class T>
T* room(std::vector<T>& values, std::size_t size) {
  if (values.size() < size) values.resize(size);
  return values.data();
}

RegisterOptions last_step_only(RegisterOptions options) {
  options.every_step = false;
  return options;
}

}  // namespace

template <class T>
FlatModel<T>::FlatModel(const RegisterOptions& cell, std::size_t head_outputs, bool stateful)
    : cell_(last_step_only(cell)), head_outputs_(head_outputs), stateful_(stateful) {
  const auto add = [this](std::string name, std::vector<std::int64_t> shape, std::size_t size) {
    segments_.push_back({std::move(name), std::move(shape), parameter_count_, size});
    parameter_count_ += size;
  };
  for (const Segment& segment : cell_.segments()) add("rnn." + segment.name, segment.shape, segment.size);
  if (head_outputs_ == 0) return;
  const auto in = static_cast<std::int64_t>(cell_.outputs()), out = static_cast<std::int64_t>(head_outputs_);
  add("head.weight", {out, in}, head_outputs_ * cell_.outputs());
  add("head.bias", {out}, head_outputs_);
}

template <class T>
void FlatModel<T>::forward(std::span<const T> parameters, SequenceInput<T> input, T* y, bool keep) {
  const std::size_t samples = input.samples, numbers = cell_.hidden_numbers();
  T* last = nullptr;
  if (stateful_) {
    require(carried_ == 0 || carried_ >= samples,
            "a stateful model went from batches of {} to {}: call reset_state() first", carried_, samples);
    input.hidden = carried_ > 0 ? hidden_[latest_].data() : nullptr;
    latest_ = 1 - latest_;
    last = room(hidden_[latest_], samples * numbers);
    carried_ = samples;
  }
  input_ = input;
  T* const r = head_outputs_ ? room(readouts_, samples * cell_.outputs()) : y;
  T* const s = keep && !cell_.options().entropy.empty() ? room(entropies_, samples * input.steps) : nullptr;
  cell_.forward(cell_part(parameters), input_, r, last, keep ? &tape_ : nullptr, nullptr, s);
  if (head_outputs_)
    linear(parameters.data() + cell_.parameters(), samples, cell_.outputs(), head_outputs_, r, y);
}

template <class T>
void FlatModel<T>::backward(std::span<const T> parameters, const T* d_y, double* d_parameters,
                            const T* d_entropy) {
  const T* d_r = d_y;
  if (head_outputs_) {
    T* const d = room(d_readouts_, input_.samples * cell_.outputs());
    linear_backward(parameters.data() + cell_.parameters(), input_.samples, cell_.outputs(), head_outputs_,
                    readouts_.data(), d_y, d_parameters + cell_.parameters(), d);
    d_r = d;
  }
  cell_.backward(cell_part(parameters), input_, tape_, d_r, nullptr, {d_parameters, nullptr, nullptr},
                 d_entropy);
}

template class FlatModel<double>;
template class FlatModel<float>;

}  // namespace ebit::train
