// The ways to differentiate a circuit that a whole training can choose from.
#pragma once

#include <span>
#include <string_view>

#include "ebit/grad/adjoint.h"

namespace ebit::inline cell {

/// How gradients are computed. kFiniteDifference and kSpsa treat the whole cell
/// as a black box.
enum class GradientMethod { kAdjoint, kParameterShift, kFiniteDifference, kSpsa };

/// A row of the table of methods.
struct GradientMethodRow {
  std::string_view name;  ///< as users type it
  GradientMethod method;  ///< what the name stands for
  std::string_view help;  ///< one line: how exact, at what cost
};

/// All methods, the default first.
std::span<const GradientMethodRow> gradient_methods();

/// The method called `name`. Throws Error with the nearest name where there is none.
GradientMethod find_gradient_method(std::string_view name);

/// The vector-Jacobian product of a circuit by the chosen method; arguments as adjoint_backward.
template <class T>
void circuit_backward(GradientMethod method, const Program<T>& program, const LaneMatrices<T>* lanes,
                      const T* lane_angles, const Tile<T>& psi, const Tile<T>& g,
                      const ParameterGradient<T>& gradient);

}  // namespace ebit::inline cell
