// The table of model kinds that `ebit train` can build.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/nn/sequence_model.h"
#include "ebit/train/config.h"

namespace ebit::train {

/// A row of the table of model kinds.
struct ModelKind {
  std::string name;  ///< as in `--model NAME`
  std::string help;  ///< one line for `--help` and the docs
  /// Builds the model for windows of F `features` and O `outputs`, initial values drawn from torch's global
  /// generator. Throws Error for settings that do not make a model.
  std::function<std::shared_ptr<nn::SequenceModel>(const Config& config, int features, int outputs)> make;
};

/// All kinds: the quantum register model, the classical models, and what was added.
const std::vector<ModelKind>& model_kinds();

/// Adds a kind of your own; a kind of the same name is replaced.
void add_model_kind(ModelKind kind);

/// Builds the model of `config` with initial values drawn by `seed`, in the dtype of the config.
/// Throws Error for an unknown kind (nearest suggested) and as ModelKind::make.
std::shared_ptr<nn::SequenceModel> make_model(const Config& config, int features, int outputs,
                                              std::uint64_t seed);

/// The dtype that the config's word names.
torch::Dtype dtype_of(const Config& config);

}  // namespace ebit::train
