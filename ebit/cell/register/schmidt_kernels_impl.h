// The source of SchmidtKernels, compiled once for each instruction set: schmidt_kernels_*.cc define EBIT_ISA
// and include this file. As in sim/kernels_impl.h nothing here may call an inline function that other files
// could call too.
#include "ebit/cell/register/schmidt_kernels.h"
#include "ebit/sim/kernels_vectors.h"

namespace ebit::inline cell::schmidt::EBIT_ISA {

using namespace vectors::EBIT_ISA;

// Columns count as orthogonal where |<p|q>| is below so many roundings of |p| |q|, a row.
constexpr int kRoundings = 2;
// Convergence is quadratic and takes 5 to 8 sweeps; the bound only keeps rounding from going on for ever.
constexpr int kMostSweeps = 40;

template <class T>
constexpr T kEpsilon = sizeof(T) == 4 ? T(1.1920929e-7) : T(2.220446049250313e-16);
template <class T>
constexpr T kTiny = sizeof(T) == 4 ? T(1.1754944e-38) : T(2.2250738585072014e-308);

EBIT_INLINE float root(float x) { return __builtin_sqrtf(x); }
EBIT_INLINE double root(double x) { return __builtin_sqrt(x); }

template <class T>
EBIT_INLINE Vector<T> root_of(Vector<T> x) {
  for (int l = 0; l < kWidth<T>; ++l) x[l] = root(x[l]);
  return x;
}

/// One column's vectors of lanes: entry i is at i * kLanes, its im `half` further on.
template <class T>
struct Column {
  T* re;             ///< [rows, kLanes] real parts
  std::size_t half;  ///< numbers from a real part to its imaginary one
  /// Real parts of entry i.
  EBIT_INLINE Vector<T> real(std::size_t i) const { return load(re + i * kLanes<T>); }
  /// Imaginary parts of entry i.
  EBIT_INLINE Vector<T> imaginary(std::size_t i) const { return load(re + half + i * kLanes<T>); }
};

// p <- c p - conj(s) q, q <- s p + c q.
template <class T>
EBIT_INLINE void rotate(const Column<T>& p, const Column<T>& q, std::size_t rows, Vector<T> c, Vector<T> s_re,
                        Vector<T> s_im) {
  for (std::size_t i = 0; i < rows; ++i) {
    const Vector<T> pr = p.real(i), pi = p.imaginary(i), qr = q.real(i), qi = q.imaginary(i);
    store(p.re + i * kLanes<T>, c * pr - s_re * qr - s_im * qi);
    store(p.re + p.half + i * kLanes<T>, c * pi - s_re * qi + s_im * qr);
    store(q.re + i * kLanes<T>, c * qr + s_re * pr - s_im * pi);
    store(q.re + q.half + i * kLanes<T>, c * qi + s_re * pi + s_im * pr);
  }
}

template <class T>
EBIT_INLINE bool any(Vector<T> x) {
  for (int l = 0; l < kWidth<T>; ++l)
    if (x[l] != 0) return true;
  return false;
}

// Makes p and q orthogonal, in w and by the same rotation in v. A lane that is there already is left exactly
// as it is, so that it does not depend on the others. @returns whether any lane was not.
template <class T>
EBIT_INLINE bool orthogonalise_pair(const Column<T>& p, const Column<T>& q, std::size_t rows,
                                    const Column<T>* v_p, const Column<T>* v_q, std::size_t columns) {
  Vector<T> a = {}, b = {}, g_re = {}, g_im = {};  // |p|^2, |q|^2, <p|q>
  for (std::size_t i = 0; i < rows; ++i) {
    const Vector<T> pr = p.real(i), pi = p.imaginary(i), qr = q.real(i), qi = q.imaginary(i);
    a += pr * pr + pi * pi, b += qr * qr + qi * qi;
    g_re += pr * qr + pi * qi, g_im += pr * qi - pi * qr;
  }
  const T bound = kRoundings * static_cast<T>(rows) * kEpsilon<T>;
  const Vector<T> square = g_re * g_re + g_im * g_im, one = Vector<T>{} + T(1);
  const auto turns = square > bound * bound * a * b + kTiny<T>;
  if (!any<T>(turns ? one : Vector<T>{})) return false;

  // With q's phase taken off, the angle of the real case: t^2 + 2 zeta t - 1 = 0, the smaller root.
  const Vector<T> size = root_of<T>(turns ? square : one), zeta = (b - a) / (2 * size);
  const Vector<T> magnitude = zeta < 0 ? -zeta : zeta;
  const Vector<T> least = one / (magnitude + root_of<T>(one + zeta * zeta)), t = zeta < 0 ? -least : least;
  const Vector<T> cosine = one / root_of<T>(one + t * t);
  const Vector<T> c = turns ? cosine : one, s = turns ? cosine * t / size : Vector<T>{};
  rotate(p, q, rows, c, s * g_re, s * g_im);
  if (v_p) rotate(*v_p, *v_q, columns, c, s * g_re, s * g_im);
  return true;
}

template <class T>
void orthogonalise(std::size_t columns, std::size_t rows, T* w, T* v, T* p) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t half = columns * rows * kW, v_half = columns * columns * kW;
  for (std::size_t i = 0; v && i < 2 * v_half; ++i) v[i] = 0;
  for (std::size_t i = 0; v && i < columns; ++i)
    for (std::size_t l = 0; l < kW; ++l) v[(i * columns + i) * kW + l] = 1;
  for (std::size_t l = 0; l < kW; l += kWidth<T>) {
    bool moved = true;
    for (int sweep = 0; moved && sweep < kMostSweeps; ++sweep) {
      moved = false;
      for (std::size_t i = 0; i + 1 < columns; ++i)
        for (std::size_t j = i + 1; j < columns; ++j) {
          const Column<T> w_i{w + i * rows * kW + l, half}, w_j{w + j * rows * kW + l, half};
          const Column<T> v_i{v + i * columns * kW + l, v_half}, v_j{v + j * columns * kW + l, v_half};
          if (orthogonalise_pair(w_i, w_j, rows, v ? &v_i : nullptr, v ? &v_j : nullptr, columns))
            moved = true;
        }
    }
    for (std::size_t i = 0; i < columns; ++i) {
      const Column<T> w_i{w + i * rows * kW + l, half};
      Vector<T> sum = {};
      for (std::size_t r = 0; r < rows; ++r)
        sum += w_i.real(r) * w_i.real(r) + w_i.imaginary(r) * w_i.imaginary(r);
      store(p + i * kW + l, sum);
    }
  }
}

