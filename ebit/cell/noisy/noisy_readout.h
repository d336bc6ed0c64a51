// What a device reads: expectation values with readout errors, and means of a number of shots.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ebit/noise/noise_model.h"
#include "ebit/sim/observable.h"
#include "ebit/sim/state.h"

namespace ebit::inline cell {

/// Readouts as sums of expectation values. A misread bit of Z reads (1 - p10 - p01) Z + (p01 - p10), with
/// p10 = p1_given_0 and p01 = p0_given_1; X and Y are turned to Z first. So a string of k letters reads as a
/// sum over the strings of some of its letters.
class NoisyReadout {
 public:
  /// @param readout on `wires` wires.
  NoisyReadout(std::vector<Observable> readout, int wires, const NoiseModel& model);

  std::size_t size() const { return rows_.size(); }  ///< K
  const std::vector<Observable>& terms() const {
    return terms_;
  }  ///< M Pauli strings whose values are needed

  /// Readouts from the terms' values. @param values [M, kLanes]. @param y [K, kLanes], written.
  /// @param shots 0: exact; else y is the mean of so many outcomes, drawn by stream + lane of seed at `step`.
  template <class T>
  void combine(const T* values, int shots, std::uint64_t seed, std::uint64_t stream, std::uint64_t step,
               T* y) const;
  /// The cotangent of the terms' values from that of y, of exact readouts: the mean over all draws of what
  /// drawn ones have. @param d_values [M, kLanes], written.
  template <class T>
  void combine_backward(const T* d_y, T* d_values) const;

 private:
  // offset * trace + scale * (sum of weight * term).
  struct Row {
    double offset, scale;
    std::size_t trace;  // the term of the identity, where there is an offset
    std::vector<std::pair<std::size_t, double>> terms;
  };
  std::size_t term(const Observable& string);

  std::vector<Observable> terms_;
  std::vector<Row> rows_;
};

}  // namespace ebit::inline cell
