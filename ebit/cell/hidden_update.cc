#include "ebit/cell/hidden_update.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

namespace ebit {
namespace {

// ---- h as complex amplitudes: re [2^n_a, kLanes], im [2^n_a, kLanes]
// ------------------------------------------

template <class T>
Tile<T> as_tile(RegisterShape shape, T* h) {
  return {h, h + shape.ancillas() * kLanes<T>, shape.ancilla};
}

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

// ---- collapse and sample: h = phi_i* / |phi_i*| (Daskin 2025, arXiv:2505.06774v2, Eq. 9-10)
// -------------------

// p_i = |phi_i|^2 of one lane.
template <class T>
T outcome_probability(const UpdateInput<T>& in, std::size_t i, int lane) {
  T p = 0;
  for (std::size_t j = 0; j < in.shape.ancillas(); ++j) {
    const std::size_t at = (i * in.shape.ancillas() + j) * kLanes<T> + static_cast<std::size_t>(lane);
    p += in.psi.re[at] * in.psi.re[at] + in.psi.im[at] * in.psi.im[at];
  }
  return p;
}

// The most probable outcome; the first one of a tie.
template <class T>
int most_probable(const UpdateInput<T>& in, int lane) {
  int best = 0;
  T best_p = outcome_probability(in, 0, lane);
  for (std::size_t i = 1; i < in.shape.systems(); ++i) {
    const T p = outcome_probability(in, i, lane);
    if (p > best_p) best = static_cast<int>(i), best_p = p;
  }
  return best;
}

// An outcome drawn with Born's probabilities. Outcomes rarer than kRarest are never drawn: dividing by their
// norm would blow rounding errors up to the size of the state.
template <class T>
int drawn(const UpdateInput<T>& in, int lane) {
  constexpr T kRarest = sizeof(T) == 4 ? T(1e-6) : T(1e-12);
  T total = 0;
  for (std::size_t i = 0; i < in.shape.systems(); ++i) {
    const T p = outcome_probability(in, i, lane);
    if (p >= kRarest) total += p;
  }
  T left = in.uniform[lane] * total;
  int last = most_probable(in, lane);
  for (std::size_t i = 0; i < in.shape.systems(); ++i) {
    const T p = outcome_probability(in, i, lane);
    if (p < kRarest) continue;
    last = static_cast<int>(i);
    if (left < p) break;
    left -= p;
  }
  return last;
}

// |phi + epsilon| of the kept branch: the norm that the authors' code divides by.
template <class T>
T branch_norm(const UpdateInput<T>& in, std::size_t first, int lane) {
  T sum = 0;
  for (std::size_t j = 0; j < in.shape.ancillas(); ++j) {
    const std::size_t at = first + j * kLanes<T> + static_cast<std::size_t>(lane);
    const T re = in.psi.re[at] + in.epsilon, im = in.psi.im[at];
    sum += re * re + im * im;
  }
  return std::sqrt(sum);
}

template <class T>
std::size_t branch_start(const UpdateInput<T>& in, int lane) {
  return static_cast<std::size_t>(in.outcome[lane]) * in.shape.ancillas() * kLanes<T>;
}

template <class T, int (*kChoose)(const UpdateInput<T>&, int)>
void project(const UpdateInput<T>& in, T* h) {
  const Tile<T> out = as_tile(in.shape, h);
  for (int l = 0; l < kLanes<T>; ++l) {
    in.outcome[l] = kChoose(in, l);
    const std::size_t first = branch_start(in, l);
    const T norm = branch_norm(in, first, l);
    for (std::size_t j = static_cast<std::size_t>(l); j < out.numbers(); j += kLanes<T>)
      out.re[j] = in.psi.re[first + j] / norm, out.im[j] = in.psi.im[first + j] / norm;
  }
}

// h = c / N with N = |c + epsilon|: d_c = g / N - (c + epsilon) Re<g|h> / N^2. The outcome is a constant.
template <class T>
void project_backward(const UpdateInput<T>& in, const T* h, const T* d_h, const Tile<T>& g) {
  const Tile<const T> state{h, h + in.shape.ancillas() * kLanes<T>, in.shape.ancilla};
  const Tile<const T> d{d_h, d_h + in.shape.ancillas() * kLanes<T>, in.shape.ancilla};
  for (int l = 0; l < kLanes<T>; ++l) {
    const std::size_t first = branch_start(in, l), lane = static_cast<std::size_t>(l);
    const T norm = branch_norm(in, first, l);
    T dot = 0;
    for (std::size_t j = lane; j < state.numbers(); j += kLanes<T>)
      dot += d.re[j] * state.re[j] + d.im[j] * state.im[j];
    for (std::size_t j = lane; j < state.numbers(); j += kLanes<T>) {
      g.re[first + j] += (d.re[j] - (in.psi.re[first + j] + in.epsilon) * dot / norm) / norm;
      g.im[first + j] += (d.im[j] - in.psi.im[first + j] * dot / norm) / norm;
    }
  }
}

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
  std::fill_n(norm, kLanes<T>, T(0));
  for (std::size_t j = 0; j < numbers; ++j) norm[j % kLanes<T>] += h[j] * h[j];
  for (int l = 0; l < kLanes<T>; ++l) norm[l] = std::sqrt(norm[l]);
}

template <class T>
void normalised(RegisterShape shape, const T* h, const Tile<T>& ancilla) {
  T norm[kLanes<T>];
  lane_norms(h, ancilla.numbers(), norm);
  for (std::size_t j = 0; j < shape.ancillas() * kLanes<T>; ++j)
    ancilla.re[j] = h[j] / norm[j % kLanes<T>], ancilla.im[j] = 0;
}

template <class T>
void normalised_backward(RegisterShape shape, const T* h, const Tile<T>& ancilla, const Tile<T>& g, T* d_h) {
  const std::size_t n = shape.ancillas() * kLanes<T>;
  T norm[kLanes<T>], dot[kLanes<T>] = {};
  lane_norms(h, n, norm);
  for (std::size_t j = 0; j < n; ++j) dot[j % kLanes<T>] += g.re[j] * ancilla.re[j];
  for (std::size_t j = 0; j < n; ++j)
    d_h[j] += (g.re[j] - ancilla.re[j] * dot[j % kLanes<T>]) / norm[j % kLanes<T>];
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

template <class T>
void marginals_update(const UpdateInput<T>& in, T* h) {
  constexpr std::size_t kW = kLanes<T>;
  std::fill_n(h, marginal_numbers(in.shape) * kW, T(0));
  for (std::size_t row = 0; row < in.psi.dimension(); ++row)
    for (int q = 0; q < in.shape.ancilla; ++q) {
      T* p = h + marginal_at<T>(in.shape, q, row % in.shape.ancillas());
      for (std::size_t l = 0; l < kW; ++l) {
        const T re = in.psi.re[row * kW + l], im = in.psi.im[row * kW + l];
        p[l] += re * re + im * im;
      }
    }
  for (std::size_t k = 0; k < marginal_numbers(in.shape) * kW; ++k) h[k] = std::sqrt(h[k]);
}

template <class T>
void marginals_update_backward(const UpdateInput<T>& in, const T* h, const T* d_h, const Tile<T>& g) {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t row = 0; row < in.psi.dimension(); ++row)
    for (int q = 0; q < in.shape.ancilla; ++q) {
      const std::size_t at = marginal_at<T>(in.shape, q, row % in.shape.ancillas());
      for (std::size_t l = 0; l < kW; ++l) {
        const T slope =
            h[at + l] > 0 ? d_h[at + l] / h[at + l] : T(0);  // bounded, as in sqrt_update_backward
        g.re[row * kW + l] += slope * in.psi.re[row * kW + l];
        g.im[row * kW + l] += slope * in.psi.im[row * kW + l];
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
  for (const auto& row : kHiddenUpdates<T>)
    if (row.name == name) return row;
  fail("unknown hidden update '{}'{}", name, suggestion(name, names_of(hidden_updates<T>())));
}

#define EBIT_INSTANTIATE(T)                                      \
  template std::span<const HiddenUpdate<T>> hidden_updates<T>(); \
  template const HiddenUpdate<T>& find_hidden_update<T>(std::string_view);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit
