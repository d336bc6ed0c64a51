// The time steps of one tile of an RVQE cell, forward and backward.
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

// Which samples the tile holds, how long they are, and their states before the first step.
template <class T>
void RvqeCell<T>::load_start(const Call& call, std::size_t tile, Workspace& w) const {
  const SequenceInput<T>& in = call.input;
  const LaneMap lanes{in.samples, tile * kLanes<T>};
  w.tile = tile;
  w.draws = {in.draw_seed, in.draw_number, lanes};
  w.steps = LaneSteps<T>(lanes, in.lengths, in.steps);
  std::ranges::fill(w.h, T(0));
  if (!in.state) std::fill_n(w.h.begin(), kLanes<T>, T(1));
  for (std::size_t l = 0; in.state && l < kLanes<T>; ++l) {
    const T* const own = in.state + lanes.sample(l) * state_numbers();
    for (std::size_t i = 0; i < state_numbers(); ++i) w.h[i * kLanes<T> + l] = own[i];
  }
}

// The input words and the words to project on, which lanes of sequences that have ended draw.
template <class T>
void RvqeCell<T>::load_words(const Call& call, std::size_t step, Workspace& w) const {
  load_step(w.draws.lanes, w.steps, call.input, inputs(), step, w.x.data());
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    w.word[l] = 0;
    for (std::size_t f = 0; f < bits(); ++f)
      w.word[l] = 2 * w.word[l] + static_cast<std::int32_t>(w.x[f * kLanes<T> + l]);
    w.forced[l] = w.steps.runs(l, step) ? static_cast<int>(w.x[bits() * kLanes<T> + l]) : -1;
    w.uniform[l] = w.forced[l] < 0 ? static_cast<T>(w.draws.uniform(l, step)) : T(0);
  }
}

