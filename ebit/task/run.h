// A whole run of a task: every training of it, resumable, its scores, and what is written about them.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/report/text_table.h"
#include "ebit/task/task.h"
#include "ebit/train/run.h"

namespace ebit::task {

/// What one training is worth on the test part.
struct SeedScores {
  std::uint64_t seed = 0;                               ///< of the training
  std::vector<double> values;                           ///< one a metric
  std::string end;                                      ///< why the training ended, see train::name_of(End)
  int epochs = 0;                                       ///< epochs trained
  int best_epoch = 0;                                   ///< the epoch of its weights, counted from 1
  double seconds = 0.0;                                 ///< wall time of its epochs
  std::vector<double> train_losses;                     ///< [epochs]
  std::vector<double> validation_losses;                ///< [epochs], NaN without a validation part
  std::vector<std::vector<double>> validation_metrics;  ///< [TaskRun::validation_metrics][epochs], likewise
};

/// A model of a run with all its seeds.
struct ModelScores {
  std::string name;               ///< its core
  bool baseline = false;          ///< a model to compare with
  std::string summary;            ///< one line
  std::int64_t parameters = 0;    ///< trained numbers
  std::vector<SeedScores> seeds;  ///< in the order of trainings
};

/// How a run of a task ended.
struct TaskRun {
  std::filesystem::path folder;                 ///< of the run
  bool interrupted = false;                     ///< stopped on request; resume_task() goes on
  train::Config config;                         ///< all settings
  std::string description;                      ///< see Task
  std::string loss_name;                        ///< see Task
  std::vector<std::string> notes;               ///< see Task
  std::vector<TaskMetric> metrics;              ///< see Task
  std::vector<std::string> validation_metrics;  ///< see Task
  std::vector<ModelScores> models;              ///< the run's first; empty where interrupted
  std::vector<Reference> references;            ///< what needs no training
  std::vector<Exhibit> exhibits;                ///< of the run's model, first seed
};

/// The settings of a task: defaults, the task's own, the file, the flags; the last one that speaks wins. The
/// task is `name`, or where that is empty the file's. Throws Error for an unknown task and as
/// train::resolve_config().
train::Config resolve_task(const std::string& name, const std::optional<std::filesystem::path>& file,
                           const std::vector<train::Setting>& flags);

/// Trains the model and the baselines of a task in a new run folder, scores them on the test part and writes
/// everything but plots and page. Throws Error as train::start_run().
TaskRun start_task(train::Config config, const train::RunCallbacks& callbacks);

/// Goes on with a run that was stopped; see train::resume_run().
TaskRun resume_task(const std::filesystem::path& folder, int epochs, const train::RunCallbacks& callbacks);

/// Scores the trainings of a run on the task's test part again, by their best weights, and writes what
/// start_task() writes about scores. Trainings without weights are left out, and they and data that have
/// changed since the training are told of by `callbacks.on_note`. Throws Error for a run without any weights.
TaskRun evaluate_task(const std::filesystem::path& folder, const train::RunCallbacks& callbacks);

/// Whether a folder holds a run of a task.
bool is_task_folder(const std::filesystem::path& folder);

/// The scores as a table: means over seeds, the best by the first metric marked.
TextTable result_table(const TaskRun& run);

/// The same as JSON, with every seed; the content of metrics.json.
nlohmann::ordered_json to_json(const TaskRun& run);

/// Draws plots/*.{svg,png} and writes report.html. Throws Error where gnuplot is missing or a file cannot be
/// written.
void write_task_report(const TaskRun& run);

}  // namespace ebit::task
