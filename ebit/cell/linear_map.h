// A trained linear map of a tile of samples, whose numbers lie in a cell's flat parameter array.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "ebit/cell/controlled/dense_kernels.h"
#include "ebit/cell/segment.h"

namespace ebit::inline cell {

/// y = W x + b, at its offsets in the parameters.
struct LinearMap {
  std::size_t weight;   ///< of W [rows, columns]
  std::size_t bias;     ///< of b [rows]
  std::size_t rows;     ///< numbers that it gives
  std::size_t columns;  ///< numbers that it takes
};

/// Appends the segments "NAME.weight" and "NAME.bias", which start as torch's Linear does, drawn in float64.
inline LinearMap add_linear_map(std::vector<Segment>& segments, const std::string& name, std::size_t rows,
                                std::size_t columns) {
  InitialRange weight = linear_range(columns), bias = linear_bias_range(columns);
  weight.single = bias.single = false;
  LinearMap map{numbers_of(segments), 0, rows, columns};
  map.bias = add_segment(segments, name + ".weight",
                         {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)}, weight);
  add_segment(segments, name + ".bias", {static_cast<std::int64_t>(rows)}, bias);
  return map;
}

/// @param x [columns, kLanes]. @param y [rows, kLanes], written.
template <class T>
void linear(const DenseKernels<T>& kernels, const T* parameters, const LinearMap& map, const T* x, T* y) {
  for (std::size_t r = 0; r < map.rows; ++r)
    std::fill_n(y + r * kLanes<T>, kLanes<T>, parameters[map.bias + r]);
  kernels.product({parameters + map.weight, map.rows, map.columns, map.columns, 1}, x, y);
}

/// Vector-Jacobian product of linear(). @param d_x added to. @param d_parameters added to; null: not wanted.
template <class T>
void linear_backward(const DenseKernels<T>& kernels, const T* parameters, const LinearMap& map, const T* x,
                     const T* d_y, T* d_x, double* d_parameters) {
  const MatrixView<T> weight{parameters + map.weight, map.rows, map.columns, map.columns, 1};
  kernels.product(weight.transposed(), d_y, d_x);
  if (!d_parameters) return;
  kernels.outer(d_y, map.rows, x, map.columns, 1, d_parameters + map.weight);
  for (std::size_t r = 0; r < map.rows; ++r)
    for (std::size_t l = 0; l < kLanes<T>; ++l) d_parameters[map.bias + r] += d_y[r * kLanes<T> + l];
}

}  // namespace ebit::inline cell
