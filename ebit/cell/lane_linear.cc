#include "ebit/cell/lane_linear.h"

#include <algorithm>

namespace ebit::inline cell {
namespace {

template <class T>
MatrixView<T> weight(const T* parameters, const LaneLinear& map) {
  return {parameters + map.weight, map.rows, map.columns, map.columns, 1};
}

}  // namespace

LaneLinear add_linear(std::vector<Segment>& segments, const std::string& name, std::size_t rows,
                      std::size_t columns) {
  InitialRange weight = linear_range(columns), bias = linear_bias_range(columns);
  weight.single = bias.single = false;
  LaneLinear map{numbers_of(segments), 0, rows, columns};
  map.bias = add_segment(segments, name + ".weight",
                         {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)}, weight);
  add_segment(segments, name + ".bias", {static_cast<std::int64_t>(rows)}, bias);
  return map;
}

template <class T>
void linear(const DenseKernels<T>& kernels, const T* parameters, const LaneLinear& map, const T* x, T* y) {
  for (std::size_t r = 0; r < map.rows; ++r)
    std::fill_n(y + r * kLanes<T>, kLanes<T>, parameters[map.bias + r]);
  kernels.product(weight(parameters, map), x, y);
}

template <class T>
void linear_backward(const DenseKernels<T>& kernels, const T* parameters, const LaneLinear& map, const T* x,
                     const T* d_y, T* d_x, double* d_parameters) {
  if (d_x) kernels.product(weight(parameters, map).transposed(), d_y, d_x);
  if (!d_parameters) return;
  kernels.outer(d_y, map.rows, x, map.columns, 1, d_parameters + map.weight);
  for (std::size_t r = 0; r < map.rows; ++r)
    for (std::size_t l = 0; l < kLanes<T>; ++l) d_parameters[map.bias + r] += d_y[r * kLanes<T> + l];
}

#define EBIT_INSTANTIATE(T)                                                                                  \
  template void linear(const DenseKernels<T>&, const T*, const LaneLinear&, const T*, T*);                   \
  template void linear_backward(const DenseKernels<T>&, const T*, const LaneLinear&, const T*, const T*, T*, \
                                double*);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
