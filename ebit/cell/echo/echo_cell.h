// The echo state network: a recurrent network that is drawn at random, and whose readout alone is learnt.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/cell.h"
#include "ebit/cell/controlled/dense_kernels.h"
#include "ebit/cell/echo/echo_options.h"

namespace ebit::inline cell {

/// A step of N leaky neurons (Jaeger 2001; with leak: Jaeger, Lukosevicius, Popovici, Siewert 2007):
///
///     h_t = (1 - a) h_{t-1} + a tanh(W_in x_t + b + W h_{t-1})
///     output: h_t [N], or [h_t, x_t] with read_input
///
/// The state of a sample is h, zero at first. The flat array is "input.weight" [N, F], "input.bias" [N],
/// "recurrent.weight" [N, N], drawn by initialise(): W has `density` of its entries, uniform in [-1, 1), the
/// others 0, and is scaled to the spectral radius. Gradients reach all of them, as in a plain recurrent
/// network.
template <class T>
class EchoCell final : public Cell<T> {
 public:
  /// Throws Error as check() does, and for more neurons than the machine's memory holds.
  explicit EchoCell(const EchoOptions& options);
  ~EchoCell() override;  ///< frees its workspaces

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.inputs); }
  std::size_t outputs() const override { return neurons() + (options_.read_input ? inputs() : 0); }
  std::size_t state_numbers() const override { return neurons(); }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override { return {}; }
  std::string summary() const override;
  std::size_t tape_bytes(std::size_t samples, std::size_t steps) const override;
  void initialise(Draws& draws, double* parameters) const override;

  const EchoOptions& options() const { return options_; }  ///< as given

 protected:
  void run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                   const SequenceOutput<T>& output, std::span<std::byte> tape) override;
  void run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                    std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                    const SequenceGradient<T>& gradient) override;

 private:
  struct Workspace;
  // What the tiles of one call share: the weights, and the tape, null where there is none.
  struct Call {
    MatrixView<T> input_weight, recurrent;
    const T* bias;
    const SequenceInput<T>& input;
    T* h;  // [tiles, T + 1, N, kLanes], h_0 first
    T* s;  // [tiles, T, N, kLanes] the tanh
  };

  std::size_t neurons() const { return static_cast<std::size_t>(options_.hidden); }
  std::size_t row() const;  // numbers of h in a tile
  std::size_t tape_tanh(std::size_t samples, std::size_t steps) const;
  Call call_of(std::span<const T> parameters, const SequenceInput<T>& input, std::byte* tape) const;
  void make_workspaces(std::size_t groups);
  void load_start(const Call& call, std::size_t tile, Workspace& w) const;
  void forward_tile(const Call& call, const SequenceOutput<T>& output, std::size_t tile, Workspace& w) const;
  void backward_tile(const Call& call, const SequenceCotangent<T>& cotangent,
                     const SequenceGradient<T>& gradient, std::size_t tile, Workspace& w) const;

  EchoOptions options_;
  const DenseKernels<T>& kernels_;
  std::vector<Segment> segments_;
  std::vector<std::unique_ptr<Workspace>> workspaces_;  // of each group of tiles
};

}  // namespace ebit::inline cell
