// The gates of a gated cell for one tile: from v through linear map, circuit and linear map to numbers, and
// back. Gates that share the map in front of them share its work and the encoder's.
#include <algorithm>
#include <cmath>

#include "ebit/cell/gated/gated_workspace.h"

namespace ebit::inline cell {

// w.y and w.angles for gates with that map in front, whose cotangents are to be summed in w.d_angles.
template <class T>
void GatedCell<T>::enter(const Call& call, int before, const T* v, Workspace& w) const {
  if (before < 0)
    std::copy_n(v, w.y.size(), w.y.data());
  else
    linear(kernels_, call.parameters, linears_[static_cast<std::size_t>(before)], v, w.y.data());
  encode(encoder_, options_.qubits, w.y.data(), w.angles.data());
  std::ranges::fill(w.d_angles, T(0));
}

// d_v += what w.d_angles says.
template <class T>
void GatedCell<T>::leave(const Call& call, int before, const T* v, T* d_v, double* d_parameters,
                         Workspace& w) const {
  T* const d_y = before < 0 ? d_v : w.d_y.data();
  if (before >= 0) std::ranges::fill(w.d_y, T(0));
  encode_backward(encoder_, options_.qubits, w.y.data(), w.d_angles.data(), d_y);
  if (before >= 0)
    linear_backward(kernels_, call.parameters, linears_[static_cast<std::size_t>(before)], v, d_y, d_v,
                    d_parameters);
}

// The gate's numbers for the v that was entered. @param out [width, kLanes].
template <class T>
void GatedCell<T>::run_gate(const Call& call, const Gate& gate, T* out, Workspace& w) const {
  T* const z = gate.behind < 0 ? out : w.z.data();
  gate.program.forward(w.angles.data(), w.state, z);
  if (gate.behind >= 0)
    linear(kernels_, call.parameters, linears_[static_cast<std::size_t>(gate.behind)], z, out);
  const std::size_t numbers = gate.width * kLanes<T>;
  if (gate.squash == Squash::kSigmoid)
    for (std::size_t i = 0; i < numbers; ++i) out[i] = 1 / (1 + std::exp(-out[i]));
  else if (gate.squash == Squash::kTanh)
    for (std::size_t i = 0; i < numbers; ++i) out[i] = std::tanh(out[i]);
}

// Adds to w.d_angles for the v that was entered; runs the circuit again.
// @param d_out [width, kLanes] of the numbers in front of sigmoid or tanh.
template <class T>
void GatedCell<T>::gate_backward(const Call& call, const Gate& gate, T* d_out, double* d_parameters,
                                 Workspace& w) const {
  gate.program.forward(w.angles.data(), w.state, w.z.data());
  T* d_z = d_out;
  if (gate.behind >= 0) {
    d_z = w.d_z.data();
    std::fill_n(d_z, gate.measured * kLanes<T>, T(0));
    linear_backward(kernels_, call.parameters, linears_[static_cast<std::size_t>(gate.behind)], w.z.data(),
                    d_out, d_z, d_parameters);
  }
  double* const d_shared = d_parameters && options_.trained ? d_parameters + gate.angles : nullptr;
  gate.program.backward(w.angles.data(), d_z, w.state, {d_shared, w.d_angles.data()});
}

// @param out [gates, width, kLanes].
template <class T>
void GatedCell<T>::run_gates(const Call& call, Gates gates, const T* v, T* out, Workspace& w) const {
  for (std::size_t g = 0; g < gates.size(); ++g) {
    if (g == 0 || gates[g].before != gates[g - 1].before) enter(call, gates[g].before, v, w);
    run_gate(call, gates[g], out, w);
    out += gates[g].width * kLanes<T>;
  }
}

// Vector-Jacobian product of run_gates. @param d_out of `out`; used up. @param d_v [.., kLanes], written.
template <class T>
void GatedCell<T>::gates_backward(const Call& call, Gates gates, const T* v, const T* out, T* d_out, T* d_v,
                                  double* d_parameters, Workspace& w) const {
  const std::size_t columns =
      gates.front().before < 0 ? w.y.size() / kLanes<T> : static_cast<std::size_t>(sizes_.width);
  std::fill_n(d_v, columns * kLanes<T>, T(0));
  for (std::size_t g = 0; g < gates.size(); ++g) {
    const Gate& gate = gates[g];
    const std::size_t numbers = gate.width * kLanes<T>;
    if (gate.squash == Squash::kSigmoid)
      for (std::size_t i = 0; i < numbers; ++i) d_out[i] *= out[i] * (1 - out[i]);
    else if (gate.squash == Squash::kTanh)
      for (std::size_t i = 0; i < numbers; ++i) d_out[i] *= 1 - out[i] * out[i];
    if (g == 0 || gate.before != gates[g - 1].before) enter(call, gate.before, v, w);
    gate_backward(call, gate, d_out, d_parameters, w);
    if (g + 1 == gates.size() || gate.before != gates[g + 1].before)
      leave(call, gate.before, v, d_v, d_parameters, w);
    out += numbers, d_out += numbers;
  }
}

#define EBIT_INSTANTIATE(T)                                                                           \
  template void GatedCell<T>::run_gates(const Call&, Gates, const T*, T*, Workspace&) const;          \
  template void GatedCell<T>::gates_backward(const Call&, Gates, const T*, const T*, T*, T*, double*, \
                                             Workspace&) const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
