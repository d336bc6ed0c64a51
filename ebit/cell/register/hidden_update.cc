#include "ebit/cell/register/hidden_update.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/choice.h"
#include "ebit/cell/register/collapse.h"

namespace ebit::inline cell {
namespace {

// ---- h as complex amplitudes: re [2^n_a, kLanes], im [2^n_a, kLanes]
// ------------------------------------------

template <class T>
void copy_amplitudes(RegisterShape shape, const T* h, const Tile<T>& ancilla) {
  const std::size_t n = shape.ancillas() * kLanes<T>;
  std::copy_n(h, n, ancilla.re);
  std::copy_n(h + n, n, ancilla.im);
}

template <class T>
void copy_amplitudes_backward(RegisterShape shape, const T*, const Tile<T>&, const Tile<T>& g, T* d_h) {
  const std::size_t n = shape.ancillas() * kLanes<T>;
  for (std::size_t i = 0; i < n; ++i) d_h[i] += g.re[i], d_h[n + i] += g.im[i];
}

std::size_t complex_numbers(RegisterShape shape) { return 2 * shape.ancillas(); }
std::size_t real_numbers(RegisterShape shape) { return shape.ancillas(); }

// ---- probabilities: h_j = r_j = sum_i |M_ij|^2 (Eq. 11)
// --------------------------------------------------------

template <class T>
void probabilities_update(const UpdateInput<T>& in, T* h) {
  const std::size_t n = in.shape.ancillas() * kLanes<T>;
  std::fill_n(h, n, T(0));
  for (std::size_t i = 0; i < in.shape.systems(); ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t at = i * n + j;
      h[j] += in.psi.re[at] * in.psi.re[at] + in.psi.im[at] * in.psi.im[at];
    }
}

template <class T>
void probabilities_update_backward(const UpdateInput<T>& in, const T*, const T* d_h, const Tile<T>& g) {
  const std::size_t n = in.shape.ancillas() * kLanes<T>;
  for (std::size_t i = 0; i < in.shape.systems(); ++i)
    for (std::size_t j = 0; j < n; ++j) {
      g.re[i * n + j] += 2 * d_h[j] * in.psi.re[i * n + j];
      g.im[i * n + j] += 2 * d_h[j] * in.psi.im[i * n + j];
    }
}

// The reference feeds r to an amplitude embedding that normalises it: the ancilla enters as r / |r|.
template <class T>
void lane_norms(const T* h, std::size_t numbers, T* norm) {
  constexpr std::size_t kW = kLanes<T>;
  T sum[kW] = {};
  for (std::size_t j = 0; j < numbers; j += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) sum[l] += h[j + l] * h[j + l];
  for (std::size_t l = 0; l < kW; ++l) norm[l] = std::sqrt(sum[l]);
}

template <class T>
void normalised(RegisterShape shape, const T* h, const Tile<T>& ancilla) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape.ancillas() * kW;
  T norm[kW];
  lane_norms(h, n, norm);
  std::fill_n(ancilla.im, n, T(0));
  for (std::size_t j = 0; j < n; j += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) ancilla.re[j + l] = h[j + l] / norm[l];
}

template <class T>
void normalised_backward(RegisterShape shape, const T* h, const Tile<T>& ancilla, const Tile<T>& g, T* d_h) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape.ancillas() * kW;
  T norm[kW], dot[kW] = {};
  lane_norms(h, n, norm);
  for (std::size_t j = 0; j < n; j += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) dot[l] += g.re[j + l] * ancilla.re[j + l];
  for (std::size_t j = 0; j < n; j += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) d_h[j + l] += (g.re[j + l] - ancilla.re[j + l] * dot[l]) / norm[l];
}

// ---- sqrt-probabilities: h_j = sqrt(r_j), the state that has those probabilities
// -------------------------------

template <class T>
void sqrt_update(const UpdateInput<T>& in, T* h) {
  probabilities_update(in, h);
  for (std::size_t j = 0; j < in.shape.ancillas() * kLanes<T>; ++j) h[j] = std::sqrt(h[j]);
}

// d sqrt(r_j) = Re sum_i conj(M_ij) dM_ij / sqrt(r_j): bounded, and taken as 0 where the column is 0.
template <class T>
void sqrt_update_backward(const UpdateInput<T>& in, const T* h, const T* d_h, const Tile<T>& g) {
  const std::size_t n = in.shape.ancillas() * kLanes<T>;
  for (std::size_t i = 0; i < in.shape.systems(); ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const T slope = h[j] > 0 ? d_h[j] / h[j] : T(0);
      g.re[i * n + j] += slope * in.psi.re[i * n + j];
      g.im[i * n + j] += slope * in.psi.im[i * n + j];
    }
}

