// The check of what enters a register cell.
#pragma once

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/cell.h"
#include "ebit/cell/encoder.h"

namespace ebit::inline cell {

/// Throws Error, naming sample, step and feature, for a number of x that the encoder does not take. What lies
/// past the end of a sequence is not looked at. @param features numbers of a step.
template <class T>
void check_encoder_input(const Encoder& encoder, const SequenceInput<T>& input, std::size_t features) {
  for (std::size_t b = 0; b < input.samples; ++b) {
    const T* const x = input.x + b * input.steps * features;
    const std::size_t steps = input.lengths ? static_cast<std::size_t>(input.lengths[b]) : input.steps;
    for (std::size_t i = 0; i < steps * features; ++i) {
      if (std::isfinite(x[i]) && encoder.accepts(x[i])) continue;
      fail("input {} of sample {}, step {}, feature {} is not allowed: encoder {} takes {}", x[i], b,
           i / features, i % features, encoder.name, std::isfinite(x[i]) ? encoder.domain : "finite numbers");
    }
  }
}

}  // namespace ebit::inline cell
