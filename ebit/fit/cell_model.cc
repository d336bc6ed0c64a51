#include "ebit/fit/cell_model.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "ebit/base/error.h"
#include "ebit/fit/cell_step.h"
#include "ebit/fit/dense.h"

namespace ebit::fit {
namespace {

// A vector as large as it must be; it never shrinks, so that equal batches allocate once.
template <class Vector>
typename Vector::value_type* room(Vector& values, std::size_t size) {
  if (values.size() < size) values.resize(size);
  return values.data();
}

// The numbers in T: themselves, or a copy in `own`.
template <class T>
const T* in_precision(const std::vector<double>& numbers, std::vector<T>& own) {
  if constexpr (std::is_same_v<T, double>) {
    return numbers.data();
  } else {
    T* const copy = room(own, numbers.size());
    std::copy(numbers.begin(), numbers.end(), copy);
    return copy;
  }
}

template <class T>
FlatLoss<T> flat(const LossRow& row) {
  if constexpr (std::is_same_v<T, double>)
    return row.wide;
  else
    return row.narrow;
}

}  // namespace

std::string native_obstacle(const ModelSpec& spec) {
  if (const auto* classical = std::get_if<ClassicalOptions>(&spec.core))
    return fmt::format("only quantum cells are computed natively, and this is '{}'", classical->core);
  if (spec.head.answer == Answer::kTranslation) return "translators are computed by libtorch alone";
  if (spec.input.vocabulary > 0) return "its steps are tokens, whose embedding is computed by libtorch";
  if (spec.input.map > 0) return "a trained map stands in front of it, which is computed by libtorch";
  if (spec.input.dropout > 0) return "it has dropout in front of the head, which is computed by libtorch";
  return {};
}

std::unique_ptr<Model> make_cell_model(ModelSpec spec) {
  if (spec.dtype == "float32") return std::make_unique<CellModel<float>>(std::move(spec));
  return std::make_unique<CellModel<double>>(std::move(spec));
}

template <class T>
CellModel<T>::CellModel(ModelSpec spec)
    : Model(completed(std::move(spec))),
      cell_(make_cell<T>(std::get<CellOptions>(spec_.core))),
      outputs_(static_cast<std::size_t>(spec_.head.outputs)),
      readouts_(cell_->outputs()),
      head_(spec_.head.linear),
      mean_(cell_->every_step() && spec_.head.answer != Answer::kClasses),
      wants_entropy_(spec_.entropy.weight != 0),
      head_offset_(cell_->parameters()) {
  for (const Segment& segment : cell_->segments()) {
    segments_.push_back(segment);
    segments_.back().name = "core." + segment.name;
  }
  std::size_t count = head_offset_;
  if (head_) {
    const auto in = static_cast<std::int64_t>(readouts_), out = static_cast<std::int64_t>(outputs_);
    add_segment(segments_, "head.weight", {out, in}, linear_range(readouts_), SegmentKind::kClassical);
    count = add_segment(segments_, "head.bias", {out}, linear_range(readouts_), SegmentKind::kClassical);
  }
  std::vector<double> start(count);
  MersenneDraws draws(spec_.seed);
  cell_->initialise(draws, start.data());
  for (std::size_t s = cell_->segments().size(); s < segments_.size(); ++s)
    draw(draws, segments_[s].initial, std::span(start).subspan(segments_[s].offset, segments_[s].size));
  numbers_.assign(start.begin(), start.end());
}

template <class T>
Tensors CellModel<T>::named(std::span<const T> numbers) const {
  Tensors tensors;
  for (const Segment& segment : segments_)
    tensors[segment.name] = make_tensor(segment.shape, numbers.data() + segment.offset);
  return tensors;
}

template <class T>
Tensors CellModel<T>::weights() const {
  Tensors tensors = named(numbers_);
  const T ridge = static_cast<T>(ridge_);
  if (spec_.solve_head) tensors["head.ridge"] = make_tensor({1}, &ridge);
  return tensors;
}

template <class T>
void CellModel<T>::load(const Tensors& weights, std::string_view where) {
  require_same_tensors(this->weights(), weights, where);
  if (spec_.solve_head) ridge_ = *numbers_of<T>(weights.at("head.ridge"), "head.ridge");
  for (const Segment& segment : segments_)
    std::copy_n(numbers_of<T>(weights.at(segment.name), segment.name), segment.size,
                numbers_.data() + segment.offset);
}

template <class T>
void CellModel<T>::seed_draws(std::uint64_t seed, std::uint64_t number) {
  draw_seed_ = seed, draw_number_ = number;
}

template <class T>
void CellModel<T>::check(const Examples& examples) const {
  const std::size_t B = examples.samples, steps = examples.steps;
  const std::size_t width = cell_->inputs() - (spec_.input.outcomes ? 1 : 0);
  const std::size_t all = width + static_cast<std::size_t>(spec_.input.left_out);
  require(examples.features == all, "this model takes steps of {} numbers, not {}", all,
          examples.features ? fmt::format("of {}", examples.features) : std::string("tokens"));
  require(examples.x.size() == B * steps * examples.features,
          "{} sequences of {} steps of {} numbers have {} numbers, not {}", B, steps, examples.features,
          B * steps * examples.features, examples.x.size());
  require(examples.lengths.empty() || examples.lengths.size() == B, "{} sequences came with {} lengths", B,
          examples.lengths.size());
  require(!spec_.input.outcomes || examples.outcomes.empty() || examples.outcomes.size() == B * steps,
          "{} sequences of {} steps came with {} words to project on", B, steps, examples.outcomes.size());
  for (const std::int64_t length : examples.lengths)
    require(length >= 1, "a sequence has at least 1 step, not {}", length);
}

// x [B, T, F] in T, each step without what is left out, and with the word to project on behind it where the
// cell takes one.
template <class T>
const T* CellModel<T>::steps_of(const Examples& examples) {
  const InputSpec& in = spec_.input;
  if (!in.outcomes && in.left_out == 0) return in_precision(examples.x, x_);
  const std::size_t steps = examples.samples * examples.steps, stride = cell_->inputs();
  const std::size_t width = stride - (in.outcomes ? 1 : 0);
  T* const all = room(x_, steps * stride);
  for (std::size_t s = 0; s < steps; ++s) {
    std::copy_n(examples.x.data() + s * examples.features, width, all + s * stride);
    if (in.outcomes)
      all[s * stride + width] = examples.outcomes.empty() ? T(-1) : static_cast<T>(examples.outcomes[s]);
  }
  return all;
}

template <class T>
void CellModel<T>::carry_state(const Examples& examples) {
  if (!examples.goes_on) carried_ = 0;
  require(carried_ == 0 || carried_ >= examples.samples,
          "a stateful model went from batches of {} to {}: call reset_state() first", carried_,
          examples.samples);
  input_.state = carried_ > 0 ? state_[latest_].data() : nullptr;
  latest_ = 1 - latest_;
  carried_ = examples.samples;
}

template <class T>
std::span<std::byte> CellModel<T>::tape_for(std::size_t samples, std::size_t steps) {
  if (samples != tape_samples_ || steps != tape_steps_) {
    tape_samples_ = samples, tape_steps_ = steps;
    tape_bytes_ = cell_->tape_bytes(samples, steps);
  }
  return tape_.take(tape_bytes_);
}

template <class T>
std::span<const T> CellModel<T>::forward(const Examples& examples, const Pass& pass) {
  check(examples);
  const std::size_t B = examples.samples, steps = examples.steps;
  input_ = {.samples = B,
            .steps = steps,
            .x = steps_of(examples),
            .lengths = examples.lengths.empty() ? nullptr : examples.lengths.data(),
            .state = nullptr,
            .training = pass.training,
            .draw_seed = pass.draw_seed,
            .draw_number = pass.draw_number};
  if (spec_.stateful) carry_state(examples);
  const std::size_t cell_rows = cell_->every_step() ? B * steps : B;
  const bool entropy = pass.keep && wants_entropy_;
  const SequenceOutput<T> output = {
      .y = room(features_, cell_rows * readouts_),
      .state = spec_.stateful ? room(state_[latest_], B * cell_->state_numbers()) : nullptr,
      .entropy = entropy ? room(entropies_, B * steps) : nullptr};
  cell_->forward(cell_part(), input_, output, pass.keep ? tape_for(B, steps) : std::span<std::byte>());
  entropy_count_ = entropy ? B * steps : 0;
  if (entropy && input_.lengths) keep_existing_entropies();

  const std::size_t rows = mean_ ? B : cell_rows;
  if (mean_) mean_over_steps(B, steps, readouts_, input_.lengths, output.y, room(pooled_, B * readouts_));
  if (!head_) return {answers(), rows * readouts_};
  T* const predictions = room(predictions_, rows * outputs_);
  linear(numbers_.data() + head_offset_, rows, readouts_, outputs_, answers(), predictions);
  return {predictions, rows * outputs_};
}

template <class T>
void CellModel<T>::keep_existing_entropies() {
  std::size_t next = 0;
  for (std::size_t b = 0; b < input_.samples; ++b)
    for (std::size_t t = 0; t < static_cast<std::size_t>(input_.lengths[b]); ++t)
      entropies_[next++] = entropies_[b * input_.steps + t];
  entropy_count_ = next;
}

template <class T>
typename CellModel<T>::Nats CellModel<T>::nats(const Examples& examples, T* d_logits) {
  const bool each = spec_.head.answer == Answer::kClasses;
  const std::size_t steps = examples.steps, rows = each ? examples.samples * steps : examples.samples;
  require(examples.labels.size() == rows, "{} labels do not fit {} answers", examples.labels.size(), rows);
  std::int64_t* const labels = room(labels_, rows);
  double terms = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    const bool there =
        !each || !input_.lengths || static_cast<std::int64_t>(r % steps) < input_.lengths[r / steps];
    labels[r] = there ? examples.labels[r] : -1;
    require(labels[r] < static_cast<std::int64_t>(outputs_), "label {} is none of {} classes", labels[r],
            outputs_);
    terms += labels[r] >= 0;
  }
  const T* const logits = head_ ? predictions_.data() : answers();
  return {class_loss(find_class_loss(spec_.head.loss), head_, rows, outputs_, logits, labels, terms, d_logits,
                     scratch_),
          terms};
}

