// The rows of the table of models that are window cells.
#pragma once

#include <vector>

#include "ebit/cell/window/window_options.h"
#include "ebit/settings/models.h"

namespace ebit::inline settings {

/// d-qnn and ru-qnn.
std::vector<ModelRow> window_models();

/// The options of a config's window cell: a span of 0 is the window of a forecast, and 8 on other problems.
WindowOptions window_options_of(const Config& config);

/// What stands between a step and a window cell: with blocks that take fewer numbers than a token or an
/// image's row has, a trained map to as many as they take.
void map_window_input(const Config& config, fit::InputSpec& input);

}  // namespace ebit::inline settings
