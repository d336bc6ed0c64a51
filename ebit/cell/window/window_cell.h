// The window cell: a circuit over the last steps of a sequence, without a memory of its own.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/lane_linear.h"
#include "ebit/cell/noisy/circuit_function.h"
#include "ebit/cell/recurrent_cell.h"
#include "ebit/cell/window/window_options.h"

namespace ebit::inline cell {

/// y_t = `<Z>` of all wires of a circuit|0...0> that takes the window w_t = [x_{t-W+1}, ..., x_t]: its
/// numbers as they are (blocks), or the n numbers of a linear map of them. Feed-forward circuits as models of
/// series: where a sequence is W steps long, its last output is the circuit's answer to the whole of it.
///
/// The state of a sample is the W - 1 steps before the next one, [W - 1, F], the oldest first; zero at first.
/// It is a delay line, and nothing else passes from step to step.
///
/// Trainable numbers: "linear_in.weight" [n, W F] and "linear_in.bias" [n] without blocks, then
/// "circuit.angles" of angle_shape().
template <class T>
class WindowCell final : public RecurrentCell<T> {
 public:
  /// Throws Error as check() does, and for more qubits than the machine's memory holds.
  explicit WindowCell(const WindowOptions& options);

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.inputs); }
  std::size_t outputs() const override { return static_cast<std::size_t>(options_.qubits); }
  std::span<const Segment> watched() const override { return watched_; }  // "linear_in" [n] without blocks
  std::size_t state_numbers() const override { return (span() - 1) * inputs(); }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override { return {.draws = draws_outcomes(options_.noisy)}; }
  std::string summary() const override;

  const WindowOptions& options() const { return options_; }  ///< as given
  const Circuit& circuit() const { return circuit_; }        ///< of every window

 protected:
  using typename RecurrentCell<T>::Scratch;
  using typename RecurrentCell<T>::Step;
  using typename RecurrentCell<T>::StepGradient;

  std::size_t kept_numbers() const override { return 0; }
  std::unique_ptr<Scratch> make_scratch() const override;
  void begin(std::span<const T> parameters) override;
  void run_step(const Step& step, Scratch& scratch) const override;
  void step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const override;

 private:
  struct Memory;

  std::size_t span() const { return static_cast<std::size_t>(options_.span); }
  std::size_t window_numbers() const { return span() * inputs(); }
  std::size_t entering() const { return linear_ ? linear_->rows : window_numbers(); }
  const T* load_entering(const Step& step, Memory& memory) const;

  WindowOptions options_;
  const DenseKernels<T>& kernels_;
  Circuit circuit_;
  CircuitFunction<T> program_;
  std::vector<Segment> segments_, watched_;
  std::optional<LaneLinear> linear_;
  std::size_t angles_ = 0;  // offset in the parameters
};

}  // namespace ebit::inline cell
