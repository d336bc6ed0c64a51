// The core that settings ask for, and one of another kind with as many parameters.
#pragma once

#include "ebit/task/task.h"

namespace ebit::task {

/// The core that the settings name.
nn::CoreChoice core_choice(const train::TaskOptions& options);

/// `choice` with the hidden size whose whole model, embedding and head included, has the parameter count
/// nearest to that of `reference`.
nn::CoreChoice matched_choice(const Task& task, nn::CoreChoice choice, const nn::CoreChoice& reference);

}  // namespace ebit::task
