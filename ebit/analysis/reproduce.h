// Figures of papers, repeated: models trained as the paper did, with the published numbers beside them.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ebit/experiment/runs/run.h"
#include "ebit/report/text_table.h"

namespace ebit::analysis {

/// A number that somebody else reports for a model of an experiment.
struct PublishedError {
  std::string model;     ///< of Experiment::models, or what it was compared with
  std::string what;      ///< where the number is from
  double train_mse = 0;  ///< in the units that the model sees; NaN: not known
  double test_mse = 0;   ///< likewise
};

/// A row of the table of experiments: one figure of a paper.
struct Experiment {
  std::string name;                           ///< as in `ebit reproduce NAME`
  std::string help;                           ///< one line
  std::string source;                         ///< paper, version, figure
  std::vector<std::string> models;            ///< trained one after the other on the same data
  Pairs settings;                             ///< on top of each model's
  std::vector<std::filesystem::path> series;  ///< files to look for, the first that is there is taken
  std::string target;                         ///< of those files
  std::string fallback;                       ///< included data set where none is there; empty: a generator
  std::vector<PublishedError> published;      ///< to compare with
  std::string remark;                         ///< what must be known to compare
};

/// All experiments: daskin-fig4, daskin-fig5.
std::span<const Experiment> experiments();

/// What the user may choose of an experiment.
struct ReproduceOptions {
  std::string data;              ///< a CSV file or an included set instead of its own series; may be empty
  std::string target;            ///< column to predict; empty: its own
  std::filesystem::path folder;  ///< where everything goes
  int epochs = 0;                ///< 0: as the source
  int seeds = 1;                 ///< trainings of each model
  bool overwrite = false;        ///< replace runs that are there
};

/// An experiment, ready to be run.
struct ReproductionPlan {
  const Experiment& experiment;  ///< which
  std::filesystem::path folder;  ///< where everything goes
  std::string data;              ///< where the series is from, in words
  std::vector<Config> configs;   ///< one a model
};

/// Makes the settings of an experiment's runs. Throws Error for bad settings and for folders that are there.
ReproductionPlan plan_reproduction(const Experiment& experiment, const ReproduceOptions& options);

/// An experiment that was run.
struct Reproduction {
  std::vector<experiment::RunResult> runs;  ///< one a model; the last one may be interrupted
  bool interrupted = false;                 ///< then nothing but the runs was written
};

/// Trains the models one after the other, each in `folder/MODEL`, and writes their reports and a page that
/// compares them. Throws Error as experiment::start_run() does.
Reproduction reproduce(const ReproductionPlan& plan, const experiment::RunCallbacks& callbacks);

/// Mean squared errors as the sources print them, on the scaled values, and the published ones.
TextTable comparison(const ReproductionPlan& plan, const Reproduction& found);

/// Everything as JSON.
nlohmann::ordered_json to_json(const ReproductionPlan& plan, const Reproduction& found);

}  // namespace ebit::analysis
