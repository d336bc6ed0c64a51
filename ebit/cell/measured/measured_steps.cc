// A step of a measured cell, forward and backward.
#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/measured/measured_workspace.h"

namespace ebit::inline cell {

// What is measured, and the outcomes to project on, which lanes of sequences that have ended draw.
template <class T>
void MeasuredCell<T>::load_setting(const Step& step, Workspace& w) const {
  form_->load(step.x, w.measured);
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    w.weight[l] = step.runs(l) ? T(1) : T(0);
    w.forced[l] = step.runs(l) ? static_cast<int>(step.x[(inputs() - 1) * kLanes<T> + l]) : -1;
    w.uniform[l] = w.forced[l] < 0 ? static_cast<T>(step.uniform(l)) : T(0);
  }
}

// psi = U h, and the probabilities of both outcomes.
template <class T>
void MeasuredCell<T>::measure(const Step& step, Workspace& w) const {
  constexpr std::size_t kW = kLanes<T>;
  const Measurement<T>& m = w.measured;
  std::copy_n(step.before, row(), w.psi.data());
  const Tile<T> psi = tile_of(w.psi.data());
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
void MeasuredCell<T>::choose(const Step& step, Workspace& w) const {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t l = 0; l < kW; ++l) {
    w.outcome[l] = w.forced[l] >= 0 ? w.forced[l] : w.uniform[l] < w.p[l] ? 0 : 1;
    w.inverse[l] = 1 / std::sqrt(w.p[static_cast<std::size_t>(w.outcome[l]) * kW + l] * w.total[l]);
    require(std::isfinite(w.inverse[l]) || !step.runs(l),
            "sample {}, step {}: the memory has no part in the outcome {} that it is to be projected on{}",
            step.lanes.sample(l), step.time, w.outcome[l], step.training ? "; try a smaller --lr" : "");
  }
}

// kept = the part of psi in the outcome, normalised; turned = U^-1 kept.
template <class T>
void MeasuredCell<T>::project(Workspace& w) const {
  constexpr std::size_t kW = kLanes<T>;
  const Measurement<T>& m = w.measured;
  const Tile<T> psi = tile_of(w.psi.data()), kept = tile_of(w.kept.data());
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
  std::ranges::copy(w.kept, w.turned.begin());
  form_->turn(tile_of(w.turned.data()), true, w.measured);
}

template <class T>
void MeasuredCell<T>::run_step(const Step& step, Scratch& scratch) const {
  auto& w = static_cast<Workspace&>(scratch);
  load_setting(step, w);
  measure(step, w);
  if (step.y) std::copy_n(w.p, 2 * kLanes<T>, step.y);
  choose(step, w);
  project(w);
  std::ranges::copy(w.turned, step.after);
  std::copy_n(w.outcome, kLanes<T>, step.kept);
}

template <class T>
void MeasuredCell<T>::step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const {
  constexpr std::size_t kW = kLanes<T>;
  static constexpr T kNone[2 * kW] = {};
  auto& w = static_cast<Workspace&>(scratch);
  const T* const d_p = gradient.d_y ? gradient.d_y : kNone;
  w.measured.sums = gradient.d_shared ? gradient.d_shared : w.unwanted.data();
  load_setting(step, w);
  for (std::size_t l = 0; l < kW; ++l) w.forced[l] = static_cast<int>(step.kept[l]);
  measure(step, w);
  choose(step, w);
  project(w);
  std::copy_n(gradient.d_state, row(), w.g_kept.data());
  const Tile<T> psi = tile_of(w.psi.data()), kept = tile_of(w.kept.data()), g = tile_of(w.g.data()),
                g_kept = tile_of(w.g_kept.data());
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
    const T mean = w.p[l] * d_p[l] + w.p[kW + l] * d_p[kW + l];
    pull[0][l] = 2 * (d_p[l] - mean) / w.total[l], pull[1][l] = 2 * (d_p[kW + l] - mean) / w.total[l];
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
  std::ranges::copy(w.g, w.turned.begin());  // what the turn has behind it
  form_->turn(g, true, m);
  const std::size_t half = row() / 2;
  // The state is only read.
  T* const before = const_cast<T*>(step.before);
  form_->turn_backward({.before = {before, before + half, options_.qubits()},
                        .psi = psi,
                        .g = tile_of(w.turned.data()),
                        .kept = kept,
                        .g_kept = g_kept,
                        .g_after = tile_of(gradient.d_state),
                        .weight = w.weight},
                       m);
  form_->factors_backward(m);
  std::ranges::copy(w.g, gradient.d_state);
}

template <class T>
std::unique_ptr<typename RecurrentCell<T>::Scratch> MeasuredCell<T>::make_scratch() const {
  return std::make_unique<Workspace>(*this);
}

#define EBIT_INSTANTIATE(T)                                                                       \
  template void MeasuredCell<T>::run_step(const Step&, Scratch&) const;                           \
  template void MeasuredCell<T>::step_backward(const Step&, const StepGradient&, Scratch&) const; \
  template std::unique_ptr<RecurrentCell<T>::Scratch> MeasuredCell<T>::make_scratch() const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
