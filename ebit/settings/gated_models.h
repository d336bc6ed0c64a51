// The rows of the table of models that are gated cells.
#pragma once

#include <vector>

#include "ebit/settings/models.h"

namespace ebit::inline settings {

/// gated, whose options say all, and every published form.
std::vector<ModelRow> gated_models();

}  // namespace ebit::inline settings
