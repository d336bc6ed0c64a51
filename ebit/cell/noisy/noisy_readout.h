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
  /// @param readout on `wires` wires. @param mitigated misreading is undone on average: every read bit counts
  /// as the inverse of its wire's confusion matrix says, so that the mean is exact and its spread larger.
  /// Throws Error for wires that are read by chance, which nothing undoes.
  NoisyReadout(std::vector<Observable> readout, int wires, const NoiseModel& model, bool mitigated = false);

  /// The probability that all wires are read as 0, which a shot says yes or no to: what an overlap of two
  /// states is measured by. Throws Error as the constructor does.
  static NoisyReadout all_zero(int wires, const NoiseModel& model, bool mitigated = false);

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
  using Weights = std::vector<std::pair<std::size_t, double>>;  // of terms
  // Bits as they are read, and what they count.
  struct Pattern {
    Weights probability;
    double value;
  };
  // offset * trace + scale * (sum of weight * term).
  struct Row {
    double offset, scale;
    std::size_t trace;  // the term of the identity, where there is an offset
    Weights terms;
    std::vector<Pattern> patterns = {};  // of mitigated rows: what their shots are drawn from
  };
  NoisyReadout() = default;
  std::size_t term(const Observable& string);
  void add_misread(const Observable& own, std::size_t letters, double factor, int wires,
                   const NoiseModel& model, Weights& weights);
  template <class T>
  static double mean_of_patterns(const std::vector<Pattern>& patterns, const T* values, std::size_t lane,
                                 int shots, std::uint64_t seed, std::uint64_t stream, std::uint64_t first);
  void add_patterns(const Observable& own, bool all_zero, int wires, const NoiseModel& model, Row& row);

  std::vector<Observable> terms_;
  std::vector<Row> rows_;
};

/// What misread() multiplies by.
enum class Misread {
  kForward,     ///< the confusion matrix: probabilities as they are read
  kTransposed,  ///< its transpose: cotangents on their way back
  kInverse,     ///< its inverse: quasi-probabilities without misreading
};

/// Multiplies numbers of the outcomes of wires `first` to `first + wires` - 1 by the confusion matrix of
/// each.
/// @param numbers [2^wires, kLanes].
/// Throws Error for the inverse of a wire that is read by chance.
template <class T>
void misread(int first, int wires, const NoiseModel& model, Misread how, T* numbers);

}  // namespace ebit::inline cell
