// How the gradient of a random circuit spreads: what a barren plateau is measured by.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ebit/cell/ansatz.h"
#include "ebit/sim/observable.h"

namespace ebit::analysis {

/// Angles to draw and how many of them.
struct VarianceOptions {
  double low = 0;          ///< angles are uniform in [low, high), radians
  double high = 1;         ///< the other end
  int samples = 256;       ///< random circuits, 2 or more; each counts once
  std::uint64_t seed = 1;  ///< of the angles
};

/// Variances over random circuits of dC/d(angle), C = <0|U^+ O U|0>, in units of O squared a radian squared.
struct GradientVariance {
  std::size_t angles = 0;  ///< of the circuit
  double first = 0;        ///< of the derivative by the first angle
  double all = 0;          ///< mean of the variances of all derivatives
  /// Standard error of `all` as if the angles of a circuit were one measurement (they are not independent):
  /// the deviation over samples of the mean square derivative about the mean, by the root of their number.
  double all_error = 0;
};

/// Draws `samples` circuits of `layers` layers of an ansatz on `wires` wires and takes their gradients by the
/// adjoint method (McClean et al. 2018, arXiv:1803.11173, Eq. 4 and Fig. 3). The samples are lanes of
/// batches, run in parallel (parallel_for); the result does not depend on the number of threads. Throws Error
/// for fewer than two samples, an empty circuit, and an ansatz that cannot stand on so many wires.
GradientVariance gradient_variance(const Ansatz& ansatz, int wires, int layers, const Observable& observable,
                                   const VarianceOptions& options);

/// The variance where the circuit before and the one behind a Pauli rotation are unitary 2-designs and O is
/// traceless with O^2 = 1: d^2 / (2 (d^2 - 1)(d + 1)), d = 2^wires, which goes as 2^-(wires + 1). By the
/// second moments of the Haar measure, without the approximation of McClean et al. 2018, Eq. 6-8.
double two_design_variance(int wires);

}  // namespace ebit::analysis
