// A cell with random parameters, inputs and cotangents: what tests and checks of gradients run on.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "ebit/base/random.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/tape.h"

namespace ebit::inline cell {

/// Fills one problem of a cell; the loss is sum d_y . y + sum d_last . state_T, and where the cell has an
/// entropy + sum d_entropy . S. All of its numbers may be changed.
template <class T>
struct CellProblem {
  CellOptions options;                     ///< what the cell was made of
  std::unique_ptr<Cell<T>> cell;           ///< of these options
  std::size_t samples;                     ///< B
  std::size_t steps;                       ///< T
  std::vector<T> parameters;               ///< [P], in [-1.5, 1.5); of words: in [-0.4, 0.4)
  std::vector<T> x;                        ///< [B, T, F], in [-0.9, 0.9); 0 or 1 for bits; words: see cells.h
  std::vector<std::int64_t> lengths = {};  ///< [B]; empty: T
  std::vector<T> state = {};  ///< [B, S] before the first step; empty: the cell's own initial state
  bool training = false;      ///< dropout acts
  std::vector<T> d_y;         ///< cotangents as y, in [-1, 1)
  std::vector<T> d_last;      ///< [B, S] likewise
  std::vector<T> d_entropy;   ///< [B, T] likewise; empty without an entropy
  std::vector<T> y;           ///< [B, T, K] or [B, K] of the last pass
  std::vector<T> last;        ///< [B, S] of the last pass
  std::vector<T> entropy;     ///< [B, T] of the last pass

  /// Every number is a function of `seed`.
  CellProblem(const CellOptions& cell_options, std::size_t sample_count, std::size_t step_count,
              std::uint64_t seed);

  /// The batch as the cell takes it: random numbers of seed 1, pass 1.
  SequenceInput<T> input() const;
  /// The cotangents as the cell takes them.
  SequenceCotangent<T> cotangent() const;
  /// The state that the cell starts from by itself, [B, S].
  std::vector<T> initial_state() const;
  /// Starts from the states that the cell leaves behind after two steps of other inputs.
  void give_state(std::uint64_t seed);
  /// Whether a small change of an input means anything: not for bits.
  bool smooth_inputs() const;

  /// Runs the cell; the results are in y, last and entropy. @returns the tape; empty without one.
  std::span<std::byte> forward(bool with_tape = false);
  double loss();  ///< runs the cell forward; the sum over what it gives

  /// The derivatives of loss().
  struct Gradient {
    std::vector<double> parameters;  ///< [P]
    std::vector<T> x;                ///< [B, T, F]
    std::vector<T> state;            ///< [B, S]
  };
  /// The gradient by the cell's own method.
  Gradient gradient();
  /// The same by parameter shift, for cells that have it. Throws Error for others.
  Gradient shifted_gradient();
  /// The same by central differences of loss(); of bits and frozen numbers: zero.
  Gradient numerical_gradient(double step);

 private:
  TapeMemory tape_;
};

/// The largest difference between two arrays of equal length.
template <class A, class B>
double largest_difference(const A& a, const B& b) {
  double worst = a.size() == b.size() ? 0 : 1e300;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return worst;
}

}  // namespace ebit::inline cell
