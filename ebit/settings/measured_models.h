// The rows of the table of models that are measured cells, and how a step enters them.
#pragma once

#include <vector>

#include "ebit/settings/models.h"

namespace ebit::inline settings {

/// Quantum memories that a step measures as its setting says: of both forms.
std::vector<ModelRow> measured_models();

/// A measured cell takes the setting of a step without the outcome of the step before, on which its memory
/// has been projected. Throws Error for a form that does not take settings as the problem of `config` has
/// them.
void leave_out_last_outcome(const Config& config, fit::InputSpec& input);

}  // namespace ebit::inline settings
