// Derivatives from function values alone: the check of every other gradient.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace ebit::inline grad {

/// Central differences [f(x + step e_i) - f(x - step e_i)] / (2 step) for every i; error of order step^2.
/// @param x [N] moved in place and put back.
template <class T>
std::vector<double> finite_difference(const std::function<double()>& f, std::span<T> x, double step) {
  std::vector<double> gradient;
  for (T& xi : x) {
    const T center = xi;
    xi = static_cast<T>(center + step);
    const double above = xi, f_above = f();
    xi = static_cast<T>(center - step);
    const double below = xi, f_below = f();
    xi = center;
    gradient.push_back((f_above - f_below) / (above - below));
  }
  return gradient;
}

/// A step that balances rounding against curvature in precision T: the cube root of its epsilon.
template <class T>
constexpr double finite_difference_step() {
  return sizeof(T) == 4 ? 5e-3 : 6e-6;
}

}  // namespace ebit::inline grad
