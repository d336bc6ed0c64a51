#include "ebit/cell/noisy/trajectory_cell.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/noisy/noisy_step.h"
#include "ebit/cell/register/encoder_input.h"

namespace ebit::inline cell {
namespace {

const RegisterOptions& checked(const RegisterOptions& o) {
  check_noisy(o);
  require(o.hidden == "density" || o.hidden == "sample" || o.hidden == "coherent",
          "trajectories run the hidden updates density, sample and coherent, not '{}', which measures the "
          "ancilla of "
          "all runs at every step: leave --trajectories out",
          o.hidden);
  require_state(o.system + o.ancilla);
  return o;
}

// Resets of the system with what the model adds; nothing where nothing is measured.
Circuit leaving(const RegisterOptions& options) {
  Circuit resets(options.system + options.ancilla);
  if (options.hidden == "coherent") return resets;
  for (int q = 0; q < options.system; ++q) resets.add_channel(ChannelId::kReset, {q});
  return with_noise(resets, noise_of(options));
}

}  // namespace

// Memory of one sample's run.
template <class T>
struct TrajectoryCell<T>::Work {
  StateBatch<T> batch;
  Tile<T> psi;
  AlignedVector<T> x, system, angles, values;
  std::vector<double> sums;  // [rows, terms] over trajectories
  LaneMatrices<T> lanes;
  EncodingScratch<T> encoding;

  Work(const TrajectoryCell<T>& c, std::size_t rows)
      : batch(c.shape_.system + c.shape_.ancilla, kLanes<T>),
        psi(batch.tile(0)),
        x(c.inputs() * kLanes<T>),
        system(2 * c.shape_.systems() * kLanes<T>),
        angles(c.rules_.size() * kLanes<T>),
        values(c.readout_.terms().size() * kLanes<T>),
        sums(rows * c.readout_.terms().size(), 0.0) {}
};

template <class T>
TrajectoryCell<T>::TrajectoryCell(const RegisterOptions& options)
    : options_(checked(options)),
      shape_{options.system, options.ancilla},
      encoding_(find_encoder(options.encoder), options.system, options.features, options.system),
      rules_(noisy_step(options).rules),
      step_(noisy_step(options).step),
      leave_(leaving(options)),
      readout_(readouts_of(options), options.system + options.ancilla, noise_of(options),
               options.mitigation.readout) {
  segments_ = noisy_segments(options, encoding_, encoder_offset_);
}

template <class T>
std::string TrajectoryCell<T>::summary() const {
  return fmt::format("{}, {} trajectories", noisy_summary(options_), options_.trajectories);
}

// Writes the state in which the step's circuit starts: the system, in |0...0>, becomes the encoded input.
template <class T>
void TrajectoryCell<T>::enter(std::span<const T> parameters, const T* x, Work& w) const {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t f = 0; f < inputs(); ++f) std::fill_n(w.x.data() + f * kW, kW, x[f]);
  if (!rules_.empty()) {
    for (std::size_t k = 0; k < rules_.size(); ++k)
      std::fill_n(w.angles.data() + k * kW, kW, static_cast<T>(rules_[k].value(x[rules_[k].feature])));
    step_.bind_lanes(w.angles.data(), w.lanes);
    return;
  }
  const Tile<T> s{w.system.data(), w.system.data() + w.system.size() / 2, shape_.system};
  const int zero = encoding_.prepare(w.x.data(), parameters.data() + encoder_offset_,
                                     static_cast<T>(options_.epsilon), s, w.encoding);
  require(zero < 0, "the encoder's vector W x + b is zero and has no direction to encode");
  const std::size_t n = shape_.ancillas() * kW;
  for (std::size_t i = shape_.systems(); i-- > 0;)
    for (std::size_t j = 0; j < n; ++j) {
      const T weight = s.re[i * kW + j % kW];
      w.psi.re[i * n + j] = weight * w.psi.re[j], w.psi.im[i * n + j] = weight * w.psi.im[j];
    }
}

template <class T>
void TrajectoryCell<T>::run_sample(std::span<const T> parameters, const SequenceInput<T>& input,
                                   std::size_t sample, T* y) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t steps = input.lengths ? static_cast<std::size_t>(input.lengths[sample]) : input.steps;
  const std::size_t rows = options_.every_step ? input.steps : 1, terms = readout_.terms().size();
  const std::size_t count = static_cast<std::size_t>(options_.trajectories);
  Work w(*this, rows);
  for (std::size_t first = 0; first < count; first += kW) {
    w.batch.reset();
    TrajectoryDraws draws{input.draw_seed, (input.draw_number << 48) + (sample << 24) + first, 0};
    for (std::size_t t = 0; t < steps; ++t) {
      enter(parameters, input.x + (sample * input.steps + t) * inputs(), w);
      step_.run(w.psi, rules_.empty() ? nullptr : &w.lanes, draws);
      if (options_.every_step || t + 1 == steps)
        for (std::size_t m = 0; m < terms; ++m) {
          expectation(w.psi, readout_.terms()[m], w.values.data());
          for (std::size_t l = 0; l < kW && first + l < count; ++l)
            w.sums[(options_.every_step ? t : 0) * terms + m] += w.values[l];
        }
      if (t + 1 < steps) leave_.run(w.psi, nullptr, draws);
    }
  }
  AlignedVector<T> read(outputs() * kW);
  for (std::size_t row = 0; row < rows; ++row) {
    const bool there = options_.every_step ? row < steps : steps > 0;
    for (std::size_t m = 0; m < terms; ++m)
      std::fill_n(w.values.data() + m * kW, kW,
                  static_cast<T>(w.sums[row * terms + m] / static_cast<double>(count)));
    readout_.combine(w.values.data(), 0, 0, 0, 0, read.data());
    for (std::size_t k = 0; k < outputs(); ++k) y[row * outputs() + k] = there ? read[k * kW] : T(0);
  }
}

template <class T>
void TrajectoryCell<T>::run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                                    const SequenceOutput<T>& output, std::span<std::byte>) {
  require(!input.state && !output.state,
          "trajectories carry no state from window to window: leave --trajectories out");
  check_encoder_input(encoding_.encoder(), input, inputs());
  step_.bind(parameters.first(static_cast<std::size_t>(step_.circuit().shared_parameters())));
  leave_.bind({});
  if (!output.y) return;
  const std::size_t rows = options_.every_step ? input.steps : 1;
  parallel_for(input.samples, [&](std::size_t sample) {
    run_sample(parameters, input, sample, output.y + sample * rows * outputs());
  });
}

template <class T>
void TrajectoryCell<T>::run_backward(std::span<const T>, const SequenceInput<T>&, std::span<const std::byte>,
                                     const SequenceCotangent<T>&, const SequenceGradient<T>&) {
  fail(
      "trajectories have no gradient: train with density matrices, which have, and evaluate with "
      "--trajectories");
}

template class TrajectoryCell<float>;
template class TrajectoryCell<double>;

}  // namespace ebit::inline cell
