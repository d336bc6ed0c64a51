// The source of LaneKernels, compiled once for each instruction set: lane_kernels_*.cc define EBIT_ISA and
// include this file. As in sim/kernels_impl.h nothing here may call an inline function that other files could
// call too.
#include <utility>

#include "ebit/cell/register/lane_kernels.h"
#include "ebit/sim/kernels_vectors.h"

namespace ebit::inline cell::lanes::EBIT_ISA {

using namespace vectors::EBIT_ISA;

constexpr int kPanel = static_cast<int>(kPanelRows);

// ---- products with a matrix

// kPanels panels, that is kPanels * kPanel rows, times kAtOnce vectors of lanes, for all columns: the sums
// stay in registers.
template <class T, Arithmetic kKind, int kPanels, int kAtOnce>
EBIT_INLINE void multiply_rows(const T* panel, std::size_t n, const T* in_re, const T* in_im, T* out_re,
                               T* out_im) {
  constexpr bool kComplexStates = kKind != Arithmetic::kReal;
  constexpr int kRows = kPanels * kPanel;
  const std::size_t next_panel = n * 2 * kPanelRows;
  Vector<T> re[kRows][kAtOnce] = {}, im[kRows][kAtOnce] = {};
  for (std::size_t j = 0; j < n; ++j) {
    Vector<T> x[kAtOnce], y[kAtOnce];
    for (int v = 0; v < kAtOnce; ++v) {
      x[v] = load(in_re + j * kLanes<T> + v * kWidth<T>);
      if constexpr (kComplexStates) y[v] = load(in_im + j * kLanes<T> + v * kWidth<T>);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const T* const entry =
          panel + static_cast<std::size_t>(r / kPanel) * next_panel + j * 2 * kPanelRows + r % kPanel;
      for (int v = 0; v < kAtOnce; ++v) {
        re[r][v] += entry[0] * x[v];
        if constexpr (kComplexStates) im[r][v] += entry[0] * y[v];
        if constexpr (kKind == Arithmetic::kComplex) {
          re[r][v] -= entry[kPanel] * y[v];
          im[r][v] += entry[kPanel] * x[v];
        }
      }
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kAtOnce; ++v) {
      store(out_re + r * kLanes<T> + v * kWidth<T>, re[r][v]);
      if constexpr (kComplexStates) store(out_im + r * kLanes<T> + v * kWidth<T>, im[r][v]);
    }
}

template <class T, Arithmetic kKind, int kPanels>
EBIT_INLINE void multiply_panels(const T* panels, std::size_t n, const T* in_re, const T* in_im, T* out_re,
                                 T* out_im) {
  // With complex states each row has two sums.
  constexpr int kAtOnce = kChunks<T> != 1 && kKind == Arithmetic::kReal ? 2 : 1;
  for (std::size_t i = 0; i < n; i += kPanels * kPanelRows)
    for (int v = 0; v < kChunks<T>; v += kAtOnce) {
      const std::size_t row = i * kLanes<T>;
      const int lane = v * kWidth<T>;
      multiply_rows<T, kKind, kPanels, kAtOnce>(panels + i * n * 2, n, in_re + lane, in_im + lane,
                                                out_re + row + lane, out_im + row + lane);
    }
}

template <class T, Arithmetic kKind>
void multiply(const T* panels, std::size_t n, const T* in_re, const T* in_im, T* out_re, T* out_im) {
  // Two panels where the registers hold them: more sums at once hide the latency of the additions.
  if (kRegisters == 32 && n % (2 * kPanelRows) == 0)
    multiply_panels<T, kKind, kRegisters == 32 ? 2 : 1>(panels, n, in_re, in_im, out_re, out_im);
  else
    multiply_panels<T, kKind, 1>(panels, n, in_re, in_im, out_re, out_im);
}

// ---- sums of outer products

// Adds neighbouring groups of kStep numbers of a and of b: the sums of a in the lower group of each pair,
// those of b in the upper.
template <class T, int kStep, int... kI>
EBIT_INLINE Vector<T> fold_pair(Vector<T> a, Vector<T> b, std::integer_sequence<int, kI...>) {
  constexpr auto from = [](int i) {
    const int block = i / (2 * kStep) * 2 * kStep, within = i % (2 * kStep);
    return within < kStep ? block + within : kWidth<T> + block + within - kStep;
  };
  return __builtin_shufflevector(a, b, from(kI)...) + __builtin_shufflevector(a, b, (from(kI) + kStep)...);
}

// One vector whose number k is the sum of all numbers of v[k].
template <class T, int kStep = 1>
EBIT_INLINE Vector<T> sums_of(const Vector<T>* v) {
  if constexpr (kStep == kWidth<T>) {
    return v[0];
  } else {
    Vector<T> half[kWidth<T>];
    for (int k = 0; 2 * k * kStep < kWidth<T>; ++k)
      half[k] = fold_pair<T, kStep>(v[2 * k], v[2 * k + 1], std::make_integer_sequence<int, kWidth<T>>());
    return sums_of<T, 2 * kStep>(half);
  }
}

// The block [kRows, kColumns] of d, with its sums over states and lanes in registers.
template <class T, Arithmetic kKind, int kRows, int kColumns>
EBIT_INLINE void outer_block(std::size_t n, std::size_t count, const T* g, std::size_t g_stride, const T* psi,
                             std::size_t psi_stride, double* d_re, double* d_im) {
  constexpr bool kComplexStates = kKind != Arithmetic::kReal, kComplexSums = kKind == Arithmetic::kComplex;
  constexpr int kParts = kComplexSums ? 2 : 1;
  const std::size_t half = n * kLanes<T>;
  Vector<T> sum[kParts * kRows * kColumns] = {};
  for (std::size_t k = 0; k < count; ++k, g += g_stride, psi += psi_stride)
    for (int l = 0; l < kLanes<T>; l += kWidth<T>) {
      Vector<T> x[kColumns], y[kColumns];
      for (int j = 0; j < kColumns; ++j) {
        x[j] = load(psi + j * kLanes<T> + l);
        if constexpr (kComplexStates) y[j] = load(psi + half + j * kLanes<T> + l);
      }
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) {
        const Vector<T> a = load(g + i * kLanes<T> + l);
        Vector<T> b;
        if constexpr (kComplexStates) b = load(g + half + i * kLanes<T> + l);
#pragma GCC unroll 8
        for (int j = 0; j < kColumns; ++j) {
          sum[i * kColumns + j] += a * x[j];
          if constexpr (kComplexStates) sum[i * kColumns + j] += b * y[j];
          if constexpr (kComplexSums) {
            sum[(kRows + i) * kColumns + j] += b * x[j];
            sum[(kRows + i) * kColumns + j] -= a * y[j];
          }
        }
      }
    }
  T total[kParts * kRows * kColumns];
  for (int e = 0; e < kParts * kRows * kColumns; e += kWidth<T>) {
    const Vector<T> sums = sums_of<T>(sum + e);
    for (int k = 0; k < kWidth<T>; ++k) total[e + k] = sums[k];
  }
  for (int i = 0; i < kRows; ++i)
    for (int j = 0; j < kColumns; ++j) {
      d_re[static_cast<std::size_t>(i) * n + static_cast<std::size_t>(j)] += total[i * kColumns + j];
      if constexpr (kComplexSums)
        d_im[static_cast<std::size_t>(i) * n + static_cast<std::size_t>(j)] +=
            total[(kRows + i) * kColumns + j];
    }
}

template <class T, Arithmetic kKind>
void outer(std::size_t n, std::size_t count, const T* g, std::size_t g_stride, const T* psi,
           std::size_t psi_stride, double* d) {
  // Half of the registers hold sums.
  constexpr int kColumns = kRegisters == 32 || kKind != Arithmetic::kComplex ? 4 : 2;
  constexpr int kRows = kRegisters / 2 / kColumns / (kKind == Arithmetic::kComplex ? 2 : 1);
  for (std::size_t i = 0; i < n; i += kRows)
    for (std::size_t j = 0; j < n; j += kColumns)
      outer_block<T, kKind, kRows, kColumns>(n, count, g + i * kLanes<T>, g_stride, psi + j * kLanes<T>,
                                             psi_stride, d + i * n + j, d + n * n + i * n + j);
}

// ---- products of two registers

template <class T, bool kReal>
void tensor(const Tile<T>& a, const Tile<T>& b, const Tile<T>& out) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t rows = std::size_t{1} << a.wires, columns = std::size_t{1} << b.wires;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t l = 0; l < kW; l += kWidth<T>) {
      const Vector<T> x = load(a.re + i * kW + l), y = load(a.im + i * kW + l);
      const std::size_t at = i * columns * kW + l;
      for (std::size_t j = 0; j < columns; ++j) {
        const Vector<T> u = load(b.re + j * kW + l);
        if constexpr (kReal) {
          store(out.re + at + j * kW, x * u);
        } else {
          const Vector<T> v = load(b.im + j * kW + l);
          store(out.re + at + j * kW, x * u - y * v);
          store(out.im + at + j * kW, x * v + y * u);
        }
      }
    }
}

