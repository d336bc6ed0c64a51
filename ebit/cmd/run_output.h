// What the commands that train show: progress, notes, results.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "ebit/experiment/runs/run.h"
#include "ebit/report/progress.h"

namespace ebit::cmd {

/// Shows how a run goes on standard error: a progress line for each training, and notes.
class RunProgress {
 public:
  explicit RunProgress(bool quiet) : quiet_(quiet) {}  ///< quiet: notes alone; Ctrl-C still stops

  /// Callbacks that draw here and stop on Ctrl-C; they must not outlive this object.
  experiment::RunCallbacks callbacks();

  /// For a run that was interrupted: what is kept of it and how to go on, one line.
  std::string stopped_text(const std::string& folder) const;

 private:
  bool quiet_;
  std::string stopped_;  // where the training that ended last stopped
  std::unique_ptr<Progress> line_;
};

/// Prints the results of a run that was not interrupted as a table, or as JSON.
void print_run(const experiment::RunResult& result, bool json);

/// Trains or resumes by `work`, writes the page (unless plots are off), prints the results and returns the
/// exit status.
int run_and_report(
    const std::function<experiment::RunResult(const experiment::RunCallbacks& callbacks)>& work, bool json,
    bool quiet);

}  // namespace ebit::cmd
