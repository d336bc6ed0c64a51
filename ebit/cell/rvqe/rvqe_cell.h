// The recurrent variational quantum eigensolver cell: quantum neurons on a real state, measured at every
// step.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/cell.h"
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
class RvqeCell final : public Cell<T> {
 public:
  /// Throws Error as check() does, and for more qubits than the machine's memory holds.
  explicit RvqeCell(const RvqeOptions& options);
  ~RvqeCell() override;  ///< frees its workspaces

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.inputs); }
  std::size_t outputs() const override { return std::size_t{1} << options_.bits(); }
  std::size_t state_numbers() const override { return std::size_t{1} << options_.workspace; }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override { return {.draws = true}; }
  std::string summary() const override;
  std::size_t tape_bytes(std::size_t samples, std::size_t steps) const override;

  const RvqeOptions& options() const { return options_; }  ///< as given

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
    T* h = nullptr;          // [tiles, T + 1, 2^W, kLanes], h_0 first
    int* outcome = nullptr;  // [tiles, T, kLanes] words that were projected on
  };
  struct TapeOffsets {
    std::size_t h, outcome, bytes;
  };
  // What the tiles of one call share.
  struct Call {
    const T* parameters;
    const SequenceInput<T>& input;
    Tape tape;
  };

  std::size_t bits() const { return static_cast<std::size_t>(options_.bits()); }
  std::size_t row() const { return state_numbers() * kLanes<T>; }  // numbers of h in a tile
  // Amplitudes between 0 and 1 of workspace qubit q.
  std::size_t stride(std::size_t q) const { return state_numbers() >> (q + 1); }

  // Of the call as a whole.
  void check_input(const SequenceInput<T>& input) const;
  void make_workspaces(std::size_t groups);
  TapeOffsets tape_offsets(std::size_t samples, std::size_t steps) const;
  Tape arrays_of(std::span<std::byte> tape, std::size_t samples, std::size_t steps) const;

  // Of a tile, a step at a time (rvqe_steps.cc).
  Neuron<T> neuron(std::size_t index, std::size_t slot, Workspace& w) const;
  UpdateInput<T> measured(Workspace& w) const;
  void load_start(const Call& call, std::size_t tile, Workspace& w) const;
  void load_words(const Call& call, std::size_t step, Workspace& w) const;
  void run_circuit(const Call& call, const T* h, Workspace& w) const;
  void circuit_backward(const Call& call, Workspace& w) const;
  void require_projected(const Call& call, std::size_t step, const Workspace& w) const;
  void forward_tile(const Call& call, const SequenceOutput<T>& output, std::size_t tile, Workspace& w) const;
  void step_backward(const Call& call, std::size_t step, bool read, Workspace& w) const;
  void backward_tile(const Call& call, const SequenceCotangent<T>& cotangent,
                     const SequenceGradient<T>& gradient, std::size_t tile, Workspace& w) const;

  RvqeOptions options_;
  std::vector<Segment> segments_;
  Neurons<T> neurons_;
  const NeuronKernels<T>& kernels_;
  const LaneKernels<T>& lane_kernels_;
  std::vector<std::unique_ptr<Workspace>> workspaces_;  // of each group of tiles
};

}  // namespace ebit::inline cell