template <class T>
void real_amplitudes(RegisterShape shape, const T* h, const Tile<T>& ancilla) {
  std::copy_n(h, shape.ancillas() * kLanes<T>, ancilla.re);
  std::fill_n(ancilla.im, shape.ancillas() * kLanes<T>, T(0));
}

template <class T>
void real_amplitudes_backward(RegisterShape shape, const T*, const Tile<T>&, const Tile<T>& g, T* d_h) {
  for (std::size_t j = 0; j < shape.ancillas() * kLanes<T>; ++j) d_h[j] += g.re[j];
}

// ---- marginals: h_(q, b) = sqrt(P(ancilla qubit q reads b)); the ancilla enters as the product of them
// ---------

std::size_t marginal_numbers(RegisterShape shape) { return 2 * static_cast<std::size_t>(shape.ancilla); }

// Offset in h of qubit q's amplitude for its bit in ancilla basis state j.
template <class T>
std::size_t marginal_at(RegisterShape shape, int q, std::size_t j) {
  return (2 * static_cast<std::size_t>(q) + (j >> (shape.ancilla - 1 - q) & 1)) * kLanes<T>;
}

// |psi|^2, lane by lane.
template <class T>
void squared_norms(const Tile<T>& psi, T* norm) {
  constexpr std::size_t kW = kLanes<T>;
  T sum[kW] = {};
  for (std::size_t i = 0; i < psi.numbers(); i += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l)
      sum[l] += psi.re[i + l] * psi.re[i + l] + psi.im[i + l] * psi.im[i + l];
  std::copy_n(sum, kW, norm);
}

// Divided by |psi|^2, which is 1 up to rounding: a product of n_a states would multiply its error by n_a
// every step.
template <class T>
void marginals_update(const UpdateInput<T>& in, T* h) {
  constexpr std::size_t kW = kLanes<T>;
  std::fill_n(h, marginal_numbers(in.shape) * kW, T(0));
  for (std::size_t row = 0; row < in.psi.dimension(); ++row)
    for (int q = 0; q < in.shape.ancilla; ++q) {
      T* p = h + marginal_at<T>(in.shape, q, row % in.shape.ancillas());
#pragma omp simd
      for (std::size_t l = 0; l < kW; ++l) {
        const T re = in.psi.re[row * kW + l], im = in.psi.im[row * kW + l];
        p[l] += re * re + im * im;
      }
    }
  T norm[kW];
  squared_norms(in.psi, norm);
  for (std::size_t k = 0; k < marginal_numbers(in.shape) * kW; k += kW)
    for (std::size_t l = 0; l < kW; ++l) h[k + l] = std::sqrt(h[k + l] / norm[l]);
}

template <class T>
void marginals_update_backward(const UpdateInput<T>& in, const T* h, const T* d_h, const Tile<T>& g) {
  constexpr std::size_t kW = kLanes<T>;
  T norm[kW];
  squared_norms(in.psi, norm);
  for (std::size_t row = 0; row < in.psi.dimension(); ++row)
    for (int q = 0; q < in.shape.ancilla; ++q) {
      const std::size_t at = marginal_at<T>(in.shape, q, row % in.shape.ancillas());
      const std::size_t zero = marginal_at<T>(in.shape, q, 0), one = zero + kW;
      for (std::size_t l = 0; l < kW; ++l) {
        const T own = h[at + l] > 0 ? d_h[at + l] / h[at + l] : T(0);  // bounded, as in sqrt_update_backward
        const T mean = d_h[zero + l] * h[zero + l] + d_h[one + l] * h[one + l];  // of the division by |psi|^2
        g.re[row * kW + l] += (own - mean) / norm[l] * in.psi.re[row * kW + l];
        g.im[row * kW + l] += (own - mean) / norm[l] * in.psi.im[row * kW + l];
      }
    }
}

template <class T>
void product_state(RegisterShape shape, const T* h, const Tile<T>& ancilla) {
  constexpr std::size_t kW = kLanes<T>;
  std::fill_n(ancilla.im, ancilla.numbers(), T(0));
  for (std::size_t j = 0; j < shape.ancillas(); ++j)
    for (std::size_t l = 0; l < kW; ++l) {
      T product = 1;
      for (int q = 0; q < shape.ancilla; ++q) product *= h[marginal_at<T>(shape, q, j) + l];
      ancilla.re[j * kW + l] = product;
    }
}

template <class T>
void product_state_backward(RegisterShape shape, const T* h, const Tile<T>&, const Tile<T>& g, T* d_h) {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t j = 0; j < shape.ancillas(); ++j)
    for (int q = 0; q < shape.ancilla; ++q)
      for (std::size_t l = 0; l < kW; ++l) {
        T others = g.re[j * kW + l];
        for (int k = 0; k < shape.ancilla; ++k)
          if (k != q) others *= h[marginal_at<T>(shape, k, j) + l];
        d_h[marginal_at<T>(shape, q, j) + l] += others;
      }
}

