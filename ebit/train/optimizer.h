// The table of optimizers: how each is built, and its state as named tensors.
#pragma once

#include <torch/torch.h>

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ebit/train/flat_optimizer.h"
#include "ebit/train/train_options.h"

namespace ebit::train {

/// Tensors by name.
using Tensors = std::map<std::string, torch::Tensor>;
/// Trainable tensors with their names in the model.
using NamedParameters = std::vector<std::pair<std::string, torch::Tensor>>;

/// A row of the optimizer table.
struct OptimizerRow {
  std::string_view name;  ///< as written in options, for example "adam"
  std::string_view help;  ///< one line for `--help` and the docs
  /// Builds the optimizer for these parameters.
  std::unique_ptr<torch::optim::Optimizer> (*make)(std::vector<torch::Tensor> parameters,
                                                   const OptimizerOptions& options);
  /// Copies what the optimizer remembers of each parameter. Names: `<prefix><parameter>.<field>`; shapes: the
  /// parameter's, step counts as int64 scalars. Parameters that never had a gradient have none.
  Tensors (*save)(const torch::optim::Optimizer& optimizer, const NamedParameters& parameters,
                  const std::string& prefix);
  /// Puts saved state back. Throws Error, naming `where`, for shapes or dtypes that do not fit.
  void (*load)(torch::optim::Optimizer& optimizer, const NamedParameters& parameters, const Tensors& tensors,
               std::string_view where, const std::string& prefix);
  const FlatRule* flat;  ///< the same optimizer on flat arrays, without torch
};

/// All optimizers: adam, adamw, sgd, rmsprop.
std::span<const OptimizerRow> optimizer_table();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const OptimizerRow& optimizer_row(std::string_view name);

/// Throws the Error for a saved tensor of an optimizer's memory that is of another model unless it `fits`.
void require_fitting_memory(bool fits, std::string_view where, const std::string& name);

/// Sets the learning rate of every parameter.
void set_learning_rate(torch::optim::Optimizer& optimizer, double lr);

}  // namespace ebit::train
