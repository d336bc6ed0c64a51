// The source of the activations, compiled once for each instruction set: activation_*.cc define EBIT_ISA and
// include this file. As in sim/kernels_impl.h nothing here may call an inline function that other files could
// call too.
#include "ebit/cell/controlled/activation.h"
#include "ebit/cell/vector_functions.h"

namespace ebit::inline cell::activation::EBIT_ISA {

using namespace vectors::EBIT_ISA;
using namespace functions::EBIT_ISA;

// Calls body(i) for every vector of n numbers.
template <class T, class Body>
EBIT_INLINE void for_each_vector(std::size_t n, Body body) {
  for (std::size_t i = 0; i < n; i += kWidth<T>) body(i);
}

// ---- the normal distribution

template <class T>
struct NormalConstants;

// kMills: Phi(-a) exp(a^2 / 2) = t P(2 t - 1), t = 4 / (4 + a), for all a >= 0 where the exponential is not
// 0: Chebyshev interpolation of erfc in 40 digits; largest relative error 4e-17, and 1.2e-8 in float32.
template <>
struct NormalConstants<double> {
  static constexpr int kTerms = 23;
  static constexpr double kMills[23] = {
      0.18882128260393787,     0.15197416049297294,      0.0967843501855547196,    0.0466304644899235408,
      0.015099143722674866,    0.00188504724139826476,   -0.000869923090560633336, -0.000407704610472589899,
      0.000033336063504762279, 0.0000577737045798440528, -4.76966632915339359e-7,  -8.78604528944024318e-6,
      1.78751398980402467e-7,  1.47972318294080911e-6,   -1.56283026011967005e-7,  -2.54951212953379316e-7,
      6.59206214410190627e-8,  3.85658013419276849e-8,   -1.90952051337261259e-8,  -3.64464833675911493e-9,
      3.48100599837542753e-9,  -1.81738636975667236e-11, -2.41335635505712617e-10};
};

template <>
struct NormalConstants<float> {
  static constexpr int kTerms = 10;
  static constexpr float kMills[10] = {0.1888212846f,   0.1519741546f,   0.09678417102f,   0.04663067123f,
                                       0.01510167218f,  0.001882312676f, -8.815459251e-4f, -3.930794699e-4f,
                                       5.031543257e-5f, 3.004610028e-5f};
};

// Phi(v), the normal distribution, and exp(-v^2 / 2).
template <class T>
struct Normal {
  Vector<T> distribution, exponential;

  EBIT_INLINE explicit Normal(Vector<T> v)
      : exponential(functions::EBIT_ISA::exponential<T>(v * v * T(-0.5))) {
    using K = NormalConstants<T>;
    const Vector<T> t = T(4) / (T(4) + magnitude<T>(v));
    const Vector<T> tail = exponential * t * polynomial<T>(K::kMills, K::kTerms, 2 * t - T(1));
    distribution = v < T(0) ? tail : T(1) - tail;
  }
};

// ---- linear: f(v) = v

template <class T>
void linear(const T* pre, std::size_t n, T* out) {
  for_each_vector<T>(n, [&](std::size_t i) { store(out + i, load(pre + i)); });
}

template <class T>
void linear_backward(const T*, const T* d_out, std::size_t n, T* d_pre) {
  for_each_vector<T>(n, [&](std::size_t i) { store(d_pre + i, load(d_out + i)); });
}

// ---- relu: f(v) = max(v, 0); slope 0 at 0, as torch

template <class T>
void relu(const T* pre, std::size_t n, T* out) {
  for_each_vector<T>(n, [&](std::size_t i) {
    const Vector<T> v = load(pre + i);
    store(out + i, v > T(0) ? v : Vector<T>{});
  });
}

template <class T>
void relu_backward(const T* pre, const T* d_out, std::size_t n, T* d_pre) {
  for_each_vector<T>(
      n, [&](std::size_t i) { store(d_pre + i, load(pre + i) > T(0) ? load(d_out + i) : Vector<T>{}); });
}

// ---- gelu: f(v) = v Phi(v) (Hendrycks and Gimpel, arXiv:1606.08415)

template <class T>
void gelu(const T* pre, std::size_t n, T* out) {
  for_each_vector<T>(n, [&](std::size_t i) {
    const Vector<T> v = load(pre + i);
    store(out + i, v * Normal<T>(v).distribution);
  });
}

template <class T>
void gelu_backward(const T* pre, const T* d_out, std::size_t n, T* d_pre) {
  constexpr T kDensity = static_cast<T>(0.39894228040143267794);  // 1 / sqrt(2 pi)
  for_each_vector<T>(n, [&](std::size_t i) {
    const Vector<T> v = load(pre + i);
    const Normal<T> normal(v);
    store(d_pre + i, load(d_out + i) * (normal.distribution + v * kDensity * normal.exponential));
  });
}

// ---- glu: f(a, b) = a sigmoid(b) (Dauphin et al., arXiv:1612.08083)

template <class T>
void glu(const T* pre, std::size_t n, T* out) {
  for_each_vector<T>(n,
                     [&](std::size_t i) { store(out + i, load(pre + i) * sigmoid<T>(load(pre + n + i))); });
}

template <class T>
void glu_backward(const T* pre, const T* d_out, std::size_t n, T* d_pre) {
  for_each_vector<T>(n, [&](std::size_t i) {
    const Vector<T> s = sigmoid<T>(load(pre + n + i)), d = load(d_out + i);
    store(d_pre + i, d * s);
    store(d_pre + n + i, d * load(pre + i) * s * (T(1) - s));
  });
}

template <class T>
constexpr ActivationTable<T> make_table(const char* name) {
  return {name,
          {{"linear", "v", 1, linear<T>, linear_backward<T>},
           {"relu", "max(v, 0)", 1, relu<T>, relu_backward<T>},
           {"gelu", "v Phi(v), Phi the normal distribution (erf form)", 1, gelu<T>, gelu_backward<T>},
           {"glu", "a sigmoid(b) of two linear maps a and b", 2, glu<T>, glu_backward<T>}}};
}

#define EBIT_STRING_(x) #x
#define EBIT_STRING(x) EBIT_STRING_(x)
extern constexpr ActivationTable<float> kFloats = make_table<float>(EBIT_STRING(EBIT_ISA));
extern constexpr ActivationTable<double> kDoubles = make_table<double>(EBIT_STRING(EBIT_ISA));

}  // namespace ebit::inline cell::activation::EBIT_ISA
