// What the commands that run a task share: progress and results.
#pragma once

#include <functional>

#include "ebit/task/run.h"

namespace ebit::cmd {

/// Runs or resumes a task by `work`, writes the page (unless plots are off), prints the results and returns
/// the exit status.
int run_task_and_report(const std::function<task::TaskRun(const train::RunCallbacks&)>& work, bool json,
                        bool quiet);

}  // namespace ebit::cmd
