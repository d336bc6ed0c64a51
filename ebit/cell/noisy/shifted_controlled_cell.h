// A controlled cell with noise whose gradient is measured: parameter shift of every angle at every step.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ebit/cell/noisy/noisy_controlled_cell.h"
#include "ebit/cell/noisy/occurrences.h"

namespace ebit::inline cell {

/// A NoisyControlledCell with gradients as a device would give them. Its angles are numbers that a network
/// wrote from what was measured: each of them is shifted by itself, with all others as they were, and the
/// readouts of its own and of every later step are measured again, by as many shots as options.shots. The
/// network's derivative is the chain rule's. A trained initial state is shifted likewise. The mean over
/// outcomes is the exact gradient.
///
/// A backward pass of T steps of Q angles is Q T (T + 1) steps forward.
template <class T>
class ShiftedControlledCell final : public Cell<T> {
 public:
  /// Throws Error as NoisyControlledCell does.
  explicit ShiftedControlledCell(const ControlledOptions& options);

  std::span<const Segment> segments() const override { return base_->segments(); }
  std::size_t inputs() const override { return base_->inputs(); }
  std::size_t outputs() const override { return base_->outputs(); }
  std::size_t state_numbers() const override { return base_->state_numbers(); }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override { return base_->capabilities(); }
  std::span<const Segment> watched() const override { return base_->watched(); }
  std::string summary() const override { return base_->summary() + ", gradients by parameter-shift"; }
  std::size_t tape_bytes(std::size_t, std::size_t) const override { return 0; }
  void initialise(Draws& draws, double* parameters) const override { base_->initialise(draws, parameters); }

 protected:
  void run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                   const SequenceOutput<T>& output, std::span<std::byte>) override {
    base_->forward(parameters, input, output);
  }
  /// Throws Error where the gradient of a state is wanted: it is not measured.
  void run_backward(std::span<const T> parameters, const SequenceInput<T>& input, std::span<const std::byte>,
                    const SequenceCotangent<T>& cotangent, const SequenceGradient<T>& gradient) override;

 private:
  // An angle of the circuit shifted, and by what the readouts then count.
  struct Term {
    std::size_t angle;
    double weight;
    std::unique_ptr<DensityProgram<T>> program;
  };
  struct Work;

  bool any_state(const SequenceInput<T>& input, const SequenceCotangent<T>& cotangent) const;

  std::vector<Term> terms_of(const Circuit& circuit) const;
  void start_tile(std::span<const T> parameters, const SequenceInput<T>& input, std::size_t tile,
                  Work& w) const;
  void load_cotangents(const SequenceInput<T>& input, const SequenceCotangent<T>& cotangent, Work& w) const;
  void measure(const SequenceInput<T>& input, const Term& term, bool start, std::size_t step, double* slope,
               Work& w) const;
  void network_backward(std::span<const T> parameters, const SequenceInput<T>& input, std::size_t step,
                        const SequenceGradient<T>& gradient, Work& w) const;

  ControlledOptions options_;
  std::unique_ptr<NoisyControlledCell<T>> base_;  // read as the options say
  std::unique_ptr<NoisyControlledCell<T>> all_;   // read after every step
  DensityProgram<T> density_;
  std::optional<DensityProgram<T>> preparation_;  // of a trained initial state
  std::vector<Term> terms_, start_terms_;
  NoisyReadout readout_;
  FeedForward<T> ffn_;
  std::size_t angles_;
  int shots_;
};

}  // namespace ebit::inline cell
