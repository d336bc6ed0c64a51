// The echo state network: a recurrent network that is drawn at random, and whose readout alone is learnt.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/controlled/dense_kernels.h"
#include "ebit/cell/echo/echo_options.h"
#include "ebit/cell/recurrent_cell.h"

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
class EchoCell final : public RecurrentCell<T> {
 public:
  /// Throws Error as check() does, and for more neurons than the machine's memory holds.
  explicit EchoCell(const EchoOptions& options);

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.inputs); }
  std::size_t outputs() const override { return neurons() + (options_.read_input ? inputs() : 0); }
  std::size_t state_numbers() const override { return neurons(); }
  bool every_step() const override { return options_.every_step; }
  std::string summary() const override;
  void initialise(Draws& draws, double* parameters) const override;

  const EchoOptions& options() const { return options_; }  ///< as given

 protected:
  using typename RecurrentCell<T>::Scratch;
  using typename RecurrentCell<T>::Step;
  using typename RecurrentCell<T>::StepGradient;

  std::size_t kept_numbers() const override { return neurons(); }  // the tanh
  std::unique_ptr<Scratch> make_scratch() const override;
  void begin(std::span<const T> /*parameters*/) override {}
  void run_step(const Step& step, Scratch& scratch) const override;
  void step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const override;

 private:
  struct Memory;
  struct Weights;

  std::size_t neurons() const { return static_cast<std::size_t>(options_.hidden); }
  std::size_t row() const;  // numbers of h in a tile
  Weights weights_of(const T* parameters) const;

  EchoOptions options_;
  const DenseKernels<T>& kernels_;
  std::vector<Segment> segments_;
};

}  // namespace ebit::inline cell