template <class T>
double CellModel<T>::loss(const Examples& examples, FlatLoss<T> rule, T* d_predictions) {
  if (spec_.head.answer != Answer::kNumbers) {
    const auto [sum, terms] = nats(examples, d_predictions);
    return terms > 0 ? sum / terms : 0;
  }
  const std::size_t count = examples.samples * spec_.head.targets();
  require(examples.y.size() == count, "{} numbers do not fit {} predictions", examples.y.size(), count);
  return rule(count, head_ ? predictions_.data() : answers(), in_precision(examples.y, y_), d_predictions,
              spec_.head.quantiles);
}

template <class T>
void CellModel<T>::backward(const T* d_predictions, const T* d_entropies, double* d_parameters, T* d_x) {
  const std::size_t B = input_.samples, steps = input_.steps;
  const std::size_t rows = cell_->every_step() && !mean_ ? B * steps : B;
  const T* d = d_predictions;
  if (head_) {
    T* const d_answers = room(d_answers_, rows * readouts_);
    linear_backward(numbers_.data() + head_offset_, rows, readouts_, outputs_, answers(), d,
                    d_parameters ? d_parameters + head_offset_ : nullptr, d_answers);
    d = d_answers;
  }
  if (mean_) {
    T* const d_features = room(d_features_, B * steps * readouts_);
    mean_over_steps_backward(B, steps, readouts_, input_.lengths, d, d_features);
    d = d_features;
  }
  if (d_entropies && input_.lengths) {
    T* const all = room(d_entropies_, B * steps);
    for (std::size_t b = 0; b < B; ++b) {
      std::copy_n(d_entropies, input_.lengths[b], all + b * steps);
      d_entropies += input_.lengths[b];
    }
    d_entropies = all;
  }
  cell_->backward(cell_part(), input_, tape_for(B, steps), {.y = d, .state = nullptr, .entropy = d_entropies},
                  {.parameters = d_parameters, .x = d_x, .state = nullptr});
}

