// The controlled cell: a classical network writes the angles of a circuit on a coherent quantum memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/cell.h"
#include "ebit/cell/controlled/controlled_options.h"
#include "ebit/cell/controlled/feed_forward.h"
#include "ebit/cell/controlled/measurement.h"
#include "ebit/sim/program.h"
#include "ebit/sim/readout.h"

namespace ebit::inline cell {

/// Called for each tile and step with the memory and the readouts [K, kLanes] that leave the step. Lanes of
/// sequences that have ended hold nothing of meaning. It must not call the cell.
template <class T>
using ControlledObserver =
    std::function<void(std::size_t tile, std::size_t step, const Tile<T>& psi, const T* z)>;

/// One step: theta_t = angle_scale FFN([x_t; z_{t-1}]), |psi_t> = PQC(theta_t) |psi_{t-1}>,
/// z_t = (<psi_t|P|psi_t>)_P (Xu 2025, arXiv:2510.25557). z_0 are the readouts of the initial state. The
/// state of a sample is psi re [2^n], psi im [2^n], z [K].
///
/// All trainable numbers are one flat array, described by segments(): those of the network ("ffn.0.weight",
/// "ffn.0.bias", "shortcut.0.weight", ...), then "initial" [Q] for a trainable initial state.
///
/// Measurements "shots" and "sampled" are differentiated with their random outcomes held constant: the noise
/// of shots adds a constant to an expectation, and a collapse keeps its branch. The gradient does not hold
/// how the outcomes' probabilities move.
template <class T>
class ControlledCell final : public Cell<T> {
 public:
  /// Throws Error as check() does, and for more qubits than the machine's memory holds.
  explicit ControlledCell(const ControlledOptions& options);
  ~ControlledCell() override;  ///< frees its workspaces

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.inputs); }
  std::size_t outputs() const override { return readout_.size(); }
  std::size_t state_numbers() const override { return 2 * dimension() + outputs(); }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override;
  std::string summary() const override;
  std::size_t tape_bytes(std::size_t samples, std::size_t steps) const override;
  void initialise(Draws& draws, double* parameters) const override;

  const ControlledOptions& options() const { return options_; }                ///< as given
  std::size_t angles() const { return angles_; }                               ///< of a step, Q
  std::size_t dimension() const { return std::size_t{1} << options_.qubits; }  ///< amplitudes, 2^n
  const Circuit& circuit() const { return program_.circuit(); }                ///< PQC
  const std::vector<Observable>& readout() const { return observables_; }      ///< what is read, [K]

  /// forward() without a tape, shown to an observer. Tiles run in parallel (parallel_for).
  void observe(std::span<const T> parameters, const SequenceInput<T>& input, const SequenceOutput<T>& output,
               const ControlledObserver<T>& observer);

 protected:
  void run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                   const SequenceOutput<T>& output, std::span<std::byte> tape) override;
  void run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                    std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                    const SequenceGradient<T>& gradient) override;

 private:
  struct Workspace;

  // The arrays of a tape; null where there is none.
  struct Tape {
    T* z = nullptr;          // [tiles, T + 1, K, kLanes], z_0 first
    T* last = nullptr;       // [tiles, 2, 2^n, kLanes] behind the last step of each sample
    T* states = nullptr;     // [tiles, T, 2, 2^n, kLanes] behind each step's circuit, where stored
    int* outcome = nullptr;  // [tiles, T, kLanes] of measurement "sampled"
  };
  struct TapeOffsets {
    std::size_t z, last, states, outcome, bytes;
  };
  // What the tiles of one call share.
  struct Call {
    const T* parameters;
    const SequenceInput<T>& input;
    Tape tape;
  };

  // Of the call as a whole.
  void prepare_initial(std::span<const T> parameters);
  void initial_backward(std::size_t groups, double* d_initial);
  void make_workspaces(std::size_t groups);
  TapeOffsets tape_offsets(std::size_t samples, std::size_t steps) const;
  Tape arrays_of(std::span<std::byte> tape, std::size_t samples, std::size_t steps) const;
  void run(std::span<const T> parameters, const SequenceInput<T>& input, const SequenceOutput<T>& output,
           std::span<std::byte> tape, const ControlledObserver<T>& observer);

  // Of a tile, a step at a time.
  void load_start(const Call& c, std::size_t tile, Workspace& w) const;
  void find_angles(const Call& c, std::size_t step, const T* z, Workspace& w) const;
  void run_step(const Call& c, std::size_t step, Workspace& w) const;
  void read_step(std::size_t step, Workspace& w) const;
  void forward_tile(const Call& c, const SequenceOutput<T>& output, const ControlledObserver<T>& observer,
                    std::size_t tile, Workspace& w) const;
  void read_step_backward(const Call& c, std::size_t step, const T* d_z, Workspace& w) const;
  void step_backward(const Call& c, std::size_t step, bool parameters, Workspace& w) const;
  void backward_tile(const Call& c, const SequenceCotangent<T>& cotangent,
                     const SequenceGradient<T>& gradient, std::size_t tile, Workspace& w) const;
  void store_start_gradient(const Call& c, const SequenceGradient<T>& gradient, Workspace& w) const;
  std::uint64_t draws_a_step() const;

  ControlledOptions options_;
  const MeasurementRow& measurement_;
  bool store_;
  std::vector<Observable> observables_;
  Program<T> program_;                     // PQC, per-sample angles
  std::optional<Program<T>> preparation_;  // the same with shared angles: the trainable initial state
  std::optional<Projection> projection_;   // of measurement "sampled"
  Readout<T> readout_;
  std::size_t angles_;
  FeedForward<T> ffn_;
  std::vector<Segment> segments_;
  AlignedVector<T> initial_;                            // [2, 2^n, kLanes] the initial state in every lane
  AlignedVector<T> initial_values_;                     // [K, kLanes] its readouts
  std::vector<std::unique_ptr<Workspace>> workspaces_;  // of each group of tiles
};

}  // namespace ebit::inline cell
