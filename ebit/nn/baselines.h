// Classical models to compare with: recurrent networks by libtorch, and two without a memory.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ebit/nn/sequence_model.h"

namespace ebit::nn {

/// Sizes of a classical model.
struct BaselineOptions {
  int features = 1;       ///< F, columns of a window
  int outputs = 1;        ///< O, predicted values
  int window = 10;        ///< T, time steps; only the models that see the flattened window need it
  int hidden = 4;         ///< width of the hidden state
  int layers = 1;         ///< stacked recurrent or hidden layers
  bool stateful = false;  ///< recurrent models keep their hidden state from one batch to the next
};

/// A row of the table of classical models.
struct BaselineRow {
  std::string_view name;  ///< as written in options, for example "lstm"
  std::string_view help;  ///< one line for `--help` and the docs
  /// Builds the model with torch's own initial values, drawn from torch's global generator.
  std::shared_ptr<SequenceModel> (*make)(const BaselineOptions& options);
};

/// All classical models: lstm, gru, rnn, mlp, linear.
std::span<const BaselineRow> baseline_table();

/// Builds the classical model `kind`. Throws Error for an unknown name (nearest suggested), for sizes below 1
/// and for those that take more memory than is free.
std::shared_ptr<SequenceModel> make_baseline(std::string_view kind, const BaselineOptions& options);

}  // namespace ebit::nn
