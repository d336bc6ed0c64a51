// What stands between a cell's readouts and a model's answers: the mean over steps, and a linear map.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ebit::fit {

/// y [rows, out] = r [rows, in] W^T + b. @param head W [out, in], then b [out].
template <class T>
void linear(const T* head, std::size_t rows, std::size_t in, std::size_t out, const T* r, T* y);

/// Vector-Jacobian product of linear(). @param d_y [rows, out]. @param d_head as head, added to; null: not
/// wanted. @param d_r [rows, in], written.
template <class T>
void linear_backward(const T* head, std::size_t rows, std::size_t in, std::size_t out, const T* r,
                     const T* d_y, double* d_head, T* d_r);

/// The mean of features [samples, steps, width] over the steps of each sequence, [samples, width].
/// @param lengths [samples], at least 1; null: all steps.
template <class T>
void mean_over_steps(std::size_t samples, std::size_t steps, std::size_t width, const std::int64_t* lengths,
                     const T* features, T* mean);

/// Vector-Jacobian product of mean_over_steps(). @param d_mean [samples, width]. @param d_features [samples,
/// steps, width], written but past the end of a sequence.
template <class T>
void mean_over_steps_backward(std::size_t samples, std::size_t steps, std::size_t width,
                              const std::int64_t* lengths, const T* d_mean, T* d_features);

}  // namespace ebit::fit
