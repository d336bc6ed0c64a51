#include "ebit/cell/noisy/shifted_controlled_cell.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/cell/noisy/noisy_circuit.h"

namespace ebit::inline cell {
namespace {

template <class T>
std::unique_ptr<NoisyControlledCell<T>> plain(ControlledOptions options, bool every_step) {
  options.noisy.gradient = "adjoint", options.every_step = every_step;
  return std::make_unique<NoisyControlledCell<T>>(options);
}

Circuit noisy_circuit(const ControlledOptions& options, AngleSource source) {
  return with_noise(controlled_circuit(options, source), options.noisy.model());
}

}  // namespace

// A tile on its way back: density matrices, readouts and angles of every step.
template <class T>
struct ShiftedControlledCell<T>::Work {
  LaneMap lanes{1, 0};
  LaneSteps<T> steps{{1, 0}, nullptr, 0};
  StateBatch<T> batch;
  Tile<T> rho;
  FeedForwardWorkspace<T> ffn;
  std::vector<AlignedVector<T>> states;   // [T + 1] of [2, 4^n, kLanes], in front of each step
  std::vector<AlignedVector<T>> z;        // [T + 1] of [K, kLanes]
  std::vector<AlignedVector<T>> d_z;      // likewise, cotangents
  std::vector<AlignedVector<T>> angles;   // [T] of [Q, kLanes]
  std::vector<LaneMatrices<T>> matrices;  // [T] of them
  LaneMatrices<T> shifted;                // of a shifted step
  AlignedVector<T> x, values, read, d_angles;
  std::uint64_t runs = 0;  // so far, each with outcomes of its own

