// A register cell whose readouts enter with the next step's numbers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ebit/cell/cell.h"
#include "ebit/cell/encoder.h"
#include "ebit/cell/register/register_options.h"

namespace ebit::inline cell {

/// Feeds the readouts of a register cell back: its encoder takes [x_t, y_{t-1}], F + K numbers, where y_0 is
/// 0. With it a memory that is measured and reset at every step still carries what was read (Kobayashi,
/// Fujii, Yamamoto 2024, arXiv:2406.15783). Runs the cell a step at a time; gradients are those of the whole,
/// with the way through y. The state of a sample is that of the cell, then y [K].
template <class T>
class FeedbackCell final : public Cell<T> {
 public:
  /// @param options with `feedback`; features are those of a step without y. Throws Error as RegisterCell,
  /// and for an encoder that takes bits alone.
  explicit FeedbackCell(RegisterOptions options);

  std::span<const Segment> segments() const override { return cell_->segments(); }
  std::size_t inputs() const override { return cell_->inputs() - cell_->outputs(); }
  std::size_t outputs() const override { return cell_->outputs(); }
  std::size_t state_numbers() const override { return cell_->state_numbers() + cell_->outputs(); }
  bool every_step() const override { return every_step_; }
  Capabilities capabilities() const override { return cell_->capabilities(); }
  std::string summary() const override;
  std::size_t tape_bytes(std::size_t samples, std::size_t steps) const override;
  void initialise(Draws& draws, double* parameters) const override { cell_->initialise(draws, parameters); }

 protected:
  void run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                   const SequenceOutput<T>& output, std::span<std::byte> tape) override;
  void run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                    std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                    const SequenceGradient<T>& gradient) override;

 private:
  // The arrays of a tape, a slice a step.
  struct Tape {
    T* x = nullptr;            // [T, B, F + K] what entered
    T* state = nullptr;        // [T, B, S] the cell's before each step
    std::byte* own = nullptr;  // [T, own_bytes] its tapes
  };
  struct TapeOffsets {
    std::size_t x, state, own, bytes, own_bytes;
  };

  TapeOffsets tape_offsets(std::size_t samples, std::size_t steps) const;
  SequenceInput<T> step_input(const SequenceInput<T>& input, std::size_t step, const T* x, const T* state);
  bool runs(const SequenceInput<T>& input, std::size_t sample, std::size_t step) const;
  bool reads(const SequenceInput<T>& input, std::size_t sample, std::size_t step) const;

  std::unique_ptr<Cell<T>> cell_;
  const Encoder& encoder_;
  bool every_step_;
  std::vector<std::int64_t> lengths_;  // [B] 1 or 0: whether a sequence has the step
  std::vector<T> x_;                   // [B, F + K] of a step, where there is no tape
  std::vector<T> state_, next_;        // [B, S] before and behind a step
  std::vector<T> y_, fed_;             // [B, K] read in a step, and to be fed to the next one
  std::vector<T> entropy_;             // [B] of a step, or its cotangent
  std::vector<T> d_x_, d_y_, d_fed_;   // likewise
  std::vector<T> d_state_, d_before_;  // [B, S]
};

}  // namespace ebit::inline cell
