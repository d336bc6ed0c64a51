#include "ebit/cell/feedback_cell.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/cell/register/encoder_input.h"
#include "ebit/cell/register/register_cell.h"
#include "ebit/cell/tape.h"

namespace ebit::inline cell {
namespace {

template <class T>
std::unique_ptr<Cell<T>> stepped_cell(RegisterOptions options) {
  const Encoder& encoder = find_encoder(options.encoder);
  require(encoder.accepts(0.5), "the encoder {} takes {}, and readouts are numbers: they cannot be fed back",
          encoder.name, encoder.domain);
  options.feedback = false, options.every_step = true;
  options.features += static_cast<int>(readouts_of(options).size());
  return std::make_unique<RegisterCell<T>>(options);
}

template <class T>
const T* at(const T* array, std::size_t offset) {
  return array ? array + offset : nullptr;
}

}  // namespace

template <class T>
FeedbackCell<T>::FeedbackCell(RegisterOptions options)
    : cell_(stepped_cell<T>(options)),
      encoder_(find_encoder(options.encoder)),
      every_step_(options.every_step) {}

template <class T>
std::string FeedbackCell<T>::summary() const {
  return fmt::format("{}, {} readout{} fed back", cell_->summary(), outputs(), outputs() == 1 ? "" : "s");
}

template <class T>
typename FeedbackCell<T>::TapeOffsets FeedbackCell<T>::tape_offsets(std::size_t samples,
                                                                    std::size_t steps) const {
  TapeLayout one;
  one.add<std::byte>(cell_->tape_bytes(samples, 1));
  TapeLayout tape;
  TapeOffsets offsets{};
  offsets.own_bytes = one.bytes();
  offsets.x = tape.add<T>(steps * samples * cell_->inputs());
  offsets.state = tape.add<T>(steps * samples * cell_->state_numbers());
  offsets.own = tape.add<std::byte>(steps * offsets.own_bytes);
  offsets.bytes = tape.bytes();
  return offsets;
}

template <class T>
std::size_t FeedbackCell<T>::tape_bytes(std::size_t samples, std::size_t steps) const {
  return tape_offsets(samples, steps).bytes;
}

template <class T>
bool FeedbackCell<T>::runs(const SequenceInput<T>& input, std::size_t sample, std::size_t step) const {
  return !input.lengths || static_cast<std::int64_t>(step) < input.lengths[sample];
}

// Whether y of this step is an output.
template <class T>
bool FeedbackCell<T>::reads(const SequenceInput<T>& input, std::size_t sample, std::size_t step) const {
  const std::size_t next = step + 1;
  return runs(input, sample, step) && (every_step_ || (next == input.steps) || !runs(input, sample, next));
}

// The cell's input for one step of all sequences; the random numbers of each step are its own.
template <class T>
SequenceInput<T> FeedbackCell<T>::step_input(const SequenceInput<T>& input, std::size_t step, const T* x,
                                             const T* state) {
  lengths_.resize(input.samples);
  for (std::size_t b = 0; b < input.samples; ++b) lengths_[b] = runs(input, b, step);
  SequenceInput<T> one = input;
  one.steps = 1, one.x = x, one.state = state, one.lengths = lengths_.data();
  one.draw_seed += 0x9e3779b97f4a7c15 * step;
  return one;
}

template <class T>
void FeedbackCell<T>::run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                                  const SequenceOutput<T>& output, std::span<std::byte> tape) {
  check_encoder_input(encoder_, input, inputs());
  const std::size_t B = input.samples, F = inputs(), K = outputs(), S = cell_->state_numbers(), E = F + K;
  const TapeOffsets offsets = tape.empty() ? TapeOffsets{} : tape_offsets(B, input.steps);
  const Tape kept = tape.empty()
                        ? Tape{}
                        : Tape{reinterpret_cast<T*>(tape.data() + offsets.x),
                               reinterpret_cast<T*>(tape.data() + offsets.state), tape.data() + offsets.own};
  x_.resize(B * E), state_.resize(B * S), next_.resize(B * S), y_.resize(B * K), entropy_.resize(B);
  fed_.assign(B * K, T(0));
  if (output.y) std::fill_n(output.y, B * (every_step_ ? input.steps : 1) * K, T(0));
  for (std::size_t b = 0; input.state && b < B; ++b) {
    std::copy_n(input.state + b * (S + K), S, state_.data() + b * S);
    std::copy_n(input.state + b * (S + K) + S, K, fed_.data() + b * K);
  }
  for (std::size_t t = 0; t < input.steps; ++t) {
    T* const x = kept.x ? kept.x + t * B * E : x_.data();
    for (std::size_t b = 0; b < B; ++b) {
      std::copy_n(input.x + (b * input.steps + t) * F, F, x + b * E);
      // Expectations leave [-1, 1], which encoders may insist on, by rounding.
      for (std::size_t k = 0; k < K; ++k) x[b * E + F + k] = std::clamp(fed_[b * K + k], T(-1), T(1));
    }
    const bool starts = t == 0 && !input.state;
    if (kept.state && !starts) std::ranges::copy(state_, kept.state + t * B * S);
    cell_->forward(
        parameters, step_input(input, t, x, starts ? nullptr : state_.data()),
        {.y = y_.data(), .state = next_.data(), .entropy = output.entropy ? entropy_.data() : nullptr},
        kept.own ? std::span(kept.own + t * offsets.own_bytes, offsets.own_bytes) : std::span<std::byte>());
    state_.swap(next_);
    for (std::size_t b = 0; b < B; ++b) {
      if (output.entropy) output.entropy[b * input.steps + t] = entropy_[b];
      if (runs(input, b, t)) std::copy_n(y_.data() + b * K, K, fed_.data() + b * K);
      if (output.y && reads(input, b, t))
        std::copy_n(y_.data() + b * K, K, output.y + (every_step_ ? b * input.steps + t : b) * K);
    }
  }
  for (std::size_t b = 0; output.state && b < B; ++b) {
    std::copy_n(state_.data() + b * S, S, output.state + b * (S + K));
    std::copy_n(fed_.data() + b * K, K, output.state + b * (S + K) + S);
  }
}

