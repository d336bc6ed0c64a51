#include "ebit/cell/noisy/shifted_register_cell.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/cell/noisy/noisy_circuit.h"

namespace ebit::inline cell {

// What a backward pass carries from step to step.
template <class T>
struct ShiftedRegisterCell<T>::Pass {
  std::span<const T> parameters;
  const SequenceInput<T>& input;
  const SequenceCotangent<T>& cotangent;
  const SequenceGradient<T>& gradient;
  std::size_t step = 0;
  std::uint64_t runs = 0;  // so far, each with outcomes of its own

  std::size_t length(std::size_t sample) const {
    return input.lengths ? static_cast<std::size_t>(input.lengths[sample]) : input.steps;
  }
};

template <class T>
ShiftedRegisterCell<T>::ShiftedRegisterCell(const RegisterOptions& options)
    : options_(options),
      update_(find_hidden_update<T>(options.hidden)),
      encoding_(find_encoder(options.encoder), options.system, options.features, options.system) {
  RegisterOptions own = options;
  own.gradient = "adjoint";
  base_ = std::make_unique<NoisyRegisterCell<T>>(own);
  own.every_step = true;
  later_ = std::make_unique<NoisyRegisterCell<T>>(own);
  const NoisyStep circuits = noisy_step(own);
  rules_ = circuits.rules;
  noisy_segments(own, encoding_, encoder_offset_);
  for (const Occurrence& occurrence : occurrences_of(circuits.step)) {
    Shift shift{occurrence.angle, {}};
    for (const ShiftTerm& term : occurrence.terms)
      shift.terms.push_back({term.weight, std::make_unique<NoisyRegisterCell<T>>(
                                              own, StepShift{&occurrence, term.shift, -1, 0})});
    shifts_.push_back(std::move(shift));
  }
  if (!find_encoder(options.encoder).build) turns_ = make_turns(own, options.system, false);
  if (measured()) ancilla_turns_ = make_turns(own, options.ancilla, true);
}

// Runs with a register's state turned towards each of its basis states, and away from it.
template <class T>
std::vector<std::vector<typename ShiftedRegisterCell<T>::Term>> ShiftedRegisterCell<T>::make_turns(
    const RegisterOptions& options, int wires, bool ancilla) {
  std::vector<std::vector<Term>> turns(std::size_t{1} << wires);
  for (int i = 0; i < 1 << wires; ++i)
    for (const double side : {1.0, -1.0})
      turns[static_cast<std::size_t>(i)].push_back(
          {side, std::make_unique<NoisyRegisterCell<T>>(
                     options, StepShift{nullptr, 0, i, side * std::numbers::pi / 4, ancilla})});
  return turns;
}

// d_y of a sample's step; 0 where nothing is read.
template <class T>
double ShiftedRegisterCell<T>::cotangent_of(const Pass& pass, std::size_t sample, std::size_t step,
                                            std::size_t k) const {
  const std::size_t length = pass.length(sample);
  if (!pass.cotangent.y || step >= length) return 0;
  if (options_.every_step) return pass.cotangent.y[(sample * pass.input.steps + step) * outputs() + k];
  return step + 1 == length ? pass.cotangent.y[sample * outputs() + k] : 0;
}

// The inputs of the step, and of those behind it.
template <class T>
void ShiftedRegisterCell<T>::start(Pass& pass, std::size_t step) {
  const SequenceInput<T>& in = pass.input;
  const std::size_t width = inputs(), left = in.steps - step - 1;
  pass.step = step;
  x_.resize(in.samples * width), rest_.resize(in.samples * left * width);
  here_.resize(in.samples), behind_.resize(in.samples);
  for (std::size_t b = 0; b < in.samples; ++b) {
    const T* const own = in.x + (b * in.steps + step) * width;
    std::copy_n(own, width, x_.data() + b * width);
    std::copy_n(own + width, left * width, rest_.data() + b * left * width);
    const std::int64_t length = static_cast<std::int64_t>(pass.length(b)) - static_cast<std::int64_t>(step);
    here_[b] = std::clamp<std::int64_t>(length, 0, 1);
    behind_[b] = std::clamp<std::int64_t>(length - 1, 0, static_cast<std::int64_t>(left));
  }
}

// state becomes what the step starts from, measured as in the forward pass.
template <class T>
void ShiftedRegisterCell<T>::state_before(const Pass& pass, std::size_t step, std::vector<T>& state) {
  std::vector<std::int64_t> lengths(pass.input.samples);
  for (std::size_t b = 0; b < lengths.size(); ++b)
    lengths[b] = static_cast<std::int64_t>(std::min(pass.length(b), step));
  SequenceInput<T> own = pass.input;
  own.lengths = lengths.data();
  state.resize(own.samples * state_numbers());
  later_->forward(pass.parameters, own, {.state = state.data()});
}

// The readouts of all steps behind the shifted one times their cotangents.
template <class T>
double ShiftedRegisterCell<T>::later_readouts(const Pass& pass, std::size_t b) const {
  const std::size_t left = pass.input.steps - pass.step - 1, width = outputs();
  double sum = 0;
  for (std::size_t t = 0; t < left; ++t)
    for (std::size_t k = 0; k < width; ++k)
      sum += cotangent_of(pass, b, pass.step + 1 + t, k) * later_y_[(b * left + t) * width + k];
  return sum;
}

// The probabilities that the shifted step leaves, times their cotangents: h is made of them or of their
// roots.
template <class T>
double ShiftedRegisterCell<T>::measured_memory(std::size_t b) const {
  double sum = 0;
  for (std::size_t j = 0; j < state_numbers(); ++j) {
    const double h = after_[b * state_numbers() + j];
    sum += d_probabilities_[b * state_numbers() + j] * (update_.normalises ? h : h * h);
  }
  return sum;
}

// slope_ [B] becomes the sum over terms of weight F, with F what is measured of the step, and follows from
// it, times its cotangents.
template <class T>
void ShiftedRegisterCell<T>::measure(Pass& pass, const std::vector<Term>& terms) {
  const SequenceInput<T>& in = pass.input;
  const std::size_t left = in.steps - pass.step - 1, width = outputs();
  y_.resize(in.samples * width), later_y_.resize(in.samples * left * width);
  after_.resize(in.samples * state_numbers());
  slope_.assign(in.samples, 0.0);
  for (const Term& term : terms) {
    SequenceInput<T> own{.samples = in.samples, .steps = 1, .x = x_.data(), .lengths = here_.data()};
    own.state = state_.data(), own.draw_number = in.draw_number;
    own.draw_seed = random_seed(in.draw_seed, ++pass.runs);
    term.cell->forward(pass.parameters, own, {.y = y_.data(), .state = after_.data()});
    if (!measured() && left > 0) {
      own.steps = left, own.x = rest_.data(), own.lengths = behind_.data(), own.state = after_.data();
      own.draw_seed = random_seed(in.draw_seed, ++pass.runs);
      later_->forward(pass.parameters, own, {.y = later_y_.data()});
    }
    for (std::size_t b = 0; b < in.samples; ++b) {
      double sum = measured() ? measured_memory(b) : later_readouts(pass, b);
      for (std::size_t k = 0; k < width; ++k) sum += cotangent_of(pass, b, pass.step, k) * y_[b * width + k];
      slope_[b] += here_[b] > 0 ? term.weight * sum : 0;
    }
  }
}

template <class T>
void ShiftedRegisterCell<T>::angles_of_step(Pass& pass) {
  const SequenceInput<T>& in = pass.input;
  for (const Shift& shift : shifts_) {
    const bool shared = shift.angle.kind == Angle::Kind::kShared;
    if (shared ? pass.gradient.parameters == nullptr : pass.gradient.x == nullptr) continue;
    measure(pass, shift.terms);
    const auto index = static_cast<std::size_t>(shift.angle.index);
    for (std::size_t b = 0; b < in.samples; ++b) {
      if (shared) {
        pass.gradient.parameters[index] += shift.angle.scale * slope_[b];
      } else if (here_[b] > 0) {
        const AngleRule& rule = rules_[index];
        const auto f = static_cast<std::size_t>(rule.feature);
        pass.gradient.x[(b * in.steps + pass.step) * inputs() + f] +=
            static_cast<T>(shift.angle.scale * slope_[b] * rule.slope(x_[b * inputs() + f]));
      }
    }
  }
}

// slopes_ [B, basis states] of a prepared state.
template <class T>
void ShiftedRegisterCell<T>::turn_slopes(Pass& pass, const std::vector<std::vector<Term>>& turns) {
  slopes_.resize(pass.input.samples * turns.size());
  for (std::size_t i = 0; i < turns.size(); ++i) {
    measure(pass, turns[i]);
    for (std::size_t b = 0; b < pass.input.samples; ++b) slopes_[b * turns.size() + i] = slope_[b];
  }
}

// With s the prepared state and D_i the derivative of F along e_i - s_i s, D is F's gradient on the sphere.
template <class T>
void ShiftedRegisterCell<T>::gradient_on_sphere(const Tile<T>& s, const LaneMap& lanes,
                                                const Tile<T>& g) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t states = s.dimension();
  for (std::size_t i = 0; i < states; ++i)
    for (std::size_t l = 0; l < kW; ++l) {
      const double along = s.re[i * kW + l], rest = std::sqrt(std::max(0.0, 1 - along * along));
      g.re[i * kW + l] = lanes.real(l) ? static_cast<T>(rest * slopes_[lanes.sample(l) * states + i]) : T(0);
      g.im[i * kW + l] = 0;
    }
}

