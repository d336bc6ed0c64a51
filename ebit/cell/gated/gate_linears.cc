// The linear maps of a gated cell for one tile, forward and backward.
#include <algorithm>

#include "ebit/cell/gated/gated_workspace.h"

namespace ebit::inline cell {
namespace {

template <class T>
MatrixView<T> weight(const T* parameters, std::size_t offset, std::size_t rows, std::size_t columns) {
  return {parameters + offset, rows, columns, columns, 1};
}

}  // namespace

// y = W x + b.
template <class T>
void GatedCell<T>::apply(const Call& call, int linear, const T* x, T* y) const {
  cell::linear(kernels_, call.parameters, linears_[static_cast<std::size_t>(linear)], x, y);
}

// d_x += W^T d_y; the parameters' gradients are summed with those of other steps.
template <class T>
void GatedCell<T>::apply_backward(const Call& call, int linear, const T* x, const T* d_y, T* d_x,
                                  bool with_parameters, Workspace& w) const {
  const Linear& map = linears_[static_cast<std::size_t>(linear)];
  kernels_.product(weight(call.parameters, map.weight, map.rows, map.columns).transposed(), d_y, d_x);
  if (!with_parameters) return;
  // Rows as lanes: (d_y x^T)^T = x d_y^T, summed over samples.
  T* sums = w.sums.data() + map.sums;
  for (std::size_t r = 0; r < map.rows; r += kLanes<T>, sums += (map.columns + 1) * kLanes<T>) {
    gate_kernels_.transpose(d_y + r * kLanes<T>, 0, std::min<std::size_t>(map.rows - r, kLanes<T>),
                            w.turned.data());
    kernels_.product({x, map.columns, kLanes<T>, kLanes<T>, 1}, w.turned.data(), sums);
    kernels_.product({w.ones.data(), 1, kLanes<T>, kLanes<T>, 1}, w.turned.data(),
                     sums + map.columns * kLanes<T>);
  }
}

// Numbers of a map's sums.
template <class T>
std::size_t GatedCell<T>::sums_of(const Linear& map) const {
  return tiles_of<T>(map.rows) * (map.columns + 1) * kLanes<T>;
}

// Adds a map's part of the sums of a group of tiles. @param sums of all maps and circuits.
template <class T>
void GatedCell<T>::add_linear_gradient(const Linear& map, const double* sums, double* d_parameters) const {
  for (std::size_t r = 0; r < map.rows; ++r) {
    const double* const own = sums + map.sums + r / kLanes<T> * (map.columns + 1) * kLanes<T> + r % kLanes<T>;
    for (std::size_t c = 0; c < map.columns; ++c)
      d_parameters[map.weight + r * map.columns + c] += own[c * kLanes<T>];
    d_parameters[map.bias + r] += own[map.columns * kLanes<T>];
  }
}

#define EBIT_INSTANTIATE(T)                                                                              \
  template void GatedCell<T>::apply(const Call&, int, const T*, T*) const;                               \
  template void GatedCell<T>::apply_backward(const Call&, int, const T*, const T*, T*, bool, Workspace&) \
      const;                                                                                             \
  template std::size_t GatedCell<T>::sums_of(const Linear&) const;                                       \
  template void GatedCell<T>::add_linear_gradient(const Linear&, const double*, double*) const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
