// Both simulators of noise behind one interface: expectation values of circuits with channels.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "ebit/base/choice.h"
#include "ebit/sim/circuit.h"
#include "ebit/sim/observable.h"

namespace ebit::inline noise {

/// A circuit with its parameters, started in |0...0>, and what is read of it.
struct NoisyRun {
  const Circuit& circuit;                    ///< gates and channels
  std::span<const double> shared = {};       ///< [shared_parameters] radians
  std::span<const double> per_sample = {};   ///< [per_sample_parameters, batch] radians
  std::size_t batch = 1;                     ///< B, samples
  std::span<const Observable> readout = {};  ///< K
};

/// Expectation values and how far they may be off.
struct NoisyValues {
  std::vector<double> value;  ///< [K, B]
  std::vector<double> error;  ///< [K, B] standard errors; 0 of exact ones
};

/// Runs circuits with channels.
class NoiseSimulator {
 public:
  virtual ~NoiseSimulator() = default;
  /// Throws Error for parameters of other sizes and for too many wires.
  virtual NoisyValues expectations(const NoisyRun& run) const = 0;
};

/// How trajectories are drawn.
struct TrajectoryOptions {
  std::size_t trajectories = 1000;  ///< of each sample, 2 or more
  std::uint64_t seed = 0;  ///< names the random numbers; results are the same at any number of threads
};

/// density, trajectories.
std::span<const Choice> noise_simulators();

/// The simulator called `name`. Throws Error with the nearest name where there is none.
std::unique_ptr<NoiseSimulator> make_noise_simulator(std::string_view name,
                                                     const TrajectoryOptions& options = {});

/// The density matrices of a circuit that starts in |0...0>, of one sample: [2^n, 2^n] row by row. Throws
/// Error for more than kMostDensityWires wires, and for per-sample parameters.
std::vector<Complex> density_matrix(const Circuit& circuit, std::span<const double> shared = {});

}  // namespace ebit::inline noise