template <class T>
Answers CellModel<T>::answer(const Examples& examples) {
  const std::span<const T> predictions =
      forward(examples, {.draw_seed = draw_seed_, .draw_number = draw_number_++});
  Answers answers{.outputs = outputs_, .numbers = {predictions.begin(), predictions.end()}};
  if (spec_.head.answer == Answer::kNumbers || examples.labels.empty()) return answers;
  const auto [sum, terms] = nats(examples, nullptr);
  answers.loss = sum, answers.terms = terms;
  return answers;
}

template <class T>
double CellModel<T>::mean_loss(std::string_view loss, std::span<const double> predictions,
                               std::span<const double> truth) const {
  const std::vector<double>& levels = spec_.head.quantiles;
  require(predictions.size() == truth.size() * std::max<std::size_t>(1, levels.size()),
          "{} predictions cannot be compared with {} numbers", predictions.size(), truth.size());
  return find_loss(loss).wide(truth.size(), predictions.data(), truth.data(), nullptr, levels);
}

template <class T>
std::vector<double> CellModel<T>::input_gradient(const Examples& examples) {
  const std::size_t count =
      forward(examples, {.keep = true, .draw_seed = draw_seed_, .draw_number = draw_number_++}).size();
  T* const d_predictions = room(d_predictions_, count);
  loss(examples, flat<T>(find_loss(spec_.head.quantiles.empty() ? "mse" : kQuantileLoss)), d_predictions);
  const std::size_t steps = examples.samples * examples.steps, width = cell_->inputs();
  T* const d_x = room(d_x_, steps * width);
  backward(d_predictions, nullptr, nullptr, d_x);
  std::vector<double> gradient;
  for (std::size_t i = 0; i < steps * width; ++i)  // without that of the words to project on
    if (!spec_.input.outcomes || i % width != width - 1) gradient.push_back(d_x[i]);
  return gradient;
}

