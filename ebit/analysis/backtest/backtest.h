// Rolling-origin evaluation: a series is cut at several places, forecast from each, and compared with what
// came.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/analysis/suite/units.h"

namespace ebit::analysis {

/// What is asked of a backtest.
struct BacktestSpec {
  /// Options of `ebit train`: data, model, training, baselines. data.horizon says how many steps are
  /// forecast: "14" fourteen, one after the other from a model of one step; "1..14" all at once.
  std::vector<Setting> settings;
  int cuts = 5;        ///< places that are forecast from
  int apart = 0;       ///< rows between them; 0: as many as steps are forecast
  bool refit = false;  ///< train anew at each cut; else once, before the first
};

/// Why a backtest refuses an option of `ebit train`, "data.split"; empty: it has a use for it, or the option
/// is none of a training.
std::string_view refused_by_backtest(std::string_view option);

/// Where a backtest goes, and how.
struct BacktestOptions {
  std::filesystem::path folder;  ///< of the results; empty: `runs/backtest-DATA-MODEL`
  int jobs = 0;                  ///< processes; 0: one a core
  bool overwrite = false;        ///< begin anew in a folder of another backtest
};

/// What one model said from one cut; [S, O] each, in the data's units.
struct CutForecast {
  std::vector<double> values;  ///< empty: it has none there
  std::vector<double> lower;   ///< ends of the prediction intervals; empty: there are none
  std::vector<double> upper;   ///< likewise
};

/// A model of a backtest, or a forecast without one.
struct BacktestModel {
  std::string name;                                 ///< in tables
  bool trained = false;                             ///< false: it needs no training
  std::int64_t parameters = 0;                      ///< trained numbers
  double seconds = 0;                               ///< of a training, the mean
  std::vector<std::vector<CutForecast>> forecasts;  ///< [seeds][cuts]; one seed without training
};

/// Forecasts from every cut, and what came. Of a panel that is in the `parts`, a series each, whose models
/// are those here in the same order.
struct Backtest {
  std::string data;                  ///< name of the data
  std::string id = {};               ///< of a part: its series
  std::vector<std::string> targets;  ///< [O]
  std::size_t steps = 1;             ///< S
  int season = 1;                    ///< rows of a season; 1: none
  bool refit = false;                ///< see BacktestSpec
  double level = 0;                  ///< of the intervals; 0: none
  std::vector<std::size_t> known;    ///< [cuts] rows before each cut; of a panel those of its first series
  std::vector<std::vector<std::string>> times;  ///< [cuts][S], likewise
  std::vector<std::vector<double>> truth;       ///< [cuts][S, O]
  std::vector<double>
      naive_error;  ///< [O] mean absolute seasonal difference before the first cut: unit of MASE
  std::vector<double> naive_root;     ///< [O] root of the mean squared one: of RMSSE
  std::vector<BacktestModel> models;  ///< the one asked for first
  std::vector<std::string> notes;     ///< what is to be known, a line each
  Series series = {};                 ///< all of it, for figures
  std::vector<Backtest> parts = {};   ///< of a panel; else none
};

/// What a call of run_backtest() came to.
struct BacktestOutcome {
  std::filesystem::path folder;  ///< where everything lies
  bool finished = false;         ///< every training has ended
  std::size_t done = 0;          ///< trainings that have
  std::size_t units = 0;         ///< trainings that there are
  Backtest results;              ///< where finished
};

/// Cuts the series, trains, forecasts and scores; writes backtest.json, scores.csv, forecasts.csv,
/// backtest.md, figures and the page. Of N rows the last cut leaves S behind it, those before lie `apart`
/// rows earlier each. A training sees the rows before its cut alone, divided into training and validation
/// part as --train and
/// --validation say of each other; the scalers are those of its training part. Trainings are units of a
/// suite: run folders of their own, shared out to `jobs` processes; after a kill the same call goes on.
/// Beside the model stand those that baselines.which names, else persistence, seasonal-naive (with a season),
/// ets, theta, linear and poly-ridge. A panel (data.id) is cut at the same number of rows before the end of
/// each of its series; one model is trained on all of them, and each is forecast by itself. Throws Error for
/// options that a backtest has no use for, a series too short for the cuts, a folder of another backtest and
/// not `overwrite`, and where the model could not be trained.
BacktestOutcome run_backtest(const BacktestSpec& spec, const BacktestOptions& options,
                             const UnitsCallbacks& callbacks);

/// A training of a backtest.
struct BacktestTraining {
  std::string name;  ///< "cut-1/MODEL/SEED"
  Config config;     ///< its settings
};

/// The trainings of a backtest, before any begins. Throws Error as run_backtest().
std::vector<BacktestTraining> backtest_trainings(const BacktestSpec& spec);

/// Does one of them and writes no page: for schedulers. Throws Error where there is none of that name, and
/// what the training threw.
void run_one_backtest_unit(const BacktestSpec& spec, const BacktestOptions& options, const std::string& name,
                           const experiment::RunCallbacks& callbacks);

}  // namespace ebit::analysis
