// Whether checkpoints and settings belong together, told before anything of a run is changed.
#pragma once

#include <string>
#include <vector>

#include "ebit/experiment/problem.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/fit/checkpoint.h"

namespace ebit::experiment {

/// Throws Error where a job's checkpoint is of another training: it names the settings that differ with both
/// values, or says that the data do and how a training goes on from its weights.
void require_same_trainings(const std::vector<Job>& jobs, const Problem& problem);

/// Throws Error, one line that says why and which option of `ebit resume` goes on, where every job has ended
/// early for good, so that `epochs` train nothing.
void require_something_to_train(const std::vector<Job>& jobs, int epochs);

}  // namespace ebit::experiment
