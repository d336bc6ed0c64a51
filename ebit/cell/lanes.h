// Between arrays with the sample outermost, as callers have them, and the lanes of a tile.
#pragma once

#include <algorithm>
#include <vector>

#include "ebit/sim/state.h"

namespace ebit {

/// Which sample a lane of a tile holds. Lanes past the last sample repeat it, so that they stay finite.
struct LaneMap {
  std::size_t samples;  ///< B
  std::size_t first;    ///< sample of lane 0
  std::size_t sample(std::size_t lane) const { return std::min(first + lane, samples - 1); }  ///< in [0, B)
  bool real(std::size_t lane) const { return first + lane < samples; }  ///< false: repeats the last sample
};

/// x [F, kLanes] of one step from [B, T, F].
template <class T, class Input>
void load_step(const LaneMap& lanes, const Input& input, int features, std::size_t step, T* x) {
  const std::size_t width = static_cast<std::size_t>(features);
  for (std::size_t l = 0; l < kLanes<T>; ++l)
    for (std::size_t f = 0; f < width; ++f)
      x[f * kLanes<T> + l] = input.x[(lanes.sample(l) * input.steps + step) * width + f];
}

/// h [H, kLanes] from [B, H], or from one `initial` [H] for all where `hidden` is null.
template <class T>
void load_hidden(const LaneMap& lanes, const T* hidden, const std::vector<T>& initial, T* h) {
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    const T* own = hidden ? hidden + lanes.sample(l) * initial.size() : initial.data();
    for (std::size_t i = 0; i < initial.size(); ++i) h[i * kLanes<T> + l] = own[i];
  }
}

/// values [width, kLanes] into row `row` of [B, rows, width].
template <class T>
void store_rows(const LaneMap& lanes, const T* values, std::size_t width, std::size_t rows, std::size_t row,
                T* out) {
  for (std::size_t l = 0; l < kLanes<T> && lanes.real(l); ++l)
    for (std::size_t k = 0; k < width; ++k)
      out[((lanes.first + l) * rows + row) * width + k] = values[k * kLanes<T> + l];
}

/// The other way round, for cotangents: lanes past the last sample get zero, so that they add nothing.
template <class T>
void load_gradient_rows(const LaneMap& lanes, const T* in, std::size_t width, std::size_t rows,
                        std::size_t row, T* values) {
  for (std::size_t l = 0; l < kLanes<T>; ++l)
    for (std::size_t k = 0; k < width; ++k)
      values[k * kLanes<T> + l] = lanes.real(l) ? in[((lanes.first + l) * rows + row) * width + k] : T(0);
}

}  // namespace ebit
