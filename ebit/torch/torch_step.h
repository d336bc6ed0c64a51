// The step of a TorchModel: libtorch's graph and optimizers.
#pragma once

#include <memory>

#include "ebit/fit/options.h"
#include "ebit/fit/step.h"

namespace ebit::nn {

class TorchModel;

/// A step that trains `model`, which must outlive it. Its random numbers (dropout) are torch's. Throws Error
/// for an optimizer or a loss that is not there, and for a model without a trainable parameter.
std::unique_ptr<fit::TrainStep> make_torch_step(TorchModel& model, const fit::TrainOptions& options);

}  // namespace ebit::nn
