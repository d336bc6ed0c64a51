// A cell whose gradient is estimated by simultaneous perturbation, from measured outputs alone.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ebit/cell/cell.h"
#include "ebit/cell/noisy/noise_use.h"

namespace ebit::inline cell {

/// Another cell with the gradient of SPSA (Spall 1992, doi:10.1109/9.119632): all trained numbers theta are
/// moved at once by c Delta with random signs Delta, and with F the outputs times their cotangents the
/// gradient is (F(theta + c Delta) - F(theta - c Delta)) / 2c Delta. Where it is wanted x is moved with them,
/// by signs of its own. Two forward passes a batch, whatever the number of parameters; right on average up to
/// order c^2.
template <class T>
class SpsaCell final : public Cell<T> {
 public:
  /// @param cell what is run. @param perturbation c, above 0.
  SpsaCell(std::unique_ptr<Cell<T>> cell, double perturbation)
      : cell_(std::move(cell)), perturbation_(perturbation) {}

  std::span<const Segment> segments() const override { return cell_->segments(); }
  std::size_t inputs() const override { return cell_->inputs(); }
  std::size_t outputs() const override { return cell_->outputs(); }
  std::size_t state_numbers() const override { return cell_->state_numbers(); }
  bool every_step() const override { return cell_->every_step(); }
  Capabilities capabilities() const override;
  std::span<const Segment> watched() const override { return cell_->watched(); }
  std::string summary() const override { return cell_->summary() + ", gradients by spsa"; }
  std::size_t tape_bytes(std::size_t, std::size_t) const override { return 0; }
  void initialise(Draws& draws, double* parameters) const override { cell_->initialise(draws, parameters); }

 protected:
  void run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                   const SequenceOutput<T>& output, std::span<std::byte>) override {
    cell_->forward(parameters, input, output);
  }
  /// Throws Error where the gradient of the state in front of the sequences is wanted: it cannot be moved.
  void run_backward(std::span<const T> parameters, const SequenceInput<T>& input, std::span<const std::byte>,
                    const SequenceCotangent<T>& cotangent, const SequenceGradient<T>& gradient) override;

 private:
  double sign(const SequenceInput<T>& input, std::uint64_t stream, std::size_t index) const;
  bool past_end(const SequenceInput<T>& input, std::size_t b, std::size_t row) const;

  std::unique_ptr<Cell<T>> cell_;
  double perturbation_;
  std::vector<T> parameters_, x_, y_, state_;
  std::vector<double> change_;  // [B] of F
};

}  // namespace ebit::inline cell
