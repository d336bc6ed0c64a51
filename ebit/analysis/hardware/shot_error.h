// How far a readout is off that a device estimates by a number of shots.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "ebit/cell/register/register_options.h"

namespace ebit::analysis {

/// A readout by shots, and what it estimates.
struct ShotEstimate {
  std::optional<double> value;  ///< none: no shot was kept
  double exact = 0;             ///< the readout of the cell without noise; of `sample` its mean over outcomes
  double kept = 1;              ///< share of the shots that counts
};

/// The first readout of the last step as the protocol of the cell's hidden update estimates it, see
/// hardware_protocols(), without noise, drawn by `seed`.
///
/// density and the memories of rounds: a NoisyRegisterCell with so many shots (in each round). sample: the
/// exported circuit, measured on the way, by so many trajectories, whose last outcome is drawn. collapse: the
/// number of shots with the outcomes i*_1 ... i*_{T-1}, then their readouts. coherent: outcomes of the exact
/// state.
/// @param parameters [P]. @param x [T, F]. Throws Error as hardware_window() does.
ShotEstimate estimate_by_shots(const RegisterOptions& options, std::span<const double> parameters,
                               std::span<const double> x, int shots, std::uint64_t seed);

}  // namespace ebit::analysis
