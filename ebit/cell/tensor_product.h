// |system> (x) |ancilla> on tiles, forward and backward.
#pragma once

#include <algorithm>

#include "ebit/sim/state.h"

namespace ebit {

/// psi_(i, j) = system_i ancilla_j, lane by lane.
template <class T>
void tensor_product(const Tile<T>& system, const Tile<T>& ancilla, const Tile<T>& psi) {
  constexpr int kW = kLanes<T>;
  for (std::size_t i = 0; i < system.dimension(); ++i)
    for (std::size_t j = 0; j < ancilla.dimension(); ++j) {
      const std::size_t s = i * kW, a = j * kW, at = (i * ancilla.dimension() + j) * kW;
#pragma omp simd
      for (int l = 0; l < kW; ++l) {
        psi.re[at + l] = system.re[s + l] * ancilla.re[a + l] - system.im[s + l] * ancilla.im[a + l];
        psi.im[at + l] = system.re[s + l] * ancilla.im[a + l] + system.im[s + l] * ancilla.re[a + l];
      }
    }
}

/// The cotangents of both factors, written: g_system_i = sum_j conj(ancilla_j) g_ij, g_ancilla_j likewise.
template <class T>
void tensor_product_backward(const Tile<T>& system, const Tile<T>& ancilla, const Tile<T>& g,
                             const Tile<T>& g_system, const Tile<T>& g_ancilla) {
  constexpr int kW = kLanes<T>;
  for (const Tile<T>& out : {g_system, g_ancilla}) {
    std::fill_n(out.re, out.numbers(), T(0));
    std::fill_n(out.im, out.numbers(), T(0));
  }
  for (std::size_t i = 0; i < system.dimension(); ++i)
    for (std::size_t j = 0; j < ancilla.dimension(); ++j) {
      const std::size_t s = i * kW, a = j * kW, at = (i * ancilla.dimension() + j) * kW;
#pragma omp simd
      for (int l = 0; l < kW; ++l) {
        const T gr = g.re[at + l], gi = g.im[at + l];
        g_system.re[s + l] += ancilla.re[a + l] * gr + ancilla.im[a + l] * gi;
        g_system.im[s + l] += ancilla.re[a + l] * gi - ancilla.im[a + l] * gr;
        g_ancilla.re[a + l] += system.re[s + l] * gr + system.im[s + l] * gi;
        g_ancilla.im[a + l] += system.re[s + l] * gi - system.im[s + l] * gr;
      }
    }
}

}  // namespace ebit
