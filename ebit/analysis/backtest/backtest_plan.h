// What a backtest will do, before anything is trained.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ebit/analysis/backtest/backtest.h"
#include "ebit/data/load.h"
#include "ebit/settings/config.h"

namespace ebit::analysis {

/// Everything that can be said of a backtest before a training.
struct BacktestPlan {
  Config config;                    ///< of the model asked for, on all rows
  Panel panel;                      ///< all of the data; one series has no name
  std::size_t steps = 1;            ///< S
  Suite suite;                      ///< data: the cuts that are trained at; models: those that are trained
  std::vector<Unit> units;          ///< the trainings
  std::vector<std::size_t> behind;  ///< [cuts] rows from each cut on, the same of every series
  std::vector<std::vector<Series>> past;  ///< [cuts][series] what was known at each cut
  std::vector<std::string> untrained;     ///< rows of baseline_table()
  double train = 0.875;                   ///< share of the rows before a cut
  double validation = 0.125;              ///< likewise
  std::vector<std::string> notes;         ///< what is to be known, a line each

  /// Rows of a series before a cut.
  std::size_t known(std::size_t series, std::size_t cut) const {
    return panel.series[series].rows() - behind[cut];
  }
  /// data.without_last of a training before a cut.
  std::size_t left_out(std::size_t cut) const { return config.data.series.without_last + behind[cut]; }
};

/// The plan of a backtest. @param folder written: where it goes. Throws Error as run_backtest().
BacktestPlan backtest_plan(const BacktestSpec& spec, const BacktestOptions& options,
                           std::filesystem::path& folder);

/// What decides its numbers.
nlohmann::ordered_json protocol_json(const BacktestPlan& plan, const BacktestSpec& spec);

}  // namespace ebit::analysis
