// The hybrid QRNN as a core.
#pragma once

#include <memory>

#include "ebit/nn/sequence_core.h"

namespace ebit::nn {

/// The row "qrnn" of the table of cores: a ControlledRNN whose features are its readouts.
std::shared_ptr<SequenceCore> make_qrnn_core(const CoreOptions& options);

}  // namespace ebit::nn
