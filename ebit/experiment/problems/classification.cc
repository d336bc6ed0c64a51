#include "ebit/experiment/problems/classification.h"

#include <algorithm>
#include <cmath>

#include "ebit/experiment/problems/numbers.h"

namespace ebit::experiment {
namespace {

std::vector<std::int64_t> counts_of(const std::vector<std::int64_t>& labels, std::size_t classes) {
  std::vector<std::int64_t> counts(classes);
  for (const std::int64_t label : labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

Figure confusion_figure(const ClassScores& scores, const std::vector<std::string>& names) {
  const std::size_t classes = names.size();
  Heatmap cells{.rows = classes,
                .columns = classes,
                .values = {},
                .row_labels = names,
                .column_labels = names,
                .scale_label = "share of the true class"};
  for (std::size_t truth = 0; truth < classes; ++truth) {
    double all = 0;
    for (std::size_t c = 0; c < classes; ++c)
      all += static_cast<double>(scores.confusion[truth * classes + c]);
    for (std::size_t c = 0; c < classes; ++c)
      cells.values.push_back(static_cast<double>(scores.confusion[truth * classes + c]) / all);
  }
  Figure figure;
  figure.title = "Confusion of classes";
  figure.x_label = "predicted class", figure.y_label = "true class";
  figure.width = 620, figure.height = classes > 4 ? 520 : 400;
  figure.heatmap = std::move(cells);
  return figure;
}

void fill(const ClassifiedPart& part, const fit::Batch& batch, fit::Examples& examples) {
  examples.labels.clear();
  for (const std::int64_t row : batch) examples.labels.push_back(part.labels[static_cast<std::size_t>(row)]);
  if (part.features == 0) return fill_tokens(part.ids, batch, examples);
  examples.samples = batch.size(), examples.steps = part.steps, examples.features = part.features;
  const std::size_t size = part.steps * part.features;
  examples.x.resize(batch.size() * size);
  for (std::size_t k = 0; k < batch.size(); ++k)
    std::copy_n(part.x.data() + static_cast<std::size_t>(batch[k]) * size, size,
                examples.x.data() + k * size);
}

}  // namespace

std::vector<MetricName> Classification::metrics() const {
  return {{"accuracy"}, {"macro F1"}, {"cross-entropy", false}};
}

std::vector<Reference> Classification::references() const {
  const std::size_t classes = label_names_.size();
  const std::vector<std::int64_t> counts = counts_of(train_.labels, classes);
  const std::int64_t most = std::max_element(counts.begin(), counts.end()) - counts.begin();
  const ClassScores scores = scores_of(test_, std::vector<std::int64_t>(test_.count(), most));
  // The best that ignores the sequence: the shares of the training part, each class seen once more than it
  // was.
  const auto entropy = [&](const ClassifiedPart& part) {
    double sum = 0;
    for (const std::int64_t label : part.labels)
      sum -= std::log(static_cast<double>(counts[static_cast<std::size_t>(label)] + 1) /
                      static_cast<double>(train_.count() + classes));
    return part.count() > 0 ? sum / static_cast<double>(part.count()) : NAN;
  };
  Reference majority{
      "majority class", "the class that the training part has most of", {}, entropy(validation_)};
  majority.scores.parts[2] = PartScores{{scores.accuracy, scores.macro_f1, entropy(test_)}, {}, {}};
  return {majority};
}

fit::HeadSpec Classification::head() const {
  return {.answer = fit::Answer::kClass, .outputs = static_cast<int>(label_names_.size())};
}

std::vector<fit::Batch> Classification::batches(int pass, std::uint64_t seed) const {
  if (train_.features == 0) return bucketed(train_.ids, config_.train.batch, seed, pass);
  return fit::epoch_batches(train_.count(), config_.train.batch, config_.train.shuffle, seed, pass);
}

const fit::Examples& Classification::examples(const fit::Batch& batch) {
  fill(train_, batch, batch_);
  return batch_;
}

fit::Validation Classification::validate(fit::Model& model, std::uint64_t seed) const {
  const Said said = ask(model, validation_, seed, fit::kValidationPart);
  return {said.nats, {scores_of(validation_, said.classes).accuracy}};
}

fit::Examples Classification::sequences(std::size_t part, std::size_t most) const {
  const ClassifiedPart& own = part == 0 ? train_ : part == 1 ? validation_ : test_;
  fit::Examples examples;
  if (own.count() > 0) fill(own, spread_over(own.count(), most), examples);
  return examples;
}

Scores Classification::scores(fit::Model& model, std::uint64_t seed, bool show) const {
  const Said said = ask(model, test_, seed, fit::kTestPart);
  const ClassScores found = scores_of(test_, said.classes);
  Scores scores;
  scores.parts[2] = PartScores{{found.accuracy, found.macro_f1, said.nats}, {}, {}};
  if (show)
    scores.exhibits.push_back({.name = "confusion",
                               .caption = "Test rows of each true class by what the model said.",
                               .sheet = Sheet{.panels = {confusion_figure(found, label_names_)}}});
  return scores;
}

std::uint64_t Classification::data_hash() const {
  DataHash hash;
  for (const ClassifiedPart* part : {&train_, &validation_, &test_})
    hash.add(part->x), hash.add(part->ids), hash.add(part->labels);
  hash.add(input_.vectors);
  return hash.value();
}

ClassScores Classification::scores_of(const ClassifiedPart& part,
                                      const std::vector<std::int64_t>& said) const {
  return class_scores(part.labels, said, static_cast<std::int64_t>(label_names_.size()));
}

Classification::Said Classification::ask(fit::Model& model, const ClassifiedPart& part, std::uint64_t seed,
                                         std::uint64_t draws) const {
  constexpr int kRows = 256;
  Said said{std::vector<std::int64_t>(part.count()), 0};
  fit::Examples examples;
  model.seed_draws(seed, fit::prediction_draw(draws, 0));
  for (const fit::Batch& batch : part.features == 0 ? bucketed(part.ids, kRows, 0, -1)
                                                    : fit::epoch_batches(part.count(), kRows, false, 0, 0)) {
    fill(part, batch, examples);
    const fit::Answers answers = model.answer(examples);
    said.nats += answers.loss;
    for (std::size_t k = 0; k < batch.size(); ++k) {
      const auto row = answers.numbers.begin() + static_cast<std::ptrdiff_t>(k * answers.outputs);
      said.classes[static_cast<std::size_t>(batch[k])] =
          std::max_element(row, row + static_cast<std::ptrdiff_t>(answers.outputs)) - row;
    }
  }
  said.nats /= static_cast<double>(part.count());
  return said;
}

}  // namespace ebit::experiment
