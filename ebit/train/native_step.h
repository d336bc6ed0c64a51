// The step of register models: flat arrays, no graph, nothing allocated from batch to batch.
#pragma once

#include <memory>
#include <string>

#include "ebit/train/train_step.h"

namespace ebit::train {

/// What keeps the native step from training this; empty: nothing does.
std::string native_obstacle(const StepInput& input);

/// Makes the step for a model without an obstacle, in the precision of its parameters.
std::unique_ptr<TrainStep> make_native_step(const StepInput& input);

}  // namespace ebit::train
