// Problem "forecast": the values that follow a window of a series.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ebit/data/baseline.h"
#include "ebit/data/dataset.h"
#include "ebit/experiment/problem.h"
#include "ebit/experiment/problems/check_inputs.h"

namespace ebit::experiment {

/// A series in windows. Metrics are those of metric_table() in the data's units, judged by RMSE.
class ForecastProblem : public Problem {
 public:
  /// Loads the series of `config` and fills in what its settings leave open. `config` must outlive this.
  /// Throws Error as prepare_dataset() does.
  explicit ForecastProblem(Config& config);
  /// A series that is split, scaled and cut already.
  ForecastProblem(const Config& config, Dataset dataset);
  /// All windows of another series as the test part, seen as `fitted` (of another problem) says. Throws Error
  /// for a column that is not there and a series that is too short.
  ForecastProblem(const Config& config, Series series, const std::string& fitted, const std::string& where);
  /// Without data: enough to make the models of a run that was `fitted` so.
  ForecastProblem(const Config& config, const std::string& fitted, const std::string& where);

  std::string description() const override;
  std::vector<std::string> notes() const override;
  std::string loss_name() const override;
  std::vector<MetricName> metrics() const override;
  std::size_t judged_metric() const override;
  std::vector<Reference> references() const override;
  void check_model(const Config& config) const override { check_inputs(config, dataset_); }
  fit::InputSpec input() const override;
  fit::HeadSpec head() const override;
  std::vector<fit::Batch> batches(int pass, std::uint64_t seed) const override;
  const fit::Examples& examples(const fit::Batch& batch) override;
  bool validated() const override { return dataset_.validation.count > 0; }
  std::string_view share_flag() const override { return "--validation"; }
  fit::Validation validate(fit::Model& model, std::uint64_t seed) const override;
  fit::Examples sequences(std::size_t part, std::size_t most) const override;
  Scores scores(fit::Model& model, std::uint64_t seed, bool show) const override;
  Scores scores_before_test(fit::Model& model, std::uint64_t seed) const override;
  std::vector<Exhibit> exhibits(std::span<const Scores* const> seeds) const override;
  std::vector<std::pair<std::string, std::string>> facts() const override;
  std::string predictions_csv(const Scores& scores) const override;
  std::string fitted() const override;
  std::uint64_t data_hash() const override;

  const Dataset& dataset() const { return dataset_; }  ///< the series, split, scaled and cut
  const Windows& windows(std::size_t part) const;      ///< of part 0 (train), 1 (validation), 2 (test)
  bool foreign() const { return foreign_; }            ///< made of another series than the training's

  /// Scores of scaled predictions [B, S, O] of each part, as a model gives them, [B, S, O, Q] where it
  /// predicts quantiles of these levels; empty: not scored.
  Scores judged(std::span<const std::vector<double>> scaled, const std::vector<double>& levels) const;
  /// Why there are no intervals of this series' own; "" where there are, or none were wanted.
  std::string no_intervals() const;

 private:
  fit::Batch following(const Windows& windows, std::size_t most) const;
  Scores scores_of_parts(fit::Model& model, std::uint64_t seed, std::size_t count) const;
  std::vector<std::string> season_notes() const;
  // `partial`: rows without a forecast are left out, as a baseline has them; a model's NaN is its answer.
  PartScores score(std::size_t part, const std::vector<double>& predictions, bool partial = false) const;

  const Config& config_;
  Dataset dataset_;
  bool foreign_ = false;
  std::map<std::string, FittedBaseline> fitted_ = {};  // those of the config's baselines that are
  fit::Examples batch_;
};

/// The forecast problem behind `problem`. Throws Error, beginning with `what`, where it is another one.
const ForecastProblem& require_forecast(const Problem& problem, std::string_view what);

}  // namespace ebit::experiment