  Work(const ShiftedControlledCell& c, std::size_t count)
      : batch(2 * c.options_.qubits, kLanes<T>), rho(batch.tile(0)), ffn(c.ffn_.workspace()) {
    states.assign(count + 1, AlignedVector<T>(2 * rho.numbers()));
    z.assign(count + 1, AlignedVector<T>(c.outputs() * kLanes<T>)), d_z = z;
    angles.assign(count, AlignedVector<T>(c.angles_ * kLanes<T>));
    matrices.resize(count);
    x.resize(c.inputs() * kLanes<T>), values.resize(c.readout_.terms().size() * kLanes<T>);
    read.resize(c.outputs() * kLanes<T>), d_angles.resize(c.angles_ * kLanes<T>);
  }
  void load(const AlignedVector<T>& from) {
    std::copy_n(from.data(), rho.numbers(), rho.re);
    std::copy_n(from.data() + rho.numbers(), rho.numbers(), rho.im);
  }
  void store(AlignedVector<T>& to) const {
    std::copy_n(rho.re, rho.numbers(), to.data());
    std::copy_n(rho.im, rho.numbers(), to.data() + rho.numbers());
  }
};

template <class T>
ShiftedControlledCell<T>::ShiftedControlledCell(const ControlledOptions& options)
    : options_(options),
      base_(plain<T>(options, options.every_step)),
      all_(plain<T>(options, true)),
      density_(noisy_circuit(options, AngleSource::kPerSample)),
      readout_(parse_readout(options.readout, options.qubits), options.qubits, options.noisy.model(),
               options.noisy.mitigation.readout),
      ffn_(options.ffn, static_cast<std::size_t>(options.inputs) + readout_.size(),
           static_cast<std::size_t>(density_.circuit().per_sample_parameters())),
      angles_(static_cast<std::size_t>(density_.circuit().per_sample_parameters())),
      shots_(find_measurement(options.measurement).shots ? options.shots : 0) {
  density_.bind({});
  terms_ = terms_of(density_.circuit());
  for (Term& term : terms_) term.program->bind({});
  if (!find_initial_state(options.initial).trainable) return;
  preparation_.emplace(noisy_circuit(options, AngleSource::kShared));
  start_terms_ = terms_of(preparation_->circuit());
}

template <class T>
std::vector<typename ShiftedControlledCell<T>::Term> ShiftedControlledCell<T>::terms_of(
    const Circuit& circuit) const {
  std::vector<Term> terms;
  for (const Occurrence& occurrence : occurrences_of(circuit))
    for (const ShiftTerm& term : occurrence.terms)
      terms.push_back({static_cast<std::size_t>(occurrence.angle.index), occurrence.angle.scale * term.weight,
                       std::make_unique<DensityProgram<T>>(shifted(circuit, occurrence, term.shift))});
  return terms;
}

// Density matrices and angles of every step, from the readouts that the forward pass measured.
template <class T>
void ShiftedControlledCell<T>::start_tile(std::span<const T> parameters, const SequenceInput<T>& input,
                                          std::size_t tile, Work& w) const {
  constexpr std::size_t kW = kLanes<T>;
  w.lanes = {input.samples, tile * kW};
  w.steps = LaneSteps<T>(w.lanes, input.lengths, input.steps);
  const std::size_t numbers = w.rho.numbers();
  if (input.state) {
    for (std::size_t l = 0; l < kW; ++l) {
      const T* const own = input.state + w.lanes.sample(l) * state_numbers();
      for (std::size_t i = 0; i < 2 * numbers / kW; ++i) w.states[0][i * kW + l] = own[i];
      for (std::size_t k = 0; k < outputs(); ++k) w.z[0][k * kW + l] = own[2 * numbers / kW + k];
    }
  } else {
    clear_to_zero_state(w.rho);
    if (preparation_) preparation_->run(w.rho);
    w.store(w.states[0]);
    density_expectations<T>(w.rho, readout_.terms(), w.values.data());
    readout_.combine(w.values.data(), 0, 0, 0, 0, w.z[0].data());
  }
  const TileDraws draws{input.draw_seed, input.draw_number, w.lanes};
  for (std::size_t t = 0; t < w.steps.longest; ++t) {
    T* const v = ffn_.input(w.ffn);
    load_step(w.lanes, w.steps, input, inputs(), t, v);
    std::ranges::copy(w.z[t], v + inputs() * kW);
    ffn_.forward(parameters.data(), input.training ? &draws : nullptr, t * ffn_.units(), w.ffn,
                 w.angles[t].data());
    for (T& angle : w.angles[t]) angle *= static_cast<T>(options_.angle_scale);
    density_.bind_lanes(w.angles[t].data(), w.matrices[t]);
    w.load(w.states[t]);
    density_.run(w.rho, &w.matrices[t]);
    w.store(w.states[t + 1]);
  }
}

// d_z of every step from those of the outputs.
template <class T>
void ShiftedControlledCell<T>::load_cotangents(const SequenceInput<T>& input,
                                               const SequenceCotangent<T>& cotangent, Work& w) const {
  const bool every_step = options_.every_step;
  for (std::size_t t = 0; t <= w.steps.longest; ++t) {
    std::ranges::fill(w.d_z[t], T(0));
    if (t == 0 || !cotangent.y) continue;
    load_gradient_rows(w.lanes, cotangent.y, outputs(), every_step ? input.steps : 1, every_step ? t - 1 : 0,
                       w.d_z[t].data(), [&](std::size_t l) { return w.steps.reads(l, t - 1, every_step); });
  }
}

// slope [kLanes] += weight times the readouts of a shifted step and of all behind it times their cotangents.
// @param start the preparation of the initial state is shifted, and its own readouts count too.
template <class T>
void ShiftedControlledCell<T>::measure(const SequenceInput<T>& input, const Term& term, bool start,
                                       std::size_t step, double* slope, Work& w) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::uint64_t seed = random_seed(~input.draw_seed, ++w.runs);
  const std::uint64_t stream = (input.draw_number << 24) + w.lanes.first;
  if (start) {
    clear_to_zero_state(w.rho);
    term.program->run(w.rho);
  } else {
    w.load(w.states[step]);
    term.program->bind_lanes(w.angles[step].data(), w.shifted);
    term.program->run(w.rho, &w.shifted);
  }
  for (std::size_t t = start ? 0 : step + 1; t <= w.steps.longest; ++t) {
    density_expectations<T>(w.rho, readout_.terms(), w.values.data());
    readout_.combine(w.values.data(), t == 0 ? 0 : shots_, seed, stream, t, w.read.data());
    for (std::size_t i = 0; i < w.read.size(); ++i)
      slope[i % kW] += term.weight * static_cast<double>(w.d_z[t][i]) * w.read[i];
    if (t < w.steps.longest) density_.run(w.rho, &w.matrices[t]);
  }
}