template <class T, bool kReal>
void tensor_backward(const Tile<T>& a, const Tile<T>& b, const Tile<T>& g, const Tile<T>& g_a,
                     const Tile<T>& g_b) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t rows = std::size_t{1} << a.wires, columns = std::size_t{1} << b.wires;
  for (std::size_t l = 0; l < kW; l += kWidth<T>) {
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t at = i * columns * kW + l;
      Vector<T> re = {}, im = {};
      for (std::size_t j = 0; j < columns; ++j) {
        const Vector<T> s = load(g.re + at + j * kW), u = load(b.re + j * kW + l);
        re += u * s;
        if constexpr (!kReal) {
          const Vector<T> t = load(g.im + at + j * kW), v = load(b.im + j * kW + l);
          re += v * t;
          im += u * t - v * s;
        }
      }
      store(g_a.re + i * kW + l, re);
      if constexpr (!kReal) store(g_a.im + i * kW + l, im);
    }
    for (std::size_t j = 0; j < columns; ++j) {
      Vector<T> re = {}, im = {};
      for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t at = (i * columns + j) * kW + l;
        const Vector<T> s = load(g.re + at), x = load(a.re + i * kW + l);
        re += x * s;
        if constexpr (!kReal) {
          const Vector<T> t = load(g.im + at), y = load(a.im + i * kW + l);
          re += y * t;
          im += x * t - y * s;
        }
      }
      store(g_b.re + j * kW + l, re);
      if constexpr (!kReal) store(g_b.im + j * kW + l, im);
    }
  }
}

