// The recurrent part of a model, quantum or classical, behind one interface.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/controlled/controlled_options.h"

namespace ebit::nn {

/// What a core remembers from one step to the next: tensors [B, ...], one row a sequence. Empty: the start of
/// a sequence.
using CoreState = std::vector<torch::Tensor>;

/// The same state without its history, so that gradients end here (truncated backpropagation through time).
CoreState detached(const CoreState& state);

/// Rows `index` (int64 [M]) of every tensor of a state: which sequences go on, and in which order.
CoreState rows_of(const CoreState& state, const torch::Tensor& index);

/// The mask of the steps that are there, bool [B, T]: step t of row b where t < lengths[b].
torch::Tensor step_mask(const torch::Tensor& lengths, std::int64_t steps);

/// What a core gives for a batch of sequences.
struct CoreOutput {
  torch::Tensor features;  ///< [B, T, K]; zero at steps past a sequence's length
  CoreState state;         ///< after each sequence's own last step
};

/// A recurrent network without input layer and head. Every trainable number is in parameters().
class SequenceCore : public torch::nn::Module {
 public:
  /// Reads a batch of sequences. Padding changes nothing: neither features of steps that are there nor
  /// states.
  /// @param x [B, T, E] inputs of the parameters' dtype, T at least 1.
  /// @param lengths int64 [B] on the CPU, each from 1 to T; undefined: all are T long.
  /// @param state of an earlier call on B sequences; empty: from the start.
  virtual CoreOutput forward(const torch::Tensor& x, const torch::Tensor& lengths,
                             const CoreState& state) = 0;

  virtual int inputs() const = 0;    ///< E
  virtual int features() const = 0;  ///< K

  /// Tells cores that draw random numbers in forward which draw comes next; others do nothing.
  virtual void seed_draws(std::uint64_t seed, std::uint64_t position) { (void)seed, (void)position; }

  virtual std::string summary() const = 0;  ///< such as "lstm, hidden size 23"
};

/// Settings of the cores; each row of the table uses the ones it knows.
struct CoreOptions {
  int inputs = 1;               ///< E, numbers of a step
  int hidden = 32;              ///< classical cores: width of the hidden state
  int layers = 1;               ///< lstm, gru, rnn: layers on top of each other
  ControlledOptions qrnn = {};  ///< qrnn: all but its inputs
};

/// A row of the table of cores.
struct CoreRow {
  std::string_view name;    ///< as written in options, for example "lstm"
  std::string_view help;    ///< one line for `--help` and the docs
  std::string_view source;  ///< the paper
  bool has_hidden;          ///< whether CoreOptions::hidden sets its size
  /// Builds the core, initial values drawn from torch's global generator.
  std::shared_ptr<SequenceCore> (*make)(const CoreOptions& options);
};

/// All cores: qrnn, lstm, gru, rnn, orthogonal.
std::span<const CoreRow> core_table();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const CoreRow& core_row(std::string_view name);

/// Builds the core called `name`. Throws Error as core_row(), for sizes below 1 and for those that take more
/// memory than is free.
std::shared_ptr<SequenceCore> make_core(std::string_view name, const CoreOptions& options);

/// The hidden size from 1 to `most` whose parameter count is nearest to `target`, the smaller one of two that
/// are equally near. @param count the parameters of a model of that hidden size; must grow with it.
int matched_hidden(std::int64_t target, int most, const std::function<std::int64_t(int hidden)>& count);

}  // namespace ebit::nn
