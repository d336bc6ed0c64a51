// Peepholes of a gated LSTM: the sigmoids of its gates see the cell state too, f and i the one before the
// step, o the one behind it. Gates with one come out of run_gates() in front of their sigmoid.
#include <cmath>

#include "ebit/cell/gated/gated_workspace.h"
#include "ebit/cell/lstm_gates.h"

namespace ebit::inline cell {
namespace {

// gate = sigma(gate + p c), of every unit and lane.
template <class T>
void open(const T* p, std::size_t units, const T* c, T* gate) {
  for (std::size_t k = 0; k < units; ++k)
    for (std::size_t l = k * kLanes<T>; l < (k + 1) * kLanes<T>; ++l)
      gate[l] = 1 / (1 + std::exp(-(gate[l] + p[k] * c[l])));
}

// d_gate *= sigma', d_c += p d_gate, d_p += sum over lanes of d_gate c.
template <class T>
void open_backward(const T* p, std::size_t units, const T* c, const T* gate, T* d_gate, T* d_c, double* d_p) {
  for (std::size_t k = 0; k < units; ++k)
    for (std::size_t l = k * kLanes<T>; l < (k + 1) * kLanes<T>; ++l) {
      d_gate[l] *= gate[l] * (1 - gate[l]);
      d_c[l] += p[k] * d_gate[l];
      if (d_p) d_p[k] += static_cast<double>(d_gate[l] * c[l]);
    }
}

}  // namespace

// f and i of numbers in front of their sigmoids; in front of the next cell state.
template <class T>
void GatedCell<T>::open_memory_gates(const Call& call, const Step& step) const {
  const T* const p = call.parameters + peepholes_;
  open(p, cell_numbers(), step.c_before, step.gates);
  if (!options_.coupled) open(p + cell_numbers(), cell_numbers(), step.c_before, step.gates + row());
}

// o likewise, and u = o tanh c; behind the next cell state.
template <class T>
void GatedCell<T>::open_output_gate(const Call& call, const Step& step, T* u) const {
  T* const o = step.gates + (state_gates_ - 1) * row();
  open(call.parameters + peepholes_ + (options_.coupled ? 1 : 2) * cell_numbers(), cell_numbers(), step.c, o);
  lstm_output(o, step.c, row(), u);
}

// From d_o, the cotangent of o, to that of the number in front of its sigmoid; adds to d_c, of the next cell
// state.
template <class T>
void GatedCell<T>::output_gate_backward(const Call& call, const Step& step, T* d_o, T* d_c,
                                        double* d_parameters) const {
  const std::size_t at = peepholes_ + (options_.coupled ? 1 : 2) * cell_numbers();
  open_backward(call.parameters + at, cell_numbers(), step.c, step.gates + (state_gates_ - 1) * row(), d_o,
                d_c, d_parameters ? d_parameters + at : nullptr);
}

// Likewise of f and i; adds to d_c, of the cell state before the step.
template <class T>
void GatedCell<T>::memory_gates_backward(const Call& call, const Step& step, T* d_gates, T* d_c,
                                         double* d_parameters) const {
  for (std::size_t gate = 0; gate < (options_.coupled ? 1u : 2u); ++gate) {
    const std::size_t at = peepholes_ + gate * cell_numbers();
    open_backward(call.parameters + at, cell_numbers(), step.c_before, step.gates + gate * row(),
                  d_gates + gate * row(), d_c, d_parameters ? d_parameters + at : nullptr);
  }
}

#define EBIT_INSTANTIATE(T)                                                                          \
  template void GatedCell<T>::open_memory_gates(const Call&, const Step&) const;                     \
  template void GatedCell<T>::open_output_gate(const Call&, const Step&, T*) const;                  \
  template void GatedCell<T>::output_gate_backward(const Call&, const Step&, T*, T*, double*) const; \
  template void GatedCell<T>::memory_gates_backward(const Call&, const Step&, T*, T*, double*) const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
