#include "ebit/fit/window_model.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/fit/dense.h"
#include "ebit/fit/losses.h"

namespace ebit::fit {
namespace {

// The spec after completed(), of which the degrees are those that a model can have.
Monomials monomials_of(const ModelSpec& spec) {
  const ClassicalOptions& options = std::get<ClassicalOptions>(spec.core);
  return {static_cast<std::size_t>(spec.input.steps * spec.input.core_width()),
          *std::ranges::max_element(options.degrees)};
}

}  // namespace

std::string window_obstacle(const ModelSpec& spec) {
  // Of the others check() says that they have no classes.
  const bool classes = spec.head.answer != Answer::kNumbers;
  if (classes && std::get<ClassicalOptions>(spec.core).core == "linear")
    return "classes are trained step by step, by libtorch";
  if (spec.input.map > 0) return "a trained map stands in front of it, which is computed by libtorch";
  return {};
}

WindowModel::WindowModel(ModelSpec spec)
    : Model(completed(std::move(spec))),
      monomials_(monomials_of(spec_)),
      head_((monomials_.size() + 1) * outputs()),
      degree_(*std::ranges::max_element(options().degrees)) {}

std::size_t WindowModel::size_of(int degree) const {
  return static_cast<std::size_t>(Monomials::count(window(), degree));
}

NumberCounts WindowModel::counts() const {
  return {.classical = static_cast<std::int64_t>((size_of(static_cast<int>(degree_)) + 1) * outputs())};
}

std::string WindowModel::remark() const {
  const bool poly = options().degrees.size() > 1 || options().degrees[0] > 1;
  std::string text = poly ? fmt::format(", degree {}{}", solved_ ? "" : "up to ", degree_) : std::string();
  if (solved_) text += fmt::format(", ridge {}", ridge_);
  return text;
}

Tensors WindowModel::weights() const {
  const auto out = static_cast<std::int64_t>(outputs()), in = static_cast<std::int64_t>(monomials_.size());
  return {{"head.weight", make_tensor({out, in}, head_.data())},
          {"head.bias", make_tensor({out}, head_.data() + out * in)},
          {"head.degree", make_tensor({1}, &degree_)},
          {"head.ridge", make_tensor({1}, &ridge_)}};
}

void WindowModel::load(const Tensors& weights, std::string_view where) {
  require_same_tensors(this->weights(), weights, where);
  const double degree = *numbers_of<double>(weights.at("head.degree"), "head.degree");
  require(std::ranges::find(options().degrees, degree) != options().degrees.end(),
          "'{}' is of degree {}, which is none of this model's", where, degree);
  const std::size_t size = monomials_.size() * outputs();
  std::copy_n(numbers_of<double>(weights.at("head.weight"), "head.weight"), size, head_.begin());
  std::copy_n(numbers_of<double>(weights.at("head.bias"), "head.bias"), outputs(),
              head_.begin() + static_cast<std::ptrdiff_t>(size));
  degree_ = degree;
  ridge_ = *numbers_of<double>(weights.at("head.ridge"), "head.ridge");
  solved_ = true;
}

std::span<const double> WindowModel::features(const Examples& e, std::uint64_t, std::uint64_t) {
  require(e.features > 0 && e.steps * e.features == window(),
          "this model takes windows of {} steps of {} numbers, not {} of {}", spec_.input.steps,
          spec_.input.core_width(), e.steps, e.features);
  require(e.x.size() == e.samples * window(), "{} windows of {} numbers have {} numbers, not {}", e.samples,
          window(), e.samples * window(), e.x.size());
  for (const std::int64_t length : e.lengths)
    require(length == static_cast<std::int64_t>(e.steps),
            "this model sees all steps at once: it takes sequences of {} steps, all of them", e.steps);
  const std::size_t size = monomials_.size();
  features_.resize(std::max(features_.size(), e.samples * size));
  for (std::size_t b = 0; b < e.samples; ++b)
    monomials_.evaluate(e.x.data() + b * window(), features_.data() + b * size);
  return {features_.data(), e.samples * size};
}

std::vector<std::size_t> WindowModel::leading() const {
  std::vector<std::size_t> sizes;
  for (const int degree : options().degrees) sizes.push_back(size_of(degree));
  return sizes;
}

void WindowModel::set_head(const RidgeChoice& choice) {
  std::ranges::copy(choice.map.bias, std::ranges::copy(choice.map.weights, head_.begin()).out);
  ridge_ = choice.penalty, solved_ = true;
  for (const int degree : options().degrees)
    if (size_of(degree) == choice.leading) degree_ = degree;
}

Answers WindowModel::answer(const Examples& examples) {
  const std::span<const double> rows = features(examples, 0, 0);
  Answers answers{.outputs = outputs(), .numbers = std::vector<double>(examples.samples * outputs())};
  linear(head_.data(), examples.samples, monomials_.size(), outputs(), rows.data(), answers.numbers.data());
  return answers;
}

double WindowModel::mean_loss(std::string_view loss, std::span<const double> predictions,
                              std::span<const double> truth) const {
  require(predictions.size() == truth.size(), "{} predictions cannot be compared with {} numbers",
          predictions.size(), truth.size());
  return find_loss(loss).wide(predictions.size(), predictions.data(), truth.data(), nullptr, {});
}

std::vector<double> WindowModel::input_gradient(const Examples& examples) {
  const std::vector<double> said = answer(examples).numbers;
  require(examples.y.size() == said.size(), "{} numbers do not fit {} predictions", examples.y.size(),
          said.size());
  std::vector<double> d_said(said.size()), d_features(examples.samples * monomials_.size());
  find_loss("mse").wide(said.size(), said.data(), examples.y.data(), d_said.data(), {});
  linear_backward<double>(head_.data(), examples.samples, monomials_.size(), outputs(), features_.data(),
                          d_said.data(), nullptr, d_features.data());
  std::vector<double> d_x(examples.x.size());
  for (std::size_t b = 0; b < examples.samples; ++b)
    monomials_.backward(examples.x.data() + b * window(), features_.data() + b * monomials_.size(),
                        d_features.data() + b * monomials_.size(), d_x.data() + b * window());
  return d_x;
}

std::unique_ptr<TrainStep> WindowModel::make_step(const TrainOptions& options) {
  return make_ridge_step(*this, spec_.ridge, options.seed);
}

}  // namespace ebit::fit
