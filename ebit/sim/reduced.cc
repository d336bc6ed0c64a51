#include "ebit/sim/reduced.h"

#include <algorithm>
#include <vector>

#include "ebit/base/error.h"

namespace ebit::inline sim {
namespace {

// Basis indices by (kept bits, other bits): index = kept[j] | rest[r].
struct Bipartition {
  std::vector<std::size_t> kept, rest;
};

Bipartition bipartition(int wires, std::span<const int> keep) {
  std::size_t kept_mask = 0;
  std::vector<std::size_t> bits;
  for (int wire : keep) {
    require(wire >= 0 && wire < wires, "wire {} is not there, the wires are 0 to {}", wire, wires - 1);
    bits.push_back(std::size_t{1} << (wires - 1 - wire));
    require((kept_mask & bits.back()) == 0, "wire {} is named twice", wire);
    kept_mask |= bits.back();
  }
  Bipartition parts;
  for (std::size_t j = 0; j < (std::size_t{1} << keep.size()); ++j) {
    std::size_t index = 0;
    for (std::size_t b = 0; b < bits.size(); ++b)
      if (j >> (bits.size() - 1 - b) & 1) index |= bits[b];
    parts.kept.push_back(index);
  }
  for (std::size_t i = 0; i < (std::size_t{1} << wires); ++i)
    if ((i & kept_mask) == 0) parts.rest.push_back(i);
  return parts;
}

}  // namespace

template <class T>
void probabilities(const Tile<T>& psi, T* out) {
#pragma omp simd
  for (std::size_t i = 0; i < psi.numbers(); ++i) out[i] = psi.re[i] * psi.re[i] + psi.im[i] * psi.im[i];
}

template <class T>
void reduced_density(const Tile<T>& psi, std::span<const int> keep, T* re, T* im) {
  constexpr int kW = kLanes<T>;
  const Bipartition parts = bipartition(psi.wires, keep);
  const std::size_t n = parts.kept.size();
  std::fill_n(re, n * n * kW, T(0));
  std::fill_n(im, n * n * kW, T(0));
  for (std::size_t rest : parts.rest)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = 0; k < n; ++k) {
        const std::size_t a = (parts.kept[j] | rest) * kW, b = (parts.kept[k] | rest) * kW,
                          e = (j * n + k) * kW;
#pragma omp simd
        for (int l = 0; l < kW; ++l) {
          re[e + l] += psi.re[a + l] * psi.re[b + l] + psi.im[a + l] * psi.im[b + l];
          im[e + l] += psi.im[a + l] * psi.re[b + l] - psi.re[a + l] * psi.im[b + l];
        }
      }
}

template <class T>
void reduced_density_backward(const Tile<T>& psi, std::span<const int> keep, const T* d_re, const T* d_im,
                              const Tile<T>& g) {
  constexpr int kW = kLanes<T>;
  const Bipartition parts = bipartition(psi.wires, keep);
  const std::size_t n = parts.kept.size();
  for (std::size_t rest : parts.rest)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = 0; k < n; ++k) {
        // dL = Re[conj(d_jk) d(psi_j conj(psi_k))], so g_j += d_jk psi_k and g_k += conj(d_jk) psi_j.
        const std::size_t a = (parts.kept[j] | rest) * kW, b = (parts.kept[k] | rest) * kW,
                          e = (j * n + k) * kW;
#pragma omp simd
        for (int l = 0; l < kW; ++l) {
          g.re[a + l] += d_re[e + l] * psi.re[b + l] - d_im[e + l] * psi.im[b + l];
          g.im[a + l] += d_re[e + l] * psi.im[b + l] + d_im[e + l] * psi.re[b + l];
          g.re[b + l] += d_re[e + l] * psi.re[a + l] + d_im[e + l] * psi.im[a + l];
          g.im[b + l] += d_re[e + l] * psi.im[a + l] - d_im[e + l] * psi.re[a + l];
        }
      }
}

#define EBIT_INSTANTIATE(T)                                                                           \
  template void probabilities<T>(const Tile<T>&, T*);                                                 \
  template void reduced_density<T>(const Tile<T>&, std::span<const int>, T*, T*);                     \
  template void reduced_density_backward<T>(const Tile<T>&, std::span<const int>, const T*, const T*, \
                                            const Tile<T>&);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline sim
