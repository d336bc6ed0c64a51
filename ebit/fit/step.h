// One optimizer step of a model, behind one interface: with torch's graph, or without.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>

#include "ebit/fit/examples.h"
#include "ebit/fit/tensors.h"

namespace ebit::fit {

/// What one step found out before it moved the weights.
struct StepResult {
  double loss = 0.0;           ///< mean over the batch; not finite: the weights were left alone
  double gradient_norm = 0.0;  ///< of all that is minimised, before clipping
  /// Mean entropy of the memory over the batch and its steps; NaN where it is not in the loss. What is added
  /// for it is not in `loss`.
  double entropy = std::numeric_limits<double>::quiet_NaN();
};

/// Moves the weights of a model batch by batch, and keeps copies of them. Whatever the implementation, the
/// numbers are the same to rounding, and the tensors that come out have the same names.
class TrainStep {
 public:
  virtual ~TrainStep() = default;

  /// Begins an epoch with the weights that the model has now: no carried state, learning rate `lr`.
  virtual void start_epoch(double lr) = 0;
  /// One step. @param draw names the random numbers of models that draw, counted from the first step of all.
  virtual StepResult run(const Examples& examples, std::uint64_t draw) = 0;

  /// Whether the weights are found at once: run() only takes examples in, in one epoch, which solve() ends.
  virtual bool solves() const { return false; }
  /// Finds the weights from the examples taken in since start_epoch(). @param validation the loss of the
  /// validation part with the model's weights of now, by which candidates are compared; empty: there is none.
  /// @returns the mean squared error of the training examples.
  virtual double solve(const std::function<double()>& validation) { return (void)validation, 0.0; }

  virtual void keep_last() = 0;  ///< the weights and the optimizer's memory of now become the last ones kept
  virtual void keep_best() = 0;  ///< the last ones kept become the best ones

  virtual Tensors last() const = 0;       ///< Model::weights() as last kept
  virtual Tensors best() const = 0;       ///< the same of the best ones; needs a keep_best() before
  virtual Tensors optimizer() const = 0;  ///< the optimizer's memory as last kept: PARAMETER.FIELD
  /// Puts a saved optimizer's memory back. Throws Error, naming `where`, where it does not fit.
  virtual void load_optimizer(const Tensors& tensors, std::string_view where) = 0;

  /// The state of the random numbers that steps draw (dropout), as last kept; no numbers: they draw none but
  /// those that `draw` names.
  virtual Tensor random() const { return {.dtype = Dtype::kU8, .shape = {0}, .bytes = {}}; }
  /// Goes on with such a state. Throws Error, naming `where`, for one that is damaged.
  virtual void set_random(const Tensor& state, std::string_view where) { (void)state, (void)where; }
};

}  // namespace ebit::fit
