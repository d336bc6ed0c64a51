// The rows of the table of models that are fast-weights cells.
#pragma once

#include <vector>

#include "ebit/settings/models.h"

namespace ebit::inline settings {

/// qfwp and qfwp-gated.
std::vector<ModelRow> fast_weights_models();

}  // namespace ebit::inline settings
