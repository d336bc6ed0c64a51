// Sequence to sequence: an encoder core, a decoder core, soft attention between them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ebit/fit/model.h"
#include "ebit/torch/sequence_layers.h"

namespace ebit::nn {

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

/// An encoder-decoder after Xu 2025 (arXiv:2510.25557). The paper leaves open at which step the context
/// enters; here, after Bahdanau et al. 2015, at step t
///
///     a_t = softmax(score(s_{t-1}, z_i)),  c_t = sum_i a_ti z_i
///     s_t = decoder([embed(y_{t-1}); c_t], state_{t-1}),  logits_t = W [s_t; c_t] + b
///
/// so that one context enters both the decoder's input and the output layer. Decoder state and s_0 are the
/// encoder's last ones; both cores are of one kind and size.
///
/// Parameters: `input.source`, `input.target`, `core.encoder`, `core.decoder`, `core.attention`, `head`.
class Translator : public torch::nn::Module {
 public:
  /// All of a spec that is completed, but its dtype. Throws Error as make_core().
  explicit Translator(const fit::ModelSpec& spec);

  /// Teacher forcing: the logits of every target token, given those before it.
  /// @param source int64 [B, S] with `lengths` [B] (undefined: all S). @param previous int64 [B, T]: begin
  /// token and target tokens but the last. @returns [B, T, target vocabulary].
  torch::Tensor forward(const torch::Tensor& source, const torch::Tensor& lengths,
                        const torch::Tensor& previous);

  /// What enters the encoder, [B, S, E], of tokens int64 [B, S].
  torch::Tensor inputs(const torch::Tensor& source) { return source_input_->forward(source); }

  /// Reads the source.
  EncodedSource encode(const torch::Tensor& source, const torch::Tensor& lengths);

  /// One step after token `previous` (int64 [B]).
  DecoderStep step(const EncodedSource& source, const torch::Tensor& previous, const DecoderState& state);

  /// Logits [..., target vocabulary] of what steps saw, [..., 2K].
  torch::Tensor answer(const torch::Tensor& seen);

  /// The best translation that beam search finds for each of the B sources; beam 1 is greedy search. Ties are
  /// broken towards the smaller token. The model should be in eval mode. Throws Error for options below 1.
  std::vector<fit::Translation> translate(const torch::Tensor& source, const torch::Tensor& lengths,
                                          const fit::SearchOptions& options);

  /// Names the random numbers of the next pass, for both cores.
  void seed_draws(std::uint64_t seed, std::uint64_t number);

 private:
  fit::Translation search(const EncodedSource& source, const fit::SearchOptions& options);

  std::shared_ptr<InputLayer> source_input_, target_input_, decoder_input_;  // the last: null without a map
  std::shared_ptr<SequenceCore> encoder_, decoder_;
  std::shared_ptr<Attention> attention_;
  torch::nn::Linear head_{nullptr};
  double dropout_;
};

}  // namespace ebit::nn
