// The gates of a gated cell for one tile where all circuits are one table of coefficients: the wires' Pauli
// expectation values, their products, one product with the table for all gates that take the same v; and
// back.
#include <algorithm>

#include "ebit/cell/gated/gated_workspace.h"

namespace ebit::inline cell {

// The first of these gates, with those behind it that have the same map in front.
template <class T>
typename GatedCell<T>::Gates GatedCell<T>::same_entry(Gates gates) const {
  std::size_t count = 1;
  while (count < gates.size() && gates[count].before == gates[0].before) ++count;
  return gates.first(count);
}

// w.features and w.products of v.
template <class T>
void GatedCell<T>::enter_folded(const Call& call, Gates gates, const T* v, Workspace& w) const {
  const int before = gates.front().before;
  if (before >= 0) apply(call, before, v, w.y.data());
  encode_features(encoder_, gate_kernels_, options_.qubits, before < 0 ? v : w.y.data(), w.turns.data(),
                  w.features.data());
  gate_kernels_.products(fold_->table(), w.features.data(), w.products.data());
}

// The numbers of gates with the same entry, in front of sigmoid and tanh. @param out [gates, width, kLanes].
template <class T>
void GatedCell<T>::run_folded(const Call& call, Gates gates, const T* v, T* out, Workspace& w) const {
  enter_folded(call, gates, v, w);
  const bool direct = gates.front().behind < 0;  // then of all
  const std::size_t first = fold_->first_row(static_cast<std::size_t>(&gates.front() - gates_.data()));
  std::size_t rows = 0;
  for (const Gate& gate : gates) rows += gate.measured;
  T* const z = direct ? out : w.z.data();
  std::fill_n(z, rows * kLanes<T>, T(0));
  fold_->multiply(first, rows, w.products.data(), z);
  if (direct) return;
  const T* own = z;
  for (const Gate& gate : gates) {
    apply(call, gate.behind, own, out);
    own += gate.measured * kLanes<T>, out += gate.width * kLanes<T>;
  }
}

// Vector-Jacobian product of that: d_v is added to.
template <class T>
void GatedCell<T>::folded_backward(const Call& call, Gates gates, const T* v, const T* d_out, T* d_v,
                                   bool with_parameters, Workspace& w) const {
  enter_folded(call, gates, v, w);
  const int before = gates.front().before;
  const std::size_t first = fold_->first_row(static_cast<std::size_t>(&gates.front() - gates_.data()));
  std::size_t rows = 0;
  for (const Gate& gate : gates) rows += gate.measured;
  const T* d_z = d_out;
  if (gates.front().behind >= 0) {
    std::fill_n(w.z.data(), rows * kLanes<T>, T(0));
    std::fill_n(w.d_z.data(), rows * kLanes<T>, T(0));
    if (with_parameters) fold_->multiply(first, rows, w.products.data(), w.z.data());
    d_z = w.d_z.data();
    std::size_t at = 0;
    for (const Gate& gate : gates) {
      apply_backward(call, gate.behind, w.z.data() + at, d_out, w.d_z.data() + at, with_parameters, w);
      at += gate.measured * kLanes<T>, d_out += gate.width * kLanes<T>;
    }
  }
  if (with_parameters && trains_angles_)
    fold_->outer(first, rows, d_z, w.products.data(), w.turned.data(), w.sums.data());
  std::ranges::fill(w.d_products, T(0));
  fold_->multiply_transposed(first, rows, d_z, w.d_products.data());
  std::ranges::fill(w.d_features, T(0));
  gate_kernels_.products_backward(fold_->table(), w.features.data(), w.products.data(), w.d_products.data(),
                                  w.d_features.data());
  if (before >= 0) std::ranges::fill(w.d_y, T(0));
  encode_features_backward(encoder_, gate_kernels_, options_.qubits, w.turns.data(), w.features.data(),
                           w.d_features.data(), before < 0 ? d_v : w.d_y.data());
  if (before >= 0) apply_backward(call, before, v, w.d_y.data(), d_v, with_parameters, w);
}

#define EBIT_INSTANTIATE(T)                                                                                 \
  template typename GatedCell<T>::Gates GatedCell<T>::same_entry(Gates) const;                              \
  template void GatedCell<T>::run_folded(const Call&, Gates, const T*, T*, Workspace&) const;               \
  template void GatedCell<T>::folded_backward(const Call&, Gates, const T*, const T*, T*, bool, Workspace&) \
      const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
