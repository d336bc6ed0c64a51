// A whole run: every training of it, resumable, and what is written about them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ebit/train/config.h"
#include "ebit/train/evaluate.h"
#include "ebit/train/run_folder.h"
#include "ebit/train/trainer.h"

namespace ebit::train {

/// What the caller hears of a run; any may be empty.
struct RunCallbacks {
  /// A training begins: which of how many, the model's summary, and the epochs it already has.
  std::function<void(const Job& job, std::size_t index, std::size_t count, const std::string& summary,
                     int done)>
      on_job = {};
  /// After each epoch, its checkpoint already written where one was due.
  std::function<void(const Job& job, const EpochRecord& record, const TrainProgress& progress)> on_epoch = {};
  std::function<void(const Job& job, const TrainState& state)> on_job_end = {};  ///< saved, however it ended
  std::function<void(const std::string& line)> on_note = {};  ///< warnings and remarks, one line each
  std::function<bool()> interrupted = {};                     ///< polled once a batch
};

/// How a run ended.
struct RunResult {
  std::filesystem::path folder;  ///< of the run
  bool interrupted = false;      ///< stopped on request; everything is saved, resume_run() goes on
  Dataset dataset;               ///< of the run; evaluate_on(): the other data as its test part
  Evaluation evaluation;         ///< empty where interrupted
};

/// Trains the model and the baselines of `config` in a new run folder, evaluates them and writes everything
/// but plots and report. All that can be checked is checked before the folder is made or an old one replaced.
/// Throws Error for bad settings and data, a folder that cannot be used, and a loss that became NaN (the
/// checkpoint of the last good epoch is kept).
RunResult start_run(Config config, const RunCallbacks& callbacks);

/// Goes on with a run that was stopped or killed: finished trainings are kept, the unfinished one continues
/// from its checkpoint to the same losses bit for bit, the others follow.
/// @param epochs above 0: train up to this many epochs instead of the run's own number.
/// Throws Error as start_run(), and where checkpoint, settings and data do not belong together.
RunResult resume_run(const std::filesystem::path& folder, int epochs, const RunCallbacks& callbacks);

/// A trained model of a run, ready to predict.
struct TrainedModel {
  Job job;                                                ///< the training it comes from
  std::shared_ptr<nn::SequenceModel> model;               ///< with the best weights
  Dataset fitted;                                         ///< how it sees new data, see fitted_dataset()
  int epochs = 0, /**< epochs trained */ best_epoch = 0;  ///< the epoch of its weights, counted from 1
  std::string end;                                        ///< why the training ended, see name_of(End)
  double seconds = 0.0;                                   ///< wall time of its epochs
  std::string
      fingerprint;  ///< of settings, data and seed: of trainings that differ in nothing it is the same
};

/// Loads the best weights of one training of a run. Throws Error where it has none yet, or they are damaged.
TrainedModel load_trained(const Job& job);

/// Scores every training of a finished run, and the forecasts without training, on the run's own data, and
/// writes metrics.json and predictions.csv. Trainings without weights are left out and told of by
/// `callbacks.on_note`.
Evaluation evaluate_run(const std::filesystem::path& folder, const Config& config, const Dataset& dataset,
                        const RunCallbacks& callbacks);

/// Scores every training of a run on other data, all windows of it as one part (shown as the test part).
/// Scalers are those of the training. @param data a CSV file or the name of an included data set.
RunResult evaluate_on(const std::filesystem::path& folder, const std::string& data,
                      const RunCallbacks& callbacks);

/// The name of the run's model in tables: its preset where it is unchanged in kind, else its kind.
std::string model_name(const Config& config);

}  // namespace ebit::train
