// A whole run: every training of it, resumable, its scores, and what is written about them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ebit/experiment/problem.h"
#include "ebit/experiment/runs/results.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/fit/checkpoint.h"
#include "ebit/settings/models.h"

namespace ebit::experiment {

/// What the caller hears of a run; any may be empty.
struct RunCallbacks {
  /// A training begins: which of how many, the model's summary, and the epochs it already has.
  std::function<void(const Job& job, std::size_t index, std::size_t count, const std::string& summary,
                     int done)>
      on_job = {};
  /// After each epoch, its checkpoint already written where one was due.
  std::function<void(const Job& job, const fit::EpochRecord& record, const fit::TrainProgress& progress)>
      on_epoch = {};
  std::function<void(const Job& job, const fit::TrainProgress& progress)> on_job_end =
      {};                                                     ///< saved, however it ended
  std::function<void(const std::string& line)> on_note = {};  ///< warnings and remarks, one line each
  std::function<bool()> interrupted = {};                     ///< polled once a batch
};

/// How a run ended.
struct RunResult {
  std::filesystem::path folder;  ///< of the run
  bool interrupted = false;      ///< stopped on request; everything is saved, resume_run() goes on
  Config config;                 ///< all settings
  std::shared_ptr<Problem>
      problem;      ///< its data; of score_on(): the other data. Refers to a Config of its own
  Results results;  ///< without models where interrupted
};

/// Trains the model and the baselines of `config` in a new run folder, scores them and writes everything but
/// plots and page. All that can be checked is checked before the folder is made or an old one replaced.
/// Throws Error for bad settings and data, a folder that cannot be used or is in use, and a loss that became
/// NaN (the checkpoint of the last good epoch is kept).
RunResult start_run(Config config, const RunCallbacks& callbacks);

/// Goes on with a run that was stopped or killed: finished trainings are kept, the unfinished one continues
/// from its checkpoint to the same losses bit for bit, the others follow.
/// @param epochs above 0: train up to this many epochs instead of the run's own number.
/// @param patience given: wait so many epochs for a better validation loss (0: for ever), also where a
/// training has
///        stopped early.
/// Throws Error as start_run(), where checkpoint, settings and data do not belong together, and where other
/// epochs would train nothing because every training has stopped early; then nothing of the folder is
/// changed.
RunResult resume_run(const std::filesystem::path& folder, int epochs, const RunCallbacks& callbacks,
                     std::optional<int> patience = std::nullopt);

/// Scores the trainings of a run again, by their best weights, on the run's own data, and writes metrics.json
/// and predictions.csv. Trainings without weights are left out; they, and data that have changed since the
/// training, are told of by `callbacks.on_note`. Throws Error for a run without any weights.
/// @param changes settings of the run's model that are others in use, such as noise; then nothing is written.
RunResult evaluate_run(const std::filesystem::path& folder, const RunCallbacks& callbacks,
                       const std::vector<Setting>& changes = {});

/// Scores the trainings of a run on all parts, the test part too where the run's settings leave it unseen.
/// Writes nothing. Throws Error as evaluate_run().
RunResult score_test_part(const std::filesystem::path& folder, const RunCallbacks& callbacks);

/// Scores every training of a run of a series on another one, all windows of it as one part (shown as the
/// test part). Scalers are those of the training. Writes nothing.
/// @param data a CSV file or the name of an included data set. @param changes as in evaluate_run().
/// @param id of a panel: what they call the column of the series; empty: as the run. Throws Error for runs of
/// other problems.
RunResult score_on(const std::filesystem::path& folder, const std::string& data,
                   const RunCallbacks& callbacks, const std::vector<Setting>& changes = {},
                   const std::string& id = {});

/// A trained model of a run, ready to use.
struct TrainedModel {
  Job job;                            ///< the training it comes from
  std::unique_ptr<fit::Model> model;  ///< with the best weights
  fit::Metadata metadata;             ///< of the weights' file: "data" is Problem::fitted()
  fit::TrainProgress progress;        ///< history, best epoch, end
  int epochs() const { return static_cast<int>(progress.history.size()); }  ///< epochs trained
};

/// Loads the best weights of one training of a run on its problem. Throws Error where it has none yet, or
/// they are damaged.
TrainedModel load_trained(const Job& job, const Problem& problem, const Config& run);

/// Draws plots/*.{svg,png} and writes report.html. Throws Error where gnuplot is missing or a file cannot be
/// written.
void write_report(const RunResult& result);

}  // namespace ebit::experiment
