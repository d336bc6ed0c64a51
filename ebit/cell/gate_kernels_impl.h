// The source of GateKernels, compiled once for each instruction set: gate_kernels_*.cc define EBIT_ISA and
// include this file. As in sim/kernels_impl.h nothing here may call an inline function that other files could
// call too.
#include "ebit/cell/gate_kernels.h"
#include "ebit/cell/vector_functions.h"

namespace ebit::inline cell::gates::EBIT_ISA {

using namespace vectors::EBIT_ISA;
using namespace functions::EBIT_ISA;

// Calls body(i) for every vector of n numbers.
template <class T, class Body>
EBIT_INLINE void for_each_vector(std::size_t n, Body body) {
  for (std::size_t i = 0; i < n; i += kWidth<T>) body(i);
}

// ---- sigmoid and tanh

template <class T>
void sigmoids(std::size_t n, T* x) {
  for_each_vector<T>(n, [&](std::size_t i) { store(x + i, sigmoid<T>(load(x + i))); });
}

template <class T>
void sigmoids_backward(const T* out, std::size_t n, T* d) {
  for_each_vector<T>(n, [&](std::size_t i) {
    const Vector<T> s = load(out + i);
    store(d + i, load(d + i) * s * (T(1) - s));
  });
}

template <class T>
void tangents(std::size_t n, T* x) {
  for_each_vector<T>(n, [&](std::size_t i) { store(x + i, hyperbolic_tangent<T>(load(x + i))); });
}

template <class T>
void tangents_backward(const T* out, std::size_t n, T* d) {
  for_each_vector<T>(n, [&](std::size_t i) {
    const Vector<T> s = load(out + i);
    store(d + i, load(d + i) * (T(1) - s * s));
  });
}

// ---- angles

// So large that the angle is pi/2 to the last bit, and so small that y^4 is finite.
template <class T>
inline constexpr T kLargest = sizeof(T) == 4 ? T(1e9) : T(1e75);

template <class T>
EBIT_INLINE Vector<T> clamped(Vector<T> y, T most) {
  const Vector<T> below = y > most ? Vector<T>{} + most : y;
  return below < -most ? Vector<T>{} - most : below;
}

/// The angle of a number: its cosine and sine, and its slope.
template <class T, AngleFunction kFunction>
struct Turn {
  Vector<T> cosine;  ///< of the angle
  Vector<T> sine;    ///< of the angle
  Vector<T> slope;   ///< its derivative with respect to the number

