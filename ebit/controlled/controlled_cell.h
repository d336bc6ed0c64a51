// The controlled cell: a classical network writes the angles of a circuit on a coherent quantum memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ebit/cell/encoder.h"
#include "ebit/controlled/controlled_options.h"
#include "ebit/controlled/feed_forward.h"
#include "ebit/controlled/measurement.h"
#include "ebit/sim/program.h"
#include "ebit/sim/readout.h"

namespace ebit {

/// A batch of sequences for a controlled cell.
template <class T>
struct ControlledInput {
  std::size_t samples = 0;  ///< B
  std::size_t steps = 0;    ///< T, of the longest sequence
  const T* x = nullptr;     ///< [B, T, E]
  /// [B] steps of each sequence, in [0, T]; null: T. A step past the end leaves the state and readouts alone,
  /// and its x is not looked at.
  const std::int64_t* lengths = nullptr;
  const T* psi = nullptr;         ///< [B, 2 (re, im), 2^n] before the first step; null: the initial state
  const T* z = nullptr;           ///< [B, K] likewise; null together with psi
  bool training = false;          ///< dropout acts
  std::uint64_t draw_seed = 0;    ///< with draw_number names the random numbers of dropout and measurements
  std::uint64_t draw_number = 0;  ///< counts forward passes, so that each draws its own
};

/// Where a forward pass writes.
template <class T>
struct ControlledOutput {
  T* z = nullptr;       ///< [B, T, K]; past the end of a sequence its last readouts
  T* psi = nullptr;     ///< [B, 2 (re, im), 2^n] behind the last step; null: not wanted
  T* z_last = nullptr;  ///< [B, K] behind the last step; null: not wanted
};

/// What a forward pass keeps for the backward one. Keep one and give it to every pass: its memory is used
/// again.
template <class T>
struct ControlledTape {
  AlignedVector<T> z;        ///< [tiles, T + 1, K, kLanes], z_0 first
  AlignedVector<T> last;     ///< [tiles, 2, 2^n, kLanes] behind the last step of each sample
  AlignedVector<T> states;   ///< [tiles, T, 2, 2^n, kLanes] behind each step's circuit, where `stored`
  std::vector<int> outcome;  ///< [tiles, T, kLanes] of measurement "sampled"
  bool stored = false;       ///< states are kept, instead of un-computed
};

/// The cotangents of a ControlledOutput; null: zero.
template <class T>
struct ControlledCotangent {
  const T* z = nullptr;       ///< [B, T, K]
  const T* psi = nullptr;     ///< [B, 2, 2^n]
  const T* z_last = nullptr;  ///< [B, K]
};

/// Where the gradients of a sequence are written.
template <class T>
struct ControlledGradient {
  double* parameters = nullptr;  ///< [P], added to; null: not wanted
  T* x = nullptr;                ///< [B, T, E], written; null: not wanted
  T* psi = nullptr;              ///< [B, 2, 2^n], written; null: not wanted. Only where a state was given
  T* z = nullptr;                ///< [B, K], likewise
};

/// One step: theta_t = angle_scale FFN([x_t; z_{t-1}]), |psi_t> = PQC(theta_t) |psi_{t-1}>,
/// z_t = (<psi_t|P|psi_t>)_P (Xu 2025, arXiv:2510.25557). z_0 are the readouts of the initial state.
///
/// All trainable numbers are one flat array, described by segments(): those of the network ("ffn.0.weight",
/// "ffn.0.bias", "shortcut.0.weight", ...), then "initial" [Q] for a trainable initial state.
///
/// Measurements "shots" and "sampled" are differentiated with their random outcomes held constant: the noise
/// of shots adds a constant to an expectation, and a collapse keeps its branch. The gradient does not hold
/// how the outcomes' probabilities move.
template <class T>
class ControlledCell {
 public:
  /// Throws Error as check() does, and for more qubits than the machine's memory holds.
  explicit ControlledCell(const ControlledOptions& options);
  ~ControlledCell();  ///< frees its workspaces

  const ControlledOptions& options() const { return options_; }    ///< as given
  std::span<const Segment> segments() const { return segments_; }  ///< the trainable blocks, in order
  std::size_t parameters() const { return parameter_count_; }      ///< P
  std::size_t angles() const { return angles_; }                   ///< of a step, Q
  std::size_t outputs() const { return readout_.size(); }          ///< K
  std::size_t dimension() const { return std::size_t{1} << options_.qubits; }  ///< amplitudes, 2^n
  const Circuit& circuit() const { return program_.circuit(); }                ///< PQC
  const std::vector<Observable>& readout() const { return observables_; }      ///< what is read, [K]

  /// Runs the sequences.
  /// @param parameters [P].
  /// @param tape what backward() needs, written; may be null.
  /// Throws Error for inputs or states that are not finite, lengths out of range, or too little memory.
  void forward(std::span<const T> parameters, const ControlledInput<T>& input,
               const ControlledOutput<T>& output, ControlledTape<T>* tape = nullptr);

  /// Vector-Jacobian product of forward(); `parameters` and `input` as there.
  void backward(std::span<const T> parameters, const ControlledInput<T>& input, const ControlledTape<T>& tape,
                const ControlledCotangent<T>& cotangent, const ControlledGradient<T>& gradient);

 private:
  struct Workspace;

  // What the tiles of one call share.
  struct Call {
    const T* parameters;
    const ControlledInput<T>& input;
  };

  // Of the call as a whole.
  void check_input(std::span<const T> parameters, const ControlledInput<T>& input) const;
  void prepare_initial(std::span<const T> parameters);
  void initial_backward(std::size_t groups, double* d_initial);
  std::size_t make_workspaces(std::size_t samples);
  void make_tape(const ControlledInput<T>& input, ControlledTape<T>& tape) const;

  // Of a tile, a step at a time.
  void load_start(const Call& c, std::size_t tile, Workspace& w) const;
  void find_angles(const Call& c, std::size_t step, const T* z, Workspace& w) const;
  void run_step(const Call& c, std::size_t step, ControlledTape<T>* tape, Workspace& w) const;
  void read_step(std::size_t step, Workspace& w) const;
  void forward_tile(const Call& c, const ControlledOutput<T>& output, ControlledTape<T>* tape,
                    std::size_t tile, Workspace& w) const;
  void read_step_backward(const Call& c, std::size_t step, const ControlledTape<T>& tape, const T* d_z,
                          Workspace& w) const;
  void step_backward(const Call& c, std::size_t step, const ControlledTape<T>& tape,
                     const ControlledGradient<T>& gradient, Workspace& w) const;
  void backward_tile(const Call& c, const ControlledTape<T>& tape, const ControlledCotangent<T>& cotangent,
                     const ControlledGradient<T>& gradient, std::size_t tile, Workspace& w) const;
  void store_start_gradient(const Call& c, const ControlledGradient<T>& gradient, Workspace& w) const;
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
  std::size_t parameter_count_ = 0;
  AlignedVector<T> initial_;                            // [2, 2^n, kLanes] the initial state in every lane
  AlignedVector<T> initial_values_;                     // [K, kLanes] its readouts
  std::vector<std::unique_ptr<Workspace>> workspaces_;  // of each group of tiles
};

}  // namespace ebit
