// The training loop of every model, quantum or classical.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/fit/batches.h"
#include "ebit/fit/model.h"
#include "ebit/fit/options.h"
#include "ebit/fit/schedule.h"
#include "ebit/fit/step.h"
#include "ebit/fit/tensors.h"

namespace ebit::fit {

/// What is known of one finished epoch.
struct EpochRecord {
  int epoch = 0;            ///< counted from 1
  double train_loss = 0.0;  ///< mean over the epoch's examples; without what an entropy adds
  double validation_loss = std::numeric_limits<double>::quiet_NaN();  ///< after the epoch; NaN: not looked at
  double lr = 0.0;             ///< learning rate of the epoch; NaN: solved at once
  double gradient_norm = 0.0;  ///< mean over batches, before clipping; NaN: solved at once
  double seconds = 0.0;        ///< wall time
  bool improved = false;       ///< best validation loss so far
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
  kSolved,       ///< a validation loss below `stop_below`
};

/// Whether a training that ended so before its last epoch has nothing left to do.
constexpr bool is_early(End end) { return end == End::kEarlyStop || end == End::kSolved; }

/// The word for it in files and tables: "running", "finished", "early-stop", "interrupted", "diverged",
/// "solved".
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

/// Whether a training that ended early ends there by these options too: they may have changed since.
bool stays_ended(const TrainProgress& progress, const TrainOptions& options);

/// Everything that a training needs to go on bit for bit: the state after its last complete epoch.
/// The tensors are copies and share no memory with the model.
struct TrainState : TrainProgress {
  Tensors model;      ///< parameters and buffers
  Tensors best;       ///< the same after the best epoch; empty before the first
  Tensors optimizer;  ///< see TrainStep::optimizer()
  Tensor random;      ///< see TrainStep::random()
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

/// What a pass over the validation part found.
struct Validation {
  double loss = 0.0;                 ///< mean
  std::vector<double> metrics = {};  ///< in the order of Training::metrics
};

/// What a Trainer trains: a model on batches of examples.
struct Training {
  std::shared_ptr<Model> model;                           ///< whose weights are trained
  std::unique_ptr<TrainStep> step;                        ///< moves them; of `model`
  std::function<std::vector<Batch>(int epoch)> batches;   ///< of an epoch counted from 0, never empty
  std::function<const Examples&(const Batch&)> examples;  ///< a batch; valid until the next call
  /// Over the validation part, with the weights of now; empty: there is none.
  std::function<Validation(Model&)> validate = {};
  std::vector<std::string> metrics = {};         ///< names of what validate() finds beside the loss
  std::string_view share_flag = "--validation";  ///< the option that gives the validation part
};

/// Trains a model; one whose step solves() in a single epoch. Order of batches, draws and therefore every
/// loss are functions of the data, the options and the model's initial weights; a training taken up from
/// state() repeats them bit for bit.
class Trainer {
 public:
  /// Throws Error for options out of range and for early stopping without a validation part.
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
  bool started_ = false;                                   // what starts from data has
  mutable bool last_is_old_ = true, best_is_old_ = false;  // tensors of state_ that step_ knows better
};

}  // namespace ebit::fit
