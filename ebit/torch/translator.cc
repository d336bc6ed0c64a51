#include "ebit/torch/translator.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"

namespace ebit::nn {
namespace {

using fit::Translation;
using torch::Tensor;

EncodedSource rows_of(const EncodedSource& source, const Tensor& index) {
  return {source.features.index_select(0, index),
          source.keys.index_select(0, index),
          source.mask.index_select(0, index),
          {nn::rows_of(source.start.core, index), source.start.feature.index_select(0, index)}};
}

// A translation that is not ended yet.
struct Hypothesis {
  std::vector<std::int64_t> tokens;
  double log_likelihood = 0.0;
  std::vector<Tensor> weights;  // [S] a step
};

// One more token for one of the hypotheses.
struct Extension {
  std::int64_t parent, token;
  double log_likelihood;
};

// The `count` best extensions of all hypotheses by one token. log_probabilities: [hypotheses, vocabulary].
std::vector<Extension> best_extensions(const std::vector<Hypothesis>& open, const Tensor& log_probabilities,
                                       std::size_t count) {
  const Tensor table = log_probabilities.to(torch::kFloat64).contiguous();
  const double* p = table.data_ptr<double>();
  std::vector<Extension> all;
  for (std::size_t i = 0; i < open.size(); ++i) {
    for (std::int64_t token = 0; token < table.size(1); ++token)
      all.push_back({static_cast<std::int64_t>(i), token, open[i].log_likelihood + *p++});
  }
  count = std::min(count, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                    [](const Extension& a, const Extension& b) {
                      return std::tuple(-a.log_likelihood, a.parent, a.token) <
                             std::tuple(-b.log_likelihood, b.parent, b.token);
                    });
  all.resize(count);
  return all;
}

// The same core for steps of `inputs` numbers.
fit::CoreOptions for_inputs(const fit::CoreOptions& core, int inputs) {
  if (const auto* cell = std::get_if<CellOptions>(&core))
    return with_sizes(*cell, inputs, /*every_step=*/true);
  return core;
}

// Attention weights of the steps of a translation, S of them each.
std::vector<double> numbers_of(const std::vector<Tensor>& weights) {
  const Tensor table = torch::stack(weights).to(torch::kFloat64).contiguous();
  return {table.data_ptr<double>(), table.data_ptr<double>() + table.numel()};
}

}  // namespace

Translator::Translator(const fit::ModelSpec& spec) : dropout_(spec.input.dropout) {
  fit::InputSpec target = spec.input;
  target.vocabulary = spec.head.outputs, target.vectors.clear();
  target.map = 0, target.squash = false;  // a map stands behind embedding and context together
  const auto input = register_module("input", std::make_shared<torch::nn::Module>("input"));
  source_input_ = input->register_module("source", std::make_shared<InputLayer>(spec.input));
  target_input_ = input->register_module("target", std::make_shared<InputLayer>(target));
  const auto core = register_module("core", std::make_shared<torch::nn::Module>("core"));
  encoder_ = core->register_module("encoder", make_core(spec.core, source_input_->outputs()));
  const std::int64_t features = encoder_->features();
  int seen = target_input_->outputs() + static_cast<int>(features);
  if (spec.input.map > 0) {
    const fit::InputSpec map = {.width = seen, .map = spec.input.map, .squash = spec.input.squash};
    decoder_input_ = input->register_module("decoder", std::make_shared<InputLayer>(map));
    seen = spec.input.map;
  }
  decoder_ = core->register_module("decoder", make_core(for_inputs(spec.core, seen), seen));
  attention_ = core->register_module("attention", find_attention(spec.head.attention).make(features));
  head_ = register_module("head", torch::nn::Linear(2 * features, spec.head.outputs));
}

Tensor Translator::forward(const Tensor& source, const Tensor& lengths, const Tensor& previous) {
  const EncodedSource encoded = encode(source, lengths);
  DecoderState state = encoded.start;
  std::vector<Tensor> seen;  // one product by the head's large matrix for all steps
  for (std::int64_t t = 0; t < previous.size(1); ++t) {
    DecoderStep next = step(encoded, previous.select(1, t), state);
    seen.push_back(std::move(next.seen));
    state = std::move(next.state);
  }
  return answer(torch::stack(seen, 1));
}

EncodedSource Translator::encode(const Tensor& source, const Tensor& lengths) {
  const std::int64_t steps = source.size(1);
  const Tensor all = lengths.defined() ? lengths : torch::full({source.size(0)}, steps, torch::kInt64);
  CoreOutput out = encoder_->forward(source_input_->forward(source), lengths, {});
  const Tensor last = find_pool("last").pool(out.features, all);
  return {out.features, attention_->keys(out.features), step_mask(all, steps), {std::move(out.state), last}};
}

DecoderStep Translator::step(const EncodedSource& source, const Tensor& previous, const DecoderState& state) {
  const Tensor weights = attention_weights(attention_->score(state.feature, source.keys), source.mask);
  const Tensor context = torch::bmm(weights.unsqueeze(1), source.features).squeeze(1);
  const Tensor embedded = target_input_->forward(previous.unsqueeze(1));
  Tensor input = torch::cat({embedded, context.unsqueeze(1)}, 2);
  if (decoder_input_) input = decoder_input_->forward(input);
  CoreOutput out = decoder_->forward(input, {}, state.core);
  const Tensor feature = out.features.select(1, 0);
  return {torch::cat({feature, context}, 1), weights, {std::move(out.state), feature}};
}

Tensor Translator::answer(const Tensor& seen) {
  return head_->forward(torch::dropout(seen, dropout_, is_training()));
}

std::vector<Translation> Translator::translate(const Tensor& source, const Tensor& lengths,
                                               const fit::SearchOptions& options) {
  require(options.beam >= 1, "--beam must be at least 1, not {}", options.beam);
  require(options.longest >= 1, "the longest translation must have at least 1 token, not {}",
          options.longest);
  const torch::NoGradGuard no_grad;
  const EncodedSource encoded = encode(source, lengths);
  std::vector<Translation> found;
  for (std::int64_t b = 0; b < source.size(0); ++b)
    found.push_back(search(rows_of(encoded, torch::tensor({b}, torch::kInt64)), options));
  return found;
}

// Beam search for one source. The hypotheses are the rows of a batch. A hypothesis that ends leaves the beam,
// which narrows by one, so that `beam` translations are compared in the end.
Translation Translator::search(const EncodedSource& source, const fit::SearchOptions& options) {
  std::vector<Hypothesis> open(1);
  std::vector<Translation> ended;
  Tensor previous = torch::tensor({options.begin}, torch::kInt64), parents = torch::zeros({1}, torch::kInt64);
  DecoderState state = source.start;
  const auto end = [&](const Hypothesis& h, double log_likelihood, std::size_t length) {
    ended.push_back({h.tokens, log_likelihood / std::pow(static_cast<double>(length), options.length_power),
                     static_cast<std::size_t>(h.weights[0].size(0)), numbers_of(h.weights)});
  };
  while (!open.empty()) {
    DecoderStep next = step(rows_of(source, torch::zeros_like(parents)), previous, state);
    const std::size_t wanted = static_cast<std::size_t>(options.beam) - ended.size();
    const Tensor log_probabilities = torch::log_softmax(answer(next.seen), 1);
    std::vector<Hypothesis> longer;
    std::vector<std::int64_t> kept, tokens;
    for (const Extension& e : best_extensions(open, log_probabilities, wanted)) {
      Hypothesis h = open[static_cast<std::size_t>(e.parent)];
      h.log_likelihood = e.log_likelihood;
      h.weights.push_back(next.weights[e.parent]);
      if (e.token == options.end) {
        end(h, e.log_likelihood, h.tokens.size() + 1);
        continue;
      }
      h.tokens.push_back(e.token);
      if (static_cast<int>(h.tokens.size()) >= options.longest) {
        end(h, e.log_likelihood, h.tokens.size());  // cut off: it has no end token
        continue;
      }
      longer.push_back(std::move(h));
      kept.push_back(e.parent), tokens.push_back(e.token);
    }
    open = std::move(longer);
    if (open.empty()) break;
    parents = torch::tensor(kept, torch::kInt64);
    previous = torch::tensor(tokens, torch::kInt64);
    state = {nn::rows_of(next.state.core, parents), next.state.feature.index_select(0, parents)};
  }
  return *std::max_element(ended.begin(), ended.end(),
                           [](const Translation& a, const Translation& b) { return a.score < b.score; });
}

void Translator::seed_draws(std::uint64_t seed, std::uint64_t number) {
  // A batch is one pass of the encoder and one of the decoder a token, each with draws of its own.
  constexpr std::uint64_t kPasses = 1 << 12;
  encoder_->seed_draws(seed, 2 * number * kPasses);
  decoder_->seed_draws(seed, (2 * number + 1) * kPasses);
}

}  // namespace ebit::nn
