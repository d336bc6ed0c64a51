// What the commands that run a task share: progress and results.
#pragma once

#include <functional>

#include "ebit/task/run.h"

namespace ebit::cmd {

/// Prints the results of a run that was not interrupted as a table, or as JSON.
void print_task(const task::TaskRun& run, bool json);

/// Runs or resumes a task by `work`, writes the page (unless plots are off), prints the results and returns
/// the exit status.
int run_task_and_report(const std::function<task::TaskRun(const train::RunCallbacks&)>& work, bool json,
                        bool quiet);

}  // namespace ebit::cmd
