// The models of a run's jobs on its problem.
#pragma once

#include "ebit/experiment/problem.h"
#include "ebit/settings/models.h"

namespace ebit::experiment {

/// What the model of `config` is on a problem; see settings/models.h.
fit::ModelSpec spec_of(const Config& config, const Problem& problem);

/// The same for the job of a baseline: where baselines are matched, its hidden size is such that it has as
/// many parameters as `reference`.
fit::ModelSpec matched_spec(const Config& config, const Problem& problem, const fit::ModelSpec& reference);

}  // namespace ebit::experiment
