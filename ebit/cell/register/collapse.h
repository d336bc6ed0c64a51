// Measuring the system register: h = phi_i* / |phi_i*| (Daskin 2025, arXiv:2505.06774v2, Eq. 9-10).
#pragma once

#include <algorithm>
#include <cmath>

#include "ebit/cell/register/hidden_update.h"

namespace ebit::inline cell {

/// p_i = |phi_i|^2 of the system's outcome i, lane by lane. @param p [kLanes], written.
template <class T>
void outcome_probabilities(const UpdateInput<T>& in, std::size_t i, T* p) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t first = i * in.shape.ancillas() * kW, end = first + in.shape.ancillas() * kW;
  T sum[kW] = {};
  for (std::size_t at = first; at < end; at += kW) {
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) sum[l] += in.psi.re[at + l] * in.psi.re[at + l];
    if (in.real) continue;
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) sum[l] += in.psi.im[at + l] * in.psi.im[at + l];
  }
  std::copy_n(sum, kW, p);
}

/// The most probable outcome of every lane, the first one of a tie, to in.outcome.
template <class T>
void most_probable(const UpdateInput<T>& in) {
  alignas(kAlignment) T outcome[kLanes<T>];
  in.kernels.most_probable[in.real](in.psi, in.shape.systems(), outcome);
  for (int l = 0; l < kLanes<T>; ++l) in.outcome[l] = static_cast<int>(outcome[l]);
}

/// Outcomes drawn with Born's probabilities, to in.outcome. Outcomes rarer than kRarest are never drawn:
/// dividing by their norm would blow rounding errors up to the size of the state.
template <class T>
void drawn(const UpdateInput<T>& in) {
  constexpr T kRarest = sizeof(T) == 4 ? T(1e-6) : T(1e-12);
  constexpr std::size_t kW = kLanes<T>;
  T total[kW] = {}, left[kW], p[kW];
  bool found[kW] = {};
  for (std::size_t i = 0; i < in.shape.systems(); ++i) {
    outcome_probabilities(in, i, p);
    for (std::size_t l = 0; l < kW; ++l) total[l] += p[l] >= kRarest ? p[l] : T(0);
  }
  most_probable(in);  // what stands where all outcomes are rare
  for (std::size_t l = 0; l < kW; ++l) left[l] = in.uniform[l] * total[l];
  for (std::size_t i = 0; i < in.shape.systems(); ++i) {
    outcome_probabilities(in, i, p);
    for (std::size_t l = 0; l < kW; ++l) {
      if (found[l] || p[l] < kRarest) continue;
      in.outcome[l] = static_cast<int>(i);
      found[l] = left[l] < p[l];
      left[l] -= p[l];
    }
  }
}

/// The outcomes that in.forced gives, and drawn ones where it gives none.
template <class T>
void forced_or_drawn(const UpdateInput<T>& in) {
  if (std::any_of(in.forced, in.forced + kLanes<T>, [](int outcome) { return outcome < 0; })) drawn(in);
  for (int l = 0; l < kLanes<T>; ++l)
    if (in.forced[l] >= 0) in.outcome[l] = in.forced[l];
}

/// Copies the amplitudes behind the outcomes, in.outcome, to kept. @param outcome [kLanes] the outcomes as
/// numbers, written. @param inverse [kLanes] 1 / |phi + epsilon|, the norm that the authors' code divides by,
/// written.
template <class T>
void kept_branch(const UpdateInput<T>& in, T* outcome, T* inverse, const Tile<T>& kept) {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t l = 0; l < kW; ++l) outcome[l] = static_cast<T>(in.outcome[l]);
  in.kernels.pick(in.psi.re, in.shape.systems(), in.shape.ancillas(), outcome, kept.re);
  if (!in.real) in.kernels.pick(in.psi.im, in.shape.systems(), in.shape.ancillas(), outcome, kept.im);
  T sum[kW] = {};
  for (std::size_t j = 0; j < kept.numbers(); j += kW) {
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l)
      sum[l] += (kept.re[j + l] + in.epsilon) * (kept.re[j + l] + in.epsilon);
    if (in.real) continue;
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) sum[l] += kept.im[j + l] * kept.im[j + l];
  }
#pragma omp simd
  for (std::size_t l = 0; l < kW; ++l) inverse[l] = 1 / std::sqrt(sum[l]);
}

/// h = phi_i* / |phi_i* + epsilon| for the outcomes i* that kChoose picks.
template <class T, void (*kChoose)(const UpdateInput<T>&)>
void project(const UpdateInput<T>& in, T* h) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = in.shape.ancillas() * kW;
  alignas(kAlignment) T outcome[kW], inverse[kW];
  kChoose(in);
  kept_branch(in, outcome, inverse, Tile<T>{h, h + n, in.shape.ancilla});
  if (in.real) std::fill_n(h + n, n, T(0));
  for (std::size_t j = 0; j < (in.real ? n : 2 * n); j += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) h[j + l] *= inverse[l];
}

/// Adds to g the cotangent of project: h = c / N with N = |c + epsilon|: d_c = g / N - (c + epsilon) Re<g|h>
/// / N^2. The outcome is a constant.
template <class T>
void project_backward(const UpdateInput<T>& in, const T* h, const T* d_h, const Tile<T>& g) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = in.shape.ancillas() * kW, rows = in.shape.systems(), columns = in.shape.ancillas();
  const Tile<T>& d = in.scratch;  // c, then its cotangent
  alignas(kAlignment) T outcome[kW], inverse[kW], dot[kW] = {};
  kept_branch(in, outcome, inverse, d);
  for (std::size_t j = 0; j < (in.real ? n : 2 * n); j += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) dot[l] += d_h[j + l] * h[j + l];
  for (std::size_t l = 0; l < kW; ++l) dot[l] *= inverse[l];
  for (std::size_t j = 0; j < n; j += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l)
      d.re[j + l] = (d_h[j + l] - (d.re[j + l] + in.epsilon) * dot[l]) * inverse[l];
  in.kernels.place(d.re, rows, columns, outcome, g.re);
  if (in.real) return;
  for (std::size_t j = 0; j < n; j += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) d.im[j + l] = (d_h[n + j + l] - d.im[j + l] * dot[l]) * inverse[l];
  in.kernels.place(d.im, rows, columns, outcome, g.im);
}

}  // namespace ebit::inline cell
