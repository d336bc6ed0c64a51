#include "ebit/cell/noisy/spsa_cell.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/cell/noisy/noisy_circuit.h"

namespace ebit::inline cell {
namespace {

// Streams of signs: of parameters, and of inputs.
enum : std::uint64_t { kOfParameters = 1, kOfInputs = 2 };
constexpr std::uint64_t kSignSeed = 0x94d049bb133111ebu;

}  // namespace

template <class T>
Capabilities SpsaCell<T>::capabilities() const {
  Capabilities own = cell_->capabilities();
  own.draws = true;
  return own;
}

template <class T>
double SpsaCell<T>::sign(const SequenceInput<T>& input, std::uint64_t stream, std::size_t index) const {
  const double u = random_uniform(input.draw_seed ^ kSignSeed, (input.draw_number << 2) + stream, index);
  return u < 0.5 ? -1 : 1;
}

template <class T>
void SpsaCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                               std::span<const std::byte>, const SequenceCotangent<T>& cotangent,
                               const SequenceGradient<T>& gradient) {
  require(gradient.state == nullptr,
          "gradients by spsa are those of parameters and inputs: a quantum state cannot be moved by a small "
          "random vector; take --gradient adjoint");
  const std::size_t rows = every_step() ? input.steps : 1, width = outputs(), numbers = state_numbers();
  const std::size_t steps = input.steps * inputs();
  y_.resize(input.samples * rows * width), state_.resize(input.samples * numbers);
  x_.resize(input.samples * steps), parameters_.resize(parameters.size());
  change_.assign(input.samples, 0.0);
  for (const double side : {1.0, -1.0}) {
    std::ranges::copy(parameters, parameters_.begin());
    for (const Segment& s : segments())
      for (std::size_t p = s.offset; gradient.parameters && !s.frozen && p < s.offset + s.size; ++p)
        parameters_[p] += static_cast<T>(side * perturbation_ * sign(input, kOfParameters, p));
    std::copy_n(input.x, x_.size(), x_.begin());
    for (std::size_t i = 0; gradient.x && i < x_.size(); ++i)
      x_[i] += static_cast<T>(side * perturbation_ * sign(input, kOfInputs, i));
    SequenceInput<T> moved = input;
    moved.x = x_.data(), moved.draw_seed = random_seed(input.draw_seed, side > 0 ? 1 : 2);
    cell_->forward(
        parameters_, moved,
        {.y = cotangent.y ? y_.data() : nullptr, .state = cotangent.state ? state_.data() : nullptr});
    for (std::size_t b = 0; b < input.samples; ++b) {
      double sum = 0;
      for (std::size_t i = 0; cotangent.y && i < rows * width; ++i)
        if (const std::size_t at = b * rows * width + i; !past_end(input, b, i / width))
          sum += static_cast<double>(cotangent.y[at]) * y_[at];
      for (std::size_t i = b * numbers; cotangent.state && i < (b + 1) * numbers; ++i)
        sum += static_cast<double>(cotangent.state[i]) * state_[i];
      change_[b] += side * sum / (2 * perturbation_);
    }
  }
  double all = 0;
  for (const double change : change_) all += change;
  for (const Segment& s : segments())
    for (std::size_t p = s.offset; gradient.parameters && !s.frozen && p < s.offset + s.size; ++p)
      gradient.parameters[p] += all * sign(input, kOfParameters, p);
  for (std::size_t b = 0; gradient.x && b < input.samples; ++b)
    for (std::size_t i = b * steps; i < (b + 1) * steps; ++i) {
      const std::size_t step = (i - b * steps) / inputs();
      const bool there = !input.lengths || step < static_cast<std::size_t>(input.lengths[b]);
      gradient.x[i] = there ? static_cast<T>(change_[b] * sign(input, kOfInputs, i)) : T(0);
    }
}

// Whether row `row` of sample b's outputs is not one of its own: cotangents there are not looked at.
template <class T>
bool SpsaCell<T>::past_end(const SequenceInput<T>& input, std::size_t b, std::size_t row) const {
  if (!input.lengths) return false;
  const auto length = static_cast<std::size_t>(input.lengths[b]);
  return every_step() ? row >= length : length == 0;
}

template class SpsaCell<float>;
template class SpsaCell<double>;

}  // namespace ebit::inline cell
