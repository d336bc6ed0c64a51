// The optimizers on tensors: how each is built, and its memory as named tensors.
#pragma once

#include <torch/optim/optimizer.h>
#include <torch/types.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ebit/fit/options.h"
#include "ebit/fit/tensors.h"

namespace ebit::nn {

/// Trainable tensors with their names in the model.
using NamedParameters = std::vector<std::pair<std::string, torch::Tensor>>;

/// A row of the table of optimizers.
struct TorchOptimizer {
  std::string_view name;  ///< as in fit::optimizers()
  /// Builds the optimizer for these parameters.
  std::unique_ptr<torch::optim::Optimizer> (*make)(std::vector<torch::Tensor> parameters,
                                                   const fit::OptimizerOptions& options);
  /// Copies what the optimizer remembers of each parameter. Names: `<parameter>.<field>`; shapes: the
  /// parameter's, step counts as int64 scalars. Parameters that never had a gradient have none.
  fit::Tensors (*save)(const torch::optim::Optimizer& optimizer, const NamedParameters& parameters);
  /// Puts saved state back. Throws Error, naming `where`, for shapes or dtypes that do not fit.
  void (*load)(torch::optim::Optimizer& optimizer, const NamedParameters& parameters,
               const fit::Tensors& tensors, std::string_view where);
};

/// All of fit::optimizers().
std::span<const TorchOptimizer> torch_optimizers();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const TorchOptimizer& find_torch_optimizer(std::string_view name);

/// Sets the learning rate of every parameter.
void set_learning_rate(torch::optim::Optimizer& optimizer, double lr);

}  // namespace ebit::nn
