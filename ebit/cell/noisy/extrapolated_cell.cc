#include "ebit/cell/noisy/extrapolated_cell.h"

#include <algorithm>

#include "ebit/base/error.h"

namespace ebit::inline cell {

template <class T>
ExtrapolatedCell<T>::ExtrapolatedCell(const CellOptions& options) {
  const NoiseUse use = noise_use(options);
  check(use);
  text_ = use.mitigation.text();
  weights_ = extrapolation_weights(use.mitigation.factors, use.mitigation.fit);
  for (const double factor : use.mitigation.factors) {
    NoiseUse own = use;
    own.mitigation.factors.clear();
    if (use.mitigation.scaling == "fold")
      own.noise->folds = static_cast<int>(factor) / 2;
    else
      own.noise = stronger(*own.noise, factor);
    cells_.push_back(make_cell<T>(with_noise_use(options, own)));
  }
}

template <class T>
std::string ExtrapolatedCell<T>::summary() const {
  return fmt::format("{}; {}", cells_.front()->summary(), text_);
}

template <class T>
std::size_t ExtrapolatedCell<T>::own_tape(std::size_t samples, std::size_t steps) const {
  const std::size_t bytes = cells_.front()->tape_bytes(samples, steps);
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

template <class T>
std::size_t ExtrapolatedCell<T>::tape_bytes(std::size_t samples, std::size_t steps) const {
  return cells_.size() * own_tape(samples, steps);
}

// The states of strength i out of those of all, [B, cells, S].
template <class T>
void ExtrapolatedCell<T>::take(const T* all, std::size_t samples, std::size_t i, std::vector<T>& own) const {
  const std::size_t numbers = own_state();
  own.resize(samples * numbers);
  for (std::size_t b = 0; b < samples; ++b)
    std::copy_n(all + (b * cells_.size() + i) * numbers, numbers, own.data() + b * numbers);
}

template <class T>
void ExtrapolatedCell<T>::put(const std::vector<T>& own, std::size_t samples, std::size_t i, T* all) const {
  const std::size_t numbers = own_state();
  for (std::size_t b = 0; b < samples; ++b)
    std::copy_n(own.data() + b * numbers, numbers, all + (b * cells_.size() + i) * numbers);
}

// The batch as the device of strength i sees it: with states and outcomes of its own.
template <class T>
SequenceInput<T> ExtrapolatedCell<T>::input_of(const SequenceInput<T>& input, std::size_t i) {
  SequenceInput<T> own = input;
  own.draw_seed = random_seed(input.draw_seed, i);
  if (!input.state) return own;
  take(input.state, input.samples, i, state_);
  own.state = state_.data();
  return own;
}

template <class T>
void ExtrapolatedCell<T>::run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                                      const SequenceOutput<T>& output, std::span<std::byte> tape) {
  const std::size_t rows = input.samples * (every_step() ? input.steps : 1) * outputs();
  const std::size_t bytes = own_tape(input.samples, input.steps);
  if (output.y) std::fill_n(output.y, rows, T(0));
  y_.resize(rows);
  last_.resize(input.samples * own_state());
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    cells_[i]->forward(parameters, input_of(input, i),
                       {.y = output.y ? y_.data() : nullptr, .state = output.state ? last_.data() : nullptr},
                       tape.empty() ? tape : tape.subspan(i * bytes, bytes));
    for (std::size_t k = 0; output.y && k < rows; ++k) output.y[k] += static_cast<T>(weights_[i]) * y_[k];
    if (output.state) put(last_, input.samples, i, output.state);
  }
}

template <class T>
void ExtrapolatedCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                       std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                                       const SequenceGradient<T>& gradient) {
  const std::size_t rows = input.samples * (every_step() ? input.steps : 1) * outputs();
  const std::size_t numbers = input.samples * input.steps * inputs();
  const std::size_t bytes = own_tape(input.samples, input.steps);
  if (gradient.x) std::fill_n(gradient.x, numbers, T(0));
  y_.resize(rows), x_.resize(numbers);
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const SequenceInput<T> own = input_of(input, i);
    for (std::size_t k = 0; cotangent.y && k < rows; ++k)
      y_[k] = static_cast<T>(weights_[i]) * cotangent.y[k];
    if (cotangent.state) take(cotangent.state, input.samples, i, last_);
    std::vector<T>* const d_state = gradient.state ? &d_state_ : nullptr;
    if (d_state) d_state->resize(input.samples * own_state());
    cells_[i]->backward(
        parameters, own, tape.empty() ? tape : tape.subspan(i * bytes, bytes),
        {.y = cotangent.y ? y_.data() : nullptr, .state = cotangent.state ? last_.data() : nullptr},
        {gradient.parameters, gradient.x ? x_.data() : nullptr, d_state ? d_state->data() : nullptr});
    for (std::size_t k = 0; gradient.x && k < numbers; ++k) gradient.x[k] += x_[k];
    if (d_state) put(*d_state, input.samples, i, gradient.state);
  }
}

template class ExtrapolatedCell<float>;
template class ExtrapolatedCell<double>;

}  // namespace ebit::inline cell
