// Linear maps of a tile's samples, as the parts of a cell: their segments, forward and backward.
#pragma once

#include <string>
#include <vector>

#include "ebit/cell/controlled/dense_kernels.h"
#include "ebit/cell/segment.h"

namespace ebit::inline cell {

/// Where the weight [rows, columns] and the bias [rows] of y = W x + b lie in a cell's parameters.
struct LaneLinear {
  std::size_t weight;   ///< offset of the first entry
  std::size_t bias;     ///< offset likewise
  std::size_t rows;     ///< numbers of y
  std::size_t columns;  ///< numbers of x
};

/// Appends the segments `name`.weight and `name`.bias, which start in the ranges of torch.nn.Linear, drawn in
/// float64.
LaneLinear add_linear(std::vector<Segment>& segments, const std::string& name, std::size_t rows,
                      std::size_t columns);

/// y = W x + b. @param x [columns, kLanes]. @param y [rows, kLanes], written.
template <class T>
void linear(const DenseKernels<T>& kernels, const T* parameters, const LaneLinear& map, const T* x, T* y);

/// d_x += W^T d_y, and where they are wanted the parameters' gradients are added to.
/// @param x [columns, kLanes]. @param d_y [rows, kLanes]. @param d_x [columns, kLanes]; null: not wanted.
/// @param d_parameters of the whole cell; null: not wanted.
template <class T>
void linear_backward(const DenseKernels<T>& kernels, const T* parameters, const LaneLinear& map, const T* x,
                     const T* d_y, T* d_x, double* d_parameters);

}  // namespace ebit::inline cell
