// What an LSTM does with its gates, whatever they come from; every array is of whole tiles.
#pragma once

#include <algorithm>
#include <cstddef>

#include "ebit/cell/gate_kernels.h"

namespace ebit::inline cell {

/// z = sigma(z), number by number.
template <class T>
void squash_sigmoid(T* z, std::size_t count) {
  gate_kernels<T>().sigmoid(count, z);
}
/// z = tanh(z), number by number.
template <class T>
void squash_tanh(T* z, std::size_t count) {
  gate_kernels<T>().tanh(count, z);
}
/// d *= the derivative of sigma, where it has the value `out`.
template <class T>
void squash_sigmoid_backward(const T* out, std::size_t count, T* d) {
  gate_kernels<T>().sigmoid_backward(out, count, d);
}
/// d *= the derivative of tanh, where it has the value `out`.
template <class T>
void squash_tanh_backward(const T* out, std::size_t count, T* d) {
  gate_kernels<T>().tanh_backward(out, count, d);
}

/// The gates of an LSTM, [C, kLanes] each; i null: the input gate is 1 - f.
template <class T>
struct LstmGates {
  T* f;  ///< forget gate
  T* i;  ///< input gate
  T* g;  ///< cell gate
  T* o;  ///< output gate

  /// Gates behind one another, f first; `coupled`: without i.
  LstmGates(T* first, std::size_t count, bool coupled)
      : f(first), i(coupled ? nullptr : first + count), g(first + (coupled ? 1 : 2) * count), o(g + count) {}
};

/// u = o tanh c.
template <class T>
void lstm_output(const T* o, const T* c, std::size_t count, T* u) {
  std::copy_n(c, count, u);
  squash_tanh(u, count);
  for (std::size_t k = 0; k < count; ++k) u[k] *= o[k];
}

/// c = f c_before + i g; u = o tanh c.
template <class T>
void lstm_step(const LstmGates<const T>& gate, const T* c_before, std::size_t count, T* c, T* u) {
  for (std::size_t k = 0; k < count; ++k)
    c[k] = gate.f[k] * c_before[k] + (gate.i ? gate.i[k] : 1 - gate.f[k]) * gate.g[k];
  lstm_output(gate.o, c, count, u);
}

/// Its vector-Jacobian product. @param d_u of u. @param d_c in: of c; out: of c_before. @param d of the
/// gates, written.
template <class T>
void lstm_step_backward(const LstmGates<const T>& gate, const T* c_before, const T* c, const T* d_u,
                        std::size_t count, T* d_c, const LstmGates<T>& d) {
  std::copy_n(c, count, d.o);
  squash_tanh(d.o, count);
  for (std::size_t k = 0; k < count; ++k) {
    const T s = d.o[k];
    const T own = d_c[k] + d_u[k] * gate.o[k] * (1 - s * s);
    d.o[k] = d_u[k] * s;
    d.f[k] = own * (gate.i ? c_before[k] : c_before[k] - gate.g[k]);
    if (gate.i) d.i[k] = own * gate.g[k];
    d.g[k] = own * (gate.i ? gate.i[k] : 1 - gate.f[k]);
    d_c[k] = own * gate.f[k];
  }
}

}  // namespace ebit::inline cell
