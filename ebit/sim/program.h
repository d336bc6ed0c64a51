// A circuit made ready to run: gates fused and placed, matrices evaluated.
#pragma once

#include <span>
#include <vector>

#include "ebit/sim/circuit.h"
#include "ebit/sim/kernels.h"
#include "ebit/sim/plan.h"
#include "ebit/sim/state.h"

namespace ebit::inline sim {

/// The matrices of the gates with per-sample angles, for one tile: the workspace of Program::bind_lanes.
template <class T>
struct LaneMatrices {
  AlignedVector<T> numbers;  ///< of gates by themselves: [slots, 2 (re, im), 16 or fewer entries, kLanes]
  AlignedVector<T> locals;   ///< of fused gates: [local gates, kLocalNumbers, kLanes]
  AlignedVector<T> half;     ///< half the angles of the fused gates' factors, [factors, kLanes]
  AlignedVector<T> sine;     ///< of those, likewise
  AlignedVector<T> cosine;   ///< of those, likewise
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

  /// Evaluates them for apply(), which runs one step by itself: those that run() fuses, too.
  void bind_every_step(const T* angles, LaneMatrices<T>& lanes) const;

  /// psi <- circuit psi. @param lanes as bind_lanes left it; may be null without per-sample parameters.
  void run(const Tile<T>& psi, const LaneMatrices<T>* lanes = nullptr) const;

  /// psi <- circuit^-1 psi.
  void run_inverse(const Tile<T>& psi, const LaneMatrices<T>* lanes = nullptr) const;

  /// psi <- circuit psi, left in plan().last: amplitude i in row plan().last.row(i).
  void run_relabelled(const Tile<T>& psi, const LaneMatrices<T>* lanes = nullptr) const;

  /// psi <- circuit |0...0>, left in plan().last; faster, as the first gates make a product state.
  void run_from_zero(const Tile<T>& psi, const LaneMatrices<T>* lanes = nullptr) const;

  const Circuit& circuit() const { return circuit_; }                       ///< as given
  const Plan& plan() const { return plan_; }                                ///< how it is run
  const kernels::KernelTable<T>& kernel_table() const { return kernels_; }  ///< the kernels that it runs on

  /// The shared parameters as bound last, [shared_parameters].
  std::span<const double> parameters() const { return parameters_; }

  /// One operation of the circuit, as it runs by itself.
  struct Step {
    const Gate* gate;              ///< its row of the gate table
    Operation operation;           ///< wires and angles, as in the circuit
    kernels::Placement placement;  ///< the amplitudes that it mixes, in the usual layout
    Structure structure;           ///< of the target matrix: which kernel runs
    int shared_matrix = -1;        ///< offset into the shared matrices, or -1
    int lane_matrix = -1;          ///< offset into LaneMatrices, or -1
    bool trained = false;          ///< has an angle that is a parameter
    bool fused = false;            ///< run() has it in a local gate or a relabelling
  };
  std::span<const Step> steps() const { return steps_; }  ///< one for each operation, in order

  /// The angles of a step of shared parameters, as bound last; [3].
  std::array<double, kMaxGateAngles> shared_angles(const Step& step) const;

  /// The sine and cosine of half the angle of a factor of no per-sample parameter, as bound last.
  std::pair<double, double> shared_half_angle(int factor) const {
    return {sine_[static_cast<std::size_t>(factor)], cosine_[static_cast<std::size_t>(factor)]};
  }

  /// Applies one step by itself, or its inverse with kAdjoint, to a state in the usual layout.
  /// @param lanes as bind_every_step() left it.
  template <bool kAdjoint>
  void apply(const Step& step, const Tile<T>& psi, const LaneMatrices<T>* lanes) const {
    apply<kAdjoint>(step, step.placement, psi, lanes);
  }

  /// The same where the layout of psi puts the step's wires at `placement`.
  template <bool kAdjoint>
  void apply(const Step& step, const kernels::Placement& placement, const Tile<T>& psi,
             const LaneMatrices<T>* lanes) const {
    const bool per_lane = step.lane_matrix >= 0;
    const T* const re =
        per_lane ? lanes->numbers.data() + step.lane_matrix : shared_.data() + step.shared_matrix;
    const T* const im = re + (per_lane ? kLanes<T> : 1) * (1 << (2 * placement.targets));
    kernels_.apply[placement.targets - 1][static_cast<int>(step.structure)][per_lane][kAdjoint](
        psi, placement, re, im);
  }

  /// The matrices of a sweep of local gates: writes [locals] pointers to [kLocalNumbers, kLanes].
  void local_matrices(const Sweep& sweep, const LaneMatrices<T>* lanes, const T** matrices) const;

  void usual_layout(const Tile<T>& psi) const;  ///< moves amplitudes from plan().last to the usual layout
  void last_layout(const Tile<T>& psi) const;   ///< the other way round

 private:
  void bind_shared_local(std::size_t index);
  void bind_lane_local(std::size_t index, LaneMatrices<T>& lanes) const;
  void bind_lane_step(const Step& step, const T* lane_angles, LaneMatrices<T>& lanes) const;
  template <bool kInverse>
  void rotate_rows(const Tile<T>& psi) const;
  void opening_state(const Tile<T>& psi, const LaneMatrices<T>* lanes) const;
  template <bool kAdjoint>
  void sweep(const Sweep& sweep, const Tile<T>& psi, const LaneMatrices<T>* lanes) const;

  Circuit circuit_;
  Plan plan_;
  const kernels::KernelTable<T>& kernels_;
  std::vector<Step> steps_;
  std::vector<double> parameters_;     // shared parameters as bound last
  std::vector<T> shared_;              // [slots, 2 (re, im), entries]
  std::vector<double> sine_, cosine_;  // [factors] of half the angle; of per-sample factors: 0, 1
  AlignedVector<T> shared_locals_;     // [local gates, kLocalNumbers, kLanes]
  std::size_t lane_numbers_ = 0;
  bool any_per_lane_ = false;
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

}  // namespace ebit::inline sim
