// The norm of a gradient that lies in arrays.
#pragma once

#include <cstddef>

namespace ebit::fit {

/// Sum of squares of `values` [count] in double precision, in an order that depends on `count` alone.
template <class T>
double square_sum(const T* values, std::size_t count) {
  // Several sums side by side: one alone would wait for each addition in turn.
  constexpr std::size_t kSums = 8;
  double sums[kSums] = {};
  std::size_t i = 0;
  for (; i + kSums <= count; i += kSums)
    for (std::size_t k = 0; k < kSums; ++k) {
      const double value = values[i + k];
      sums[k] += value * value;
    }
  for (; i < count; ++i) sums[i % kSums] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  double total = 0.0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace ebit::fit
