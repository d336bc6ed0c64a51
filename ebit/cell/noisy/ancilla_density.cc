#include "ebit/cell/noisy/ancilla_density.h"

#include <algorithm>

namespace ebit::inline cell {
namespace {

// Calls f(at, own) for the entries (j, jj) of the ancilla's matrix in each diagonal block (i, i) of rho: `at`
// is the offset in rho, `own` that in A, both of a first lane.
template <class T, class F>
void each_diagonal_block(RegisterShape shape, F&& f) {
  const std::size_t n = shape.ancillas(), width = shape.systems() * n;
  for (std::size_t i = 0; i < shape.systems(); ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t jj = 0; jj < n; ++jj)
        f(((i * n + j) * width + i * n + jj) * kLanes<T>, (j * n + jj) * kLanes<T>);
}

}  // namespace

template <class T>
void density_of_pure(RegisterShape shape, const Tile<T>& a, T* density) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape.ancillas(), half = n * n * kW;
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t l = 0; l < kW; ++l) {
        const T ar = a.re[j * kW + l], ai = a.im[j * kW + l], br = a.re[k * kW + l], bi = a.im[k * kW + l];
        density[(j * n + k) * kW + l] = ar * br + ai * bi;
        density[half + (j * n + k) * kW + l] = ai * br - ar * bi;
      }
}

template <class T>
void density_of_pure_backward(RegisterShape shape, const Tile<T>& a, const T* g_density, const Tile<T>& g_a) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape.ancillas(), half = n * n * kW;
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t l = 0; l < kW; ++l) {  // A_jk = a_j conj(a_k)
        const T gr = g_density[(j * n + k) * kW + l], gi = g_density[half + (j * n + k) * kW + l];
        const T ar = a.re[j * kW + l], ai = a.im[j * kW + l], br = a.re[k * kW + l], bi = a.im[k * kW + l];
        g_a.re[j * kW + l] += gr * br - gi * bi, g_a.im[j * kW + l] += gr * bi + gi * br;
        g_a.re[k * kW + l] += gr * ar + gi * ai, g_a.im[k * kW + l] += gr * ai - gi * ar;
      }
}

template <class T>
void join_density(RegisterShape shape, const T* s, const T* density, const Tile<T>& rho) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape.ancillas(), half = n * n * kW, systems = shape.systems(), width = systems * n;
  for (std::size_t i = 0; i < systems; ++i)
    for (std::size_t ii = 0; ii < systems; ++ii)
      for (std::size_t j = 0; j < n; ++j)
        for (std::size_t jj = 0; jj < n; ++jj) {
          const std::size_t at = ((i * n + j) * width + ii * n + jj) * kW, own = (j * n + jj) * kW;
#pragma omp simd
          for (std::size_t l = 0; l < kW; ++l) {
            const T weight = s[i * kW + l] * s[ii * kW + l];
            rho.re[at + l] = weight * density[own + l];
            rho.im[at + l] = weight * density[half + own + l];
          }
        }
}

template <class T>
void join_density_backward(RegisterShape shape, const T* s, const T* density, const Tile<T>& g_rho, T* g_s,
                           T* g_density) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape.ancillas(), half = n * n * kW, systems = shape.systems(), width = systems * n;
  for (std::size_t i = 0; i < systems; ++i)
    for (std::size_t ii = 0; ii < systems; ++ii)
      for (std::size_t j = 0; j < n; ++j)
        for (std::size_t jj = 0; jj < n; ++jj) {
          const std::size_t at = ((i * n + j) * width + ii * n + jj) * kW, own = (j * n + jj) * kW;
#pragma omp simd
          for (std::size_t l = 0; l < kW; ++l) {
            const T weight = s[i * kW + l] * s[ii * kW + l];
            g_density[own + l] += weight * g_rho.re[at + l];
            g_density[half + own + l] += weight * g_rho.im[at + l];
            const T d = g_rho.re[at + l] * density[own + l] + g_rho.im[at + l] * density[half + own + l];
            g_s[i * kW + l] += d * s[ii * kW + l];
            g_s[ii * kW + l] += d * s[i * kW + l];
          }
        }
}

template <class T>
void trace_out_system(RegisterShape shape, const Tile<T>& rho, T* density) {
  const std::size_t half = shape.ancillas() * shape.ancillas() * kLanes<T>;
  std::fill_n(density, 2 * half, T(0));
  each_diagonal_block<T>(shape, [&](std::size_t at, std::size_t own) {
    for (std::size_t l = 0; l < kLanes<T>; ++l) {
      density[own + l] += rho.re[at + l];
      density[half + own + l] += rho.im[at + l];
    }
  });
}

template <class T>
void trace_out_system_backward(RegisterShape shape, const T* g_density, const Tile<T>& g_rho) {
  const std::size_t half = shape.ancillas() * shape.ancillas() * kLanes<T>;
  each_diagonal_block<T>(shape, [&](std::size_t at, std::size_t own) {
    std::copy_n(g_density + own, kLanes<T>, g_rho.re + at);
    std::copy_n(g_density + half + own, kLanes<T>, g_rho.im + at);
  });
}

template <class T>
void add_ancilla_probabilities(RegisterShape shape, const Tile<T>& rho, T* probabilities) {
  const std::size_t n = shape.ancillas(), width = shape.systems() * n;
  for (std::size_t i = 0; i < width; ++i)
    for (std::size_t l = 0; l < kLanes<T>; ++l)
      probabilities[i % n * kLanes<T> + l] += rho.re[i * (width + 1) * kLanes<T> + l];
}

template <class T>
void ancilla_probabilities_backward(RegisterShape shape, const T* g_probabilities, const Tile<T>& g_rho) {
  const std::size_t n = shape.ancillas(), width = shape.systems() * n;
  for (std::size_t i = 0; i < width; ++i)
    std::copy_n(g_probabilities + i % n * kLanes<T>, kLanes<T>, g_rho.re + i * (width + 1) * kLanes<T>);
}

#define EBIT_INSTANTIATE(T)                                                                           \
  template void density_of_pure<T>(RegisterShape, const Tile<T>&, T*);                                \
  template void density_of_pure_backward<T>(RegisterShape, const Tile<T>&, const T*, const Tile<T>&); \
  template void join_density<T>(RegisterShape, const T*, const T*, const Tile<T>&);                   \
  template void join_density_backward<T>(RegisterShape, const T*, const T*, const Tile<T>&, T*, T*);  \
  template void trace_out_system<T>(RegisterShape, const Tile<T>&, T*);                               \
  template void trace_out_system_backward<T>(RegisterShape, const T*, const Tile<T>&);                \
  template void add_ancilla_probabilities<T>(RegisterShape, const Tile<T>&, T*);                      \
  template void ancilla_probabilities_backward<T>(RegisterShape, const T*, const Tile<T>&);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