// Neuron `index` with its table, on what slot `slot` holds.
template <class T>
Neuron<T> RvqeCell<T>::neuron(std::size_t index, std::size_t slot, Workspace& w) const {
  const std::size_t first = neurons_.first(index), workspace = static_cast<std::size_t>(options_.workspace);
  const std::size_t opened = neurons_.count() - bits();  // the first output neuron
  return {.cos = neurons_.cos() + first,
          .sin = neurons_.sin() + first,
          .d_cos = w.d_cos.data() + first,
          .d_sin = w.d_sin.data() + first,
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

// From the workspace's state h [2^W, kLanes] to the state in front of the measurement, normalised, in the
// last slot; its scale is the one it was normalised by.
template <class T>
void RvqeCell<T>::run_circuit(const Call& call, const T* h, Workspace& w) const {
  const auto workspace = static_cast<std::size_t>(options_.workspace);
  std::copy_n(h, row(), w.state(0));
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
    const T* const angles = call.parameters + neurons_.angles(static_cast<std::size_t>(s));
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
void RvqeCell<T>::circuit_backward(const Call& call, Workspace& w) const {
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
    const T* const angles = call.parameters + neurons_.angles(stage);
    for (std::size_t q = 0; q < workspace; ++q)
      w.d_angles[stage * workspace + q] +=
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
void RvqeCell<T>::require_projected(const Call& call, std::size_t step, const Workspace& w) const {
  for (std::size_t l = 0; l < kLanes<T>; ++l)
    require(std::isfinite(w.h_next[l]) || !w.steps.runs(l, step),
            "sample {}, step {}: the state has no part in the word {} that it is to be projected on{}",
            w.draws.lanes.sample(l), step, w.outcome[l], call.input.training ? "; try a smaller --lr" : "");
}

template <class T>
void RvqeCell<T>::forward_tile(const Call& call, const SequenceOutput<T>& output, std::size_t tile,
                               Workspace& w) const {
  load_start(call, tile, w);
  const LaneMap& lanes = w.draws.lanes;
  const std::size_t steps = call.input.steps;
  const bool every_step = options_.every_step;
  const std::size_t rows = every_step ? steps : 1;  // of y, a sample
  if (call.input.lengths && output.y) clear_past_end(lanes, w.steps, rows, outputs(), output.y);
  T* const kept = call.tape.h ? call.tape.h + tile * (steps + 1) * row() : nullptr;
  if (kept) std::ranges::copy(w.h, kept);
  for (std::size_t t = 0; t < w.steps.longest; ++t) {
    load_words(call, t, w);
    run_circuit(call, w.h.data(), w);
    const UpdateInput<T> in = measured(w);
    if (output.y && (every_step || w.steps.any_ends(t + 1))) {
      for (std::size_t m = 0; m < outputs(); ++m) outcome_probabilities(in, m, w.p.data() + m * kLanes<T>);
      store_rows(lanes, w.p.data(), outputs(), rows, every_step ? t : 0, output.y,
                 [&](std::size_t l) { return w.steps.reads(l, t, every_step); });
    }
    project_on_words(in, kernels_, w.h_next.data());
    require_projected(call, t, w);
    for (std::size_t l = 0; !w.steps.equal && l < kLanes<T>; ++l)  // states of sequences that ended stay
      if (!w.steps.runs(l, t)) copy_lane(w.h.data(), l, state_numbers(), w.h_next.data());
    std::swap(w.h, w.h_next);
    if (kept) std::ranges::copy(w.h, kept + (t + 1) * row());
    if (call.tape.outcome)
      std::copy_n(w.outcome, kLanes<T>, call.tape.outcome + (tile * steps + t) * kLanes<T>);
  }
  if (output.state) store_lanes(lanes, w.h.data(), state_numbers(), output.state);
}

// From the cotangents of the probabilities, w.d_p where `read`, and of the state behind the step, in
// w.d_h_step, to that of the state before it, there.
template <class T>
void RvqeCell<T>::step_backward(const Call& call, std::size_t step, bool read, Workspace& w) const {
  const std::size_t steps = call.input.steps, words = outputs();
  const T* const h = call.tape.h + (w.tile * (steps + 1) + step) * row();
  load_words(call, step, w);
  std::copy_n(call.tape.outcome + (w.tile * steps + step) * kLanes<T>, kLanes<T>, w.forced);
  run_circuit(call, h, w);
  const UpdateInput<T> in = measured(w);
  project_on_words(in, kernels_, w.h_next.data());
  std::ranges::fill(w.g, T(0));
  if (read) {
    // p_m = |psi_m|^2 / |psi|^2, where the norm is 1.
    alignas(kAlignment) T mean[kLanes<T>] = {};
    for (std::size_t m = 0; m < words; ++m) {
      outcome_probabilities(in, m, w.p.data() + m * kLanes<T>);
      for (std::size_t l = 0; l < kLanes<T>; ++l)
        mean[l] += w.p[m * kLanes<T> + l] * w.d_p[m * kLanes<T> + l];
    }
    for (std::size_t m = 0; m < words; ++m) {
      for (std::size_t l = 0; l < kLanes<T>; ++l) w.norm[l] = 2 * (w.d_p[m * kLanes<T> + l] - mean[l]);
      kernels_.scaled(state_numbers(), in.psi.re + m * row(), w.norm, w.g.data() + m * row());
    }
  }
  project_backward(in, w.h_next.data(), w.d_h_step.data(), Tile<T>{w.g.data(), nullptr, options_.qubits()});
  circuit_backward(call, w);
  std::copy_n(w.g.begin(), row(), w.d_h_step.begin());
}

template <class T>
void RvqeCell<T>::backward_tile(const Call& call, const SequenceCotangent<T>& cotangent,
                                const SequenceGradient<T>& gradient, std::size_t tile, Workspace& w) const {
  load_start(call, tile, w);
  const LaneMap& lanes = w.draws.lanes;
  const std::size_t steps = call.input.steps;
  const bool every_step = options_.every_step;
  std::ranges::fill(w.d_h, T(0));
  if (cotangent.state)
    load_gradient_rows(lanes, cotangent.state, state_numbers(), 1, 0, w.d_h.data(),
                       [](std::size_t) { return true; });
  for (std::size_t t = w.steps.longest; t-- > 0;) {
    // Of a sequence that has ended, the state stays: its cotangent waits in d_h.
    for (std::size_t k = 0; k < w.d_h.size(); ++k) {
      w.d_h_step[k] = w.steps.runs(k % kLanes<T>, t) ? w.d_h[k] : T(0);
      w.d_h[k] -= w.d_h_step[k];
    }
    const bool read = cotangent.y && (every_step || w.steps.any_ends(t + 1));
    if (read)
      load_gradient_rows(lanes, cotangent.y, outputs(), every_step ? steps : 1, every_step ? t : 0,
                         w.d_p.data(), [&](std::size_t l) { return w.steps.reads(l, t, every_step); });
    step_backward(call, t, read, w);
    for (std::size_t k = 0; k < w.d_h.size(); ++k) w.d_h[k] += w.d_h_step[k];
  }
  for (std::size_t l = 0; gradient.x && l < kLanes<T> && lanes.real(l); ++l)  // of bits and words
    std::fill_n(gradient.x + lanes.sample(l) * steps * inputs(), steps * inputs(), T(0));
  if (gradient.state) store_lanes(lanes, w.d_h.data(), state_numbers(), gradient.state);
}

#define EBIT_INSTANTIATE(T)                                                                               \
  template void RvqeCell<T>::forward_tile(const Call&, const SequenceOutput<T>&, std::size_t, Workspace&) \
      const;                                                                                              \
  template void RvqeCell<T>::backward_tile(const Call&, const SequenceCotangent<T>&,                      \
                                           const SequenceGradient<T>&, std::size_t, Workspace&) const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
