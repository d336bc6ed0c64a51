// A circuit with noise as a function from angles to expectation values, and back.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ebit/cell/gradient_method.h"
#include "ebit/cell/noisy/noise_use.h"
#include "ebit/cell/noisy/noisy_readout.h"
#include "ebit/cell/noisy/occurrences.h"
#include "ebit/noise/density_program.h"
#include "ebit/noise/trajectory_program.h"

namespace ebit::inline cell {

/// Where the random numbers of a circuit's run come from: lane l reads stream + l of seed.
struct CircuitDraws {
  std::uint64_t seed = 0;    ///< of all draws of the circuit
  std::uint64_t stream = 0;  ///< of lane 0
  std::uint64_t step = 0;    ///< which run of the circuit it is
};

/// The seed of the `index`-th of several circuits that draw side by side.
inline std::uint64_t random_seed(std::uint64_t seed, std::size_t index) {
  return seed + 0xd1b54a32d192ed03u * index;
}

/// Memory of a NoisyCircuit for one tile.
template <class T>
struct NoisyCircuitWorkspace {
  StateBatch<T> state;       ///< the density matrix, or the states of a trajectory
  StateBatch<T> g;           ///< its cotangent
  LaneMatrices<T> lanes;     ///< matrices of per-sample angles
  AlignedVector<T> kept;     ///< of a run for its way back
  AlignedVector<T> terms;    ///< [M, kLanes] values of the readout's terms
  AlignedVector<T> sums;     ///< likewise, over trajectories
  AlignedVector<T> shifted;  ///< [K, kLanes] readouts of a shifted circuit
};

/// `<O_k>` of circuit|0...0> with the channels of a noise model behind its gates and errors of the readout:
/// by density matrices, as the mean of shots, or of trajectories. Gradients are exact and those of the mean,
/// or by parameter shift: at every occurrence of every angle two (of controlled rotations four) further runs,
/// each measured with as many shots.
template <class T>
class NoisyCircuit {
 public:
  /// Throws Error for more wires than a density matrix can have, and a noise model of another number of them.
  NoisyCircuit(const Circuit& circuit, std::span<const Observable> observables, const NoiseUse& use)
      : NoisyCircuit(circuit,
                     NoisyReadout({observables.begin(), observables.end()}, circuit.wires(), use.model(),
                                  use.mitigation.readout),
                     use) {}
  NoisyCircuit(const Circuit& circuit, NoisyReadout readout, const NoiseUse& use);  ///< likewise

  /// Evaluates the shared angles, [shared_parameters] radians; must come before the first forward().
  void bind(std::span<const T> shared);
  /// Memory for forward() and backward().
  std::unique_ptr<NoisyCircuitWorkspace<T>> workspace() const;

  /// @param angles [per_sample_parameters, kLanes] radians. @param values [K, kLanes], written.
  void forward(const T* angles, const CircuitDraws& draws, NoisyCircuitWorkspace<T>& w, T* values) const;
  /// Vector-Jacobian product of forward(). @param gradient added to. Throws Error for trajectories.
  void backward(const T* angles, const T* d_values, const CircuitDraws& draws, NoisyCircuitWorkspace<T>& w,
                const ParameterGradient<T>& gradient) const;

 private:
  struct Shift {
    Occurrence occurrence;
    std::vector<std::unique_ptr<DensityProgram<T>>> programs;  // of each of its terms
  };

  void run(const DensityProgram<T>& program, const T* angles, NoisyCircuitWorkspace<T>& w, T* kept) const;
  void run_trajectories(const T* angles, const CircuitDraws& draws, NoisyCircuitWorkspace<T>& w) const;
  void adjoint(const T* angles, const T* d_values, NoisyCircuitWorkspace<T>& w,
               const ParameterGradient<T>& gradient) const;
  void shift(const T* angles, const T* d_values, const CircuitDraws& draws, NoisyCircuitWorkspace<T>& w,
             const ParameterGradient<T>& gradient) const;
  bool per_sample() const { return per_sample_ > 0; }

  int wires_, per_sample_, shots_, trajectories_;
  std::unique_ptr<DensityProgram<T>> density_;        // null: trajectories
  std::unique_ptr<TrajectoryProgram<T>> trajectory_;  // null: a density matrix
  NoisyReadout readout_;
  std::vector<Shift> shifts_;  // of gradients by parameter shift
};

}  // namespace ebit::inline cell
