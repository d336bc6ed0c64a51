// Measuring the system register: h = phi_i* / |phi_i*| (Daskin 2025, arXiv:2505.06774v2, Eq. 9-10).
#pragma once

#include <algorithm>
#include <cmath>

#include "ebit/cell/hidden_update.h"

namespace ebit {

/// p_i = |phi_i|^2 of the system's outcome i, lane by lane. @param p [kLanes], written.
template <class T>
void outcome_probabilities(const UpdateInput<T>& in, std::size_t i, T* p) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t first = i * in.shape.ancillas() * kW, end = first + in.shape.ancillas() * kW;
  T sum[kW] = {};
  for (std::size_t at = first; at < end; at += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l)
      sum[l] += in.psi.re[at + l] * in.psi.re[at + l] + in.psi.im[at + l] * in.psi.im[at + l];
  std::copy_n(sum, kW, p);
}

/// The most probable outcome of every lane, the first one of a tie, to in.outcome.
template <class T>
void most_probable(const UpdateInput<T>& in) {
  constexpr std::size_t kW = kLanes<T>;
  T best[kW], p[kW];
  outcome_probabilities(in, 0, best);
  std::fill_n(in.outcome, kW, 0);
  for (std::size_t i = 1; i < in.shape.systems(); ++i) {
    outcome_probabilities(in, i, p);
    for (std::size_t l = 0; l < kW; ++l) {
      in.outcome[l] = p[l] > best[l] ? static_cast<int>(i) : in.outcome[l];
      best[l] = p[l] > best[l] ? p[l] : best[l];
    }
  }
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

/// Calls body(l, j, at) for every lane l and ancilla state j: offsets of its number in h, and in psi of its
/// kept branch.
template <class T, class Body>
void for_kept(const UpdateInput<T>& in, Body body) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = in.shape.ancillas() * kW;
  std::size_t first[kW];
  for (std::size_t l = 0; l < kW; ++l) first[l] = static_cast<std::size_t>(in.outcome[l]) * n + l;
  for (std::size_t j = 0; j < n; j += kW)
    for (std::size_t l = 0; l < kW; ++l) body(l, j + l, first[l] + j);
}

/// 1 / |phi + epsilon| of the kept branches: the norm that the authors' code divides by.
template <class T>
void inverse_branch_norms(const UpdateInput<T>& in, T* inverse) {
  constexpr std::size_t kW = kLanes<T>;
  T sum[kW] = {};
  for_kept(in, [&](std::size_t l, std::size_t, std::size_t at) {
    const T re = in.psi.re[at] + in.epsilon, im = in.psi.im[at];
    sum[l] += re * re + im * im;
  });
  for (std::size_t l = 0; l < kW; ++l) inverse[l] = 1 / std::sqrt(sum[l]);
}

/// h = phi_i* / |phi_i* + epsilon| for the outcomes i* that kChoose picks.
template <class T, void (*kChoose)(const UpdateInput<T>&)>
void project(const UpdateInput<T>& in, T* h) {
  const std::size_t n = in.shape.ancillas() * kLanes<T>;
  kChoose(in);
  T inverse[kLanes<T>];
  inverse_branch_norms(in, inverse);
  for_kept(in, [&](std::size_t l, std::size_t j, std::size_t at) {
    h[j] = in.psi.re[at] * inverse[l], h[n + j] = in.psi.im[at] * inverse[l];
  });
}

/// Adds to g the cotangent of project: h = c / N with N = |c + epsilon|: d_c = g / N - (c + epsilon) Re<g|h>
/// / N^2. The outcome is a constant.
template <class T>
void project_backward(const UpdateInput<T>& in, const T* h, const T* d_h, const Tile<T>& g) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = in.shape.ancillas() * kW;
  T inverse[kW], dot[kW] = {};
  inverse_branch_norms(in, inverse);
  for (std::size_t j = 0; j < 2 * n; j += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) dot[l] += d_h[j + l] * h[j + l];
  for (std::size_t l = 0; l < kW; ++l) dot[l] *= inverse[l];
  for_kept(in, [&](std::size_t l, std::size_t j, std::size_t at) {
    g.re[at] += (d_h[j] - (in.psi.re[at] + in.epsilon) * dot[l]) * inverse[l];
    g.im[at] += (d_h[n + j] - in.psi.im[at] * dot[l]) * inverse[l];
  });
}

}  // namespace ebit
