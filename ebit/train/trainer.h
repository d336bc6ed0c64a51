// The training loop of every model, quantum or classical.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "ebit/data/dataset.h"
#include "ebit/nn/sequence_model.h"
#include "ebit/train/batches.h"
#include "ebit/train/optimizer.h"
#include "ebit/train/predict.h"
#include "ebit/train/schedule.h"
#include "ebit/train/train_options.h"
#include "ebit/train/train_step.h"

namespace ebit::train {

/// What is known of one finished epoch.
struct EpochRecord {
  int epoch = 0;            ///< counted from 1
  double train_loss = 0.0;  ///< mean over the epoch's windows, scaled; without what an entropy adds
  double validation_loss = std::numeric_limits<double>::quiet_NaN();  ///< after the epoch; NaN: no such part
  double lr = 0.0;                                                    ///< learning rate of the epoch
  double gradient_norm = 0.0;                                         ///< mean over batches, before clipping
  double seconds = 0.0;                                               ///< wall time
  bool improved = false;                                              ///< best validation loss so far
  double entropy = std::numeric_limits<double>::quiet_NaN();  ///< see StepResult::entropy, over the epoch
  std::vector<double> metrics = {};  ///< of the validation part, one for each of TrainProgress::metrics
};

/// Why a training ended.
enum class End {
  kRunning,      ///< it has not: epochs are left
  kFinished,     ///< all epochs done
  kEarlyStop,    ///< no better validation loss for `patience` epochs
  kInterrupted,  ///< the caller asked to stop; may be continued
  kDiverged,     ///< a loss was NaN or infinite
};

/// The word for it in files and tables: "running", "finished", "early-stop", "interrupted", "diverged".
std::string_view name_of(End end);

/// How far a training is, after its last complete epoch.
struct TrainProgress {
  ScheduleState schedule;            ///< factor for the coming epoch, memory of "plateau"
  std::vector<EpochRecord> history;  ///< one record an epoch
  std::vector<std::string> metrics;  ///< names of the metrics of its records; may be empty
  int best_epoch = 0;                ///< counted from 1; without a validation part the last one
  double best_loss = std::numeric_limits<double>::infinity();  ///< validation loss of the best epoch
  End end = End::kRunning;                                     ///< why it ended, if it did
};

/// Everything that a training needs to go on bit for bit: the state after its last complete epoch.
/// The tensors are copies and share no memory with the model.
struct TrainState : TrainProgress {
  Tensors model;         ///< parameters and buffers
  Tensors best;          ///< the same after the best epoch; empty before the first
  Tensors optimizer;     ///< see OptimizerRow::save
  torch::Tensor random;  ///< state of torch's generator, uint8
};

/// What the caller hears of and decides during a training; any may be empty.
struct TrainCallbacks {
  std::function<void(const EpochRecord&)> on_epoch =
      {};  ///< after each epoch, when state() is already up to date
  std::function<void(int epoch, std::size_t batch, std::size_t batches)> on_batch =
      {};                                  ///< before each batch
  std::function<bool()> interrupted = {};  ///< polled once a batch: true stops
};

/// How a training ended.
struct TrainOutcome {
  End end = End::kFinished;  ///< never kRunning from Trainer::run()
  std::string message;       ///< for kDiverged: one line with epoch, batch and what to try
};

/// What a Trainer trains: windows of a Dataset, or any other task.
struct Training {
  std::shared_ptr<torch::nn::Module> module;             ///< whose state is kept and restored
  std::unique_ptr<TrainStep> step;                       ///< moves its weights
  std::function<std::vector<Batch>(int epoch)> batches;  ///< of an epoch counted from 0, never empty
  bool validated = false;                                ///< the step has a validation loss
  std::vector<std::string> metrics = {};                 ///< names of what it measures beside that loss
  std::string_view share_flag = "--validation";          ///< the option that gives the validation part
  std::function<void()> forget = [] {};                  ///< drops the hidden state at the end
};

/// Trains a model. Order of batches, draws and therefore every loss are functions of the data, the options
/// and the model's initial weights; a training taken up from state() repeats them bit for bit.
class Trainer {
 public:
  /// Keeps references to model and data. Throws Error for options out of range, for early stopping without
  /// validation windows, for a stateful model on windows that do not follow each other, and for a step that
  /// cannot train the model.
  Trainer(std::shared_ptr<nn::SequenceModel> model, const Dataset& data, TrainOptions options);

  /// Trains anything else. Throws Error for options out of range and for early stopping without a validation
  /// loss.
  Trainer(Training training, TrainOptions options);

  /// Goes on from state() until an end; then the model holds the weights of the best epoch (restore_best).
  TrainOutcome run(const TrainCallbacks& callbacks = {});

  /// The state after the last complete epoch. Its tensors are made when they are asked for.
  const TrainState& state() const;

  /// The same without the tensors, for asking every epoch.
  const TrainProgress& progress() const { return state_; }

  /// Takes up a training at `state`. Throws Error, naming `where`, if it is of another model.
  void restore(TrainState state, std::string_view where);

 private:
  TrainOutcome run_epoch(int epoch, const TrainCallbacks& callbacks);
  void finish_epoch(EpochRecord record);
  TrainOutcome stop(End end, std::string message = {});
  void keep_last();

  Training training_;
  TrainOptions options_;
  mutable TrainState state_;
  mutable bool last_is_old_ = true, best_is_old_ = false;  // tensors of state_ that step_ knows better
};

}  // namespace ebit::train
