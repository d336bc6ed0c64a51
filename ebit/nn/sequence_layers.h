// Models of whole sequences on a core: one answer a sequence, or one a step.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/nn/sequence_core.h"

namespace ebit::nn {

/// Which core a model is built on.
struct CoreChoice {
  std::string name = "lstm";  ///< a row of core_table()
  CoreOptions options;        ///< `inputs` is set by the model
};

/// Builds the core for steps of `inputs` numbers. Throws Error as make_core().
std::shared_ptr<SequenceCore> make_core(CoreChoice choice, int inputs);

/// How a step enters a core.
struct InputOptions {
  int vocabulary = 0;  ///< above 0: steps are tokens, int64 [B, T]; 0: steps are numbers, [B, T, width]
  int width = 1;       ///< E: of the embedding, or numbers of a step
  double dropout =
      0.0;  ///< share of the embedding's numbers, and of those that enter the head, left out; [0, 1)
};

/// Tokens to embeddings; numbers pass as they are.
class InputLayer : public torch::nn::Module {
 public:
  explicit InputLayer(const InputOptions& options);  ///< throws Error for options out of range

  /// int64 [B, T] in [0, vocabulary), or [B, T, E], to [B, T, E].
  torch::Tensor forward(const torch::Tensor& steps);

  /// Starts from known embeddings, [vocabulary, width]; they are trained on.
  void load_embedding(const torch::Tensor& rows);

  int width() const { return options_.width; }  ///< E

 private:
  InputOptions options_;
  torch::nn::Embedding embedding_{nullptr};
};

/// Which of a sequence's features answer for it.
struct PoolRow {
  std::string_view name;  ///< as written in options
  std::string_view help;  ///< one line for `--help` and the docs
  /// Features [B, T, K] and lengths (int64 [B] or undefined) to [B, K]; padding does not count.
  torch::Tensor (*pool)(const torch::Tensor& features, const torch::Tensor& lengths);
};

/// All of them: last, mean.
std::span<const PoolRow> pool_table();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const PoolRow& pool_row(std::string_view name);

/// A model on a core, for what all of them share.
class CoreModel : public torch::nn::Module {
 public:
  virtual std::string summary() const = 0;  ///< one line for tables and logs, with the parameter count
  /// Passes SequenceCore::seed_draws() on to all cores.
  virtual void seed_draws(std::uint64_t seed, std::uint64_t position) = 0;
};

/// Input, one core and a linear head on its features, for what classifiers and taggers share.
class HeadedModel : public CoreModel {
 public:
  InputLayer& input() { return *input_; }  ///< for known embeddings
  std::string summary() const override;
  void seed_draws(std::uint64_t seed, std::uint64_t position) override { core_->seed_draws(seed, position); }

 protected:
  /// @param outputs of the head. Throws Error for sizes out of range.
  HeadedModel(const CoreChoice& core, const InputOptions& input, int outputs);

  /// The core's features [B, T, K] of steps as InputLayer::forward() takes them, and the state behind them.
  CoreOutput features(const torch::Tensor& steps, const torch::Tensor& lengths, const CoreState& state);
  /// The head's numbers for features [..., K], with dropout in training.
  torch::Tensor answer(const torch::Tensor& features);

 private:
  std::shared_ptr<InputLayer> input_;
  std::shared_ptr<SequenceCore> core_;
  torch::nn::Linear head_{nullptr};
  torch::nn::Dropout dropout_{nullptr};
};

/// One answer for a whole sequence: of the last or the mean feature.
class SequenceClassifier : public HeadedModel {
 public:
  /// @param outputs classes, or numbers of a regression. Throws Error for sizes out of range.
  SequenceClassifier(const CoreChoice& core, const InputOptions& input, int outputs,
                     std::string_view pool = "last")
      : HeadedModel(core, input, outputs), pool_(pool_row(pool)) {}

  /// Steps as InputLayer::forward(), lengths as SequenceCore::forward(); [B, outputs].
  torch::Tensor forward(const torch::Tensor& steps, const torch::Tensor& lengths = {});

 private:
  const PoolRow& pool_;
};

/// One answer a step. A language model, a tagger, the copying task.
class SequenceTagger : public HeadedModel {
 public:
  /// @param outputs classes of each step. Throws Error for sizes out of range.
  SequenceTagger(const CoreChoice& core, const InputOptions& input, int outputs)
      : HeadedModel(core, input, outputs) {}

  /// Logits [B, T, outputs] and the state to go on with.
  CoreOutput forward(const torch::Tensor& steps, const torch::Tensor& lengths = {},
                     const CoreState& state = {});
};

/// The sum of cross-entropies (nats) of logits [B, T, C] against int64 targets [B, T] over the steps that are
/// there (`lengths` int64 [B], undefined: all). Divide by the number of such steps for the mean.
torch::Tensor cross_entropy_sum(const torch::Tensor& logits, const torch::Tensor& targets,
                                const torch::Tensor& lengths = {});

}  // namespace ebit::nn
