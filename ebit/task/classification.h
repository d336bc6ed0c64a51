// Tasks that give a sequence one class: images, sentiment.
#pragma once

#include <string>
#include <vector>

#include "ebit/corpus/scores.h"
#include "ebit/task/task.h"

namespace ebit::task {

/// Sequences with their classes: numbers or tokens.
struct ClassifiedPart {
  torch::Tensor x;                             ///< numbers: [N, T, F]; undefined: tokens
  std::vector<std::vector<std::int64_t>> ids;  ///< tokens: [N][length]
  std::vector<std::int64_t> labels;            ///< [N]

  std::size_t count() const { return labels.size(); }  ///< N
};

/// Accuracy and F1 of classes, with cross-entropy as the loss. A derived class reads the data.
class Classification : public Task {
 public:
  std::string description() const override { return description_; }
  std::vector<std::string> notes() const override { return notes_; }
  std::string loss_name() const override { return "cross-entropy (nats)"; }
  std::vector<TaskMetric> metrics() const override;
  std::vector<Reference> references() const override;  ///< the class that the training part has most of
  std::shared_ptr<nn::CoreModel> make_model(const nn::CoreChoice& core) const override;
  std::vector<train::Batch> batches(int pass, std::uint64_t seed) const override;
  torch::Tensor loss(nn::CoreModel& model, const train::Batch& batch) override;
  bool validated() const override { return validation_.count() > 0; }
  train::Validation validate(nn::CoreModel& model) const override;
  TaskScores scores(nn::CoreModel& model, bool show) const override;

 protected:
  /// `config` must outlive this; the derived class fills in the rest.
  explicit Classification(const train::Config& config) : config_(config) {}

  const train::Config& config_;           ///< all settings
  std::string description_;               ///< see Task
  std::vector<std::string> notes_;        ///< see Task
  std::vector<std::string> label_names_;  ///< [classes]
  nn::InputOptions input_;                ///< how a step enters the core
  torch::Tensor embedding_;               ///< [vocabulary, width] to start from; undefined: random
  ClassifiedPart train_;                  ///< to learn from
  ClassifiedPart validation_;             ///< to choose by
  ClassifiedPart test_;                   ///< to report

 private:
  struct Answers {
    std::vector<std::int64_t> classes;  // said of each row
    double nats;                        // mean cross-entropy
  };

  ClassScores scores_of(const ClassifiedPart& part, const std::vector<std::int64_t>& said) const;
  Answers answers(nn::CoreModel& model, const ClassifiedPart& part) const;
  torch::Tensor logits(nn::CoreModel& model, const ClassifiedPart& part, const train::Batch& batch) const;
  std::vector<train::Batch> in_order(const ClassifiedPart& part) const;
};

}  // namespace ebit::task
