// What the forecasts of a backtest are worth: by model, step and cut.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/analysis/backtest/backtest.h"
#include "ebit/experiment/runs/results.h"
#include "ebit/report/text_table.h"

namespace ebit::analysis {

/// A metric of a backtest.
struct BacktestMetric {
  std::string_view name;  ///< "MAE"
  std::string_view help;  ///< what it is
  bool of_intervals;      ///< only there where a model has prediction intervals
};

/// MAE, RMSE, MASE, RMSSE, sMAPE, pinball, coverage, width.
std::span<const BacktestMetric> backtest_metrics();

/// Which forecasts are scored together; none: all.
struct Among {
  std::optional<std::size_t> cut = {};   ///< those from one cut
  std::optional<std::size_t> step = {};  ///< one step, counted from 0
};

/// A metric of each seed of a model, means over the targets; NaN where it is undefined. Means over cuts and
/// over the series of a panel are of those where all models have it that have it anywhere: they can be
/// compared. @param model one of test.models.
std::vector<double> scores_of(const Backtest& test, const BacktestModel& model, std::size_t metric,
                              Among among);

/// A row a model, a column a metric, over all cuts and steps; the lowest RMSE, of a panel MASE, is marked.
TextTable models_table(const Backtest& test);
/// A row a step, or a cut, and a column a model: the metric called `metric`.
TextTable by_step_table(const Backtest& test, std::string_view metric);
TextTable by_cut_table(const Backtest& test, std::string_view metric);  ///< likewise
/// Of a panel, a row a series, the first `most` of them.
TextTable by_series_table(const Backtest& test, std::string_view metric, std::size_t most);
/// All metrics of the model asked for, a row a step.
TextTable own_steps_table(const Backtest& test);
/// The metric that tables over models show: MASE, or MAE where that is not defined.
std::string_view shown_metric(const Backtest& test);

/// What must be said: what the model does not beat by RMSE, of a panel by MASE, and what it beats.
std::vector<std::string> verdicts_of(const Backtest& test);

/// What goes into backtest.json beside the settings.
nlohmann::ordered_json backtest_json(const Backtest& test);

/// Writes scores.csv, forecasts.csv, backtest.md, figures and report.html. Throws Error as Page does.
void write_backtest(const Backtest& test, const std::filesystem::path& folder);

}  // namespace ebit::analysis