// ---- rows that a measurement keeps

template <class T, bool kReal>
void most_probable(const Tile<T>& psi, std::size_t rows, T* outcome) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t columns = (std::size_t{1} << psi.wires) / rows;
  for (std::size_t l = 0; l < kW; l += kWidth<T>) {
    Vector<T> best = Vector<T>{} - T(1), found = {};
    for (std::size_t i = 0; i < rows; ++i) {
      Vector<T> p = {};
      for (std::size_t j = 0; j < columns; ++j) {
        const Vector<T> re = load(psi.re + (i * columns + j) * kW + l);
        p += re * re;
        if constexpr (!kReal) {
          const Vector<T> im = load(psi.im + (i * columns + j) * kW + l);
          p += im * im;
        }
      }
      const auto better = p > best;
      best = better ? p : best;
      found = better ? Vector<T>{} + static_cast<T>(i) : found;
    }
    store(outcome + l, found);
  }
}

template <class T>
void pick(const T* part, std::size_t rows, std::size_t columns, const T* outcome, T* kept) {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t l = 0; l < kW; l += kWidth<T>) {
    const Vector<T> wanted = load(outcome + l);
    for (std::size_t j = 0; j < columns; ++j) {
      Vector<T> v = {};
      for (std::size_t i = 0; i < rows; ++i)
        v = wanted == Vector<T>{} + static_cast<T>(i) ? load(part + (i * columns + j) * kW + l) : v;
      store(kept + j * kW + l, v);
    }
  }
}

template <class T>
void place(const T* kept, std::size_t rows, std::size_t columns, const T* outcome, T* part) {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t l = 0; l < kW; l += kWidth<T>) {
    const Vector<T> wanted = load(outcome + l);
    for (std::size_t i = 0; i < rows; ++i) {
      const auto here = wanted == Vector<T>{} + static_cast<T>(i);
      for (std::size_t j = 0; j < columns; ++j) {
        T* const at = part + (i * columns + j) * kW + l;
        store(at, load(at) + (here ? load(kept + j * kW + l) : Vector<T>{}));
      }
    }
  }
}

template <class T>
constexpr LaneKernels<T> make_kernels(const char* name) {
  return {.name = name,
          .multiply = {multiply<T, Arithmetic::kComplex>, multiply<T, Arithmetic::kRealMatrix>,
                       multiply<T, Arithmetic::kReal>},
          .outer = {outer<T, Arithmetic::kComplex>, outer<T, Arithmetic::kRealMatrix>,
                    outer<T, Arithmetic::kReal>},
          .tensor = {tensor<T, false>, tensor<T, true>},
          .tensor_backward = {tensor_backward<T, false>, tensor_backward<T, true>},
          .most_probable = {most_probable<T, false>, most_probable<T, true>},
          .pick = pick<T>,
          .place = place<T>};
}

#define EBIT_STRING_(x) #x
#define EBIT_STRING(x) EBIT_STRING_(x)
extern constexpr LaneKernels<float> kFloats = make_kernels<float>(EBIT_STRING(EBIT_ISA));
extern constexpr LaneKernels<double> kDoubles = make_kernels<double>(EBIT_STRING(EBIT_ISA));

}  // namespace ebit::inline cell::lanes::EBIT_ISA
