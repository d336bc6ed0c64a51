#include "ebit/torch/sequence_layers.h"

#include <ATen/ATen.h>

#include <limits>

#include "ebit/base/choice.h"

namespace ebit::nn {
namespace {

using torch::Tensor;
using torch::nn::Linear;
using torch::nn::LinearOptions;

Tensor last_feature(const Tensor& features, const Tensor& lengths) {
  if (!lengths.defined()) return features.select(1, -1);
  const Tensor last = (lengths - 1).view({-1, 1, 1}).expand({-1, 1, features.size(2)});
  return features.gather(1, last).squeeze(1);
}

// Features past a sequence's end are zero already.
Tensor mean_feature(const Tensor& features, const Tensor& lengths) {
  if (!lengths.defined()) return features.mean(1);
  return features.sum(1) / lengths.unsqueeze(1).to(features.scalar_type());
}

constexpr Pool kPools[] = {{"last", last_feature}, {"mean", mean_feature}};

Tensor product(const Tensor& query, const Tensor& keys) {
  return torch::bmm(keys, query.unsqueeze(2)).squeeze(2);
}

class Dot : public Attention {
 public:
  Tensor keys(const Tensor& source) override { return source; }
  Tensor score(const Tensor& query, const Tensor& keys) override { return product(query, keys); }
};

class General : public Attention {
 public:
  explicit General(std::int64_t features)
      : weight_(register_module("weight", Linear(LinearOptions(features, features).bias(false)))) {}
  Tensor keys(const Tensor& source) override { return weight_->forward(source); }
  Tensor score(const Tensor& query, const Tensor& keys) override { return product(query, keys); }

 private:
  Linear weight_;
};

class Additive : public Attention {
 public:
  explicit Additive(std::int64_t features)
      : source_(register_module("source", Linear(features, features))),
        query_(register_module("query", Linear(LinearOptions(features, features).bias(false)))),
        value_(register_module("value", Linear(LinearOptions(features, 1).bias(false)))) {}
  Tensor keys(const Tensor& source) override { return source_->forward(source); }
  Tensor score(const Tensor& query, const Tensor& keys) override {
    return value_->forward(torch::tanh(keys + query_->forward(query).unsqueeze(1))).squeeze(2);
  }

 private:
  Linear source_, query_, value_;
};

template <class Kind>
std::shared_ptr<Attention> make_attention(std::int64_t features) {
  return std::make_shared<Kind>(features);
}

constexpr AttentionRow kAttentions[] = {
    {"dot", [](std::int64_t) -> std::shared_ptr<Attention> { return std::make_shared<Dot>(); }},
    {"general", make_attention<General>},
    {"additive", make_attention<Additive>},
};

}  // namespace

std::span<const Pool> pool_table() { return kPools; }
const Pool& find_pool(std::string_view name) { return find_row(kPools, "unknown --pool", name); }

std::span<const AttentionRow> attention_table() { return kAttentions; }
const AttentionRow& find_attention(std::string_view name) {
  return find_row(kAttentions, "unknown --attention", name);
}

Tensor attention_weights(const Tensor& scores, const Tensor& mask) {
  return torch::softmax(scores.masked_fill(~mask, -std::numeric_limits<double>::infinity()), 1);
}

InputLayer::InputLayer(const fit::InputSpec& spec)
    : dropout_(spec.dropout), squash_(spec.squash), outputs_(spec.core_width()) {
  if (spec.vocabulary > 0) {
    embedding_ = register_module("embedding", torch::nn::Embedding(spec.vocabulary, spec.width));
    if (!spec.vectors.empty()) {
      const torch::NoGradGuard no_grad;
      embedding_->weight.copy_(torch::from_blob(const_cast<float*>(spec.vectors.data()),
                                                {spec.vocabulary, spec.width}, torch::kFloat32));
    }
  }
  if (spec.map > 0) map_ = register_module("map", Linear(spec.width, spec.map));
}

Tensor InputLayer::forward(const Tensor& steps) {
  Tensor x = embedding_ ? torch::dropout(embedding_->forward(steps), dropout_, is_training()) : steps;
  if (map_) x = map_->forward(x);
  return squash_ ? 0.99 * torch::tanh(x) : x;
}

SequenceModel::SequenceModel(const fit::ModelSpec& spec)
    : pool_(spec.head.answer == fit::Answer::kClasses ? nullptr : &find_pool(spec.head.pool)),
      dropout_(spec.input.dropout) {
  input_ = register_module("input", std::make_shared<InputLayer>(spec.input));
  core_ = register_module("core", make_core(spec.core, input_->outputs(), spec.input.steps));
  if (spec.head.linear) head_ = register_module("head", Linear(core_->features(), spec.head.outputs));
}

CoreOutput SequenceModel::answer(const Tensor& x, const Tensor& lengths, const CoreState& state) {
  CoreOutput out = core_->forward(x, lengths, state);
  Tensor& seen = out.features;
  if (pool_) seen = core_->every_step() ? pool_->pool(seen, lengths) : seen.select(1, 0);
  if (head_) seen = head_->forward(torch::dropout(seen, dropout_, is_training()));
  return out;
}

}  // namespace ebit::nn
