// The time steps of one tile of a measured cell, forward and backward.
#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/measured/measured_workspace.h"

namespace ebit::inline cell {

// Which samples the tile holds, how long they are, and their states before the first step.
template <class T>
void MeasuredCell<T>::load_start(const Call& call, std::size_t tile, Workspace& w) const {
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

// What is measured, and the outcomes to project on, which lanes of sequences that have ended draw.
template <class T>
void MeasuredCell<T>::load_setting(const Call& call, std::size_t step, Workspace& w) const {
  load_step(w.draws.lanes, w.steps, call.input, inputs(), step, w.x.data());
  form_->load(w.x.data(), w.measured);
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    w.weight[l] = w.steps.runs(l, step) ? T(1) : T(0);
    w.forced[l] = w.steps.runs(l, step) ? static_cast<int>(w.x[(inputs() - 1) * kLanes<T> + l]) : -1;
    w.uniform[l] = w.forced[l] < 0 ? static_cast<T>(w.draws.uniform(l, step)) : T(0);
  }
}

// psi = U h, and the probabilities of both outcomes.
template <class T>
void MeasuredCell<T>::measure(const T* h, Workspace& w) const {
  constexpr std::size_t kW = kLanes<T>;
  const Measurement<T>& m = w.measured;
  std::copy_n(h, row(), w.psi.data());
  const Tile<T> psi = tile_of(w.psi);
  form_->turn(psi, false, w.measured);
  T zero[kW] = {}, one[kW] = {};
  for (std::size_t at = 0; at < psi.numbers(); at += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) {
      const T size = psi.re[at + l] * psi.re[at + l] + psi.im[at + l] * psi.im[at + l];
      zero[l] += m.cosine[at + l] * m.cosine[at + l] * size;
      one[l] += m.sine[at + l] * m.sine[at + l] * size;
    }
  for (std::size_t l = 0; l < kW; ++l) {
    w.total[l] = zero[l] + one[l];
    w.p[l] = zero[l] / w.total[l], w.p[kW + l] = one[l] / w.total[l];
  }
}

// The outcomes that are given or drawn. One whose probability is nothing but rounding cannot be projected on.
template <class T>
void MeasuredCell<T>::choose(const Call& call, std::size_t step, Workspace& w) const {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t l = 0; l < kW; ++l) {
    w.outcome[l] = w.forced[l] >= 0 ? w.forced[l] : w.uniform[l] < w.p[l] ? 0 : 1;
    w.inverse[l] = 1 / std::sqrt(w.p[static_cast<std::size_t>(w.outcome[l]) * kW + l] * w.total[l]);
    require(std::isfinite(w.inverse[l]) || !w.steps.runs(l, step),
            "sample {}, step {}: the memory has no part in the outcome {} that it is to be projected on{}",
            w.draws.lanes.sample(l), step, w.outcome[l], call.input.training ? "; try a smaller --lr" : "");
  }
}

// kept = the part of psi in the outcome, normalised; h_next = U^-1 kept.
template <class T>
void MeasuredCell<T>::project(Workspace& w) const {
  constexpr std::size_t kW = kLanes<T>;
  const Measurement<T>& m = w.measured;
  const Tile<T> psi = tile_of(w.psi), kept = tile_of(w.kept);
  T first[kW], second[kW];  // of cosine and of sine
  for (std::size_t l = 0; l < kW; ++l) {
    first[l] = w.outcome[l] == 0 ? w.inverse[l] : T(0);
    second[l] = w.outcome[l] == 1 ? w.inverse[l] : T(0);
  }
  for (std::size_t at = 0; at < psi.numbers(); at += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) {
      const T factor = first[l] * m.cosine[at + l] + second[l] * m.sine[at + l];
      const T a = factor * psi.re[at + l], b = factor * psi.im[at + l];
      kept.re[at + l] = a * m.re[at + l] - b * m.im[at + l];
      kept.im[at + l] = a * m.im[at + l] + b * m.re[at + l];
    }
  std::ranges::copy(w.kept, w.h_next.begin());
  form_->turn(tile_of(w.h_next), true, w.measured);
}

template <class T>
void MeasuredCell<T>::forward_tile(const Call& call, const SequenceOutput<T>& output, std::size_t tile,
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
    load_setting(call, t, w);
    measure(w.h.data(), w);
    if (output.y && (every_step || w.steps.any_ends(t + 1)))
      store_rows(lanes, w.p, outputs(), rows, every_step ? t : 0, output.y,
                 [&](std::size_t l) { return w.steps.reads(l, t, every_step); });
    choose(call, t, w);
    project(w);
    for (std::size_t l = 0; !w.steps.equal && l < kLanes<T>; ++l)  // states of sequences that ended stay
      if (!w.steps.runs(l, t)) copy_lane(w.h.data(), l, state_numbers(), w.h_next.data());
    std::swap(w.h, w.h_next);
    if (kept) std::ranges::copy(w.h, kept + (t + 1) * row());
    if (call.tape.outcome)
      std::copy_n(w.outcome, kLanes<T>, call.tape.outcome + (tile * steps + t) * kLanes<T>);
  }
  if (output.state) store_lanes(lanes, w.h.data(), state_numbers(), output.state);
}

