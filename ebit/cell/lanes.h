// Between arrays with the sample outermost, as callers have them, and the lanes of a tile.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "ebit/sim/state.h"

namespace ebit::inline cell {

/// Which sample a lane of a tile holds. Lanes past the last sample repeat it, so that they stay finite.
struct LaneMap {
  std::size_t samples;  ///< B
  std::size_t first;    ///< sample of lane 0
  std::size_t sample(std::size_t lane) const { return std::min(first + lane, samples - 1); }  ///< in [0, B)
  bool real(std::size_t lane) const { return first + lane < samples; }  ///< false: repeats the last sample
};

/// How long the sequences in a tile's lanes are. A tile runs as many steps as its longest sequence has. The
/// lanes of shorter ones run on, with the inputs of the longest, and nothing of that is kept; on the way back
/// they have no cotangents until their own last step.
template <class T>
struct LaneSteps {
  std::size_t length[kLanes<T>];  ///< steps of each lane's sequence
  std::size_t longest = 0;        ///< the largest of them
  std::size_t leader = 0;         ///< a lane of that length
  bool equal = true;              ///< all lanes have that length

  /// @param lengths [B], or null where all sequences are `steps` long.
  LaneSteps(const LaneMap& lanes, const std::int64_t* lengths, std::size_t steps) {
    for (std::size_t l = 0; l < kLanes<T>; ++l) {
      length[l] = lengths ? static_cast<std::size_t>(lengths[lanes.sample(l)]) : steps;
      if (length[l] > length[leader]) leader = l;
      equal = equal && length[l] == length[0];
    }
    longest = length[leader];
  }

  bool runs(std::size_t lane, std::size_t step) const { return step < length[lane]; }     ///< has that step
  bool ends(std::size_t lane, std::size_t count) const { return length[lane] == count; }  ///< after so many
  /// Whether the sequence of some lane has `count` steps.
  bool any_ends(std::size_t count) const {
    if (equal) return count == longest;
    return std::find(length, length + kLanes<T>, count) != length + kLanes<T>;
  }
  /// Whether a lane's outputs are read after `step`: all along, or after its sequence's last step only.
  bool reads(std::size_t lane, std::size_t step, bool every_step) const {
    return every_step ? runs(lane, step) : ends(lane, step + 1);
  }
};

/// x [F, kLanes] of one step from [B, T, F].
template <class T, class Input>
void load_step(const LaneMap& lanes, const LaneSteps<T>& steps, const Input& input, std::size_t width,
               std::size_t step, T* x) {
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    const std::size_t sample = lanes.sample(steps.runs(l, step) ? l : steps.leader);
    for (std::size_t f = 0; f < width; ++f)
      x[f * kLanes<T> + l] = input.x[(sample * input.steps + step) * width + f];
  }
}

/// h [H, kLanes] from [B, H], or from one `initial` [H] for all where `hidden` is null.
template <class T>
void load_hidden(const LaneMap& lanes, const T* hidden, const std::vector<T>& initial, T* h) {
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    const T* own = hidden ? hidden + lanes.sample(l) * initial.size() : initial.data();
    for (std::size_t i = 0; i < initial.size(); ++i) h[i * kLanes<T> + l] = own[i];
  }
}

/// One lane of [numbers, kLanes].
template <class T>
void copy_lane(const T* from, std::size_t lane, std::size_t numbers, T* to) {
  for (std::size_t i = 0; i < numbers; ++i) to[i * kLanes<T> + lane] = from[i * kLanes<T> + lane];
}

/// values [width, kLanes] into row `row` of [B, rows, width], of the lanes that `wanted(lane)` names.
template <class T, class Wanted>
void store_rows(const LaneMap& lanes, const T* values, std::size_t width, std::size_t rows, std::size_t row,
                T* out, Wanted wanted) {
  for (std::size_t l = 0; l < kLanes<T> && lanes.real(l); ++l)
    if (wanted(l))
      for (std::size_t k = 0; k < width; ++k)
        out[((lanes.first + l) * rows + row) * width + k] = values[k * kLanes<T> + l];
}

/// The other way round, for cotangents: lanes that are not wanted or past the last sample get zero, so that
/// they add nothing.
template <class T, class Wanted>
void load_gradient_rows(const LaneMap& lanes, const T* in, std::size_t width, std::size_t rows,
                        std::size_t row, T* values, Wanted wanted) {
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    const bool taken = lanes.real(l) && wanted(l);
    for (std::size_t k = 0; k < width; ++k)
      values[k * kLanes<T> + l] = taken ? in[((lanes.first + l) * rows + row) * width + k] : T(0);
  }
}

/// values [width, kLanes] into [B, width].
template <class T>
void store_lanes(const LaneMap& lanes, const T* values, std::size_t width, T* out) {
  store_rows(lanes, values, width, 1, 0, out, [](std::size_t) { return true; });
}

/// Zeroes the rows of [B, rows, width] that lie past the end of the tile's sequences.
template <class T>
void clear_past_end(const LaneMap& lanes, const LaneSteps<T>& steps, std::size_t rows, std::size_t width,
                    T* out) {
  for (std::size_t l = 0; l < kLanes<T> && lanes.real(l); ++l) {
    const std::size_t used = std::min(steps.length[l], rows);
    std::fill_n(out + ((lanes.first + l) * rows + used) * width, (rows - used) * width, T(0));
  }
}

}  // namespace ebit::inline cell
