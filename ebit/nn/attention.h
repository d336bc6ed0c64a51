// Soft attention: which of an encoder's steps a decoder looks at.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <span>
#include <string_view>

namespace ebit::nn {

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
  std::string_view name;    ///< as written in options
  std::string_view help;    ///< the score of query s and source feature z
  std::string_view source;  ///< the paper
  /// Builds it for features of K numbers on both sides.
  std::shared_ptr<Attention> (*make)(int features);
};

/// All of them: dot, general, additive.
std::span<const AttentionRow> attention_table();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const AttentionRow& attention_row(std::string_view name);

/// Softmax of scores [B, S] over the steps where `mask` (bool [B, S]) is true; exactly 0 elsewhere. Rows sum
/// to 1.
torch::Tensor attention_weights(const torch::Tensor& scores, const torch::Tensor& mask);

}  // namespace ebit::nn
