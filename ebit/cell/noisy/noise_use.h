// How the circuits of a cell run on a device: its noise, how outcomes are counted, what is done about errors.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ebit/noise/noise_model.h"

namespace ebit::inline cell {

/// How values under several strengths of noise become one without: richardson, linear.
std::span<const Choice> extrapolations();
/// How noise is made stronger: model, fold.
std::span<const Choice> noise_scalings();

/// What is done to readouts about the errors in them.
struct Mitigation {
  /// Readouts are extrapolated to no noise from those under noise so many times as strong; empty: they are
  /// not.
  std::vector<double> factors = {};
  std::string fit = "richardson";  ///< a row of extrapolations()
  std::string scaling = "model";   ///< a row of noise_scalings()
  /// Misread bits are undone on average, by the inverse of every wire's confusion matrix.
  bool readout = false;

  /// Whether readouts are other than raw.
  bool any() const { return readout || !factors.empty(); }
  /// In a few words, for tables and pages: "noise extrapolated from 1, 2, 3 (richardson)"; "": nothing is
  /// done.
  std::string text() const;
};

/// Throws Error for factors that leave nothing to extrapolate from, or that cannot be folded.
void check(const Mitigation& mitigation);

/// w with value at no noise = sum w_i value_i: the polynomial through all points (richardson), or the
/// straight line of least squares (linear). @param factors different ones, two or more.
std::vector<double> extrapolation_weights(std::span<const double> factors, std::string_view fit);

/// What of all that a cell has.
struct NoiseUse {
  std::optional<NoiseModel> noise = std::nullopt;  ///< channels behind its gates, errors of its readout
  int shots = 0;         ///< outcomes that a readout is the mean of, drawn; 0: exact expectation values
  int trajectories = 0;  ///< so many trajectories of state vectors; 0: density matrices
  std::string gradient = "adjoint";  ///< a row of gradient_methods()
  Mitigation mitigation = {};        ///< what is done about errors
  double perturbation = 0.1;         ///< of gradients by spsa: how far all numbers are moved at once

  /// Whether anything is other than exact circuits.
  bool active() const { return noise || shots > 0 || trajectories > 0; }
  /// The noise model; where there is none, the row "none".
  const NoiseModel& model() const;
  /// In a few words, behind a cell's summary: ", noise depolarizing, 100 shots"; "": nothing.
  std::string text() const;
};

/// Whether a forward pass depends on random numbers.
inline bool draws_outcomes(const NoiseUse& use) { return use.shots > 0 || use.trajectories > 0; }

/// Throws Error for numbers below 0, shots beside trajectories, resets by feed-forward, and gradients or
/// mitigation that have nothing to act on.
void check(const NoiseUse& use);

}  // namespace ebit::inline cell
