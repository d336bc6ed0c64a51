#include "ebit/cell/noisy/noisy_circuit.h"

#include <algorithm>

#include "ebit/base/error.h"

namespace ebit::inline cell {
namespace {

// Shots of shifted circuits are others than those of the circuit itself.
constexpr std::uint64_t kShiftedSeed = 0x9e3779b97f4a7c15u;

}  // namespace

template <class T>
NoisyCircuit<T>::NoisyCircuit(const Circuit& circuit, NoisyReadout readout, const NoiseUse& use)
    : wires_(circuit.wires()),
      per_sample_(circuit.per_sample_parameters()),
      shots_(use.shots),
      trajectories_(use.trajectories),
      readout_(std::move(readout)) {
  check(use);
  const Circuit noisy = with_noise(circuit, use.model());
  if (trajectories_ > 0) {
    require_state(wires_);
    trajectory_ = std::make_unique<TrajectoryProgram<T>>(noisy);
    return;
  }
  require(wires_ <= kMostDensityWires,
          "with noise a circuit of {} wires is a density matrix, and at most {} wires are run: take "
          "--trajectories",
          wires_, kMostDensityWires);
  density_ = std::make_unique<DensityProgram<T>>(noisy);
  if (find_gradient_method(use.gradient) != GradientMethod::kParameterShift) return;
  for (Occurrence& occurrence : occurrences_of(noisy)) {
    Shift shift{std::move(occurrence), {}};
    for (const ShiftTerm& term : shift.occurrence.terms)
      shift.programs.push_back(
          std::make_unique<DensityProgram<T>>(shifted(noisy, shift.occurrence, term.shift)));
    shifts_.push_back(std::move(shift));
  }
}

template <class T>
void NoisyCircuit<T>::bind(std::span<const T> shared) {
  if (trajectory_) trajectory_->bind(shared);
  if (density_) density_->bind(shared);
  for (Shift& shift : shifts_)
    for (auto& program : shift.programs) program->bind(shared);
}

template <class T>
std::unique_ptr<NoisyCircuitWorkspace<T>> NoisyCircuit<T>::workspace() const {
  const int wires = density_ ? 2 * wires_ : wires_;
  auto w = std::make_unique<NoisyCircuitWorkspace<T>>(NoisyCircuitWorkspace<T>{
      StateBatch<T>(wires, kLanes<T>), StateBatch<T>(wires, kLanes<T>), {}, {}, {}, {}, {}});
  return w;
}

// w.state becomes the density matrix behind the program's circuit.
template <class T>
void NoisyCircuit<T>::run(const DensityProgram<T>& program, const T* angles, NoisyCircuitWorkspace<T>& w,
                          T* kept) const {
  if (per_sample()) program.bind_lanes(angles, w.lanes);
  clear_to_zero_state(w.state.tile(0));
  program.run(w.state.tile(0), per_sample() ? &w.lanes : nullptr, kept);
}

// w.terms becomes the mean over trajectories.
template <class T>
void NoisyCircuit<T>::run_trajectories(const T* angles, const CircuitDraws& draws,
                                       NoisyCircuitWorkspace<T>& w) const {
  const std::size_t terms = readout_.terms().size(), channels = trajectory_->circuit().channels().size();
  if (per_sample()) trajectory_->bind_lanes(angles, w.lanes);
  w.sums.assign(terms * kLanes<T>, T(0));
  for (int r = 0; r < trajectories_; ++r) {
    w.state.reset();
    const auto number =
        draws.step * static_cast<std::uint64_t>(trajectories_) + static_cast<std::uint64_t>(r);
    TrajectoryDraws own{draws.seed, draws.stream, number * channels};
    trajectory_->run(w.state.tile(0), per_sample() ? &w.lanes : nullptr, own);
    for (std::size_t m = 0; m < terms; ++m) {
      expectation(w.state.tile(0), readout_.terms()[m], w.terms.data());
      for (std::size_t l = 0; l < kLanes<T>; ++l) w.sums[m * kLanes<T> + l] += w.terms[l];
    }
  }
  for (std::size_t i = 0; i < w.sums.size(); ++i) w.terms[i] = w.sums[i] / static_cast<T>(trajectories_);
}

template <class T>
void NoisyCircuit<T>::forward(const T* angles, const CircuitDraws& draws, NoisyCircuitWorkspace<T>& w,
                              T* values) const {
  w.terms.resize(readout_.terms().size() * kLanes<T>);
  if (trajectory_) {
    run_trajectories(angles, draws, w);
  } else {
    run(*density_, angles, w, nullptr);
    density_expectations<T>(w.state.tile(0), readout_.terms(), w.terms.data());
  }
  readout_.combine(w.terms.data(), shots_, draws.seed, draws.stream, draws.step, values);
}

template <class T>
void NoisyCircuit<T>::backward(const T* angles, const T* d_values, const CircuitDraws& draws,
                               NoisyCircuitWorkspace<T>& w, const ParameterGradient<T>& gradient) const {
  require(trajectory_ == nullptr,
          "trajectories have no gradient: train with density matrices, which have, and evaluate with "
          "--trajectories");
  if (shifts_.empty())
    adjoint(angles, d_values, w, gradient);
  else
    shift(angles, d_values, draws, w, gradient);
}

template <class T>
void NoisyCircuit<T>::adjoint(const T* angles, const T* d_values, NoisyCircuitWorkspace<T>& w,
                              const ParameterGradient<T>& gradient) const {
  w.kept.resize(density_->kept_numbers());
  w.terms.resize(readout_.terms().size() * kLanes<T>);
  run(*density_, angles, w, w.kept.data());
  const Tile<T> g = w.g.tile(0);
  std::fill_n(g.re, g.numbers(), T(0));
  std::fill_n(g.im, g.numbers(), T(0));
  readout_.combine_backward(d_values, w.terms.data());
  density_expectations_backward<T>(g, readout_.terms(), w.terms.data());
  density_->backward(w.state.tile(0), g, per_sample() ? &w.lanes : nullptr, angles, w.kept.data(), gradient);
}

// Of each occurrence of an angle the derivative of the readouts, as it is measured.
template <class T>
void NoisyCircuit<T>::shift(const T* angles, const T* d_values, const CircuitDraws& draws,
                            NoisyCircuitWorkspace<T>& w, const ParameterGradient<T>& gradient) const {
  constexpr std::size_t kW = kLanes<T>;
  w.terms.resize(readout_.terms().size() * kW);
  w.shifted.resize(readout_.size() * kW);
  std::uint64_t runs = 0, number = 0;
  for (const Shift& one : shifts_) runs += one.programs.size();
  for (const Shift& one : shifts_) {
    const Angle& angle = one.occurrence.angle;
    const bool shared = angle.kind == Angle::Kind::kShared;
    if (shared ? gradient.shared == nullptr : gradient.per_sample == nullptr) {
      number += one.programs.size();
      continue;
    }
    double d[kW] = {};
    for (std::size_t i = 0; i < one.programs.size(); ++i) {
      run(*one.programs[i], angles, w, nullptr);
      density_expectations<T>(w.state.tile(0), readout_.terms(), w.terms.data());
      readout_.combine(w.terms.data(), shots_, draws.seed ^ kShiftedSeed, draws.stream,
                       draws.step * runs + number++, w.shifted.data());
      for (std::size_t j = 0; j < w.shifted.size(); ++j)
        d[j % kW] += one.occurrence.terms[i].weight * d_values[j] * w.shifted[j];
    }
    const auto index = static_cast<std::size_t>(angle.index);
    for (std::size_t l = 0; l < kW; ++l)
      if (shared)
        gradient.shared[index] += angle.scale * d[l];
      else
        gradient.per_sample[index * kW + l] += static_cast<T>(angle.scale * d[l]);
  }
}

template class NoisyCircuit<float>;
template class NoisyCircuit<double>;

}  // namespace ebit::inline cell
