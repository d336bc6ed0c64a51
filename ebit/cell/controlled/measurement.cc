#include "ebit/cell/controlled/measurement.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ebit::inline cell {

Projection::Projection(int qubits, std::span<const int> measured) {
  std::vector<int> own(measured.begin(), measured.end());
  if (own.empty()) {
    own.resize(static_cast<std::size_t>(qubits));
    std::iota(own.begin(), own.end(), 0);
  }
  std::size_t mask = 0;
  pattern_ = {0};
  for (int q : own) {
    const std::size_t bit = std::size_t{1} << (qubits - 1 - q);
    std::vector<std::size_t> longer;
    for (std::size_t pattern : pattern_) longer.push_back(pattern), longer.push_back(pattern | bit);
    pattern_ = std::move(longer);
    mask |= bit;
  }
  for (std::size_t i = 0; i < std::size_t{1} << qubits; ++i)
    if ((i & mask) == 0) base_.push_back(i);
}

template <class T>
void Projection::draw(const Tile<T>& psi, const T* uniform, T* probability, int* outcome) const {
  constexpr T kRarest = sizeof(T) == 4 ? T(1e-6) : T(1e-12);
  constexpr std::size_t kW = kLanes<T>;
  T total[kW] = {};
  for (std::size_t m = 0; m < outcomes(); ++m) {
    T sum[kW] = {};
    for (std::size_t base : base_) {
      const std::size_t at = (base | pattern_[m]) * kW;
#pragma omp simd
      for (std::size_t l = 0; l < kW; ++l)
        sum[l] += psi.re[at + l] * psi.re[at + l] + psi.im[at + l] * psi.im[at + l];
    }
    for (std::size_t l = 0; l < kW; ++l) {
      probability[m * kW + l] = sum[l] < kRarest ? T(0) : sum[l];
      total[l] += probability[m * kW + l];
    }
  }
  for (std::size_t l = 0; l < kW; ++l) {
    T left = uniform[l] * total[l];
    int last = 0;  // what stands where rounding leaves something
    bool found = false;
    for (std::size_t m = 0; m < outcomes() && !found; ++m) {
      const T p = probability[m * kW + l];
      if (p == 0) continue;
      last = static_cast<int>(m);
      found = left < p;
      left -= p;
    }
    outcome[l] = last;
  }
}

template <class T>
void Projection::collapse(const Tile<T>& psi, const int* outcome, T* inverse) const {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t l = 0; l < kW; ++l) {
    T sum = 0;
    for (std::size_t base : base_) {
      const std::size_t at = (base | pattern_[static_cast<std::size_t>(outcome[l])]) * kW + l;
      sum += psi.re[at] * psi.re[at] + psi.im[at] * psi.im[at];
    }
    inverse[l] = 1 / std::sqrt(sum);
  }
  for (std::size_t m = 0; m < outcomes(); ++m) {
    T factor[kW];
    for (std::size_t l = 0; l < kW; ++l) factor[l] = outcome[l] == static_cast<int>(m) ? inverse[l] : T(0);
    for (std::size_t base : base_) {
      const std::size_t at = (base | pattern_[m]) * kW;
#pragma omp simd
      for (std::size_t l = 0; l < kW; ++l) psi.re[at + l] *= factor[l], psi.im[at + l] *= factor[l];
    }
  }
}

template <class T>
void Projection::collapse_backward(const Tile<T>& collapsed, const int* outcome, const T* inverse,
                                   const Tile<T>& g) const {
  constexpr std::size_t kW = kLanes<T>;
  T dot[kW] = {};  // outside the branch the collapsed state is zero
  for (std::size_t at = 0; at < g.numbers(); at += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l)
      dot[l] += collapsed.re[at + l] * g.re[at + l] + collapsed.im[at + l] * g.im[at + l];
  for (std::size_t m = 0; m < outcomes(); ++m) {
    T factor[kW];
    for (std::size_t l = 0; l < kW; ++l) factor[l] = outcome[l] == static_cast<int>(m) ? inverse[l] : T(0);
    for (std::size_t base : base_) {
      const std::size_t at = (base | pattern_[m]) * kW;
#pragma omp simd
      for (std::size_t l = 0; l < kW; ++l) {
        g.re[at + l] = factor[l] * (g.re[at + l] - collapsed.re[at + l] * dot[l]);
        g.im[at + l] = factor[l] * (g.im[at + l] - collapsed.im[at + l] * dot[l]);
      }
    }
  }
}

template <class T>
void Projection::reset(const Tile<T>& psi, const int* outcome) const {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t l = 0; l < kW; ++l) {
    const std::size_t pattern = pattern_[static_cast<std::size_t>(outcome[l])];
    if (pattern == 0) continue;
    for (std::size_t base : base_) {
      const std::size_t to = base * kW + l, from = (base | pattern) * kW + l;
      psi.re[to] = psi.re[from], psi.im[to] = psi.im[from];
      psi.re[from] = 0, psi.im[from] = 0;
    }
  }
}

template <class T>
void Projection::reset_backward(const Tile<T>& g, const int* outcome) const {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t l = 0; l < kW; ++l) {
    const std::size_t pattern = pattern_[static_cast<std::size_t>(outcome[l])];
    for (std::size_t base : base_) {
      const std::size_t from = base * kW + l, to = (base | pattern) * kW + l;
      g.re[to] = g.re[from], g.im[to] = g.im[from];
    }
  }
}

template <class T>
void take_shots(std::span<const Observable> observables, int shots, const TileDraws& draws,
                std::uint64_t position, T* values) {
  for (std::size_t k = 0; k < observables.size(); ++k)
    for (std::size_t l = 0; l < kLanes<T>; ++l) {
      T& value = values[k * kLanes<T> + l];
      const double offset = observables[k].offset, scale = observables[k].scale;
      const double plus = (1 + (static_cast<double>(value) - offset) / scale) / 2;  // probability of +1
      int count = 0;
      for (int s = 0; s < shots; ++s)
        count += draws.uniform(
                     l, position + k * static_cast<std::size_t>(shots) + static_cast<std::size_t>(s)) < plus;
      value = static_cast<T>(offset + scale * (2.0 * count / shots - 1));
    }
}

#define EBIT_INSTANTIATE(T)                                                                                \
  template void Projection::draw(const Tile<T>&, const T*, T*, int*) const;                                \
  template void Projection::collapse(const Tile<T>&, const int*, T*) const;                                \
  template void Projection::collapse_backward(const Tile<T>&, const int*, const T*, const Tile<T>&) const; \
  template void Projection::reset(const Tile<T>&, const int*) const;                                       \
  template void Projection::reset_backward(const Tile<T>&, const int*) const;                              \
  template void take_shots(std::span<const Observable>, int, const TileDraws&, std::uint64_t, T*);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