template <class T>
void FeedbackCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                   std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                                   const SequenceGradient<T>& gradient) {
  const std::size_t B = input.samples, F = inputs(), K = outputs(), S = cell_->state_numbers(), E = F + K;
  const TapeOffsets offsets = tape_offsets(B, input.steps);
  const T* const all_x = reinterpret_cast<const T*>(tape.data() + offsets.x);
  const T* const all_states = reinterpret_cast<const T*>(tape.data() + offsets.state);
  d_x_.resize(B * E), d_y_.resize(B * K), d_before_.resize(B * S), entropy_.resize(B);
  d_state_.assign(B * S, T(0)), d_fed_.assign(B * K, T(0));
  for (std::size_t b = 0; cotangent.state && b < B; ++b) {
    std::copy_n(cotangent.state + b * (S + K), S, d_state_.data() + b * S);
    std::copy_n(cotangent.state + b * (S + K) + S, K, d_fed_.data() + b * K);
  }
  for (std::size_t t = input.steps; t-- > 0;) {
    for (std::size_t b = 0; b < B; ++b) {
      const bool has_step = runs(input, b, t);
      const T* const d_out =
          reads(input, b, t) ? at(cotangent.y, (every_step_ ? b * input.steps + t : b) * K) : nullptr;
      for (std::size_t k = 0; k < K; ++k)
        d_y_[b * K + k] = has_step ? d_fed_[b * K + k] + (d_out ? d_out[k] : T(0)) : T(0);
      entropy_[b] = cotangent.entropy && has_step ? cotangent.entropy[b * input.steps + t] : T(0);
    }
    const T* const state = t == 0 && !input.state ? nullptr : all_states + t * B * S;
    cell_->backward(parameters, step_input(input, t, all_x + t * B * E, state),
                    tape.subspan(offsets.own + t * offsets.own_bytes, offsets.own_bytes),
                    {.y = d_y_.data(),
                     .state = d_state_.data(),
                     .entropy = cotangent.entropy ? entropy_.data() : nullptr},
                    {.parameters = gradient.parameters, .x = d_x_.data(), .state = d_before_.data()});
    d_state_.swap(d_before_);
    for (std::size_t b = 0; b < B; ++b) {
      if (gradient.x) std::copy_n(d_x_.data() + b * E, F, gradient.x + (b * input.steps + t) * F);
      if (runs(input, b, t)) std::copy_n(d_x_.data() + b * E + F, K, d_fed_.data() + b * K);
    }
  }
  for (std::size_t b = 0; gradient.state && b < B; ++b) {
    std::copy_n(d_state_.data() + b * S, S, gradient.state + b * (S + K));
    std::copy_n(d_fed_.data() + b * K, K, gradient.state + b * (S + K) + S);
  }
}

template class FeedbackCell<float>;
template class FeedbackCell<double>;

}  // namespace ebit::inline cell
