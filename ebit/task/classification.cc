#include "ebit/task/classification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/task/tensors.h"

namespace ebit::task {
namespace {

using torch::Tensor;

Tensor labels_of(const ClassifiedPart& part, const train::Batch& batch) {
  std::vector<std::int64_t> labels;
  for (const std::int64_t row : batch) labels.push_back(part.labels[static_cast<std::size_t>(row)]);
  return ids_tensor(labels, {static_cast<std::int64_t>(labels.size())});
}

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

}  // namespace

std::vector<TaskMetric> Classification::metrics() const {
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
  return {{"majority class", {scores.accuracy, scores.macro_f1, entropy(test_)}, entropy(validation_)}};
}

std::shared_ptr<nn::CoreModel> Classification::make_model(const nn::CoreChoice& core) const {
  auto model = std::make_shared<nn::SequenceClassifier>(core, input_, static_cast<int>(label_names_.size()),
                                                        config_.task.pool);
  if (embedding_.defined()) model->input().load_embedding(embedding_);
  return model;
}

std::vector<train::Batch> Classification::batches(int pass, std::uint64_t seed) const {
  if (!train_.x.defined()) return bucketed(train_.ids, config_.train.batch, seed, pass);
  return train::epoch_batches(train_.count(), config_.train.batch, true, seed, pass);
}

Tensor Classification::loss(nn::CoreModel& model, const train::Batch& batch) {
  return torch::nn::functional::cross_entropy(logits(model, train_, batch), labels_of(train_, batch));
}

train::Validation Classification::validate(nn::CoreModel& model) const {
  const Answers said = answers(model, validation_);
  return {said.nats, {scores_of(validation_, said.classes).accuracy}};
}

TaskScores Classification::scores(nn::CoreModel& model, bool show) const {
  const Answers said = answers(model, test_);
  const ClassScores scores = scores_of(test_, said.classes);
  TaskScores result{{scores.accuracy, scores.macro_f1, said.nats}, {}};
  if (show)
    result.exhibits.push_back({"confusion",
                               "Test rows of each true class by what the model said.",
                               confusion_figure(scores, label_names_),
                               {}});
  return result;
}

ClassScores Classification::scores_of(const ClassifiedPart& part,
                                      const std::vector<std::int64_t>& said) const {
  return class_scores(part.labels, said, static_cast<std::int64_t>(label_names_.size()));
}

Classification::Answers Classification::answers(nn::CoreModel& model, const ClassifiedPart& part) const {
  Answers answers{std::vector<std::int64_t>(part.count()), 0};
  for (const train::Batch& batch : in_order(part)) {
    const Tensor all = logits(model, part, batch);
    answers.nats += torch::nn::functional::cross_entropy(
                        all, labels_of(part, batch),
                        torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum))
                        .item<double>();
    const Tensor best = all.argmax(1);
    for (std::size_t i = 0; i < batch.size(); ++i)
      answers.classes[static_cast<std::size_t>(batch[i])] =
          best[static_cast<std::int64_t>(i)].item<std::int64_t>();
  }
  answers.nats /= static_cast<double>(part.count());
  return answers;
}

Tensor Classification::logits(nn::CoreModel& model, const ClassifiedPart& part,
                              const train::Batch& batch) const {
  auto& classifier = static_cast<nn::SequenceClassifier&>(model);
  if (part.x.defined())
    return classifier.forward(
        part.x.index_select(0, ids_tensor(batch, {static_cast<std::int64_t>(batch.size())})));
  const PaddedTensors steps = padded(part.ids, batch);
  return classifier.forward(steps.ids, steps.lengths);
}

std::vector<train::Batch> Classification::in_order(const ClassifiedPart& part) const {
  constexpr int kRows = 256;
  if (part.count() == 0) return {};
  if (!part.x.defined()) return bucketed(part.ids, kRows, 0, -1);
  return train::epoch_batches(part.count(), kRows, false, 0, 0);
}

}  // namespace ebit::task
