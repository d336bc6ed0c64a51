// What a run came to: scores of every model over its seeds, as a table and as metrics.json.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/experiment/problem.h"
#include "ebit/report/text_table.h"

namespace ebit::experiment {

/// What a model is in a run.
enum class Role {
  kModel,      ///< the one that the run is about
  kBaseline,   ///< trained to compare with
  kReference,  ///< needs no training
};

/// One training of a model, or a forecast without one.
struct SeedResult {
  std::uint64_t seed = 0;                      ///< of the training; 0 without one
  int epochs = 0;                              ///< epochs trained
  int best_epoch = 0;                          ///< the epoch of its weights, counted from 1
  std::string end;                             ///< why the training ended, see fit::name_of(End)
  double seconds = 0.0;                        ///< wall time of its epochs
  double stop_below = 0.0;                     ///< validation loss that counts as solved; 0: none does
  Scores scores;                               ///< on the parts
  std::vector<fit::EpochRecord> history = {};  ///< a record an epoch

  /// The first epoch with a validation loss below stop_below; 0: none.
  int solved_at() const;
};

/// Results of a model over its seeds.
struct ModelResult {
  std::string name;     ///< "daskin-collapse", "lstm", "persistence"
  std::string summary;  ///< one line: sizes
  std::vector<std::string> changes =
      {};                         ///< see changes_of_model(): a published model that is not as published
  Role role = Role::kModel;       ///< what it is in the run
  NumberCounts counts = {};       ///< trained and frozen numbers; none without training
  double reference_loss = 0;      ///< kReference: its validation loss; NaN: none
  std::vector<SeedResult> seeds;  ///< one a training; one for a reference
};

/// All results of a run.
struct Results {
  std::string problem;                          ///< its name
  std::string description;                      ///< see Problem
  std::string loss_name;                        ///< see Problem
  std::vector<std::string> notes;               ///< see Problem
  std::vector<MetricName> metrics;              ///< see Problem
  std::size_t judged_metric = 0;                ///< see Problem
  std::vector<std::string> targets;             ///< of a series; else empty
  std::string series_column;                    ///< of a panel: the column that names its series; else empty
  std::vector<std::string> series;              ///< of a panel: their names; else empty
  std::vector<std::string> validation_metrics;  ///< names of EpochRecord::metrics
  std::vector<ModelResult> models;              ///< the run's model first, then references, then baselines
  std::vector<std::string> verdicts;  ///< honest sentences about the model and what it does not beat
};

/// Mean over seeds, and the sample standard deviation, 0 for one seed; NaN where undefined.
struct MeanSpread {
  double mean = 0.0;    ///< over the seeds
  double spread = 0.0;  ///< standard deviation
};
/// Of some values, one a seed.
MeanSpread mean_spread(std::span<const double> values);

/// Metric `m` of every seed of a model on `part` (0 train, 1 validation, 2 test); empty: not scored there.
std::vector<double> values_of_seeds(const ModelResult& model, std::size_t part, std::size_t m);
/// Their mean and spread.
MeanSpread over_seeds(const ModelResult& model, std::size_t part, std::size_t m);
/// The mean wall time of a training of the model.
double mean_seconds(const ModelResult& model);

/// The place of a metric in `results.metrics`. Throws Error with the nearest name where there is none.
std::size_t metric_place(const Results& results, std::string_view name);

/// The last part that the run's model was scored on: the one that results are judged by.
std::size_t judged_part(const Results& results);

/// What must be said: every baseline and reference that the model does not beat by the judged metric on the
/// judged part ("loses to persistence on the test part (RMSE 0.0555 against 0.0492)"), or that it beats them
/// all.
std::vector<std::string> verdicts(const Results& results);

/// How tables count numbers: columns "quantum" and "classical" of trained ones, and "frozen" where some are.
struct CountColumns {
  bool frozen = false;  ///< whether that column is there

  explicit CountColumns(const std::vector<ModelResult>& models);   ///< of a table of these
  std::vector<TableColumn> columns() const;                        ///< their headings
  std::vector<std::string> cells(const ModelResult& model) const;  ///< of a row; dashes without training
  std::vector<std::string> dashes() const;                         ///< of a row of something else
  std::string note() const;                                        ///< what the headings mean
};

/// The table of results on one part: a row a model, a column a metric, trained numbers of circuits and all
/// others, frozen ones where there are some, seconds; the best by the judged metric is marked.
TextTable result_table(const Results& results, std::size_t part);

/// Of a panel: a row a series, the run's model by every metric on one part, and the best other model by the
/// judged one; the `most` worst series by that (0: all), the worst first.
TextTable series_table(const Results& results, std::size_t part, std::size_t most);

/// The judged metric of each predicted step on one part, a column a model, with coverage and width of the
/// run's model's intervals; none where one step is predicted.
std::optional<TextTable> step_table(const Results& results, std::size_t part);

/// metrics.json: see docs/runs.md and docs/metrics.schema.json; what is undefined is null.
nlohmann::ordered_json to_json(const Results& results);

}  // namespace ebit::experiment