// From w.d_angles of a step to the gradients of the network, of x and of the readouts in front of it.
template <class T>
void ShiftedControlledCell<T>::network_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                                std::size_t step, const SequenceGradient<T>& gradient,
                                                Work& w) const {
  constexpr std::size_t kW = kLanes<T>;
  const TileDraws draws{input.draw_seed, input.draw_number, w.lanes};
  T* const v = ffn_.input(w.ffn);
  load_step(w.lanes, w.steps, input, inputs(), step, v);
  std::ranges::copy(w.z[step], v + inputs() * kW);
  ffn_.forward(parameters.data(), input.training ? &draws : nullptr, step * ffn_.units(), w.ffn,
               w.angles[step].data());
  for (T& d : w.d_angles) d *= static_cast<T>(options_.angle_scale);
  ffn_.backward(parameters.data(), w.d_angles.data(), w.ffn, gradient.parameters);
  if (gradient.parameters) ffn_.flush(w.ffn, gradient.parameters);
  const T* const d_z = w.ffn.d_input.data() + inputs() * kW;
  for (std::size_t i = 0; i < w.d_z[step].size(); ++i) w.d_z[step][i] += d_z[i];
  if (gradient.x)
    store_rows(w.lanes, w.ffn.d_input.data(), inputs(), input.steps, step, gradient.x,
               [&](std::size_t l) { return w.steps.runs(l, step); });
}

// Whether the state behind the sequences has a cotangent that counts.
template <class T>
bool ShiftedControlledCell<T>::any_state(const SequenceInput<T>& input,
                                         const SequenceCotangent<T>& cotangent) const {
  const T* const d = cotangent.state;
  return d && std::any_of(d, d + input.samples * state_numbers(), [](T number) { return number != 0; });
}

template <class T>
void ShiftedControlledCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                            std::span<const std::byte>, const SequenceCotangent<T>& cotangent,
                                            const SequenceGradient<T>& gradient) {
  constexpr std::size_t kW = kLanes<T>;
  require(
      gradient.state == nullptr && !any_state(input, cotangent),
      "gradients by parameter shift are those of readouts in parameters and inputs: a state is not measured; "
      "take --gradient adjoint");
  if (gradient.x) std::fill_n(gradient.x, input.samples * input.steps * inputs(), T(0));
  const std::span<const T> own = parameters.subspan(ffn_.parameters());
  if (preparation_) {
    preparation_->bind(own);
    for (Term& term : start_terms_) term.program->bind(own);
  }
  std::vector<T> measured(input.samples * input.steps * outputs());
  all_->forward(parameters, input, {.y = measured.data()});
  Work w(*this, input.steps);
  for (std::size_t tile = 0; tile < tiles_of<T>(input.samples); ++tile) {
    const LaneMap lanes{input.samples, tile * kW};
    for (std::size_t t = 0; t < input.steps; ++t)
      for (std::size_t k = 0; k < outputs(); ++k)
        for (std::size_t l = 0; l < kW; ++l)
          w.z[t + 1][k * kW + l] = measured[(lanes.sample(l) * input.steps + t) * outputs() + k];
    start_tile(parameters, input, tile, w);
    load_cotangents(input, cotangent, w);
    for (std::size_t step = w.steps.longest; step-- > 0;) {
      std::ranges::fill(w.d_angles, T(0));
      for (const Term& term : terms_) {
        double slope[kW] = {};
        measure(input, term, false, step, slope, w);
        for (std::size_t l = 0; l < kW; ++l)
          if (w.steps.runs(l, step)) w.d_angles[term.angle * kW + l] += static_cast<T>(slope[l]);
      }
      network_backward(parameters, input, step, gradient, w);
    }
    if (!preparation_ || input.state || !gradient.parameters) continue;
    for (const Term& term : start_terms_) {
      double slope[kW] = {};
      measure(input, term, true, 0, slope, w);
      for (std::size_t l = 0; l < kW && w.lanes.real(l); ++l)
        gradient.parameters[ffn_.parameters() + term.angle] += slope[l];
    }
  }
}

template class ShiftedControlledCell<float>;
template class ShiftedControlledCell<double>;

}  // namespace ebit::inline cell