  /// Of these numbers.
  EBIT_INLINE explicit Turn(Vector<T> number) {
    if constexpr (kFunction == AngleFunction::kArctan || kFunction == AngleFunction::kArctanSquare) {
      const Vector<T> y = clamped<T>(number, kLargest<T>);
      const Vector<T> tangent = kFunction == AngleFunction::kArctan ? y : y * y;
      const Vector<T> over = T(1) / (T(1) + tangent * tangent);
      cosine = square_root<T>(over), sine = tangent * cosine;
      slope = kFunction == AngleFunction::kArctan ? over : 2 * y * over;
    } else {
      constexpr bool kSine = kFunction == AngleFunction::kArcsin;
      const Vector<T> y = clamped<T>(number, T(1)), rest = square_root<T>((T(1) - y) * (T(1) + y));
      cosine = kSine ? rest : y, sine = kSine ? y : rest;
      const Vector<T> steep = (kSine ? T(1) : T(-1)) / rest;
      slope = magnitude<T>(number) < T(1) ? steep : Vector<T>{};
    }
  }
};

template <class T, AngleFunction kFunction>
void turn(const T* y, std::size_t n, T* cosine, T* sine, T* slope) {
  for_each_vector<T>(n, [&](std::size_t i) {
    const Turn<T, kFunction> own(load(y + i));
    store(cosine + i, own.cosine), store(sine + i, own.sine), store(slope + i, own.slope);
  });
}

template <class T>
void same_angle(const T* y, std::size_t n, T* angle, T* slope) {
  for_each_vector<T>(
      n, [&](std::size_t i) { store(angle + i, load(y + i)), store(slope + i, Vector<T>{} + T(1)); });
}

template <class T, AngleFunction kFunction>
void angle(const T* y, std::size_t n, T* angle, T* slope) {
  constexpr T kHalfPi = static_cast<T>(1.57079632679489661923);
  for_each_vector<T>(n, [&](std::size_t i) {
    const Vector<T> number = load(y + i);
    const Turn<T, kFunction> own(number);
    store(slope + i, own.slope);
    if constexpr (kFunction == AngleFunction::kArctan)
      store(angle + i, arctangent<T>(number));
    else if constexpr (kFunction == AngleFunction::kArctanSquare)
      store(angle + i, arctangent<T>(number * number));
    else {
      // arcsin s = 2 arctan(s / (1 + c)), and arccos is what is left of pi/2.
      const Vector<T> s = kFunction == AngleFunction::kArcsin ? own.sine : own.cosine,
                      c = kFunction == AngleFunction::kArcsin ? own.cosine : own.sine;
      const Vector<T> arcsine = T(2) * arctangent<T>(s / (T(1) + c));
      store(angle + i, kFunction == AngleFunction::kArcsin ? arcsine : kHalfPi - arcsine);
    }
  });
}

// ---- rotations in a plane

template <class T>
void rotate_plane(std::size_t n, const T* cosine, const T* sine, T* u, T* v) {
  for_each_vector<T>(n, [&](std::size_t i) {
    const Vector<T> c = load(cosine + i), s = load(sine + i), a = load(u + i), b = load(v + i);
    store(u + i, c * a - s * b), store(v + i, s * a + c * b);
  });
}

template <class T>
void rotate_plane_back(std::size_t n, const T* cosine, const T* sine, const T* slope, T* u, T* v, T* d_u,
                       T* d_v, T* d_y) {
  for_each_vector<T>(n, [&](std::size_t i) {
    const Vector<T> c = load(cosine + i), s = load(sine + i), a = load(u + i), b = load(v + i);
    const Vector<T> d_a = load(d_u + i), d_b = load(d_v + i);
    store(d_y + i, load(d_y + i) + (d_b * a - d_a * b) * load(slope + i));
    store(u + i, c * a + s * b), store(v + i, c * b - s * a);
    store(d_u + i, c * d_a + s * d_b), store(d_v + i, c * d_b - s * d_a);
  });
}

// ---- products of features

template <class T>
void products(const ProductTable& table, const T* features, T* p) {
  for (int l = 0; l < kLanes<T>; ++l) p[l] = 1;
  for (std::size_t g = 0; g < table.group_count; ++g) {
    const FactorGroup group = table.groups[g];
    for (int l = 0; l < kLanes<T>; l += kWidth<T>) {
      const Vector<T> factor = load(features + group.feature * std::size_t{kLanes<T>} + l);
      for (std::size_t k = group.first; k < group.first + group.count; ++k)
        store(p + k * kLanes<T> + l, load(p + table.parents[k] * std::size_t{kLanes<T>} + l) * factor);
    }
  }
}

template <class T>
void products_backward(const ProductTable& table, const T* features, const T* p, T* d_p, T* d_features) {
  for (std::size_t g = table.group_count; g-- > 0;) {
    const FactorGroup group = table.groups[g];
    for (int l = 0; l < kLanes<T>; l += kWidth<T>) {
      const std::size_t at = group.feature * std::size_t{kLanes<T>} + static_cast<std::size_t>(l);
      const Vector<T> factor = load(features + at);
      Vector<T> sum = load(d_features + at);
      for (std::size_t k = group.first; k < group.first + group.count; ++k) {
        const std::size_t parent = table.parents[k] * std::size_t{kLanes<T>} + static_cast<std::size_t>(l);
        const Vector<T> d = load(d_p + k * kLanes<T> + l);
        sum += d * load(p + parent);
        store(d_p + parent, load(d_p + parent) + d * factor);
      }
      store(d_features + at, sum);
    }
  }
}

// ---- coefficients

template <class T>
void rotate(const CoefficientPair* pairs, std::size_t count, const T* cosine, const T* sine, T* c) {
  for (int l = 0; l < kLanes<T>; l += kWidth<T>) {
    const Vector<T> co = load(cosine + l), si = load(sine + l);
    for (std::size_t k = 0; k < count; ++k) {
      T *const a = c + pairs[k].a * std::size_t{kLanes<T>} + l, *const b =
                                                                    c + pairs[k].b * std::size_t{kLanes<T>} +
                                                                    l;
      const Vector<T> first = load(a), second = load(b);
      store(a, co * first - si * second), store(b, co * second + si * first);
    }
  }
}

template <class T>
void rotate_back(const CoefficientPair* pairs, std::size_t count, const T* cosine, const T* sine, T* c, T* d,
                 T* sum) {
  for (int l = 0; l < kLanes<T>; l += kWidth<T>) {
    const Vector<T> co = load(cosine + l), si = load(sine + l);
    Vector<T> total = load(sum + l);
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t first = pairs[k].a * std::size_t{kLanes<T>} + static_cast<std::size_t>(l);
      const std::size_t second = pairs[k].b * std::size_t{kLanes<T>} + static_cast<std::size_t>(l);
      const Vector<T> a = load(c + first), b = load(c + second), d_a = load(d + first),
                      d_b = load(d + second);
      total += d_b * a - d_a * b;
      store(c + first, co * a + si * b), store(c + second, co * b - si * a);
      store(d + first, co * d_a + si * d_b), store(d + second, co * d_b - si * d_a);
    }
    store(sum + l, total);
  }
}

template <class T>
void transpose(const T* x, std::size_t first, std::size_t rows, T* out) {
  constexpr std::size_t kW = kLanes<T>;
  if (rows < kW)
    for (std::size_t i = 0; i < kW * kW; i += kWidth<T>) store(out + i, Vector<T>{});
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t l = 0; l < kW; ++l) out[l * kW + first + r] = x[r * kW + l];
}

template <class T>
constexpr GateKernels<T> make_kernels(const char* name) {
  using enum AngleFunction;
  return {.name = name,
          .sigmoid = sigmoids<T>,
          .tanh = tangents<T>,
          .sigmoid_backward = sigmoids_backward<T>,
          .tanh_backward = tangents_backward<T>,
          .angle = {same_angle<T>, angle<T, kArctan>, angle<T, kArctanSquare>, angle<T, kArcsin>,
                    angle<T, kArccos>},
          .turn = {nullptr, turn<T, kArctan>, turn<T, kArctanSquare>, turn<T, kArcsin>, turn<T, kArccos>},
          .rotate_plane = rotate_plane<T>,
          .rotate_plane_back = rotate_plane_back<T>,
          .products = products<T>,
          .products_backward = products_backward<T>,
          .rotate = rotate<T>,
          .rotate_back = rotate_back<T>,
          .transpose = transpose<T>};
}

#define EBIT_STRING_(x) #x
#define EBIT_STRING(x) EBIT_STRING_(x)
extern constexpr GateKernels<float> kFloats = make_kernels<float>(EBIT_STRING(EBIT_ISA));
extern constexpr GateKernels<double> kDoubles = make_kernels<double>(EBIT_STRING(EBIT_ISA));

}  // namespace ebit::inline cell::gates::EBIT_ISA