// From the encoded state to the input and the encoder's numbers.
template <class T>
void ShiftedRegisterCell<T>::amplitudes_of_step(Pass& pass) {
  constexpr std::size_t kW = kLanes<T>;
  if (turns_.empty()) return;
  const SequenceInput<T>& in = pass.input;
  const std::size_t width = inputs(), numbers = this->parameters() - encoder_offset_;
  turn_slopes(pass, turns_);
  EncodingScratch<T> scratch;
  StateBatch<T> state(options_.system, kW), cotangent(options_.system, kW);
  const Tile<T> s = state.tile(0), g = cotangent.tile(0);
  AlignedVector<T> x(width * kW), d_x(width * kW);
  AlignedVector<double> d_encoder(numbers * kW);
  const T* const own = pass.parameters.data() + encoder_offset_;
  for (std::size_t first = 0; first < in.samples; first += kW) {
    const LaneMap lanes{in.samples, first};
    for (std::size_t l = 0; l < kW; ++l)
      for (std::size_t f = 0; f < width; ++f) x[f * kW + l] = x_[lanes.sample(l) * width + f];
    encoding_.prepare(x.data(), own, static_cast<T>(options_.epsilon), s, scratch);
    gradient_on_sphere(s, lanes, g);
    std::ranges::fill(d_x, T(0));
    std::ranges::fill(d_encoder, 0.0);
    encoding_.prepare_backward(x.data(), own, static_cast<T>(options_.epsilon), s, g,
                               GradientMethod::kAdjoint, scratch, d_x.data(), d_encoder.data());
    for (std::size_t l = 0; l < kW && lanes.real(l); ++l) {
      for (std::size_t f = 0; pass.gradient.x && f < width; ++f)
        pass.gradient.x[((first + l) * in.steps + pass.step) * width + f] += d_x[f * kW + l];
      for (std::size_t p = 0; pass.gradient.parameters && p < numbers; ++p)
        pass.gradient.parameters[encoder_offset_ + p] += d_encoder[p * kW + l];
    }
  }
}

