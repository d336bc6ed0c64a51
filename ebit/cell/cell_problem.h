// A register cell with random parameters, inputs and cotangents: what tests and checks of gradients run on.
#pragma once

#include "ebit/base/random.h"
#include "ebit/cell/register_cell.h"

namespace ebit {

/// Fills one problem of a cell; the loss is sum d_y . y + sum d_last . h_last, and where the cell has an
/// entropy + sum d_entropy . S.
template <class T>
struct CellProblem {
  RegisterCell<T> cell;                 ///< made from the options
  std::size_t samples /** B */, steps;  ///< T, steps of each sequence
  std::vector<T> parameters /** [P], in [-1.5, 1.5) */, x /** [B, T, F] */, hidden /** [B, H] */,
      d_y /** as y, in [-1, 1) */, d_last /** [B, H], in [-1, 1) */,
      d_entropy;  ///< [B, T], in [-1, 1); empty without an entropy

  /// Inputs lie in [-0.9, 0.9] (0 or 1 for encoder "basis"). Every hidden state starts at |0...0>.
  CellProblem(const RegisterOptions& options, std::size_t sample_count, std::size_t step_count,
              std::uint64_t seed);

  /// The batch as the cell takes it: views of x and hidden, random numbers of seed 1, pass 1.
  SequenceInput<T> input() const { return {samples, steps, x.data(), hidden.data(), 1, 1}; }
  std::size_t output_numbers() const {
    return samples * cell.outputs() * (cell.options().every_step ? steps : 1);
  }  ///< numbers of y: B * T * K with every_step, else B * K

  double loss();  ///< runs the cell forward; the sum over what it gives

  /// The derivatives of loss().
  struct Gradient {
    std::vector<double> parameters;             ///< [P]
    std::vector<T> x /** [B, T, F] */, hidden;  ///< [B, H]
  };
  /// The gradient by the cell's own method.
  Gradient gradient();
  /// The same by central differences of loss().
  Gradient numerical_gradient(double step);
};

/// The largest difference between two arrays of equal length.
template <class A, class B>
double largest_difference(const A& a, const B& b) {
  double worst = a.size() == b.size() ? 0 : 1e300;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return worst;
}

}  // namespace ebit
