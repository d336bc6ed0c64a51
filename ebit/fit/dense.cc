#include "ebit/fit/dense.h"

#include <algorithm>

namespace ebit::fit {

template <class T>
void linear(const T* head, std::size_t rows, std::size_t in, std::size_t out, const T* r, T* y) {
  const T* const bias = head + out * in;
  for (std::size_t s = 0; s < rows; ++s)
    for (std::size_t o = 0; o < out; ++o) {
      T sum = bias[o];
      for (std::size_t k = 0; k < in; ++k) sum += head[o * in + k] * r[s * in + k];
      y[s * out + o] = sum;
    }
}

template <class T>
void linear_backward(const T* head, std::size_t rows, std::size_t in, std::size_t out, const T* r,
                     const T* d_y, double* d_head, T* d_r) {
  std::fill_n(d_r, rows * in, T(0));
  for (std::size_t s = 0; s < rows; ++s)
    for (std::size_t o = 0; o < out; ++o) {
      const T d = d_y[s * out + o];
      for (std::size_t k = 0; k < in; ++k) d_r[s * in + k] += d * head[o * in + k];
      if (!d_head) continue;
      d_head[out * in + o] += d;
      for (std::size_t k = 0; k < in; ++k) d_head[o * in + k] += d * r[s * in + k];
    }
}

template <class T>
void mean_over_steps(std::size_t samples, std::size_t steps, std::size_t width, const std::int64_t* lengths,
                     const T* features, T* mean) {
  for (std::size_t b = 0; b < samples; ++b) {
    const std::size_t count = lengths ? static_cast<std::size_t>(lengths[b]) : steps;
    T* const own = mean + b * width;
    std::fill_n(own, width, T(0));
    for (std::size_t t = 0; t < count; ++t)
      for (std::size_t k = 0; k < width; ++k) own[k] += features[(b * steps + t) * width + k];
    for (std::size_t k = 0; k < width; ++k) own[k] /= static_cast<T>(count);
  }
}

template <class T>
void mean_over_steps_backward(std::size_t samples, std::size_t steps, std::size_t width,
                              const std::int64_t* lengths, const T* d_mean, T* d_features) {
  for (std::size_t b = 0; b < samples; ++b) {
    const std::size_t count = lengths ? static_cast<std::size_t>(lengths[b]) : steps;
    for (std::size_t t = 0; t < count; ++t)
      for (std::size_t k = 0; k < width; ++k)
        d_features[(b * steps + t) * width + k] = d_mean[b * width + k] / static_cast<T>(count);
  }
}

template void linear(const double*, std::size_t, std::size_t, std::size_t, const double*, double*);
template void linear(const float*, std::size_t, std::size_t, std::size_t, const float*, float*);
template void linear_backward(const double*, std::size_t, std::size_t, std::size_t, const double*,
                              const double*, double*, double*);
template void linear_backward(const float*, std::size_t, std::size_t, std::size_t, const float*, const float*,
                              double*, float*);
template void mean_over_steps(std::size_t, std::size_t, std::size_t, const std::int64_t*, const double*,
                              double*);
template void mean_over_steps(std::size_t, std::size_t, std::size_t, const std::int64_t*, const float*,
                              float*);
template void mean_over_steps_backward(std::size_t, std::size_t, std::size_t, const std::int64_t*,
                                       const double*, double*);
template void mean_over_steps_backward(std::size_t, std::size_t, std::size_t, const std::int64_t*,
                                       const float*, float*);

}  // namespace ebit::fit
