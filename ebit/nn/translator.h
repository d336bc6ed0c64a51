// Sequence to sequence: an encoder core, a decoder core, soft attention between them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ebit/nn/attention.h"
#include "ebit/nn/sequence_layers.h"

namespace ebit::nn {

/// Sizes of a Translator.
struct TranslatorOptions {
  int source_vocabulary = 1;      ///< tokens of the source language
  int target_vocabulary = 1;      ///< tokens of the target language
  int width = 32;                 ///< E, of both embeddings
  std::string attention = "dot";  ///< a row of attention_table()
  double dropout = 0.0;           ///< as InputOptions::dropout
};

/// What a decoder knows between two steps.
struct DecoderState {
  CoreState core;         ///< of the decoder's core
  torch::Tensor feature;  ///< [B, K] its last feature
};

/// A source that is encoded: what every step of the decoder looks at.
struct EncodedSource {
  torch::Tensor features;  ///< [B, S, K]
  torch::Tensor keys;      ///< [B, S, *], see Attention::keys()
  torch::Tensor mask;      ///< bool [B, S]: the steps that are there
  DecoderState start;      ///< the encoder's last state and feature, where the decoder begins
};

/// One step of a decoder.
struct DecoderStep {
  torch::Tensor seen;     ///< [B, 2K] the decoder's feature and the context, for answer()
  torch::Tensor weights;  ///< [B, S] where it looked; rows sum to 1, zero at padding
  DecoderState state;     ///< for the next step
};

/// How translations are searched.
struct SearchOptions {
  int bos = 1;                ///< token before the first
  int eos = 2;                ///< token that ends a sentence
  int longest = 50;           ///< tokens at most, without the end token
  int beam = 1;               ///< hypotheses kept; 1: greedy
  double length_power = 1.0;  ///< log-likelihoods are divided by (tokens with the end token)^this
};

/// A translation that was found.
struct Translation {
  std::vector<std::int64_t> tokens;  ///< without begin and end tokens
  double score = 0.0;                ///< log-likelihood with the end token / length^length_power
  torch::Tensor weights;             ///< [tokens with the end token, S] attention
};

/// An encoder-decoder after Xu 2025 (arXiv:2510.25557). The paper leaves open at which step the context
/// enters; here, after Bahdanau et al. 2015, at step t
///
///     a_t = softmax(score(s_{t-1}, z_i)),  c_t = sum_i a_ti z_i
///     s_t = decoder([embed(y_{t-1}); c_t], state_{t-1}),  logits_t = W [s_t; c_t] + b
///
/// so that one context enters both the decoder's input and the output layer. Decoder state and s_0 are the
/// encoder's last ones; both cores are of one kind and size.
class Translator : public CoreModel {
 public:
  /// Throws Error for sizes out of range and unknown names.
  Translator(const CoreChoice& core, const TranslatorOptions& options);

  /// Teacher forcing: the logits of every target token, given those before it.
  /// @param source int64 [B, S] with `lengths` [B] (undefined: all S). @param previous int64 [B, T]: begin
  /// token and target tokens but the last. @returns [B, T, target vocabulary].
  torch::Tensor forward(const torch::Tensor& source, const torch::Tensor& lengths,
                        const torch::Tensor& previous);

  /// Reads the source.
  EncodedSource encode(const torch::Tensor& source, const torch::Tensor& lengths);

  /// One step after token `previous` (int64 [B]).
  DecoderStep step(const EncodedSource& source, const torch::Tensor& previous, const DecoderState& state);

  /// Logits [..., target vocabulary] of what steps saw, [..., 2K].
  torch::Tensor answer(const torch::Tensor& seen);

  /// The best translation that beam search finds for each of the B sources; beam 1 is greedy search. Ties are
  /// broken towards the smaller token. The model should be in eval mode. Throws Error for options below 1.
  std::vector<Translation> translate(const torch::Tensor& source, const torch::Tensor& lengths,
                                     const SearchOptions& options);

  std::string summary() const override;
  void seed_draws(std::uint64_t seed, std::uint64_t position) override;

 private:
  Translation search(const EncodedSource& source, const SearchOptions& options);

  std::shared_ptr<InputLayer> source_input_, target_input_;
  std::shared_ptr<SequenceCore> encoder_, decoder_;
  std::shared_ptr<Attention> attention_;
  torch::nn::Linear head_{nullptr};
  torch::nn::Dropout dropout_{nullptr};
};

}  // namespace ebit::nn
