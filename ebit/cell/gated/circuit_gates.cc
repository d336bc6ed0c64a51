// The gates of a gated cell for one tile: from v through linear map, circuit and linear map to numbers, and
// back, gate by gate: what folded_gates.cc is tested against. Gates that share the map in front of them share
// its work and the encoder's.
#include <algorithm>

#include "ebit/cell/gated/gated_workspace.h"

namespace ebit::inline cell {

// w.y and w.angles for gates with that map in front, whose cotangents are to be summed in w.d_angles.
template <class T>
void GatedCell<T>::enter(const Call& call, int before, const T* v, Workspace& w) const {
  if (before < 0)
    std::copy_n(v, w.y.size(), w.y.data());
  else
    apply(call, before, v, w.y.data());
  encode(encoder_, gate_kernels_, options_.qubits, w.y.data(), w.angles.data(), w.slopes.data());
  std::ranges::fill(w.d_angles, T(0));
}

// d_v += what w.d_angles says.
template <class T>
void GatedCell<T>::leave(const Call& call, int before, const T* v, T* d_v, double* d_parameters,
                         Workspace& w) const {
  T* const d_y = before < 0 ? d_v : w.d_y.data();
  if (before >= 0) std::ranges::fill(w.d_y, T(0));
  encode_backward(encoder_, options_.qubits, w.y.data(), w.slopes.data(), w.d_angles.data(), d_y);
  if (before >= 0) apply_backward(call, before, v, d_y, d_v, d_parameters != nullptr, w);
}

// The readouts of the gate's circuit, or of its mixture. @param z [measured, kLanes].
template <class T>
void GatedCell<T>::run_circuit(const Gate& gate, T* z, Workspace& w) const {
  const auto index = static_cast<std::size_t>(&gate - gates_.data());
  const CircuitDraws draws{random_seed(w.draws.seed, index), w.draws.stream, w.draws.step};
  if (gate.mixture) {
    w.mixture->draws = draws;
    gate.mixture->forward(w.angles.data(), *w.mixture, z);
  } else {
    w.state.draws = draws;
    gate.program.forward(w.angles.data(), w.state, z);
  }
}

// Adds to w.d_angles and the angles' gradients, right behind run_circuit().
template <class T>
void GatedCell<T>::circuit_backward(const Gate& gate, const T* d_z, double* d_parameters,
                                    Workspace& w) const {
  double* const d_shared = d_parameters && trains_angles_ ? d_parameters + gate.angles : nullptr;
  if (gate.mixture)
    gate.mixture->backward(w.angles.data(), d_z, *w.mixture, d_shared,
                           d_parameters ? d_parameters + gate.weights : nullptr, w.d_angles.data());
  else
    gate.program.backward(w.angles.data(), d_z, w.state, {d_shared, w.d_angles.data()});
}

// Copies numbers of a step to where they can be looked at, if somebody does.
template <class T>
void GatedCell<T>::look(std::size_t at, const T* numbers, std::size_t count, Workspace& w) const {
  if (w.looked_at) std::copy_n(numbers, count * kLanes<T>, w.watched.data() + at * kLanes<T>);
}

// The gate's numbers in front of sigmoid or tanh for the v that was entered. @param out [width, kLanes].
template <class T>
void GatedCell<T>::run_gate(const Call& call, const Gate& gate, T* out, Workspace& w) const {
  T* const z = gate.behind < 0 ? out : w.z.data();
  run_circuit(gate, z, w);
  look(gate.seen, z, gate.measured, w);
  if (gate.behind >= 0) apply(call, gate.behind, z, out);
}

// Adds to w.d_angles for the v that was entered; runs the circuit again.
// @param d_out [width, kLanes] of the numbers in front of sigmoid or tanh.
template <class T>
void GatedCell<T>::gate_backward(const Call& call, const Gate& gate, T* d_out, double* d_parameters,
                                 Workspace& w) const {
  run_circuit(gate, w.z.data(), w);
  T* d_z = d_out;
  if (gate.behind >= 0) {
    d_z = w.d_z.data();
    std::fill_n(d_z, gate.measured * kLanes<T>, T(0));
    apply_backward(call, gate.behind, w.z.data(), d_out, d_z, d_parameters != nullptr, w);
  }
  circuit_backward(gate, d_z, d_parameters, w);
}

// @param out [gates, width, kLanes].
template <class T>
void GatedCell<T>::run_gates(const Call& call, Gates gates, const T* v, T* out, Workspace& w) const {
  while (!gates.empty()) {
    const Gates own = same_entry(gates);
    gates = gates.subspan(own.size());
    if (call.folded) {
      run_folded(call, own, v, out, w);
    } else {
      enter(call, own.front().before, v, w);
      T* next = out;
      for (const Gate& gate : own) {
        run_gate(call, gate, next, w);
        next += gate.width * kLanes<T>;
      }
    }
    for (const Gate& gate : own) {
      const std::size_t numbers = gate.width * kLanes<T>;
      if (gate.squash == Squash::kSigmoid) gate_kernels_.sigmoid(numbers, out);
      if (gate.squash == Squash::kTanh) gate_kernels_.tanh(numbers, out);
      if (gate.squash != Squash::kNone) look(gate.seen + gate.measured, out, gate.width, w);
      out += numbers;
    }
  }
}

// Vector-Jacobian product of run_gates. @param d_out of `out`; used up. @param d_v [.., kLanes], written.
template <class T>
void GatedCell<T>::gates_backward(const Call& call, Gates gates, const T* v, const T* out, T* d_out, T* d_v,
                                  double* d_parameters, Workspace& w) const {
  const std::size_t columns =
      gates.front().before < 0 ? w.y.size() / kLanes<T> : static_cast<std::size_t>(sizes_.width);
  std::fill_n(d_v, columns * kLanes<T>, T(0));
  while (!gates.empty()) {
    const Gates own = same_entry(gates);
    gates = gates.subspan(own.size());
    T* const d_first = d_out;
    for (const Gate& gate : own) {
      const std::size_t numbers = gate.width * kLanes<T>;
      if (gate.squash == Squash::kSigmoid) gate_kernels_.sigmoid_backward(out, numbers, d_out);
      if (gate.squash == Squash::kTanh) gate_kernels_.tanh_backward(out, numbers, d_out);
      out += numbers, d_out += numbers;
    }
    if (call.folded) {
      folded_backward(call, own, v, d_first, d_v, d_parameters != nullptr, w);
      continue;
    }
    enter(call, own.front().before, v, w);
    T* d_own = d_first;
    for (const Gate& gate : own) {
      gate_backward(call, gate, d_own, d_parameters, w);
      d_own += gate.width * kLanes<T>;
    }
    leave(call, own.front().before, v, d_v, d_parameters, w);
  }
}

#define EBIT_INSTANTIATE(T)                                                                           \
  template void GatedCell<T>::look(std::size_t, const T*, std::size_t, Workspace&) const;             \
  template void GatedCell<T>::run_gates(const Call&, Gates, const T*, T*, Workspace&) const;          \
  template void GatedCell<T>::gates_backward(const Call&, Gates, const T*, const T*, T*, T*, double*, \
                                             Workspace&) const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
