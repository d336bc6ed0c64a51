// A step of an RVQE cell, forward and backward.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ebit/base/error.h"
#include "ebit/cell/rvqe/rvqe_workspace.h"

namespace ebit::inline cell {
namespace {

template <class T>
void invert_roots(const T* norm, T* scale) {
#pragma omp simd
  for (int l = 0; l < kLanes<T>; ++l) scale[l] = 1 / std::sqrt(norm[l]);
}

// h <- psi_m / |psi_m| of the words m that are given or drawn.
template <class T>
void project_on_words(const UpdateInput<T>& in, const NeuronKernels<T>& kernels, T* h) {
  alignas(kAlignment) T outcome[kLanes<T>], inverse[kLanes<T>];
  forced_or_drawn(in);
  kept_branch(in, outcome, inverse, Tile<T>{h, nullptr, in.shape.ancilla});
  kernels.scaled(in.shape.ancillas(), h, inverse, h);
}

}  // namespace

// The input words and the words to project on, which lanes of sequences that have ended draw.
template <class T>
void RvqeCell<T>::load_words(const Step& step, Workspace& w) const {
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    w.word[l] = 0;
    for (std::size_t f = 0; f < bits(); ++f)
      w.word[l] = 2 * w.word[l] + static_cast<std::int32_t>(step.x[f * kLanes<T> + l]);
    w.forced[l] = step.runs(l) ? static_cast<int>(step.x[bits() * kLanes<T> + l]) : -1;
    w.uniform[l] = w.forced[l] < 0 ? static_cast<T>(step.uniform(l)) : T(0);
  }
}

// Neuron `index` with its table, on what slot `slot` holds.
template <class T>
Neuron<T> RvqeCell<T>::neuron(std::size_t index, std::size_t slot, Workspace& w) const {
  const std::size_t first = neurons_.first(index), workspace = static_cast<std::size_t>(options_.workspace);
  const std::size_t opened = neurons_.count() - bits();  // the first output neuron
  return {.cos = neurons_.cos() + first,
          .sin = neurons_.sin() + first,
          .d_cos = w.d_cos + first,
          .d_sin = w.d_sin + first,
          .in = w.state(slot),
          .scale = w.scale_of(slot),
          .size = index < opened ? state_numbers() : state_numbers() << (index - opened),
          .stride = index < opened ? stride(index % workspace) : state_numbers()};
}

// The state behind the last neuron as the projection reads it.
template <class T>
UpdateInput<T> RvqeCell<T>::measured(Workspace& w) const {
  T* const psi = w.state(w.slot.size() - 1);
  return {.shape = {options_.bits(), options_.workspace},
          .psi = {psi, nullptr, options_.qubits()},
          .epsilon = 0,
          .uniform = w.uniform,
          .outcome = w.outcome,
          .scratch = {w.scratch.data(), nullptr, options_.workspace},
          .kernels = lane_kernels_,
          .real = true,
          .forced = w.forced};
}

// From the workspace's state [2^W, kLanes] to the state in front of the measurement, normalised, in the last
// slot; its scale is the one it was normalised by.
template <class T>
void RvqeCell<T>::run_circuit(const Step& step, Workspace& w) const {
  const auto workspace = static_cast<std::size_t>(options_.workspace);
  std::copy_n(step.before, row(), w.state(0));
  std::fill_n(w.scale_of(0), kLanes<T>, T(1));
  for (std::size_t l = 0; l < kLanes<T>; ++l)
    w.rows[l] = w.word[l] * static_cast<std::int32_t>(state_numbers() / 2);
  std::size_t slot = 0, next = 0;
  const auto turn_all = [&] {
    for (std::size_t q = 0; q < workspace; ++q, ++slot) {
      kernels_.turn(neuron(next++, slot, w), w.rows, w.state(slot + 1), w.norm);
      invert_roots(w.norm, w.scale_of(slot + 1));
    }
  };
  turn_all();
  for (int s = 0; s < options_.stages; ++s) {
    const T* const angles = step.parameters + neurons_.angles(static_cast<std::size_t>(s));
    kernels_.scaled(state_numbers(), w.state(slot), w.scale_of(slot), w.state(slot + 1));
    ++slot;
    std::fill_n(w.scale_of(slot), kLanes<T>, T(1));
    for (std::size_t q = 0; q < workspace; ++q)
      kernels_.rotate(std::cos(angles[q] / 2), std::sin(angles[q] / 2), state_numbers(), stride(q),
                      w.state(slot));
    turn_all();
  }
  for (std::size_t i = 0; i < bits(); ++i, ++slot) {
    kernels_.open(neuron(next++, slot, w), w.state(slot + 1), w.norm);
    invert_roots(w.norm, w.scale_of(slot + 1));
  }
  kernels_.scaled(state_numbers() << bits(), w.state(slot), w.scale_of(slot), w.state(slot));
}

