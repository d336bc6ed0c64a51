// The derivative of a circuit by running it forward at shifted angles: a second, independent method.
#pragma once

#include <functional>
#include <span>

#include "ebit/grad/adjoint.h"

namespace ebit::inline grad {

/// The exact derivative at `at` of a function a_0 + sum_w (b_w cos w x + c_w sin w x) over the given angular
/// frequencies: {1} is the two-term rule, {1/2, 1} the four-term rule of controlled rotations (Wierichs et
/// al. 2022, arXiv:2107.12390). For expectation values of circuits. Throws Error for other frequencies.
double shift_derivative(const std::function<double(double)>& f, double at,
                        std::span<const double> frequencies);

/// The same vector-Jacobian product as adjoint_backward, for the parameters by the parameter-shift rule.
///
/// The cotangent makes f = Re<g| circuit(psi_in)> a function of each angle; amplitudes have one frequency w
/// in it (Gate::frequency), so df/dangle = w/2 [f(angle + pi/2w) - f(angle - pi/2w)] exactly. Every angle
/// costs two forward runs of the circuit; use it to check, or to see what a quantum computer would be asked
/// to do.
/// @param psi in: psi_out; out: psi_in. @param g in: cotangent of psi_out; out: of psi_in.
template <class T>
void parameter_shift_backward(const Program<T>& program, const LaneMatrices<T>* lanes, const T* lane_angles,
                              const Tile<T>& psi, const Tile<T>& g, const ParameterGradient<T>& gradient);

}  // namespace ebit::inline grad
