// Functions of whole vectors of numbers: exponential, sigmoid, hyperbolic tangent, arctangent, square root.
//
// For sources that are compiled once an instruction set (EBIT_ISA), see sim/kernels_impl.h for their rules.
#pragma once

#include "ebit/sim/kernels_vectors.h"

namespace ebit::inline cell::functions::EBIT_ISA {

using namespace vectors::EBIT_ISA;

template <class T>
struct Constants;

// exp: x = n ln 2 + r with ln 2 in two parts (fdlibm's e_exp.c), and Taylor's series of exp r.
// tanh and atan: cephes (tanh.c, atan.c and their float forms), highest power first there, last here.
template <>
struct Constants<double> {
  using Integer = long long;
  static constexpr double kSmallest = -708;             // exp of less is taken as 0
  static constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer
  static constexpr double kLogTwo[2] = {6.93147180369123816490e-01, 1.90821492927058770002e-10};
  static constexpr int kBias = 1023, kFraction = 52;
  static constexpr int kTerms = 14;
  static constexpr double kExponential[14] = {
      1,         1,          1. / 2,      1. / 6,       1. / 24,       1. / 120,       1. / 720,
      1. / 5040, 1. / 40320, 1. / 362880, 1. / 3628800, 1. / 39916800, 1. / 479001600, 1. / 6227020800};
  static constexpr int kTanhTerms = 3, kTanhBelow = 4;
  static constexpr double kTanh[3] = {-1.61468768441708447952e3, -9.92877231001918586564e1,
                                      -9.64399179425052238628e-1};
  static constexpr double kTanhUnder[4] = {4.84406305325125486048e3, 2.23548839060100448583e3,
                                           1.12811678491632931402e2, 1};
  static constexpr int kArctanTerms = 5, kArctanBelow = 6;
  static constexpr double kArctan[5] = {-6.485021904942025371773e1, -1.228866684490136173410e2,
                                        -7.500855792314704667340e1, -1.615753718733365076637e1,
                                        -8.750608600031904122785e-1};
  static constexpr double kArctanUnder[6] = {1.945506571482613964425e2, 4.853903996359136964868e2,
                                             4.328810604912902668951e2, 1.650270098316988542046e2,
                                             2.485846490142306297962e1, 1};
};

template <>
struct Constants<float> {
  using Integer = int;
  static constexpr float kSmallest = -87;
  static constexpr float kRound = 12582912.0f;                          // 1.5 * 2^23
  static constexpr float kLogTwo[2] = {0.693359375f, -2.12194440e-4f};  // cephes' expf.c
  static constexpr int kBias = 127, kFraction = 23;
  static constexpr int kTerms = 8;
  static constexpr float kExponential[8] = {1,        1,         1.f / 2,   1.f / 6,
                                            1.f / 24, 1.f / 120, 1.f / 720, 1.f / 5040};
  static constexpr int kTanhTerms = 5, kTanhBelow = 1;
  static constexpr float kTanh[5] = {-3.33332819422e-1f, 1.33314422036e-1f, -5.37397155531e-2f,
                                     2.06390887954e-2f, -5.70498872745e-3f};
  static constexpr float kTanhUnder[1] = {1};
  static constexpr int kArctanTerms = 4, kArctanBelow = 1;
  static constexpr float kArctan[4] = {-3.33329491539e-1f, 1.99777106478e-1f, -1.38776856032e-1f,
                                       8.05374449538e-2f};
  static constexpr float kArctanUnder[1] = {1};
};

// Of x <= 0.
template <class T>
EBIT_INLINE Vector<T> exponential(Vector<T> x) {
  using K = Constants<T>;
  typedef typename K::Integer Integers __attribute__((vector_size(kVectorBytes)));
  const Vector<T> shifted = x * T(1.44269504088896340736) + K::kRound;
  const Vector<T> n = shifted - K::kRound;
  const Vector<T> r = (x - n * K::kLogTwo[0]) - n * K::kLogTwo[1];
  // 2^n by its bits: the low bits of `shifted` are n.
  const Vector<T> power = (Vector<T>)(((Integers)shifted + K::kBias) << K::kFraction);
  return x < K::kSmallest ? Vector<T>{} : polynomial<T>(K::kExponential, K::kTerms, r) * power;
}

template <class T>
EBIT_INLINE Vector<T> magnitude(Vector<T> v) {
  return v < T(0) ? -v : v;
}

template <class T>
EBIT_INLINE Vector<T> sigmoid(Vector<T> v) {
  const Vector<T> e = exponential<T>(-magnitude<T>(v));
  return (v < T(0) ? e : Vector<T>{} + T(1)) / (T(1) + e);
}

template <class T>
EBIT_INLINE Vector<T> hyperbolic_tangent(Vector<T> v) {
  using K = Constants<T>;
  const Vector<T> e = exponential<T>(T(-2) * magnitude<T>(v)), z = v * v;
  const Vector<T> large = (T(1) - e) / (T(1) + e);
  const Vector<T> ratio =
      polynomial<T>(K::kTanh, K::kTanhTerms, z) / polynomial<T>(K::kTanhUnder, K::kTanhBelow, z);
  return magnitude<T>(v) < T(0.625) ? v + v * z * ratio : v < T(0) ? -large : large;
}

template <class T>
EBIT_INLINE Vector<T> arctangent(Vector<T> v) {
  using K = Constants<T>;
  constexpr T kHalfPi = static_cast<T>(1.57079632679489661923),
              kQuarterPi = static_cast<T>(0.78539816339744830962);
  const Vector<T> one = Vector<T>{} + T(1), a = magnitude<T>(v);
  // arctan a = pi/2 - arctan 1/a = pi/4 + arctan((a - 1)/(a + 1)).
  const auto far = a > T(2.41421356237309504880), middle = a > T(0.41421356237309504880);
  const Vector<T> above = far ? -one : middle ? a - one : a, below = far ? a : middle ? a + one : one;
  const Vector<T> x = above / below, z = x * x;
  const Vector<T> ratio =
      polynomial<T>(K::kArctan, K::kArctanTerms, z) / polynomial<T>(K::kArctanUnder, K::kArctanBelow, z);
  const Vector<T> angle = (far      ? Vector<T>{} + kHalfPi
                           : middle ? Vector<T>{} + kQuarterPi
                                    : Vector<T>{}) +
                          (x + x * z * ratio);
  return v < T(0) ? -angle : angle;
}

template <class T>
EBIT_INLINE Vector<T> square_root(Vector<T> v) {
  Vector<T> root;
  for (int l = 0; l < kWidth<T>; ++l)
    if constexpr (sizeof(T) == 4)
      root[l] = __builtin_sqrtf(v[l]);
    else
      root[l] = __builtin_sqrt(v[l]);
  return root;
}

}  // namespace ebit::inline cell::functions::EBIT_ISA
