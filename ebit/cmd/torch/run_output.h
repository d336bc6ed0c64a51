// What the commands that train share: flags from the table of options, progress, results.
#pragma once

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

#include "ebit/report/progress.h"
#include "ebit/train/config.h"
#include "ebit/train/run.h"

namespace ebit::cmd {

/// Adds a flag for every row of the table of options that belongs to a run of `task` (empty: of `ebit
/// train`); what is given on the command line is appended to `settings` when it is parsed.
void add_option_flags(CLI::App& app, std::string_view task,
                      std::shared_ptr<std::vector<train::Setting>> settings);

/// Shows how a run goes on standard error: a progress line for each training, and notes.
class RunProgress {
 public:
  explicit RunProgress(bool quiet) : quiet_(quiet) {}  ///< quiet: shows nothing but still stops on Ctrl-C

  /// Callbacks that draw here and stop on Ctrl-C; they must not outlive this object.
  train::RunCallbacks callbacks();

  /// For a run that was interrupted: what is kept of it and how to go on, one line.
  std::string stopped_text(const std::string& folder) const;

 private:
  bool quiet_;
  std::string stopped_;  // where the training that ended last stopped
  std::unique_ptr<Progress> line_;
};

/// Prints the results of a run that was not interrupted as a table, or as JSON.
void print_run(const train::RunResult& result, bool json);

/// Tells of a run that was interrupted, on standard error and as JSON where wanted; returns the exit status.
int report_stop(const RunProgress& progress, const std::filesystem::path& folder, bool json);

/// Trains or resumes by `work`, writes the report (unless plots are off) and prints the results.
int run_and_report(const std::function<train::RunResult(const train::RunCallbacks&)>& work, bool json,
                   bool quiet);

}  // namespace ebit::cmd
