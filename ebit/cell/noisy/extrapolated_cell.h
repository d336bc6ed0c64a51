// A cell whose readouts are extrapolated to no noise from those under noise of several strengths.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ebit/cell/cells.h"
#include "ebit/cell/tape.h"

namespace ebit::inline cell {

/// y = sum_i w_i y_i of the same cell with its noise f_i times as strong, by factors and weights of
/// Mitigation: zero-noise extrapolation of what leaves the cell at each step. Each strength is a device of
/// its own, with a memory and outcomes of its own: the state of a sample is those of all, side by side.
template <class T>
class ExtrapolatedCell final : public Cell<T> {
 public:
  /// Throws Error as make_cell() and check(Mitigation) do.
  explicit ExtrapolatedCell(const CellOptions& options);

  std::span<const Segment> segments() const override { return cells_.front()->segments(); }
  std::size_t inputs() const override { return cells_.front()->inputs(); }
  std::size_t outputs() const override { return cells_.front()->outputs(); }
  std::size_t state_numbers() const override { return cells_.size() * own_state(); }
  bool every_step() const override { return cells_.front()->every_step(); }
  Capabilities capabilities() const override { return cells_.front()->capabilities(); }
  std::string summary() const override;
  std::size_t tape_bytes(std::size_t samples, std::size_t steps) const override;
  void initialise(Draws& draws, double* parameters) const override {
    cells_.front()->initialise(draws, parameters);
  }

 protected:
  void run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                   const SequenceOutput<T>& output, std::span<std::byte> tape) override;
  void run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                    std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                    const SequenceGradient<T>& gradient) override;

 private:
  std::size_t own_state() const { return cells_.front()->state_numbers(); }
  SequenceInput<T> input_of(const SequenceInput<T>& input, std::size_t i);
  std::size_t own_tape(std::size_t samples, std::size_t steps) const;
  void take(const T* all, std::size_t samples, std::size_t i, std::vector<T>& own) const;
  void put(const std::vector<T>& own, std::size_t samples, std::size_t i, T* all) const;

  std::string text_;
  std::vector<std::unique_ptr<Cell<T>>> cells_;  // one a strength
  std::vector<double> weights_;
  std::vector<T> state_, d_state_, last_, y_, x_;  // of one strength
};

}  // namespace ebit::inline cell
