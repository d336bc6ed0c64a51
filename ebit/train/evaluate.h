// How good predictions are: every metric, on every part, scaled and in the data's units, next to baselines.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/data/dataset.h"
#include "ebit/report/text_table.h"

namespace ebit::train {

/// The parts of a dataset in their order.
inline constexpr std::array<std::string_view, 3> kPartNames = {"train", "validation", "test"};

/// The windows of part 0 (train), 1 (validation) or 2 (test).
const Windows& part_of(const Dataset& dataset, std::size_t part);

/// Values of the metrics in metric_table() order; NaN: undefined on these data.
using MetricValues = std::vector<double>;

/// How far predictions are from the truth on one part; means over the targets.
struct PartScores {
  MetricValues scaled;                        ///< in the units that the model sees
  MetricValues original;                      ///< in the data's units
  std::vector<MetricValues> target_original;  ///< [O] per target, in the data's units
};

/// Predictions and scores of one training, or of a forecast without training, on every part that has windows.
struct SeedResult {
  std::uint64_t seed = 0;                           ///< of the training; 0 without one
  int epochs = 0;                                   ///< epochs trained
  int best_epoch = 0;                               ///< whose weights were used, counted from 1
  std::string end;                                  ///< why it ended, see name_of(End)
  double seconds = 0.0;                             ///< wall time of the training
  std::array<std::vector<double>, 3> predictions;   ///< [B, O] per part, in the data's units
  std::array<std::optional<PartScores>, 3> scores;  ///< none: the part has no windows
};

/// Results of a model over its seeds.
struct ModelResult {
  std::string name;               ///< "daskin-collapse", "lstm", "persistence"
  std::string summary;            ///< one line: sizes
  bool baseline = false;          ///< there to be compared with the run's model
  std::int64_t parameters = 0;    ///< trainable numbers; 0 for a forecast without training
  std::vector<SeedResult> seeds;  ///< one for each training; one for a forecast without training
};

/// All results of a run.
struct Evaluation {
  std::vector<ModelResult> models;    ///< the run's model first
  std::vector<std::string> verdicts;  ///< honest sentences about the model and what it does not beat
};

/// Scores predictions [B, O] in the data's units for windows that lie in `dataset.series`.
/// @param scaler_part whose scalers turn them into scaled units. @param season of MASE.
PartScores score(const Dataset& dataset, std::size_t scaler_part, const Windows& windows,
                 const std::vector<double>& truth, const std::vector<double>& predictions, int season);

/// The forecast without training called `name` (a row of ebit::baseline_table()) on every part.
ModelResult score_forecast(const std::string& name, const Dataset& dataset, int season);

/// Mean and sample standard deviation of a metric over seeds; NaN where undefined.
struct MeanSpread {
  double mean = 0.0, /**< over the seeds */ spread = 0.0;  ///< standard deviation; 0 for one seed
};
/// Of the metric in row `m` of metric_table() on `part`; `original`: in the data's units, else scaled.
MeanSpread over_seeds(const ModelResult& model, std::size_t part, std::size_t m, bool original);

/// What must be said: on the test part, or on the last part that has windows, every baseline whose RMSE the
/// model does not beat ("loses to persistence on the test part (0.0555 against 0.0492)"), or that it beats
/// them all.
std::vector<std::string> verdicts(const std::vector<ModelResult>& models);

/// metrics.json: data, models, parts, scales, metrics; undefined metrics are null.
nlohmann::ordered_json to_json(const Evaluation& evaluation, const Dataset& dataset);

/// The table of results on one part: a row a model, a column a metric in the data's units, parameters,
/// seconds.
TextTable result_table(const Evaluation& evaluation, std::size_t part);

/// The last part that has windows: the one that results are judged by.
std::size_t judged_part(const Evaluation& evaluation);

}  // namespace ebit::train
