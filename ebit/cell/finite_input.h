// A check that cells without a domain of their own share.
#pragma once

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/cell.h"

namespace ebit::inline cell {

/// Throws Error for an input or a state that is not finite, naming sample, step and feature. What lies past
/// the end of a sequence is not looked at.
template <class T>
void require_finite(const Cell<T>& cell, const SequenceInput<T>& input) {
  const auto finite = [](const T* first, std::size_t count) {
    return std::all_of(first, first + count, [](T v) { return std::isfinite(v); });
  };
  const std::size_t width = cell.inputs(), numbers = cell.state_numbers();
  for (std::size_t b = 0; b < input.samples; ++b) {
    const std::size_t length = input.lengths ? static_cast<std::size_t>(input.lengths[b]) : input.steps;
    for (std::size_t t = 0; t < length; ++t) {
      const T* const x = input.x + (b * input.steps + t) * width;
      if (finite(x, width)) continue;
      const auto bad = std::find_if(x, x + width, [](T v) { return !std::isfinite(v); }) - x;
      fail("input {} of sample {}, step {}, feature {} is not finite", x[bad], b, t, bad);
    }
    require(!input.state || finite(input.state + b * numbers, numbers),
            "the state of sample {} before the first step is not finite", b);
  }
}

}  // namespace ebit::inline cell