template <class T>
void spread(std::size_t columns, std::size_t rows, const T* w, const T* v, const T* f, const Tile<T>& g,
            std::size_t row_stride, std::size_t column_stride) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t half = columns * rows * kW, v_half = columns * columns * kW;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t j = 0; j < columns; ++j) {
      const std::size_t at = (r * row_stride + j * column_stride) * kW;
      for (std::size_t l = 0; l < kW; l += kWidth<T>) {
        Vector<T> re = load(g.re + at + l), im = load(g.im + at + l);
        for (std::size_t k = 0; k < columns; ++k) {
          const T* const w_k = w + (k * rows + r) * kW + l;
          const T* const v_k = v + (k * columns + j) * kW + l;
          const Vector<T> f_k = load(f + k * kW + l);
          const Vector<T> wr = f_k * load(w_k), wi = f_k * load(w_k + half);
          const Vector<T> vr = load(v_k), vi = load(v_k + v_half);
          re += wr * vr + wi * vi, im += wi * vr - wr * vi;
        }
        store(g.re + at + l, re), store(g.im + at + l, im);
      }
    }
}

template <class T>
constexpr SchmidtKernels<T> make_kernels(const char* name) {
  return {.name = name, .orthogonalise = orthogonalise<T>, .spread = spread<T>};
}

#define EBIT_STRING_(x) #x
#define EBIT_STRING(x) EBIT_STRING_(x)
extern constexpr SchmidtKernels<float> kFloats = make_kernels<float>(EBIT_STRING(EBIT_ISA));
extern constexpr SchmidtKernels<double> kDoubles = make_kernels<double>(EBIT_STRING(EBIT_ISA));

}  // namespace ebit::inline cell::schmidt::EBIT_ISA
