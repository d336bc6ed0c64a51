// Between torch's tensors and those of files: every parameter and buffer of a module by name.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <string_view>

#include "ebit/cell/segment.h"
#include "ebit/fit/tensors.h"

namespace ebit::nn {

/// A copy of a tensor on the CPU. Throws Error for a dtype that files do not have.
fit::Tensor to_fit(const torch::Tensor& tensor);

/// A copy of a tensor of a file.
torch::Tensor to_torch(const fit::Tensor& tensor);

/// Copies of every parameter and buffer of `module`.
fit::Tensors copy_state(const torch::nn::Module& module);

/// Puts tensors into the parameters and buffers of `module`. Throws Error, naming `where`, and leaves the
/// module as it was, for a tensor that is missing, left over, of another shape or of another dtype.
void restore_state(torch::nn::Module& module, const fit::Tensors& tensors, std::string_view where);

/// The numbers of `module` by what they are: those of its cells as their segments say, all else classical.
NumberCounts count_numbers(const torch::nn::Module& module);

}  // namespace ebit::nn
