// The rows of the table of models that are quantum reservoirs.
#pragma once

#include <vector>

#include "ebit/settings/models.h"

namespace ebit::inline settings {

/// Cells that stay as they were drawn with a linear head in closed form. Any other cell is one by
/// `--train-only head`.
std::vector<ModelRow> reservoir_models();

}  // namespace ebit::inline settings
