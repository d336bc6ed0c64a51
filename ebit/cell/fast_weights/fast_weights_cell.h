// The fast-weights cell: a circuit whose angles are the memory, written by a classical network.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ebit/cell/fast_weights/fast_weights_options.h"
#include "ebit/cell/gate_encoder.h"
#include "ebit/cell/lane_linear.h"
#include "ebit/cell/noisy/circuit_function.h"
#include "ebit/cell/recurrent_cell.h"

namespace ebit::inline cell {

/// With linear maps W, a step is
///
///     e = W_encoder x_t, a = W_layer e [L], b = W_qubit e [A]
///     theta_t = theta_{t-1} + a b^T, or with a gate g = sigma(W_gate e): (1 - g) a b^T + g theta_{t-1}
///     y_t = `<Z>` of the first K wires of ansatz(theta_t) encoder(x_t) |0...0>
///
/// (Chen 2024, arXiv:2402.17760). The state of a sample is theta [L, A], zero at first: it is numbers, and
/// the circuit starts in |0...0> at every step. Only steps whose outputs are read run their circuit.
///
/// All trainable numbers are one flat array, described by segments(): "encoder.weight", "encoder.bias",
/// "layer.weight" ..., "qubit.weight" ..., and with a gate "gate.weight", "gate.bias".
template <class T>
class FastWeightsCell final : public RecurrentCell<T> {
 public:
  /// Throws Error as check() does, and for more qubits than the machine's memory holds.
  explicit FastWeightsCell(const FastWeightsOptions& options);

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.inputs); }
  std::size_t outputs() const override { return static_cast<std::size_t>(sizes_.measured); }
  std::size_t state_numbers() const override { return layers() * angles(); }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override { return {.draws = draws_outcomes(options_.noisy)}; }
  std::span<const Segment> watched() const override { return watched_; }  ///< "gate" [1], if any; "z" [K]
  std::string summary() const override;

  const FastWeightsOptions& options() const { return options_; }           ///< as given
  const FastWeightsSizes& sizes() const { return sizes_; }                 ///< that follow from them
  const Circuit& circuit() const { return program_.program().circuit(); }  ///< of a step

 protected:
  using typename RecurrentCell<T>::Step;
  using typename RecurrentCell<T>::StepGradient;
  using typename RecurrentCell<T>::Scratch;

  std::size_t kept_numbers() const override;
  std::unique_ptr<Scratch> make_scratch() const override;
  void begin(std::span<const T> /*parameters*/) override {}
  void run_step(const Step& step, Scratch& scratch) const override;
  void step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const override;

 private:
  struct Memory;
  // What is kept of a step.
  struct Kept {
    T *e, *a, *b, *g;  // [latent], [L], [A], [1]
  };

  std::size_t layers() const { return static_cast<std::size_t>(options_.layers); }
  std::size_t angles() const { return static_cast<std::size_t>(sizes_.angles); }
  Kept parts_of(T* kept) const;
  void run_circuit(const Step& step, T* z, Memory& m) const;

  FastWeightsOptions options_;
  FastWeightsSizes sizes_;
  const GateEncoder& encoder_;
  const DenseKernels<T>& kernels_;
  CircuitFunction<T> program_;
  std::vector<Segment> segments_, watched_;
  LaneLinear latent_, layer_, qubit_;
  std::optional<LaneLinear> gate_;
};

}  // namespace ebit::inline cell
