// A register cell with noise whose gradient is measured: parameter shift of every occurrence of every angle.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ebit/cell/noisy/noisy_register_cell.h"

namespace ebit::inline cell {

/// A NoisyRegisterCell with gradients as a device would give them, with as many shots a run as options.shots:
/// an angle occurs once a gate and step, and of each occurrence the window is run again with that one
/// shifted, two times (of controlled rotations four), and measured. The encoded state of linear-amplitude is
/// turned by a quarter towards and away from each basis state, of which its derivative in the input and the
/// encoder's numbers follows. The mean over outcomes is the exact gradient. A backward pass of T steps and N
/// occurrences a step is N T (T + 1) steps forward.
///
/// A memory that is measured at every step is T circuits, and so is its gradient: of each occurrence its own
/// step alone is run again, and what it moves of the measured probabilities goes on by the chain rule through
/// the steps behind it, in each of which the prepared ancilla was turned towards every basis state. That is
/// 2 (N + 2^n_a) T steps.
template <class T>
class ShiftedRegisterCell final : public Cell<T> {
 public:
  /// Throws Error as NoisyRegisterCell does.
  explicit ShiftedRegisterCell(const RegisterOptions& options);

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
  // A step that is run in place of another, and by what its readouts count.
  struct Term {
    double weight;
    std::unique_ptr<NoisyRegisterCell<T>> cell;
  };
  // An occurrence of an angle.
  struct Shift {
    Angle angle;
    std::vector<Term> terms;
  };
  struct Pass;

  bool any_state(const SequenceInput<T>& input, const SequenceCotangent<T>& cotangent) const;

  void start(Pass& pass, std::size_t step);
  void state_before(const Pass& pass, std::size_t step, std::vector<T>& state);
  void measure(Pass& pass, const std::vector<Term>& terms);
  double later_readouts(const Pass& pass, std::size_t sample) const;
  double measured_memory(std::size_t sample) const;
  double cotangent_of(const Pass& pass, std::size_t sample, std::size_t step, std::size_t k) const;
  void angles_of_step(Pass& pass);
  void amplitudes_of_step(Pass& pass);
  std::vector<std::vector<Term>> make_turns(const RegisterOptions& options, int wires, bool ancilla);
  void turn_slopes(Pass& pass, const std::vector<std::vector<Term>>& turns);
  void gradient_on_sphere(const Tile<T>& s, const LaneMap& lanes, const Tile<T>& g) const;
  void memory_of_step(Pass& pass);
  bool measured() const { return update_.memory == Memory::kAncillaState; }

  RegisterOptions options_;
  const HiddenUpdate<T>& update_;
  std::unique_ptr<NoisyRegisterCell<T>> base_;   // read as the options say
  std::unique_ptr<NoisyRegisterCell<T>> later_;  // read after every step
  Encoding<T> encoding_;
  std::vector<AngleRule> rules_;
  std::vector<Shift> shifts_;
  std::vector<std::vector<Term>> turns_;  // of each basis state of the system, where amplitudes are written
  std::vector<std::vector<Term>> ancilla_turns_;  // of the ancilla, where its state is prepared
  std::size_t encoder_offset_ = 0;
  // Of a pass; all [B, ...].
  std::vector<T> state_, next_, after_, x_, rest_, y_, later_y_;
  std::vector<std::int64_t> here_, behind_;
  std::vector<double> slope_, slopes_;
  std::vector<double> d_memory_, d_probabilities_;  // of h behind the step; of what was measured for it
};

}  // namespace ebit::inline cell