// ---- memories that are their own engine
// ------------------------------------------------------------------------

std::size_t mixture_numbers(RegisterShape shape) { return 2 * shape.ancillas() * shape.ancillas(); }
std::size_t whole_numbers(RegisterShape shape) { return 2 * shape.systems() * shape.ancillas(); }

template <class T>
const HiddenUpdate<T> kHiddenUpdates[] = {
    {.name = "collapse",
     .help = "the ancilla's state behind the system's most probable outcome",
     .source = "Daskin 2025 (arXiv:2505.06774), Eq. 9-10",
     .memory = Memory::kAncillaState,
     .draws = false,
     .normalises = false,
     .measures = true,
     .numbers = complex_numbers,
     .prepare = copy_amplitudes<T>,
     .prepare_backward = copy_amplitudes_backward<T>,
     .update = project<T, most_probable<T>>,
     .update_backward = project_backward<T>},
    {.name = "sample",
     .help = "the ancilla's state behind an outcome drawn by Born's rule, a draw a sample and step",
     .source = "Daskin 2025 (arXiv:2505.06774), Eq. 9 as physics has it",
     .memory = Memory::kAncillaState,
     .draws = true,
     .normalises = false,
     .measures = true,
     .numbers = complex_numbers,
     .prepare = copy_amplitudes<T>,
     .prepare_backward = copy_amplitudes_backward<T>,
     .update = project<T, drawn<T>>,
     .update_backward = project_backward<T>},
    {.name = "probabilities",
     .help = "the ancilla's outcome probabilities r, entering as the amplitudes r/|r|",
     .source = "Daskin 2025 (arXiv:2505.06774), Eq. 11, with the normalisation of its code",
     .memory = Memory::kAncillaState,
     .draws = false,
     .normalises = true,
     .imaginary = false,
     .numbers = real_numbers,
     .prepare = normalised<T>,
     .prepare_backward = normalised_backward<T>,
     .update = probabilities_update<T>,
     .update_backward = probabilities_update_backward<T>},
    {.name = "sqrt-probabilities",
     .help = "the amplitudes sqrt(r): the real state that has the probabilities r",
     .source = "Daskin 2025 (arXiv:2505.06774), Eq. 11, read as a state",
     .memory = Memory::kAncillaState,
     .draws = false,
     .normalises = false,
     .imaginary = false,
     .numbers = real_numbers,
     .prepare = real_amplitudes<T>,
     .prepare_backward = real_amplitudes_backward<T>,
     .update = sqrt_update<T>,
     .update_backward = sqrt_update_backward<T>},
    {.name = "marginals",
     .help = "the product of single ancilla qubits sqrt(p0)|0> + sqrt(p1)|1>",
     .source = "Daskin 2025 (arXiv:2505.06774), proposed for larger ancillas",
     .memory = Memory::kAncillaState,
     .draws = false,
     .normalises = false,
     .imaginary = false,
     .block = 2,
     .numbers = marginal_numbers,
     .prepare = product_state<T>,
     .prepare_backward = product_state_backward<T>,
     .update = marginals_update<T>,
     .update_backward = marginals_update_backward<T>},
    {.name = "density",
     .help = "the ancilla's density matrix, carried exactly: the system is traced out",
     .source = "Daskin 2025 (arXiv:2505.06774), Eq. 8; Li et al. 2023 (arXiv:2302.03244)",
     .memory = Memory::kMixture,
     .draws = false,
     .normalises = false,
     .numbers = mixture_numbers,
     .prepare = nullptr,
     .prepare_backward = nullptr,
     .update = nullptr,
     .update_backward = nullptr},
    {.name = "coherent",
     .help = "nothing is measured: both registers keep their state, the encoder acts on top",
     .source = "Fellner et al. 2025 (arXiv:2504.12416), no reset; Xu 2025 (arXiv:2510.25557)",
     .memory = Memory::kWholeState,
     .draws = false,
     .normalises = false,
     .numbers = whole_numbers,
     .prepare = nullptr,
     .prepare_backward = nullptr,
     .update = nullptr,
     .update_backward = nullptr},
};

}  // namespace

template <class T>
std::span<const HiddenUpdate<T>> hidden_updates() {
  return kHiddenUpdates<T>;
}

template <class T>
const HiddenUpdate<T>& find_hidden_update(std::string_view name) {
  return find_row(hidden_updates<T>(), "unknown hidden update", name);
}

#define EBIT_INSTANTIATE(T)                                      \
  template std::span<const HiddenUpdate<T>> hidden_updates<T>(); \
  template const HiddenUpdate<T>& find_hidden_update<T>(std::string_view);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