// d_memory_ becomes that of the h in front of the step: from the ancilla's state that was prepared of it.
template <class T>
void ShiftedRegisterCell<T>::memory_of_step(Pass& pass) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t samples = pass.input.samples, numbers = state_numbers();
  const RegisterShape shape{options_.system, options_.ancilla};
  turn_slopes(pass, ancilla_turns_);
  StateBatch<T> state(options_.ancilla, kW), cotangent(options_.ancilla, kW);
  const Tile<T> a = state.tile(0), g = cotangent.tile(0);
  AlignedVector<T> h(numbers * kW), d_h(numbers * kW);
  for (std::size_t first = 0; first < samples; first += kW) {
    const LaneMap lanes{samples, first};
    for (std::size_t l = 0; l < kW; ++l)
      for (std::size_t j = 0; j < numbers; ++j) h[j * kW + l] = state_[lanes.sample(l) * numbers + j];
    update_.prepare(shape, h.data(), a);
    gradient_on_sphere(a, lanes, g);
    std::ranges::fill(d_h, T(0));
    update_.prepare_backward(shape, h.data(), a, g, d_h.data());
    for (std::size_t l = 0; l < kW && lanes.real(l); ++l)
      for (std::size_t j = 0; here_[first + l] > 0 && j < numbers; ++j)
        d_memory_[(first + l) * numbers + j] = d_h[j * kW + l];
  }
}

// Whether the state behind the sequences has a cotangent that counts.
template <class T>
bool ShiftedRegisterCell<T>::any_state(const SequenceInput<T>& input,
                                       const SequenceCotangent<T>& cotangent) const {
  const T* const d = cotangent.state;
  return d && std::any_of(d, d + input.samples * state_numbers(), [](T number) { return number != 0; });
}

template <class T>
void ShiftedRegisterCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                          std::span<const std::byte>, const SequenceCotangent<T>& cotangent,
                                          const SequenceGradient<T>& gradient) {
  require(
      gradient.state == nullptr && !any_state(input, cotangent),
      "gradients by parameter shift are those of readouts in parameters and inputs: a state is not measured; "
      "take --gradient adjoint");
  if (gradient.x) std::fill_n(gradient.x, input.samples * input.steps * inputs(), T(0));
  Pass pass{parameters, input, cotangent, gradient};
  const std::size_t numbers = input.samples * state_numbers();
  if (measured()) {
    d_memory_.assign(numbers, 0.0), d_probabilities_.resize(numbers);
    state_before(pass, input.steps, next_);
  }
  for (std::size_t step = input.steps; step-- > 0;) {
    start(pass, step);
    state_before(pass, step, state_);
    for (std::size_t i = 0; measured() && i < numbers; ++i) {
      const double root = next_[i];  // d sqrt(p) = dp / (2 sqrt(p)), and 0 where p is, as in the update
      d_probabilities_[i] = update_.normalises ? d_memory_[i] : root > 0 ? d_memory_[i] / (2 * root) : 0;
    }
    angles_of_step(pass);
    amplitudes_of_step(pass);
    if (measured() && step > 0) memory_of_step(pass);
    std::swap(state_, next_);
  }
}

template class ShiftedRegisterCell<float>;
template class ShiftedRegisterCell<double>;

}  // namespace ebit::inline cell
