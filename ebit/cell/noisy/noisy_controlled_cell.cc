#include "ebit/cell/noisy/noisy_controlled_cell.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/cell/noisy/noisy_step.h"

namespace ebit::inline cell {
namespace {

template <class T>
const ControlledOptions& checked(const ControlledOptions& o) {
  check(o);
  NoiseUse use = o.noisy;
  use.shots = find_measurement(o.measurement).shots ? o.shots : 0;
  check(use);
  require(!find_measurement(o.measurement).collapses,
          "with noise measurement '{}' has no state vector to collapse: take expectation, or shots",
          o.measurement);
  require(use.trajectories > 0 || o.qubits <= kMostDensityWires,
          "with noise a memory of {} qubits is a density matrix, and at most {} are run: take --trajectories",
          o.qubits, kMostDensityWires);
  if (use.trajectories > 0) require_state(o.qubits);
  return o;
}

}  // namespace

// Memory of a thread.
template <class T>
struct NoisyControlledCell<T>::Work final : Scratch {
  StateBatch<T> state, g;
  LaneMatrices<T> lanes;
  FeedForwardWorkspace<T> ffn;
  AlignedVector<T> angles, d_angles;  // [Q]
  AlignedVector<T> terms, sums;       // [M] of the readout
  AlignedVector<T> kept;              // of a step that is run for its way back
  AlignedVector<T> z, d_z;            // [K]

