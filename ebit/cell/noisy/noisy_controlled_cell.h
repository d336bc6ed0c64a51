// A controlled cell with noise: the density matrix of its memory, or quantum trajectories of it, step by
// step.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ebit/cell/controlled/controlled_options.h"
#include "ebit/cell/controlled/feed_forward.h"
#include "ebit/cell/noisy/noisy_readout.h"
#include "ebit/cell/recurrent_cell.h"
#include "ebit/noise/density_program.h"
#include "ebit/noise/trajectory_program.h"

namespace ebit::inline cell {

/// The step of a ControlledCell with the channels of options.noisy behind its gates: rho_t = PQC(theta_t)
/// rho_{t-1}, z_t = Tr(P rho_t) with readout errors, and with measurement "shots" the mean of options.shots
/// outcomes, which enters the next step's network as it was measured. Expectation values without collapse are
/// no one circuit: a device runs the first t steps again for every t and basis. Gradients are exact, of what
/// is drawn those of its mean. The parameters are those of a ControlledCell.
///
/// With options.noisy.trajectories z_t is the mean over so many state vectors with a Kraus operator drawn at
/// each channel; then there is no gradient.
///
/// The state of a sample is rho re [4^n], im [4^n], z [K]; of trajectories psi re [2^n], im [2^n] of each, z
/// [K].
template <class T>
class NoisyControlledCell final : public RecurrentCell<T> {
 public:
  /// Throws Error as ControlledCell does, for measurement "sampled", which keeps one outcome of a pure state,
  /// and for more qubits than a density matrix can have.
  explicit NoisyControlledCell(const ControlledOptions& options);

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.inputs); }
  std::size_t outputs() const override { return readout_.size(); }
  std::size_t state_numbers() const override { return memory_numbers() + outputs(); }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override;
  /// Of density matrices "purity" [1] and "entropy" [1], bits, of the memory behind the step.
  std::span<const Segment> watched() const override { return watched_; }
  std::string summary() const override;

 protected:
  using typename RecurrentCell<T>::Scratch;
  using typename RecurrentCell<T>::Step;
  using typename RecurrentCell<T>::StepGradient;

  std::span<const T> initial_state() const override { return initial_; }
  std::size_t kept_numbers() const override { return 0; }
  std::size_t shared_sums() const override { return preparation_ ? state_numbers() : 0; }
  std::unique_ptr<Scratch> make_scratch() const override;
  void begin(std::span<const T> parameters) override;
  void run_step(const Step& step, Scratch& scratch) const override;
  void step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const override;
  void start_backward(const T* d_state, double* d_shared) const override;
  void finish_backward(std::span<const T> parameters, const double* d_shared, double* d_parameters) override;

 private:
  struct Work;

  int count() const { return options_.noisy.trajectories; }  // of trajectories; 0: a density matrix
  std::size_t copies() const { return count() > 0 ? static_cast<std::size_t>(count()) : 1; }
  int state_wires() const { return count() > 0 ? options_.qubits : 2 * options_.qubits; }
  std::size_t state_row() const { return std::size_t{2} << state_wires(); }  // numbers of rho, or of one psi
  std::size_t memory_numbers() const { return copies() * state_row(); }
  int shots() const;
  void find_angles(const Step& step, Work& w) const;
  void run_circuit(const Step& step, Work& w, T* kept) const;
  void run_trajectories(const Step& step, Work& w) const;

  ControlledOptions options_;
  std::optional<DensityProgram<T>> density_, preparation_;  // preparation_: of a trained initial state
  std::unique_ptr<TrajectoryProgram<T>> trajectory_, trajectory_preparation_;
  NoisyReadout readout_;
  std::size_t angles_;
  FeedForward<T> ffn_;
  std::vector<Segment> segments_, watched_;
  std::vector<T> initial_;          // [S]
  std::unique_ptr<Scratch> start_;  // for the initial state and its gradient
};

}  // namespace ebit::inline cell
