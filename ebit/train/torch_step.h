// The step of any model: libtorch's graph and optimizers.
#pragma once

#include <memory>

#include "ebit/train/train_step.h"

namespace ebit::train {

/// Makes the step. Throws Error for a model without a trainable parameter.
std::unique_ptr<TrainStep> make_torch_step(const StepInput& input);

}  // namespace ebit::train