// From w.g, the cotangent of the last slot, to that of h there. What follows a neuron does not depend on the
// norm it leaves, so that norms count as constants.
template <class T>
void RvqeCell<T>::circuit_backward(const Step& step, double* d_parameters, Workspace& w) const {
  const auto workspace = static_cast<std::size_t>(options_.workspace);
  std::size_t slot = w.slot.size() - 1, next = neurons_.count();
  for (std::size_t i = 0; i < bits(); ++i, --slot) {
    kernels_.open_backward(neuron(--next, slot - 1, w), w.scale_of(slot), w.g.data(), w.g_before.data());
    std::swap(w.g, w.g_before);
  }
  const auto turn_all_backward = [&] {
    for (std::size_t q = 0; q < workspace; ++q, --slot)
      kernels_.turn_backward(neuron(--next, slot - 1, w), w.rows, w.scale_of(slot), w.g.data());
  };
  for (int s = options_.stages; s-- > 0;) {
    turn_all_backward();
    const auto stage = static_cast<std::size_t>(s);
    const T* const angles = step.parameters + neurons_.angles(stage);
    for (std::size_t q = 0; q < workspace; ++q)
      d_parameters[neurons_.angles(stage) + q] +=
          kernels_.rotation_slope(state_numbers(), stride(q), w.state(slot), w.g.data()) / 2;
    for (std::size_t q = 0; q < workspace; ++q)
      kernels_.rotate(std::cos(angles[q] / 2), -std::sin(angles[q] / 2), state_numbers(), stride(q),
                      w.g.data());
    --slot;
  }
  turn_all_backward();
}

// A word whose probability is nothing but rounding cannot be projected on.
template <class T>
void RvqeCell<T>::require_projected(const Step& step, const Workspace& w) const {
  for (std::size_t l = 0; l < kLanes<T>; ++l)
    require(std::isfinite(step.after[l]) || !step.runs(l),
            "sample {}, step {}: the state has no part in the word {} that it is to be projected on{}",
            step.lanes.sample(l), step.time, w.outcome[l], step.training ? "; try a smaller --lr" : "");
}

template <class T>
void RvqeCell<T>::run_step(const Step& step, Scratch& scratch) const {
  auto& w = static_cast<Workspace&>(scratch);
  load_words(step, w);
  run_circuit(step, w);
  const UpdateInput<T> in = measured(w);
  for (std::size_t m = 0; step.y && m < outputs(); ++m) outcome_probabilities(in, m, step.y + m * kLanes<T>);
  project_on_words(in, kernels_, step.after);
  require_projected(step, w);
  std::copy_n(w.outcome, kLanes<T>, step.kept);
}

template <class T>
void RvqeCell<T>::step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const {
  auto& w = static_cast<Workspace&>(scratch);
  w.d_cos = gradient.d_shared ? gradient.d_shared : w.unwanted.data();
  w.d_sin = w.d_cos + neurons_.entries();
  load_words(step, w);
  for (std::size_t l = 0; l < kLanes<T>; ++l) w.forced[l] = static_cast<int>(step.kept[l]);
  run_circuit(step, w);
  const UpdateInput<T> in = measured(w);
  project_on_words(in, kernels_, w.h_next.data());
  std::ranges::fill(w.g, T(0));
  if (gradient.d_y) {
    // p_m = |psi_m|^2 / |psi|^2, where the norm is 1.
    alignas(kAlignment) T mean[kLanes<T>] = {};
    for (std::size_t m = 0; m < outputs(); ++m) {
      outcome_probabilities(in, m, w.p.data() + m * kLanes<T>);
      for (std::size_t l = 0; l < kLanes<T>; ++l)
        mean[l] += w.p[m * kLanes<T> + l] * gradient.d_y[m * kLanes<T> + l];
    }
    for (std::size_t m = 0; m < outputs(); ++m) {
      for (std::size_t l = 0; l < kLanes<T>; ++l) w.norm[l] = 2 * (gradient.d_y[m * kLanes<T> + l] - mean[l]);
      kernels_.scaled(state_numbers(), in.psi.re + m * row(), w.norm, w.g.data() + m * row());
    }
  }
  project_backward(in, w.h_next.data(), gradient.d_state, Tile<T>{w.g.data(), nullptr, options_.qubits()});
  circuit_backward(step, gradient.d_parameters ? gradient.d_parameters : w.unwanted.data() + shared_sums(),
                   w);
  std::copy_n(w.g.begin(), row(), gradient.d_state);
}

template <class T>
std::unique_ptr<typename RecurrentCell<T>::Scratch> RvqeCell<T>::make_scratch() const {
  return std::make_unique<Workspace>(*this);
}

#define EBIT_INSTANTIATE(T)                                                                   \
  template void RvqeCell<T>::run_step(const Step&, Scratch&) const;                           \
  template void RvqeCell<T>::step_backward(const Step&, const StepGradient&, Scratch&) const; \
  template std::unique_ptr<RecurrentCell<T>::Scratch> RvqeCell<T>::make_scratch() const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
