// A circuit made ready to run: gates placed, matrices evaluated.
#pragma once

#include <span>
#include <vector>

#include "ebit/sim/circuit.h"
#include "ebit/sim/kernels.h"
#include "ebit/sim/state.h"

namespace ebit {

/// The matrices of the gates with per-sample angles, for one tile: the workspace of Program::bind_lanes.
template <class T>
struct LaneMatrices {
  AlignedVector<T> numbers;  ///< [slots, 2 (re, im), 16 or fewer entries, kLanes]
};

/// A circuit ready to run on tiles of precision T. bind() evaluates the shared angles once for all samples
/// and time steps; bind_lanes() those of one tile. Running is const and safe from several threads.
template <class T>
class Program {
 public:
  /// Places the gates; their matrices are evaluated by bind(), which must come before the first run.
  explicit Program(const Circuit& circuit, const kernels::KernelTable<T>& table = kernels::kernel_table<T>());

  /// Evaluates every gate whose angles are constants or shared parameters.
  /// @param shared [shared_parameters] radians.
  void bind(std::span<const T> shared);

  /// Evaluates every gate with a per-sample angle, for one tile.
  /// @param angles [per_sample_parameters, kLanes] radians.
  void bind_lanes(const T* angles, LaneMatrices<T>& lanes) const;

  /// psi <- circuit psi. @param lanes as bind_lanes left it; may be null without per-sample parameters.
  void run(const Tile<T>& psi, const LaneMatrices<T>* lanes = nullptr) const;

  /// psi <- circuit^-1 psi.
  void run_inverse(const Tile<T>& psi, const LaneMatrices<T>* lanes = nullptr) const;

  const Circuit& circuit() const { return circuit_; }                       ///< as given
  const kernels::KernelTable<T>& kernel_table() const { return kernels_; }  ///< the kernels that it runs on

  /// The shared parameters as bound last, [shared_parameters].
  std::span<const double> parameters() const { return parameters_; }

  /// One placed gate; what grad/ walks over.
  struct Step {
    const Gate* gate;              ///< its row of the gate table
    Operation operation;           ///< wires and angles, as in the circuit
    kernels::Placement placement;  ///< the bits of a basis index that it acts on
    Structure structure;           ///< of the target matrix: which kernel runs
    int shared_matrix = -1;        ///< offset into the shared matrices, or -1
    int lane_matrix = -1;          ///< offset into LaneMatrices, or -1
    bool trained = false;          ///< has an angle that is a parameter
  };
  std::span<const Step> steps() const { return steps_; }  ///< one for each operation, in order

  /// The angles of a step of shared parameters, as bound last; [3].
  std::array<double, kMaxGateAngles> shared_angles(const Step& step) const;

  /// Applies one step, or its inverse with kAdjoint.
  template <bool kAdjoint>
  void apply(const Step& step, const Tile<T>& psi, const LaneMatrices<T>* lanes) const {
    const bool per_lane = step.lane_matrix >= 0;
    const T* const re =
        per_lane ? lanes->numbers.data() + step.lane_matrix : shared_.data() + step.shared_matrix;
    const T* const im = re + (per_lane ? kLanes<T> : 1) * (1 << (2 * step.placement.targets));
    kernels_.apply[step.placement.targets - 1][static_cast<int>(step.structure)][per_lane][kAdjoint](
        psi, step.placement, re, im);
  }

 private:
  Circuit circuit_;
  const kernels::KernelTable<T>& kernels_;
  std::vector<Step> steps_;
  std::vector<double> parameters_;  // shared parameters as bound last
  std::vector<T> shared_;           // [slots, 2 (re, im), entries]
  std::size_t lane_numbers_ = 0;
};

/// Runs a circuit on every sample of a batch: the simple way in.
/// @param shared [shared_parameters]; @param per_sample [per_sample_parameters, batch]. Throws Error on wrong
/// sizes.
template <class T>
void run(const Circuit& circuit, StateBatch<T>& state, std::span<const T> shared = {},
         std::span<const T> per_sample = {});

/// Copies the lanes of tile `tile` out of rows of `batch` samples: [rows, batch] -> [rows, kLanes]. Lanes
/// past the last sample repeat it, so that they stay finite.
template <class T>
void gather_lanes(std::span<const T> rows_of_batch, std::size_t batch, std::size_t tile,
                  AlignedVector<T>& out);

}  // namespace ebit
