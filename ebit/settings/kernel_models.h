// The rows of the table of models that are kernel cells, and what was released under that name.
#pragma once

#include <vector>

#include "ebit/settings/models.h"

namespace ebit::inline settings {

/// qk-lstm, its classical counterparts, and qk-lstm-released.
std::vector<ModelRow> kernel_models();

}  // namespace ebit::inline settings
