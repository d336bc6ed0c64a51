// The measured cell: a quantum memory that is measured at every step and projected on the outcome.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/measured/measured_form.h"
#include "ebit/cell/measured/measured_options.h"
#include "ebit/cell/recurrent_cell.h"

namespace ebit::inline cell {

/// A step measures what its setting s says: the memory of n qubits, which starts in |0...0>, is turned by
/// U(s); a measurement has outcome o with probability p_o; the memory is projected on the outcome and turned
/// back by U(s)^-1. The output are p_0 and p_1. So a sequence of Pauli measurements can be learnt exactly
/// (Anschuetz and Gao 2026, arXiv:2402.08606).
///
/// A step's numbers are the setting and the outcome to project on: 0 or 1, as in training the one that
/// happened, or -1: drawn by Born's rule. The gradient holds outcomes constant.
///
/// Form "shared": the setting is a letter for each qubit, one of four numbers that is 1; a qubit whose
/// numbers are all 0 is not touched, so that a cell of n qubits is a cell of fewer too. Letter k turns its
/// qubit by W_k = RX(c) RY(b) RZ(a); each qubit has a controlled RX(phi_k) on a wire in |0>, which is
/// measured, and a phase chi_k on |1>; then W_k^-1. Its 20 numbers, "turns" [4, 3], "couplings" [4] and
/// "phases" [4], do not depend on n.
/// Form "free": the setting is one of 4^n - 1 numbers that is 1, with U(s) = e^(iH_s), and the first qubit is
/// measured. Its numbers are "generators" [4^n - 1, 2^n, 2^n]: H_ij = G_ij + i G_ji for i < j.
///
/// The state of a sample is the memory's amplitudes, real parts and then imaginary parts, [2 * 2^n], up to a
/// phase; its norm does not matter.
template <class T>
class MeasuredCell final : public RecurrentCell<T> {
 public:
  /// Throws Error as check() does, and for more qubits than the machine's memory holds.
  explicit MeasuredCell(const MeasuredOptions& options);

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.inputs); }
  std::size_t outputs() const override { return 2; }
  std::size_t state_numbers() const override { return std::size_t{2} << options_.qubits(); }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override { return {.draws = true}; }
  std::string summary() const override;

  const MeasuredOptions& options() const { return options_; }  ///< as given

 protected:
  using typename RecurrentCell<T>::Step;
  using typename RecurrentCell<T>::StepGradient;
  using typename RecurrentCell<T>::Scratch;

  std::span<const T> initial_state() const override { return initial_; }
  void check_input(const SequenceInput<T>& input) const override;
  std::size_t kept_numbers() const override { return 1; }  // the outcome projected on
  std::size_t shared_sums() const override { return form_->sums(); }
  std::unique_ptr<Scratch> make_scratch() const override;
  void begin(std::span<const T> parameters) override { form_->bind(parameters.data()); }
  void run_step(const Step& step, Scratch& scratch) const override;
  void step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const override;
  void finish_backward(std::span<const T> /*parameters*/, const double* d_shared,
                       double* d_parameters) override {
    form_->add_gradient(d_shared, d_parameters);
  }

 private:
  struct Workspace;

  std::size_t row() const { return state_numbers() * kLanes<T>; }  // numbers of h in a tile
  Tile<T> tile_of(T* numbers) const { return {numbers, numbers + row() / 2, options_.qubits()}; }

  // Of a step (measured_steps.cc).
  void load_setting(const Step& step, Workspace& w) const;
  void measure(const Step& step, Workspace& w) const;
  void choose(const Step& step, Workspace& w) const;
  void project(Workspace& w) const;

  MeasuredOptions options_;
  std::unique_ptr<MeasuredForm<T>> form_;
  std::vector<Segment> segments_;
  std::vector<T> initial_;  // |0...0>
};

}  // namespace ebit::inline cell
