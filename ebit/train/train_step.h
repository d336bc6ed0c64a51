// One optimizer step of a training, behind one interface: with torch's graph, or without.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/data/dataset.h"
#include "ebit/nn/sequence_model.h"
#include "ebit/train/batches.h"
#include "ebit/train/optimizer.h"
#include "ebit/train/train_options.h"

namespace ebit::train {

/// What a step works on; model and data must live as long as the step.
struct StepInput {
  nn::SequenceModel& model;     ///< whose parameters are trained
  const Dataset& data;          ///< training and validation windows
  const TrainOptions& options;  ///< loss, optimizer, clipping, seed
};

/// What one step found out before it moved the weights.
struct StepResult {
  double loss = 0.0;           ///< mean over the batch, scaled; not finite: the weights were left alone
  double gradient_norm = 0.0;  ///< of all that is minimised, before clipping
  /// Mean entropy of the memory over the batch and its steps; NaN where it is not in the loss. What is added
  /// for it is not in `loss`.
  double entropy = std::numeric_limits<double>::quiet_NaN();
};

/// What a pass over the validation part found.
struct Validation {
  double loss = 0.0;                 ///< mean, scaled
  std::vector<double> metrics = {};  ///< in the order of Training::metrics
};

/// Moves the weights of a model batch by batch, and keeps copies of them. Whatever the implementation, the
/// numbers are the same to rounding, and the tensors that come out bear the same names.
class TrainStep {
 public:
  virtual ~TrainStep() = default;

  /// Begins an epoch from the weights that the model's parameters hold: no hidden state, learning rate `lr`.
  virtual void start_epoch(double lr) = 0;
  /// One step. @param draw names the random numbers of models that draw, counted from the first step of all.
  virtual StepResult run(const Batch& batch, std::uint64_t draw) = 0;
  /// Loss and metrics over the validation part with the weights of now; forgets the hidden state.
  virtual Validation validate() = 0;

  /// The weights of now go into the model's parameters and, with the optimizer's memory, become the last
  /// ones kept.
  virtual void keep_last() = 0;
  /// The last ones kept become the best ones.
  virtual void keep_best() = 0;

  virtual Tensors last() const = 0;       ///< parameters and buffers of the model as last kept
  virtual Tensors best() const = 0;       ///< the same of the best ones; needs a keep_best() before
  virtual Tensors optimizer() const = 0;  ///< the optimizer's memory as last kept, see OptimizerRow::save
  /// Puts a saved optimizer's memory back. Throws Error, naming `where`, where it does not fit.
  virtual void load_optimizer(const Tensors& tensors, std::string_view where) = 0;
};

/// A row of the table of steps.
struct StepRow {
  std::string_view name;  ///< as written in options
  std::string_view help;  ///< one line for the docs
  /// Why this step cannot train that, in a few words; empty: it can.
  std::string (*obstacle)(const StepInput& input);
  std::unique_ptr<TrainStep> (*make)(const StepInput& input);  ///< where there is no obstacle
};

/// All steps, the one to prefer first: native, torch.
std::span<const StepRow> step_table();

/// "auto" and the names of the table.
std::vector<std::string> step_names();

/// The step that `options.step` names; "auto": the first that can. Throws Error, naming what is in the way,
/// for one that cannot train the model, and with the nearest name for one that is not there.
std::unique_ptr<TrainStep> make_step(const StepInput& input);

}  // namespace ebit::train
