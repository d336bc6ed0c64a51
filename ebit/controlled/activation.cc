#include "ebit/controlled/activation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

namespace ebit {
namespace {

// ---- linear: f(v) = v

template <class T>
void linear(const T* pre, std::size_t n, T* out) {
  std::copy_n(pre, n, out);
}

template <class T>
void linear_backward(const T*, const T* d_out, std::size_t n, T* d_pre) {
  std::copy_n(d_out, n, d_pre);
}

// ---- relu: f(v) = max(v, 0); slope 0 at 0, as torch

template <class T>
void relu(const T* pre, std::size_t n, T* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = pre[i] > 0 ? pre[i] : T(0);
}

template <class T>
void relu_backward(const T* pre, const T* d_out, std::size_t n, T* d_pre) {
  for (std::size_t i = 0; i < n; ++i) d_pre[i] = pre[i] > 0 ? d_out[i] : T(0);
}

// ---- gelu: f(v) = v Phi(v) with the normal distribution Phi (Hendrycks and Gimpel, arXiv:1606.08415)

template <class T>
T normal_cdf(T v) {
  return (1 + std::erf(v * static_cast<T>(1 / std::numbers::sqrt2))) / 2;
}

template <class T>
void gelu(const T* pre, std::size_t n, T* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = pre[i] * normal_cdf(pre[i]);
}

template <class T>
void gelu_backward(const T* pre, const T* d_out, std::size_t n, T* d_pre) {
  constexpr T kDensity = static_cast<T>(std::numbers::inv_sqrtpi / std::numbers::sqrt2);
  for (std::size_t i = 0; i < n; ++i)
    d_pre[i] = d_out[i] * (normal_cdf(pre[i]) + pre[i] * kDensity * std::exp(-pre[i] * pre[i] / 2));
}

// ---- glu: f(a, b) = a sigmoid(b) (Dauphin et al., arXiv:1612.08083)

template <class T>
T sigmoid(T v) {
  return 1 / (1 + std::exp(-v));
}

template <class T>
void glu(const T* pre, std::size_t n, T* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = pre[i] * sigmoid(pre[n + i]);
}

template <class T>
void glu_backward(const T* pre, const T* d_out, std::size_t n, T* d_pre) {
  for (std::size_t i = 0; i < n; ++i) {
    const T s = sigmoid(pre[n + i]);
    d_pre[i] = d_out[i] * s;
    d_pre[n + i] = d_out[i] * pre[i] * s * (1 - s);
  }
}

}  // namespace

template <class T>
std::span<const Activation<T>> activations() {
  static constexpr Activation<T> kTable[] = {
      {"linear", "v", 1, linear<T>, linear_backward<T>},
      {"relu", "max(v, 0)", 1, relu<T>, relu_backward<T>},
      {"gelu", "v Phi(v), Phi the normal distribution (erf form)", 1, gelu<T>, gelu_backward<T>},
      {"glu", "a sigmoid(b) of two linear maps a and b", 2, glu<T>, glu_backward<T>},
  };
  return kTable;
}

template <class T>
const Activation<T>& find_activation(std::string_view name) {
  for (const Activation<T>& row : activations<T>())
    if (row.name == name) return row;
  fail("unknown activation '{}'{}", name, suggestion(name, names_of(activations<T>())));
}

#define EBIT_INSTANTIATE(T)                              \
  template std::span<const Activation<T>> activations(); \
  template const Activation<T>& find_activation(std::string_view);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit
