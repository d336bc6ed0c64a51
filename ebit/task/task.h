// A task for recurrent models: its data, its loss, its metrics, and what to show of a trained model.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ebit/nn/sequence_layers.h"
#include "ebit/report/plot.h"
#include "ebit/train/batches.h"
#include "ebit/train/config.h"
#include "ebit/train/train_step.h"

namespace ebit::task {

/// A metric of a task, on its test part.
struct TaskMetric {
  std::string name;               ///< such as "accuracy"
  bool greater_is_better = true;  ///< which way is better
};

/// What needs no training: majority class, no memory, counts of single tokens.
struct Reference {
  std::string name;            ///< in tables
  std::vector<double> values;  ///< one a metric; NaN where it has none
  double loss = 0.0;           ///< its validation loss, for the plot of losses; NaN: none
};

/// Something to show of a trained model: a picture or a text.
struct Exhibit {
  std::string name;              ///< of its plot file, without extension
  std::string caption;           ///< one sentence
  std::optional<Figure> figure;  ///< a plot, or
  std::string text;              ///< a text, which also goes into examples.txt
};

/// What a trained model is worth on the test part.
struct TaskScores {
  std::vector<double> values;     ///< one a metric
  std::vector<Exhibit> exhibits;  ///< of this model
};

/// Data of a task, and what models do with them. A task keeps nothing of a model but the state that a
/// training carries from batch to batch.
class Task {
 public:
  virtual ~Task() = default;

  virtual std::string description() const = 0;                   ///< one line: the data and their size
  virtual std::vector<std::string> notes() const { return {}; }  ///< what the user should know of the data
  virtual std::string loss_name() const = 0;                     ///< with its unit, for plots
  virtual std::vector<TaskMetric> metrics() const = 0;           ///< the first is the one to judge by
  virtual std::vector<Reference> references() const = 0;         ///< may be empty

  /// The model of this task on a core. Throws Error as nn::make_core() and the model.
  virtual std::shared_ptr<nn::CoreModel> make_model(const nn::CoreChoice& core) const = 0;

  /// The batches of a pass over the training part, counted from 0; every pass has as many, at least one.
  virtual std::vector<train::Batch> batches(int pass, std::uint64_t seed) const = 0;
  /// The mean loss of a training batch, a scalar with its graph.
  virtual torch::Tensor loss(nn::CoreModel& model, const train::Batch& batch) = 0;
  /// Drops the state that is carried from batch to batch.
  virtual void forget() {}
  virtual bool validated() const = 0;  ///< whether there is a validation part
  /// The option that gives the validation part its share.
  virtual std::string_view share_flag() const { return "--validation-share"; }
  /// Names of the metrics that validate() finds beside the loss.
  virtual std::vector<std::string> validation_metrics() const { return {metrics().front().name}; }
  /// The mean loss and validation_metrics() over the validation part, a function of the model's weights
  /// alone. The model is in eval mode and no graph is made.
  virtual train::Validation validate(nn::CoreModel& model) const = 0;
  /// Metrics on the test part and, where `show` is set, exhibits. The model is in eval mode and no graph is
  /// made.
  virtual TaskScores scores(nn::CoreModel& model, bool show) const = 0;

  /// Tokens by number, one list a language, for the run folder; may be empty.
  virtual std::string vocabulary() const { return {}; }
};

/// A row of the table of tasks.
struct TaskRow {
  std::string_view name;  ///< as in `ebit task NAME`
  std::string_view help;  ///< one line
  /// Settings that differ from the defaults of all tasks, by the names of config.toml.
  std::vector<std::pair<std::string, std::string>> settings;
  /// Reads the data and fills in what the settings leave open. Throws Error for what is not there or not
  /// right. `config` must outlive the task.
  std::unique_ptr<Task> (*make)(train::Config& config);
};

/// All tasks: copying, digits, mnist, permuted-mnist, sentiment, language-model, translate, forecast.
std::span<const TaskRow> task_table();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const TaskRow& find_task(std::string_view name);

/// The dtype that the settings ask for.
torch::Dtype dtype_of(const train::TaskOptions& options);

std::unique_ptr<Task> make_copying(train::Config& config);    ///< row "copying"
std::unique_ptr<Task> make_images(train::Config& config);     ///< rows "digits", "mnist", "permuted-mnist"
std::unique_ptr<Task> make_sentiment(train::Config& config);  ///< row "sentiment"
std::unique_ptr<Task> make_language_model(train::Config& config);  ///< row "language-model"
std::unique_ptr<Task> make_translate(train::Config& config);       ///< row "translate"
std::unique_ptr<Task> make_forecast(train::Config& config);        ///< row "forecast"

}  // namespace ebit::task
