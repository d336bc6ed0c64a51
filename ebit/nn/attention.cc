#include "ebit/nn/attention.h"

#include <limits>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

namespace ebit::nn {
namespace {

using torch::Tensor;
using torch::nn::Linear;
using torch::nn::LinearOptions;

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
  explicit General(int features)
      : weight_(register_module("weight", Linear(LinearOptions(features, features).bias(false)))) {}
  Tensor keys(const Tensor& source) override { return weight_->forward(source); }
  Tensor score(const Tensor& query, const Tensor& keys) override { return product(query, keys); }

 private:
  Linear weight_;
};

class Additive : public Attention {
 public:
  explicit Additive(int features)
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

constexpr AttentionRow kAttentions[] = {
    {"dot", "s . z", "Luong et al. 2015 (arXiv:1508.04025)",
     [](int) -> std::shared_ptr<Attention> { return std::make_shared<Dot>(); }},
    {"general", "s . W z", "Luong et al. 2015 (arXiv:1508.04025)",
     [](int features) -> std::shared_ptr<Attention> { return std::make_shared<General>(features); }},
    {"additive", "v . tanh(W s + U z + b)", "Bahdanau et al. 2015 (arXiv:1409.0473)",
     [](int features) -> std::shared_ptr<Attention> { return std::make_shared<Additive>(features); }},
};

}  // namespace

std::span<const AttentionRow> attention_table() { return kAttentions; }

const AttentionRow& attention_row(std::string_view name) {
  for (const AttentionRow& row : kAttentions) {
    if (row.name == name) return row;
  }
  fail("--attention: '{}' is not one of the choices{}", name, suggestion(name, names_of(kAttentions)));
}

Tensor attention_weights(const Tensor& scores, const Tensor& mask) {
  return torch::softmax(scores.masked_fill(~mask, -std::numeric_limits<double>::infinity()), 1);
}

}  // namespace ebit::nn
