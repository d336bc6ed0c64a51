// The kernel cell: an LSTM whose gates are expansions in kernels of reference vectors.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ebit/cell/kernel/kernel.h"
#include "ebit/cell/kernel/kernel_options.h"
#include "ebit/cell/lane_linear.h"
#include "ebit/cell/recurrent_cell.h"

namespace ebit::inline cell {

/// With v = [h_{t-1}, x_t] (or x first), y = v or y = B v + b, and reference vectors r_j, a step is
///
///     f, i, g, o = act_g(sum_j alpha_gj k(y, r_j) + bias_g), act = sigma, sigma, tanh, sigma
///     c_t = f c_{t-1} + i g,  h_t = o tanh c_t, which is the output
///
/// (Hsu, Li, Chen 2024, arXiv:2411.13225). Circuits start in |0...0> at every step: the memory is classical.
/// The state of a sample is c [H], h [H], zero at first.
///
/// All trainable numbers are one flat array, described by segments(): "linear_in.weight" and "linear_in.bias"
/// where there is one; "references" [M, n], or "references.forget", ".input", ".cell", ".output";
/// "kernel.log_width" of a trained width; "gates.forget.alpha" [M, H] and "gates.forget.bias" [H] ....
/// References that are not trained are segments as well, whose gradient is zero. On a device each k is the
/// overlap that a circuit of both vectors measures.
template <class T>
class KernelCell final : public RecurrentCell<T> {
 public:
  /// Throws Error as check() does, and for more qubits than the machine's memory holds.
  explicit KernelCell(const KernelOptions& options);

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.inputs); }
  std::size_t outputs() const override { return hidden(); }
  std::size_t state_numbers() const override { return 2 * hidden(); }
  bool every_step() const override { return options_.every_step; }
  /// "v" [n] as it enters the kernel; "kernels" [M] or [4, M]; "gate.forget" [H] ....
  std::span<const Segment> watched() const override { return watched_; }
  std::string summary() const override;
  Capabilities capabilities() const override { return {.draws = draws_outcomes(options_.noisy)}; }
  bool starts_from_data() const override { return options_.start == "data"; }
  void start_from_data(const SequenceInput<T>& input, Draws& draws, std::span<T> parameters) override;

  const KernelOptions& options() const { return options_; }  ///< as given
  const KernelSizes& sizes() const { return sizes_; }        ///< that follow from them

 protected:
  using typename RecurrentCell<T>::Step;
  using typename RecurrentCell<T>::StepGradient;
  using typename RecurrentCell<T>::Scratch;

  std::size_t kept_numbers() const override;
  std::size_t shared_sums() const override { return kernel_->sums(); }
  std::unique_ptr<Scratch> make_scratch() const override;
  void begin(std::span<const T> parameters) override;
  void run_step(const Step& step, Scratch& scratch) const override;
  void step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const override;
  void finish_backward(std::span<const T> parameters, const double* d_shared, double* d_parameters) override;

 private:
  struct Memory;
  struct Gate {
    std::size_t alpha;                // offset of [M, H] in the parameters
    std::optional<std::size_t> bias;  // of [H]
    std::size_t first;                // of its references among all
    bool tanh;                        // else sigma
  };

  std::size_t hidden() const { return static_cast<std::size_t>(sizes_.hidden); }
  std::size_t numbers() const { return static_cast<std::size_t>(options_.qubits); }
  std::size_t row() const { return hidden() * kLanes<T>; }  // numbers of a gate in a tile
  std::size_t per_gate() const { return static_cast<std::size_t>(options_.references); }
  const T* enter(const Step& step, Memory& m) const;

  KernelOptions options_;
  KernelSizes sizes_;
  const DenseKernels<T>& kernels_;
  std::unique_ptr<Kernel<T>> kernel_;
  std::optional<LaneLinear> linear_in_;
  std::size_t references_ = 0;            // offset of the first reference in the parameters
  std::optional<std::size_t> log_width_;  // offset of a trained width
  std::vector<Gate> gates_;               // f, i, g, o
  std::vector<Segment> segments_, watched_;
};

}  // namespace ebit::inline cell
