// The trainings of a run one after another: checkpoints, log, going on where one was stopped.
#pragma once

#include <spdlog/logger.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ebit/experiment/runs/run.h"
#include "ebit/fit/checkpoint.h"
#include "ebit/fit/trainer.h"

namespace ebit::experiment {

/// log.txt of a run.
class RunLog {
 public:
  /// Goes on with the log in `folder`. Throws Error, here and later, where it cannot be written.
  explicit RunLog(const std::filesystem::path& folder);
  void line(const std::string& text) { logger_->info("{}", text); }  ///< one line with date and time

 private:
  std::shared_ptr<spdlog::logger> logger_;
};

/// Looks at a training between its epochs and keeps a file of its own in the job's folder.
class TrainingWatch {
 public:
  virtual ~TrainingWatch() = default;
  /// The training begins, or goes on behind `done` epochs. Called once, first.
  virtual void start(int done) = 0;
  /// The module holds the weights after `epoch`, the last one of the training or not.
  virtual void after_epoch(int epoch, bool last) = 0;
  /// Writes the file, whole. Called before each checkpoint, so that nothing is missing behind one.
  virtual void write() const = 0;
};

/// A training that can start or go on.
struct ReadyTraining {
  std::unique_ptr<fit::Trainer> trainer;  ///< at its beginning
  std::string summary;                    ///< the model in one line
  fit::Metadata metadata;  ///< noted with checkpoints and weights; "fingerprint" tells trainings apart
  std::unique_ptr<TrainingWatch> watch = nullptr;  ///< may be null
};

/// Makes the training of a job.
using PrepareTraining = std::function<ReadyTraining(const Job& job)>;

/// Trains every job to its end in its folder; finished ones are left alone, an unfinished one goes on from
/// its checkpoint. Returns false where it was interrupted; then everything is saved. Throws Error for a loss
/// that became NaN, and where a checkpoint is of another training.
bool run_trainings(const std::vector<Job>& jobs, const PrepareTraining& prepare, RunLog& log,
                   const RunCallbacks& callbacks);

/// Sets the threads that `config` asks for. Throws Error for fewer than 0.
void use_threads(const Config& config);

/// Throws Error for counts of seeds and checkpoints that make no run.
void check_counts(const Config& config);

/// Sets the epochs that a run goes on to and says whether they are others than before; 0 leaves them. Throws
/// Error for fewer, and where the schedule of learning rates depends on them.
bool extend_epochs(Config& config, int epochs);

/// Sets the epochs that a run waits for a better validation loss and says whether they are others than
/// before; none leaves them. Throws Error for fewer than 0.
bool change_patience(Config& config, std::optional<int> patience);

}  // namespace ebit::experiment
