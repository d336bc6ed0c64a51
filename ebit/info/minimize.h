// Minima of smooth functions of real numbers.
#pragma once

#include <functional>
#include <span>

namespace ebit::inline info {

/// A function to minimise: the value at x [n]; `gradient` [n], where not empty, is written.
using SmoothFunction = std::function<double(std::span<const double> x, std::span<double> gradient)>;

/// When minimize() stops, whichever comes first.
struct MinimizeLimits {
  int evaluations = 5000;          ///< of the function
  double relative_change = 1e-15;  ///< of the value from step to step
};

/// Goes from x to a local minimum near it by NLopt's limited-memory BFGS and returns the value there. x [n]
/// becomes the best point seen, so the value never rises. Deterministic. Throws Error where f is not finite
/// at x.
/// @param evaluations where not null, the number of calls of f is added.
double minimize(const SmoothFunction& f, std::span<double> x, const MinimizeLimits& limits = {},
                long* evaluations = nullptr);

}  // namespace ebit::inline info
