// Layers around cores: tokens to embeddings, which features answer, soft attention; and a model of the three.
#pragma once

#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "ebit/torch/sequence_core.h"

namespace ebit::nn {

/// How a step enters a core: tokens by an embedding, numbers as they are or through a linear map.
class InputLayer : public torch::nn::Module {
 public:
  /// Throws Error for sizes out of range.
  explicit InputLayer(const fit::InputSpec& spec);

  /// int64 [B, T] in [0, vocabulary), or [B, T, width], to [B, T, E]. Dropout acts on embeddings alone.
  torch::Tensor forward(const torch::Tensor& steps);

  int outputs() const { return outputs_; }  ///< E

 private:
  double dropout_;
  bool squash_;
  int outputs_;
  torch::nn::Embedding embedding_{nullptr};
  torch::nn::Linear map_{nullptr};
};

/// A row of the table of pools: which of a sequence's features answer for it.
struct Pool {
  std::string_view name;  ///< as in fit::pools()
  /// Features [B, T, K] and lengths (int64 [B] or undefined) to [B, K]; padding does not count.
  torch::Tensor (*pool)(const torch::Tensor& features, const torch::Tensor& lengths);
};

/// All of fit::pools().
std::span<const Pool> pool_table();
/// The row called `name`. Throws Error with the nearest name for one that is not there.
const Pool& find_pool(std::string_view name);

/// Scores the steps of a source for a decoder's feature.
class Attention : public torch::nn::Module {
 public:
  /// What the score needs of the source and that is the same at every step of the decoder: [B, S, *].
  virtual torch::Tensor keys(const torch::Tensor& source) = 0;
  /// @param query [B, K] the decoder's feature. @param keys from keys(). @returns scores [B, S].
  virtual torch::Tensor score(const torch::Tensor& query, const torch::Tensor& keys) = 0;
};

/// A row of the table of attentions.
struct AttentionRow {
  std::string_view name;  ///< as in fit::attentions()
  /// Builds it for features of K numbers on both sides.
  std::shared_ptr<Attention> (*make)(std::int64_t features);
};

/// All of fit::attentions().
std::span<const AttentionRow> attention_table();
/// The row called `name`. Throws Error with the nearest name for one that is not there.
const AttentionRow& find_attention(std::string_view name);

/// Softmax of scores [B, S] over the steps where `mask` (bool [B, S]) is true; exactly 0 elsewhere. Rows sum
/// to 1.
torch::Tensor attention_weights(const torch::Tensor& scores, const torch::Tensor& mask);

/// An input layer, a core and a head: one answer a sequence, or one a step.
class SequenceModel : public torch::nn::Module {
 public:
  /// All of a spec that is completed, but its dtype. Throws Error as make_core().
  explicit SequenceModel(const fit::ModelSpec& spec);

  /// What enters the core, [B, T, E], of steps as InputLayer::forward() takes them.
  torch::Tensor inputs(const torch::Tensor& steps) { return input_->forward(steps); }
  /// Answers [B, O], or [B, T, O] of every step, of what enters the core; lengths and state as
  /// SequenceCore::forward(). @returns the answers, and the state to go on with.
  CoreOutput answer(const torch::Tensor& x, const torch::Tensor& lengths = {}, const CoreState& state = {});

  SequenceCore& core() { return *core_; }              ///< between input layer and head
  const SequenceCore& core() const { return *core_; }  ///< likewise

 private:
  std::shared_ptr<InputLayer> input_;
  std::shared_ptr<SequenceCore> core_;
  const Pool* pool_;                 // null: every step is answered
  torch::nn::Linear head_{nullptr};  // null: the features are the answers
  double dropout_;
};

}  // namespace ebit::nn
