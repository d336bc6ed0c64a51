// The window cell: a circuit over the last steps of a sequence, without a memory of its own.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/cell.h"
#include "ebit/cell/lane_linear.h"
#include "ebit/cell/window/window_options.h"
#include "ebit/grad/expectation_program.h"

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
class WindowCell final : public Cell<T> {
 public:
  /// Throws Error as check() does, and for more qubits than the machine's memory holds.
  explicit WindowCell(const WindowOptions& options);
  ~WindowCell() override;  ///< frees its workspaces

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.inputs); }
  std::size_t outputs() const override { return static_cast<std::size_t>(options_.qubits); }
  std::size_t state_numbers() const override { return (span() - 1) * inputs(); }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override { return {}; }
  std::string summary() const override;
  std::size_t tape_bytes(std::size_t samples, std::size_t steps) const override;

  const WindowOptions& options() const { return options_; }  ///< as given
  const Circuit& circuit() const { return circuit_; }        ///< of every window

 protected:
  void run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                   const SequenceOutput<T>& output, std::span<std::byte> tape) override;
  void run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                    std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                    const SequenceGradient<T>& gradient) override;

 private:
  struct Workspace;
  // What the tiles of one call share. `entered`: the tape, [tiles, rows, numbers, kLanes] that entered the
  // circuit; null without one.
  struct Call {
    const T* parameters;
    const SequenceInput<T>& input;
    T* entered;
  };

  std::size_t span() const { return static_cast<std::size_t>(options_.span); }
  std::size_t window_numbers() const { return span() * inputs(); }
  std::size_t entering() const { return linear_ ? linear_->rows : window_numbers(); }
  std::size_t rows(std::size_t steps) const { return options_.every_step ? steps : 1; }

  void prepare(std::span<const T> parameters, std::size_t groups);
  void load_tile(const Call& call, std::size_t tile, Workspace& w) const;
  bool load_ends(std::size_t row, Workspace& w) const;
  void load_window(const Call& call, Workspace& w) const;
  T* entered_at(const Call& call, std::size_t row, Workspace& w) const;
  void store_state(const Call& call, T* state, const Workspace& w) const;
  void add_to_steps(const Call& call, const SequenceGradient<T>& gradient, const Workspace& w) const;
  void state_backward(const Call& call, const T* d_state, const SequenceGradient<T>& gradient,
                      const Workspace& w) const;
  void forward_tile(const Call& call, const SequenceOutput<T>& output, std::size_t tile, Workspace& w) const;
  void backward_tile(const Call& call, const SequenceCotangent<T>& cotangent,
                     const SequenceGradient<T>& gradient, std::size_t tile, Workspace& w) const;

  WindowOptions options_;
  const DenseKernels<T>& kernels_;
  Circuit circuit_;
  ExpectationProgram<T> program_;
  std::vector<Segment> segments_;
  std::optional<LaneLinear> linear_;
  std::size_t angles_ = 0;                              // offset in the parameters
  std::vector<std::unique_ptr<Workspace>> workspaces_;  // of each group of tiles
};

}  // namespace ebit::inline cell
