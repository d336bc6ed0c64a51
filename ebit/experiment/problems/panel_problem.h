// Problem "forecast" of a panel: one model of many series.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ebit/data/load.h"
#include "ebit/experiment/problems/forecast_problem.h"

namespace ebit::experiment {

/// Many series, each split, scaled and cut by itself, and one model of the windows of all. A ForecastProblem
/// a series says what a model is worth on it; together stand the means over the series, judged by MASE, which
/// has no unit. Series for which MASE is undefined are left out of its mean, and told.
///
/// A state that a model carries goes through the windows of one series and begins anew with the next.
/// Intervals rest on the errors of a series' own validation part, where that is too short on those of all
/// series, in the units that the model sees.
class PanelProblem : public Problem {
 public:
  /// Loads the panel of `config`, see prepare_panel(). `config` must outlive this.
  explicit PanelProblem(Config& config);
  /// All windows of other data as the test part, each series seen as `fitted` (of another problem) says of
  /// the one of its name. Throws Error for one that the training did not have, unless `unusable` is "drop",
  /// and as ForecastProblem.
  PanelProblem(const Config& config, Panel panel, const std::string& fitted, const std::string& where);

  std::string description() const override;
  std::vector<std::string> notes() const override;
  std::string loss_name() const override { return series_[0]->loss_name(); }
  std::vector<MetricName> metrics() const override { return series_[0]->metrics(); }
  std::size_t judged_metric() const override;
  std::vector<Reference> references() const override;
  void check_model(const Config& config) const override;
  fit::InputSpec input() const override { return series_[0]->input(); }
  fit::HeadSpec head() const override { return series_[0]->head(); }
  std::vector<fit::Batch> batches(int pass, std::uint64_t seed) const override;
  const fit::Examples& examples(const fit::Batch& batch) override;
  bool validated() const override { return pooled_[1].count > 0; }
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

  const std::string& id_column() const { return id_; }  ///< the column that names the series
  std::size_t count() const { return series_.size(); }  ///< series
  const ForecastProblem& series(std::size_t k) const { return *series_[k]; }                ///< the k-th one
  const std::string& name(std::size_t k) const { return series_[k]->dataset().series.id; }  ///< its name
  std::vector<std::string> names() const;                                                   ///< of all

 private:
  void pool();
  // Scaled predictions of all series, one after another.
  std::vector<double> predict(fit::Model& model, std::size_t part, std::uint64_t seed) const;
  Scores scores_of_parts(fit::Model& model, std::uint64_t seed, std::size_t count) const;
  void add_pooled_intervals(std::vector<Scores>& each) const;
  Scores together(std::vector<Scores> each) const;
  Scores of_series(const Scores& scores, std::size_t k) const;
  std::vector<std::size_t> without_mase() const;
  std::string no_intervals() const;  // why there are none at all; "" where there are, or none were wanted

  const Config& config_;
  std::string id_;
  std::vector<std::unique_ptr<ForecastProblem>> series_;
  std::vector<std::string> notes_;
  std::array<Windows, 3> pooled_;                    // of each part
  std::array<std::vector<std::size_t>, 3> begin_{};  // [series + 1] where each begins in it
  fit::Examples batch_;
};

/// How the series of a panel were fitted, from PanelProblem::fitted(): names with what
/// ForecastProblem::fitted() says. Of a run of one series there is one, without a name. Throws Error, naming
/// `where`, for damaged text.
std::vector<std::pair<std::string, std::string>> fitted_series(const std::string& fitted,
                                                               const std::string& where);

/// What `fitted` says of the first series: enough to make the models of a run, see ForecastProblem.
std::string first_fitted(const std::string& fitted, const std::string& where);

}  // namespace ebit::experiment