  explicit Work(const NoisyControlledCell& c)
      : state(c.state_wires(), kLanes<T>), g(c.state_wires(), kLanes<T>), ffn(c.ffn_.workspace()) {
    for (auto* v : {&angles, &d_angles}) v->resize(c.angles_ * kLanes<T>);
    for (auto* v : {&terms, &sums}) v->resize(c.readout_.terms().size() * kLanes<T>);
    for (auto* v : {&z, &d_z}) v->resize(c.outputs() * kLanes<T>);
    if (c.density_) kept.resize(c.density_->kept_numbers());
  }
};

template <class T>
NoisyControlledCell<T>::NoisyControlledCell(const ControlledOptions& options)
    : options_(checked<T>(options)),
      readout_(parse_readout(options.readout, options.qubits), options.qubits, options.noisy.model(),
               options.noisy.mitigation.readout),
      angles_(static_cast<std::size_t>(
          controlled_circuit(options, AngleSource::kPerSample).per_sample_parameters())),
      ffn_(options.ffn, static_cast<std::size_t>(options.inputs) + readout_.size(), angles_) {
  require(angles_ >= 1,
          "the circuit of {} layers of the ansatz '{}' has no angles that a network could write",
          options.layers, ansatz_of(options).name);
  const Circuit circuit =
      with_noise(controlled_circuit(options, AngleSource::kPerSample), options.noisy.model());
  if (count() > 0)
    trajectory_ = std::make_unique<TrajectoryProgram<T>>(circuit), trajectory_->bind({});
  else
    density_.emplace(circuit), density_->bind({});
  segments_.assign(ffn_.segments().begin(), ffn_.segments().end());
  if (find_initial_state(options.initial).trainable) {
    const Circuit start =
        with_noise(controlled_circuit(options, AngleSource::kShared), options.noisy.model());
    if (count() > 0)
      trajectory_preparation_ = std::make_unique<TrajectoryProgram<T>>(start);
    else
      preparation_.emplace(start);
    add_segment(segments_, "initial", {static_cast<std::int64_t>(angles_)}, {-options.init, options.init},
                SegmentKind::kQuantum);
  }
  freeze(segments_, options.freeze);
  if (density_)
    for (const char* name : {"purity", "entropy"}) add_segment(watched_, name, {1}, {});
  initial_.resize(state_numbers());
  start_ = make_scratch();
}

template <class T>
int NoisyControlledCell<T>::shots() const {
  return find_measurement(options_.measurement).shots ? options_.shots : 0;
}

template <class T>
Capabilities NoisyControlledCell<T>::capabilities() const {
  return {.draws = shots() > 0 || count() > 0 || options_.ffn.dropout > 0,
          .training = options_.ffn.dropout > 0};
}

template <class T>
std::string NoisyControlledCell<T>::summary() const {
  NoiseUse use = options_.noisy;
  use.shots = shots();
  return fmt::format("qrnn, {} qubits, {} layer{} of {}, {} readouts{}", options_.qubits, options_.layers,
                     options_.layers == 1 ? "" : "s", summary_of(ansatz_of(options_), options_.qubits),
                     outputs(), use.text());
}

template <class T>
std::unique_ptr<typename RecurrentCell<T>::Scratch> NoisyControlledCell<T>::make_scratch() const {
  return std::make_unique<Work>(*this);
}

// The initial state and its readouts: |0...0>, or what the preparation circuit and its noise make of it.
template <class T>
void NoisyControlledCell<T>::begin(std::span<const T> parameters) {
  constexpr std::size_t kW = kLanes<T>;
  const std::span<const T> own = parameters.subspan(ffn_.parameters());
  Work& w = static_cast<Work&>(*start_);
  const Tile<T> tile = w.state.tile(0);
  if (preparation_) preparation_->bind(own);
  if (trajectory_preparation_) trajectory_preparation_->bind(own);
  std::ranges::fill(w.sums, T(0));
  for (std::size_t first = 0; first < copies(); first += kW) {
    if (density_)
      clear_to_zero_state(tile);
    else
      w.state.reset();
    if (preparation_) preparation_->run(tile);
    TrajectoryDraws draws{0, first, 0};
    if (trajectory_preparation_) trajectory_preparation_->run(tile, nullptr, draws);
    for (std::size_t l = 0; l < kW && first + l < copies(); ++l)
      for (std::size_t i = 0; i < tile.dimension(); ++i) {
        initial_[(first + l) * state_row() + i] = tile.re[i * kW + l];
        initial_[(first + l) * state_row() + tile.dimension() + i] = tile.im[i * kW + l];
      }
    if (density_) density_expectations<T>(tile, readout_.terms(), w.terms.data());
    for (std::size_t m = 0; m < readout_.terms().size(); ++m) {
      if (!density_) expectation(tile, readout_.terms()[m], w.terms.data() + m * kW);
      for (std::size_t l = 0; l < kW && first + l < copies(); ++l)
        w.sums[m * kW] += w.terms[m * kW + l] / static_cast<T>(copies());
    }
  }
  readout_.combine(w.sums.data(), 0, 0, 0, 0, w.z.data());
  for (std::size_t k = 0; k < outputs(); ++k) initial_[memory_numbers() + k] = w.z[k * kW];
}

// theta_t = angle_scale FFN([x_t; z_{t-1}]), and the gates' matrices.
template <class T>
void NoisyControlledCell<T>::find_angles(const Step& step, Work& w) const {
  const std::size_t row = inputs() * kLanes<T>;
  T* const v = ffn_.input(w.ffn);
  std::copy_n(step.x, row, v);
  std::copy_n(step.before + memory_numbers() * kLanes<T>, outputs() * kLanes<T>, v + row);
  // Shots are drawn by the stream of readouts; the network's draws are those of a ControlledCell.
  const TileDraws draws{step.draw_seed, step.draw_number, step.lanes};
  ffn_.forward(step.parameters, step.training ? &draws : nullptr, step.time * ffn_.units(), w.ffn,
               w.angles.data());
  const T scale = static_cast<T>(options_.angle_scale);
  for (T& angle : w.angles) angle *= scale;
  if (density_)
    density_->bind_lanes(w.angles.data(), w.lanes);
  else
    trajectory_->bind_lanes(w.angles.data(), w.lanes);
}

// rho_{t-1} to rho_t, and the readout's terms.
template <class T>
void NoisyControlledCell<T>::run_circuit(const Step& step, Work& w, T* kept) const {
  const Tile<T> rho = w.state.tile(0);
  std::copy_n(step.before, rho.numbers(), rho.re);
  std::copy_n(step.before + rho.numbers(), rho.numbers(), rho.im);
  density_->run(rho, &w.lanes, kept);
}

// Each state vector a step on, and the mean of the readout's terms.
template <class T>
void NoisyControlledCell<T>::run_trajectories(const Step& step, Work& w) const {
  constexpr std::size_t kW = kLanes<T>;
  const Tile<T> psi = w.state.tile(0);
  const std::size_t channels = trajectory_->circuit().channels().size();
  std::ranges::fill(w.sums, T(0));
  for (std::size_t r = 0; r < copies(); ++r) {
    const std::size_t at = r * 2 * psi.numbers();
    std::copy_n(step.before + at, psi.numbers(), psi.re);
    std::copy_n(step.before + at + psi.numbers(), psi.numbers(), psi.im);
    TrajectoryDraws draws{step.draw_seed, step.draw_stream, (step.time * copies() + r) * channels};
    trajectory_->run(psi, &w.lanes, draws);
    std::copy_n(psi.re, psi.numbers(), step.after + at);
    std::copy_n(psi.im, psi.numbers(), step.after + at + psi.numbers());
    for (std::size_t m = 0; m < readout_.terms().size(); ++m) {
      expectation(psi, readout_.terms()[m], w.terms.data() + m * kW);
      for (std::size_t l = 0; l < kW; ++l) w.sums[m * kW + l] += w.terms[m * kW + l];
    }
  }
  for (std::size_t i = 0; i < w.sums.size(); ++i) w.terms[i] = w.sums[i] / static_cast<T>(copies());
}

template <class T>
void NoisyControlledCell<T>::run_step(const Step& step, Scratch& scratch) const {
  Work& w = static_cast<Work&>(scratch);
  find_angles(step, w);
  if (density_) {
    run_circuit(step, w, nullptr);
    const Tile<T> rho = w.state.tile(0);
    density_expectations<T>(rho, readout_.terms(), w.terms.data());
    std::copy_n(rho.re, rho.numbers(), step.after);
    std::copy_n(rho.im, rho.numbers(), step.after + rho.numbers());
    if (step.watched) look_at_density(options_.qubits, step.after, step.watched);
  } else {
    run_trajectories(step, w);
  }
  T* const z = step.after + memory_numbers() * kLanes<T>;
  readout_.combine(w.terms.data(), shots(), ~step.draw_seed, step.draw_stream, step.time, z);
  if (step.y) std::copy_n(z, outputs() * kLanes<T>, step.y);
}

template <class T>
void NoisyControlledCell<T>::step_backward(const Step& step, const StepGradient& gradient,
                                           Scratch& scratch) const {
  require(density_.has_value(),
          "trajectories have no gradient: train with density matrices, which have, and evaluate with "
          "--trajectories");
  Work& w = static_cast<Work&>(scratch);
  const std::size_t row = outputs() * kLanes<T>;
  find_angles(step, w);
  run_circuit(step, w, w.kept.data());
  const Tile<T> rho = w.state.tile(0), g = w.g.tile(0);
  std::copy_n(gradient.d_state, g.numbers(), g.re);
  std::copy_n(gradient.d_state + g.numbers(), g.numbers(), g.im);
  T* const d_state_z = gradient.d_state + memory_numbers() * kLanes<T>;
  for (std::size_t i = 0; i < row; ++i) w.d_z[i] = d_state_z[i] + (gradient.d_y ? gradient.d_y[i] : T(0));
  readout_.combine_backward(w.d_z.data(), w.terms.data());
  density_expectations_backward<T>(g, readout_.terms(), w.terms.data());
  std::ranges::fill(w.d_angles, T(0));
  density_->backward(rho, g, &w.lanes, w.angles.data(), w.kept.data(), {nullptr, w.d_angles.data()});
  std::copy_n(g.re, g.numbers(), gradient.d_state);
  std::copy_n(g.im, g.numbers(), gradient.d_state + g.numbers());
  const T scale = static_cast<T>(options_.angle_scale);
  for (T& d : w.d_angles) d *= scale;
  ffn_.backward(step.parameters, w.d_angles.data(), w.ffn, gradient.d_parameters);
  if (gradient.d_parameters) ffn_.flush(w.ffn, gradient.d_parameters);
  for (std::size_t i = 0; i < inputs() * kLanes<T>; ++i) gradient.d_x[i] += w.ffn.d_input[i];
  std::copy_n(w.ffn.d_input.data() + inputs() * kLanes<T>, row, d_state_z);
}

template <class T>
void NoisyControlledCell<T>::start_backward(const T* d_state, double* d_shared) const {
  if (!preparation_) return;
  for (std::size_t i = 0; i < state_numbers() * kLanes<T>; ++i) d_shared[i / kLanes<T>] += d_state[i];
}

// The angles' gradient from the cotangent of the initial state and its readouts, summed over samples.
template <class T>
void NoisyControlledCell<T>::finish_backward(std::span<const T> /*parameters*/, const double* d_shared,
                                             double* d_parameters) {
  if (!preparation_) return;
  constexpr std::size_t kW = kLanes<T>;
  Work& w = static_cast<Work&>(*start_);
  const Tile<T> rho = w.state.tile(0), g = w.g.tile(0);
  w.kept.resize(preparation_->kept_numbers());
  clear_to_zero_state(rho);
  preparation_->run(rho, nullptr, w.kept.data());
  std::fill_n(g.re, g.numbers(), T(0));
  std::fill_n(g.im, g.numbers(), T(0));
  std::ranges::fill(w.d_z, T(0));
  for (std::size_t i = 0; i < g.dimension(); ++i) {
    g.re[i * kW] = static_cast<T>(d_shared[i]);
    g.im[i * kW] = static_cast<T>(d_shared[g.dimension() + i]);
  }
  for (std::size_t k = 0; k < outputs(); ++k) w.d_z[k * kW] = static_cast<T>(d_shared[memory_numbers() + k]);
  readout_.combine_backward(w.d_z.data(), w.terms.data());
  density_expectations_backward<T>(g, readout_.terms(), w.terms.data());
  preparation_->backward(rho, g, nullptr, nullptr, w.kept.data(),
                         {d_parameters + ffn_.parameters(), nullptr});
}

template class NoisyControlledCell<float>;
template class NoisyControlledCell<double>;

}  // namespace ebit::inline cell
