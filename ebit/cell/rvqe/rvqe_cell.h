// The recurrent variational quantum eigensolver cell: quantum neurons on a real state, measured at every
// step.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/recurrent_cell.h"
#include "ebit/cell/register/collapse.h"
#include "ebit/cell/rvqe/neuron_kernels.h"
#include "ebit/cell/rvqe/neurons.h"
#include "ebit/cell/rvqe/rvqe_options.h"

namespace ebit::inline cell {

/// A step (Bausch 2020, arXiv:2006.14619) starts from a real state of the workspace and in/out qubits in
/// |0...0>: X where the bits of the input word are 1; a neuron on each workspace qubit; for each stage RY on
/// each workspace qubit, then a neuron on each; X as before; a neuron on each in/out qubit. The output are
/// the probabilities of the 2^w words there. Then the in/out qubits are projected on a word, which leaves
/// the next state of the workspace.
///
/// A step's numbers are the w bits, the first one the most significant, and that word: 0 ... 2^w - 1, as in
/// training its target, or -1: drawn with Born's rule. The gradient holds the words constant, drawn ones too.
///
/// Postselection of the neurons' ancillas is the normalisation of the state. While the in/out qubits are in a
/// basis state, the state is that of the workspace alone, whose neurons have tables for each input word; they
/// are opened one by one by their own neurons. The state of a sample is real, [2^W].
///
/// All trainable numbers are one flat array, described by segments(): "input.0.phi", "input.0.theta", ...,
/// "stages.0.angles", "stages.0.neurons.0.phi", ..., "output.0.phi", ...
template <class T>
class RvqeCell final : public RecurrentCell<T> {
 public:
  /// Throws Error as check() does, and for more qubits than the machine's memory holds.
  explicit RvqeCell(const RvqeOptions& options);

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.inputs); }
  std::size_t outputs() const override { return std::size_t{1} << options_.bits(); }
  std::size_t state_numbers() const override { return std::size_t{1} << options_.workspace; }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override { return {.draws = true}; }
  std::string summary() const override;

  const RvqeOptions& options() const { return options_; }  ///< as given

 protected:
  using typename RecurrentCell<T>::Step;
  using typename RecurrentCell<T>::StepGradient;
  using typename RecurrentCell<T>::Scratch;

  std::span<const T> initial_state() const override { return initial_; }
  void check_input(const SequenceInput<T>& input) const override;
  std::size_t kept_numbers() const override { return 1; }  // the word projected on
  std::size_t shared_sums() const override { return 2 * neurons_.entries(); }
  std::unique_ptr<Scratch> make_scratch() const override;
  void begin(std::span<const T> parameters) override { neurons_.bind(parameters.data()); }
  void run_step(const Step& step, Scratch& scratch) const override;
  void step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const override;
  void finish_backward(std::span<const T> parameters, const double* d_shared, double* d_parameters) override;

 private:
  struct Workspace;

  std::size_t bits() const { return static_cast<std::size_t>(options_.bits()); }
  std::size_t row() const { return state_numbers() * kLanes<T>; }  // numbers of h in a tile
  // Amplitudes between 0 and 1 of workspace qubit q.
  std::size_t stride(std::size_t q) const { return state_numbers() >> (q + 1); }

  // Of a step (rvqe_steps.cc).
  Neuron<T> neuron(std::size_t index, std::size_t slot, Workspace& w) const;
  UpdateInput<T> measured(Workspace& w) const;
  void load_words(const Step& step, Workspace& w) const;
  void run_circuit(const Step& step, Workspace& w) const;
  void circuit_backward(const Step& step, double* d_parameters, Workspace& w) const;
  void require_projected(const Step& step, const Workspace& w) const;

  RvqeOptions options_;
  std::vector<Segment> segments_;
  Neurons<T> neurons_;
  const NeuronKernels<T>& kernels_;
  const LaneKernels<T>& lane_kernels_;
  std::vector<T> initial_;  // |0...0> of the workspace
};

}  // namespace ebit::inline cell
