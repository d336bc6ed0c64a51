// Between a torch module and the tensors of a file: every parameter and buffer by name.
#pragma once

#include <torch/torch.h>

#include <map>
#include <string>
#include <string_view>

#include "ebit/nn/safetensors.h"

namespace ebit::nn {

/// Copies every parameter and buffer of `module`, named `prefix` + its name in the module.
/// The copies share no memory with the module: training on does not change them.
std::map<std::string, torch::Tensor> copy_state(const torch::nn::Module& module,
                                                const std::string& prefix = "");

/// Puts tensors called `prefix` + name into the parameters and buffers of `module`.
/// Throws Error, and leaves the module as it was, for a tensor that is missing, left over (same prefix),
/// of another shape or of another dtype; `where` names their origin in messages.
void restore_state(torch::nn::Module& module, const std::map<std::string, torch::Tensor>& tensors,
                   std::string_view where, const std::string& prefix = "");

/// The number of trainable numbers of `module`.
std::int64_t count_parameters(const torch::nn::Module& module);

}  // namespace ebit::nn