// From the cotangents of the probabilities, w.d_p, and of the state behind the step, in w.d_h_step, to that
// of the state before it, in w.g.
template <class T>
void MeasuredCell<T>::step_backward(const Call& call, std::size_t step, Workspace& w) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t steps = call.input.steps;
  T* const before = call.tape.h + (w.tile * (steps + 1) + step) * row();
  load_setting(call, step, w);
  std::copy_n(call.tape.outcome + (w.tile * steps + step) * kW, kW, w.forced);
  measure(before, w);
  choose(call, step, w);
  project(w);
  std::ranges::copy(w.d_h_step, w.g_kept.begin());
  const Tile<T> psi = tile_of(w.psi), kept = tile_of(w.kept), g = tile_of(w.g), g_kept = tile_of(w.g_kept);
  form_->turn(g_kept, false, w.measured);
  // kept = c / |c| with c = (cosine or sine) e^(i phase) psi: d_c = (g_kept - kept Re<kept|g_kept>) / |c|.
  T dot[kW] = {}, first[kW], second[kW], pull[2][kW], steep[kW];
  for (std::size_t at = 0; at < psi.numbers(); at += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l)
      dot[l] += kept.re[at + l] * g_kept.re[at + l] + kept.im[at + l] * g_kept.im[at + l];
  for (std::size_t l = 0; l < kW; ++l) {
    first[l] = w.outcome[l] == 0 ? w.inverse[l] : T(0);
    second[l] = w.outcome[l] == 1 ? w.inverse[l] : T(0);
    // p_m is a share of |psi|^2.
    const T mean = w.p[l] * w.d_p[l] + w.p[kW + l] * w.d_p[kW + l];
    pull[0][l] = 2 * (w.d_p[l] - mean) / w.total[l], pull[1][l] = 2 * (w.d_p[kW + l] - mean) / w.total[l];
    steep[l] = pull[1][l] - pull[0][l];
  }
  Measurement<T>& m = w.measured;
  for (std::size_t at = 0; at < psi.numbers(); at += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) {
      const std::size_t i = at + l;
      const T a = psi.re[i], b = psi.im[i], c = m.cosine[i], s = m.sine[i];
      const T d_re = g_kept.re[i] - kept.re[i] * dot[l], d_im = g_kept.im[i] - kept.im[i] * dot[l];
      m.d_phase[i] = d_im * kept.re[i] - d_re * kept.im[i];
      // Without the phase: d_c e^(-i phase).
      const T x = d_re * m.re[i] + d_im * m.im[i], y = d_im * m.re[i] - d_re * m.im[i];
      m.d_half[i] = (second[l] * c - first[l] * s) * (x * a + y * b) + steep[l] * s * c * (a * a + b * b);
      const T factor = first[l] * c + second[l] * s;
      const T own = pull[0][l] * c * c + pull[1][l] * s * s;
      g.re[i] = factor * x + own * a, g.im[i] = factor * y + own * b;
    }
  std::ranges::copy(w.g, w.h_next.begin());  // what the turn has behind it
  form_->turn(g, true, m);
  const std::size_t half = row() / 2;
  form_->turn_backward({.before = {before, before + half, options_.qubits()},
                        .psi = psi,
                        .g = tile_of(w.h_next),
                        .kept = kept,
                        .g_kept = g_kept,
                        .g_after = tile_of(w.d_h_step),
                        .weight = w.weight},
                       m);
  form_->factors_backward(m);
}

template <class T>
void MeasuredCell<T>::backward_tile(const Call& call, const SequenceCotangent<T>& cotangent,
                                    const SequenceGradient<T>& gradient, std::size_t tile,
                                    Workspace& w) const {
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
    std::fill(std::begin(w.d_p), std::end(w.d_p), T(0));
    if (cotangent.y && (every_step || w.steps.any_ends(t + 1)))
      load_gradient_rows(lanes, cotangent.y, outputs(), every_step ? steps : 1, every_step ? t : 0, w.d_p,
                         [&](std::size_t l) { return w.steps.reads(l, t, every_step); });
    step_backward(call, t, w);
    for (std::size_t k = 0; k < w.d_h.size(); ++k) w.d_h[k] += w.g[k];
  }
  for (std::size_t l = 0; gradient.x && l < kLanes<T> && lanes.real(l); ++l)  // of settings and outcomes
    std::fill_n(gradient.x + lanes.sample(l) * steps * inputs(), steps * inputs(), T(0));
  if (gradient.state) store_lanes(lanes, w.d_h.data(), state_numbers(), gradient.state);
}

#define EBIT_INSTANTIATE(T)                                                                       \
  template void MeasuredCell<T>::forward_tile(const Call&, const SequenceOutput<T>&, std::size_t, \
                                              Workspace&) const;                                  \
  template void MeasuredCell<T>::backward_tile(const Call&, const SequenceCotangent<T>&,          \
                                               const SequenceGradient<T>&, std::size_t, Workspace&) const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
