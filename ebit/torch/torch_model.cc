#include "ebit/torch/torch_model.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/fit/losses.h"
#include "ebit/torch/backend.h"
#include "ebit/torch/module_tensors.h"
#include "ebit/torch/torch_losses.h"
#include "ebit/torch/torch_step.h"

namespace ebit::nn {
namespace {

using fit::Answer;
using fit::Examples;
using torch::Tensor;

// A module that is in use, not in training, for as long as this lives.
class InUse {
 public:
  explicit InUse(torch::nn::Module& module) : module_(module), training_(module.is_training()) {
    module_.eval();
  }
  ~InUse() { module_.train(training_); }
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;

 private:
  torch::nn::Module& module_;
  bool training_;
};

std::int64_t signed_size(std::size_t n) { return static_cast<std::int64_t>(n); }

// Views of vectors; torch only reads them.
Tensor view(std::span<const std::int64_t> numbers, std::vector<std::int64_t> sizes) {
  return torch::from_blob(const_cast<std::int64_t*>(numbers.data()), sizes, torch::kInt64);
}
Tensor view(std::span<const double> numbers, std::vector<std::int64_t> sizes) {
  return torch::from_blob(const_cast<double*>(numbers.data()), sizes, torch::kFloat64);
}

std::vector<double> doubles(const Tensor& tensor) {
  const Tensor wide = tensor.detach().to(torch::kFloat64).contiguous();
  return {wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel()};
}

Tensor lengths_of(std::span<const std::int64_t> lengths) {
  return lengths.empty() ? Tensor() : view(lengths, {signed_size(lengths.size())});
}

void check_tokens(std::span<const std::int64_t> tokens, std::size_t count, int vocabulary) {
  require(tokens.size() == count, "a batch of {} tokens has {}", count, tokens.size());
  for (const std::int64_t token : tokens)
    require(token >= 0 && token < vocabulary, "token {} is none of {}", token, vocabulary);
}

void check_lengths(std::span<const std::int64_t> lengths, std::size_t samples, std::size_t steps) {
  require(lengths.empty() || lengths.size() == samples, "{} sequences came with {} lengths", samples,
          lengths.size());
  for (const std::int64_t length : lengths)
    require(length >= 1 && length <= signed_size(steps), "a sequence has 1 to {} steps, not {}", steps,
            length);
}

}  // namespace

TorchModel::TorchModel(fit::ModelSpec spec) : Model(fit::completed(std::move(spec))) {
  torch::manual_seed(spec_.seed);
  if (spec_.head.answer == Answer::kTranslation)
    module_ = translator_ = std::make_shared<Translator>(spec_);
  else
    module_ = sequence_ = std::make_shared<SequenceModel>(spec_);
  module_->to(dtype());
}

torch::Dtype TorchModel::dtype() const {
  return spec_.dtype == "float32" ? torch::kFloat32 : torch::kFloat64;
}

NumberCounts TorchModel::counts() const { return count_numbers(*module_); }

fit::Tensors TorchModel::weights() const { return copy_state(*module_); }

void TorchModel::load(const fit::Tensors& weights, std::string_view where) {
  restore_state(*module_, weights, where);
}

void TorchModel::seed_draws(std::uint64_t seed, std::uint64_t number) {
  if (translator_)
    translator_->seed_draws(seed, number);
  else
    sequence_->core().seed_draws(seed, number);
}

void TorchModel::check(const Examples& e) const {
  require(e.samples >= 1 && e.steps >= 1, "a batch needs at least 1 sequence of 1 step, not {} of {}",
          e.samples, e.steps);
  const std::size_t steps = e.samples * e.steps;
  if (spec_.input.vocabulary > 0) {
    check_tokens(e.tokens, steps, spec_.input.vocabulary);
  } else {
    const std::int64_t all = spec_.input.width + spec_.input.left_out;
    require(signed_size(e.features) == all, "this model takes steps of {} numbers, not {}", all,
            e.features ? fmt::format("of {}", e.features) : std::string("tokens"));
    require(e.x.size() == steps * e.features,
            "{} sequences of {} steps of {} numbers have {} numbers, not {}", e.samples, e.steps, e.features,
            steps * e.features, e.x.size());
  }
  check_lengths(e.lengths, e.samples, e.steps);
  require(!spec_.input.outcomes || e.outcomes.empty() || e.outcomes.size() == steps,
          "{} sequences of {} steps came with {} words to project on", e.samples, e.steps, e.outcomes.size());
  if (!translator_) return;
  require(e.target_steps >= 1, "a translation has at least 1 step");
  check_tokens(e.previous, e.samples * e.target_steps, spec_.head.outputs);
  check_lengths(e.target_lengths, e.samples, e.target_steps);
}

// As InputLayer::forward() takes them.
Tensor TorchModel::steps_of(const Examples& e) const {
  const std::int64_t batch = signed_size(e.samples), steps = signed_size(e.steps);
  if (spec_.input.vocabulary > 0) return view(e.tokens, {batch, steps});
  const Tensor x =
      view(e.x, {batch, steps, signed_size(e.features)}).narrow(2, 0, spec_.input.width).to(dtype());
  if (!spec_.input.outcomes) return x;
  const Tensor words =
      e.outcomes.empty() ? torch::full({batch, steps}, -1, torch::kInt64) : view(e.outcomes, {batch, steps});
  return torch::cat({x, words.unsqueeze(2).to(dtype())}, 2);
}

CoreState TorchModel::state_before(const Examples& e) {
  if (!e.goes_on) carried_.clear();
  if (carried_.empty()) return {};
  const std::int64_t before = carried_.front().size(0), now = signed_size(e.samples);
  require(before >= now, "a stateful model went from batches of {} to {}: call reset_state() first", before,
          now);
  CoreState state;
  for (const Tensor& tensor : carried_) state.push_back(tensor.narrow(0, 0, now));
  return state;
}

Tensor TorchModel::answers_of(const Tensor& inputs, const Examples& examples) {
  lengths_ = lengths_of(examples.lengths);
  if (!spec_.stateful) return sequence_->answer(inputs, lengths_).features;
  const CoreOutput out = sequence_->answer(inputs, lengths_, state_before(examples));
  // The gradient stays within the batch: truncated backpropagation through time.
  carried_ = detached(out.state);
  return out.features;
}

Tensor TorchModel::forward(const Examples& e) {
  check(e);
  if (!translator_) return answers_of(sequence_->inputs(steps_of(e)), e);
  return translator_->forward(steps_of(e), lengths_of(e.lengths),
                              view(e.previous, {signed_size(e.samples), signed_size(e.target_steps)}));
}

TorchModel::Nats TorchModel::nats(const Tensor& answers, const Examples& e) const {
  const bool one = spec_.head.answer == Answer::kClass;
  const std::size_t steps = one ? 1 : static_cast<std::size_t>(answers.size(1));
  const auto& lengths = translator_ ? e.target_lengths : e.lengths;
  require(e.labels.size() == e.samples * steps, "{} labels do not fit {} answers", e.labels.size(),
          e.samples * steps);
  Nats n{.sum = {}, .terms = 0, .all = true};
  for (std::size_t i = 0; i < e.labels.size(); ++i) {
    require(e.labels[i] < spec_.head.outputs, "label {} is none of {} classes", e.labels[i],
            spec_.head.outputs);
    const bool there = one || lengths.empty() || signed_size(i % steps) < lengths[i / steps];
    n.terms += there && e.labels[i] >= 0;
    n.all = n.all && e.labels[i] >= 0;
  }
  if (!cross_entropy_of_logits()) {
    std::vector<std::int64_t> rows;
    for (std::size_t i = 0; i < e.labels.size(); ++i) {
      const bool there = one || lengths.empty() || signed_size(i % steps) < lengths[i / steps];
      if (there && e.labels[i] >= 0) rows.push_back(signed_size(i));
    }
    const Tensor counted = view(rows, {signed_size(rows.size())}).clone();  // the graph outlives `rows`
    const Tensor said = answers.reshape({-1, spec_.head.outputs}).index_select(0, counted);
    n.sum = class_loss_sum(spec_.head.loss, spec_.head.linear ? at::softmax(said, 1) : said,
                           view(e.labels, {signed_size(e.labels.size())}).index_select(0, counted));
    return n;
  }
  Tensor labels = view(e.labels, {signed_size(e.samples), signed_size(steps)});
  if (!n.all) labels = labels.masked_fill(labels < 0, -100);  // torch's label of what does not count
  n.sum = one ? at::cross_entropy_loss(answers, labels.flatten(), {}, at::Reduction::Sum)
              : cross_entropy_sum(answers, labels, lengths_of(lengths));
  return n;
}

Tensor TorchModel::loss(const Tensor& answers, const Examples& e, std::string_view loss) const {
  if (spec_.head.answer == Answer::kNumbers) {
    const std::vector<double>& levels = spec_.head.quantiles;
    const std::int64_t each = levels.empty() ? 1 : signed_size(levels.size());
    require(signed_size(e.y.size()) * each == answers.numel(), "{} numbers do not fit {} predictions",
            e.y.size(), answers.numel());
    std::vector<std::int64_t> sizes = answers.sizes().vec();
    sizes.back() /= each;
    std::vector<std::int64_t> parts = sizes;
    parts.push_back(each);
    const Tensor truth = view(e.y, sizes).to(dtype());
    return find_torch_loss(loss).value(levels.empty() ? answers : answers.reshape(parts), truth, levels);
  }
  const Nats n = nats(answers, e);
  // torch's own mean, whose last bit differs from that of a sum that is divided.
  if (spec_.head.answer == Answer::kClass && n.all && cross_entropy_of_logits())
    return at::cross_entropy_loss(answers, view(e.labels, {signed_size(e.samples)}));
  return n.sum / std::max(n.terms, 1.0);
}

Tensor TorchModel::entropies() const {
  if (!sequence_ || spec_.entropy.weight == 0) return {};
  const Tensor all = sequence_->core().entropy();
  if (!all.defined() || !lengths_.defined()) return all;
  return all.masked_select(step_mask(lengths_, all.size(1)));
}

Tensor TorchModel::penalty() const {
  const auto& [weight, target] = spec_.entropy;
  const Tensor s = entropies();
  if (!s.defined()) return {};
  return target ? weight * (s - *target).square().mean() : -weight * s.mean();
}

fit::Answers TorchModel::answer(const Examples& examples) {
  const torch::NoGradGuard no_grad;
  const InUse in_use(*module_);
  const Tensor answers = forward(examples);
  fit::Answers result{.outputs = static_cast<std::size_t>(spec_.head.outputs), .numbers = doubles(answers)};
  if (spec_.head.answer == Answer::kNumbers || examples.labels.empty()) return result;
  const Nats n = nats(answers, examples);
  result.loss = n.sum.item<double>(), result.terms = n.terms;
  return result;
}

double TorchModel::mean_loss(std::string_view loss, std::span<const double> predictions,
                             std::span<const double> truth) const {
  const std::vector<double>& levels = spec_.head.quantiles;
  require(predictions.size() == truth.size() * std::max<std::size_t>(1, levels.size()),
          "{} predictions cannot be compared with {} numbers", predictions.size(), truth.size());
  const std::vector<std::int64_t> sizes = {signed_size(truth.size())};
  std::vector<std::int64_t> said = sizes;
  if (!levels.empty()) said.push_back(signed_size(levels.size()));
  return find_torch_loss(loss).value(view(predictions, said), view(truth, sizes), levels).item<double>();
}

std::vector<double> TorchModel::core_inputs(const Examples& examples) {
  check(examples);
  const torch::NoGradGuard no_grad;
  const InUse in_use(*module_);
  const Tensor steps = steps_of(examples);
  return doubles(translator_ ? translator_->inputs(steps) : sequence_->inputs(steps));
}

std::vector<double> TorchModel::input_gradient(const Examples& examples) {
  require(!translator_, "the gradient in the inputs is not there for a translator, which has two cores");
  check(examples);
  const at::AutoGradMode gradients(true);
  const InUse in_use(*module_);
  const Tensor inputs = sequence_->inputs(steps_of(examples)).detach().requires_grad_();
  const Tensor value =
      loss(answers_of(inputs, examples), examples, spec_.head.quantiles.empty() ? "mse" : fit::kQuantileLoss);
  return doubles(torch::autograd::grad({value}, {inputs}).at(0));
}

std::vector<fit::Translation> TorchModel::translate(const Examples& e, const fit::SearchOptions& options) {
  if (!translator_) return Model::translate(e, options);
  check_tokens(e.tokens, e.samples * e.steps, spec_.input.vocabulary);
  check_lengths(e.lengths, e.samples, e.steps);
  const InUse in_use(*module_);
  return translator_->translate(steps_of(e), lengths_of(e.lengths), options);
}

std::unique_ptr<fit::TrainStep> TorchModel::make_step(const fit::TrainOptions& options) {
  return make_torch_step(*this, options);
}

std::unique_ptr<fit::Model> make_torch_model(fit::ModelSpec spec) {
  return std::make_unique<TorchModel>(std::move(spec));
}

}  // namespace ebit::nn
