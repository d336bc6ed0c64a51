// What an LSTM does with its gates, whatever they come from; every array is of whole tiles.
#pragma once

#include <cmath>
#include <cstddef>

namespace ebit::inline cell {

/// z = sigma(z), number by number.
template <class T>
void squash_sigmoid(T* z, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) z[k] = 1 / (1 + std::exp(-z[k]));
}
/// z = tanh(z), number by number.
template <class T>
void squash_tanh(T* z, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) z[k] = std::tanh(z[k]);
}
/// d *= the derivative of sigma, where it has the value `out`.
template <class T>
void squash_sigmoid_backward(const T* out, std::size_t count, T* d) {
  for (std::size_t k = 0; k < count; ++k) d[k] *= out[k] * (1 - out[k]);
}
/// d *= the derivative of tanh, where it has the value `out`.
template <class T>
void squash_tanh_backward(const T* out, std::size_t count, T* d) {
  for (std::size_t k = 0; k < count; ++k) d[k] *= 1 - out[k] * out[k];
}

/// The gates of an LSTM, [C, kLanes] each; i null: the input gate is 1 - f.
template <class T>
struct LstmGates {
  T *f, *i, *g, *o;  ///< forget, input, cell and output gate

  /// Gates behind one another, f first; `coupled`: without i.
  LstmGates(T* first, std::size_t count, bool coupled)
      : f(first), i(coupled ? nullptr : first + count), g(first + (coupled ? 1 : 2) * count), o(g + count) {}
};

/// c = f c_before + i g; u = o tanh c.
template <class T>
void lstm_step(const LstmGates<const T>& gate, const T* c_before, std::size_t count, T* c, T* u) {
  for (std::size_t k = 0; k < count; ++k) {
    c[k] = gate.f[k] * c_before[k] + (gate.i ? gate.i[k] : 1 - gate.f[k]) * gate.g[k];
    u[k] = gate.o[k] * std::tanh(c[k]);
  }
}

/// Its vector-Jacobian product. @param d_u of u. @param d_c in: of c; out: of c_before. @param d of the
/// gates, written.
template <class T>
void lstm_step_backward(const LstmGates<const T>& gate, const T* c_before, const T* c, const T* d_u,
                        std::size_t count, T* d_c, const LstmGates<T>& d) {
  for (std::size_t k = 0; k < count; ++k) {
    const T s = std::tanh(c[k]);
    const T own = d_c[k] + d_u[k] * gate.o[k] * (1 - s * s);
    d.o[k] = d_u[k] * s;
    d.f[k] = own * (gate.i ? c_before[k] : c_before[k] - gate.g[k]);
    if (gate.i) d.i[k] = own * gate.g[k];
    d.g[k] = own * (gate.i ? gate.i[k] : 1 - gate.f[k]);
    d_c[k] = own * gate.f[k];
  }
}

}  // namespace ebit::inline cell
