#include "ebit/nn/sequence_layers.h"

#include <fmt/format.h>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/nn/safetensors_module.h"

namespace ebit::nn {
namespace {

using torch::Tensor;

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

constexpr PoolRow kPools[] = {
    {"last", "the feature of the last step", last_feature},
    {"mean", "the mean over all steps", mean_feature},
};

std::string summary_of(const CoreModel& model, const SequenceCore& core) {
  return fmt::format("{}, {} parameters", core.summary(), count_parameters(model));
}

}  // namespace

std::shared_ptr<SequenceCore> make_core(CoreChoice choice, int inputs) {
  choice.options.inputs = inputs;
  return make_core(choice.name, choice.options);
}

InputLayer::InputLayer(const InputOptions& options) : options_(options) {
  require(options.width >= 1, "the embedding must be at least 1 wide, not {}", options.width);
  require(options.dropout >= 0 && options.dropout < 1, "--dropout must be in [0, 1), not {}",
          options.dropout);
  if (options.vocabulary > 0)
    embedding_ = register_module("embedding", torch::nn::Embedding(options.vocabulary, options.width));
}

Tensor InputLayer::forward(const Tensor& steps) {
  return torch::dropout(embedding_ ? embedding_->forward(steps) : steps, options_.dropout,
                        is_training() && embedding_);
}

void InputLayer::load_embedding(const Tensor& rows) {
  const torch::NoGradGuard no_grad;
  embedding_->weight.copy_(rows);
}

std::span<const PoolRow> pool_table() { return kPools; }

const PoolRow& pool_row(std::string_view name) {
  for (const PoolRow& row : kPools) {
    if (row.name == name) return row;
  }
  fail("--pool: '{}' is not one of the choices{}", name, suggestion(name, names_of(kPools)));
}

HeadedModel::HeadedModel(const CoreChoice& core, const InputOptions& input, int outputs) {
  input_ = register_module("input", std::make_shared<InputLayer>(input));
  core_ = register_module("core", make_core(core, input.width));
  head_ = register_module("head", torch::nn::Linear(core_->features(), outputs));
  dropout_ = register_module("dropout", torch::nn::Dropout(input.dropout));
}

std::string HeadedModel::summary() const { return summary_of(*this, *core_); }

CoreOutput HeadedModel::features(const Tensor& steps, const Tensor& lengths, const CoreState& state) {
  return core_->forward(input_->forward(steps), lengths, state);
}

Tensor HeadedModel::answer(const Tensor& features) { return head_->forward(dropout_->forward(features)); }

Tensor SequenceClassifier::forward(const Tensor& steps, const Tensor& lengths) {
  return answer(pool_.pool(features(steps, lengths, {}).features, lengths));
}

CoreOutput SequenceTagger::forward(const Tensor& steps, const Tensor& lengths, const CoreState& state) {
  CoreOutput out = features(steps, lengths, state);
  out.features = answer(out.features);
  return out;
}

Tensor cross_entropy_sum(const Tensor& logits, const Tensor& targets, const Tensor& lengths) {
  const Tensor nats = torch::nn::functional::cross_entropy(
      logits.flatten(0, 1), targets.flatten(),
      torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kNone));
  return lengths.defined() ? (nats * step_mask(lengths, targets.size(1)).flatten()).sum() : nats.sum();
}

}  // namespace ebit::nn
