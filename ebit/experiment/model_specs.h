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

/// One line where a polynomial cannot have all degrees that it is asked for on this problem; else empty.
std::string dropped_degrees_note(const Config& config, const Problem& problem);

/// Sets the hidden size that --parameters of `config` asks for: that whose parameters are nearest to a
/// number, or to those of another model on the same problem; then forgets the wish. @returns one line that
/// says what was chosen; empty: nothing was asked for. Throws Error where the model has no size that is free.
std::string settle_size(Config& config, const Problem& problem);

}  // namespace ebit::experiment