template <class T>
std::string CellModel<T>::remark() const {
  return spec_.solve_head && ridge_ >= 0 ? fmt::format(", ridge {}", ridge_) : std::string();
}

template <class T>
std::span<const double> CellModel<T>::features(const Examples& examples, std::uint64_t seed,
                                               std::uint64_t draw) {
  forward(examples, {.draw_seed = seed, .draw_number = draw});
  const T* const narrow = answers();
  const std::size_t count = examples.samples * readouts_;
  std::copy(narrow, narrow + count, room(wide_, count));
  return {wide_.data(), count};
}

template <class T>
void CellModel<T>::set_head(const RidgeChoice& choice) {
  const auto start = numbers_.begin() + static_cast<std::ptrdiff_t>(head_offset_);
  std::ranges::copy(choice.map.bias, std::ranges::copy(choice.map.weights, start).out);
  ridge_ = choice.penalty;
}

template <class T>
std::unique_ptr<TrainStep> CellModel<T>::make_step(const TrainOptions& options) {
  if (spec_.solve_head) return make_ridge_step(*this, spec_.ridge, options.seed);
  const bool numbers = spec_.head.answer == Answer::kNumbers;
  return make_cell_step(*this, options, numbers ? flat<T>(find_loss(options.loss)) : nullptr);
}

template class CellModel<double>;
template class CellModel<float>;

}  // namespace ebit::fit
