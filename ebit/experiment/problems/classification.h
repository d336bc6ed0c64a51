// Problems that give a sequence one class: images, sentiment.
#pragma once

#include <string>
#include <vector>

#include "ebit/corpus/scores.h"
#include "ebit/corpus/vocabulary.h"
#include "ebit/experiment/problem.h"

namespace ebit::experiment {

/// Sequences with their classes: numbers or tokens.
struct ClassifiedPart {
  std::vector<float> x;              ///< numbers: [N, T, F]; empty: tokens
  std::size_t steps = 0;             ///< numbers: T
  std::size_t features = 0;          ///< numbers: F; 0: tokens
  std::vector<Ids> ids;              ///< tokens: [N][length]
  std::vector<std::int64_t> labels;  ///< [N]

  std::size_t count() const { return labels.size(); }  ///< N
};

/// Accuracy and F1 of classes, with cross-entropy as the loss. A derived class reads the data.
class Classification : public Problem {
 public:
  std::string description() const override { return description_; }
  std::vector<std::string> notes() const override { return notes_; }
  std::string loss_name() const override { return "cross-entropy (nats)"; }
  std::vector<MetricName> metrics() const override;
  std::vector<Reference> references() const override;  ///< the class that the training part has most of
  fit::InputSpec input() const override { return input_; }
  fit::HeadSpec head() const override;
  std::vector<fit::Batch> batches(int pass, std::uint64_t seed) const override;
  const fit::Examples& examples(const fit::Batch& batch) override;
  bool validated() const override { return validation_.count() > 0; }
  std::vector<std::string> validation_metrics() const override { return {"accuracy"}; }
  fit::Validation validate(fit::Model& model, std::uint64_t seed) const override;
  fit::Examples sequences(std::size_t part, std::size_t most) const override;
  Scores scores(fit::Model& model, std::uint64_t seed, bool show) const override;
  std::uint64_t data_hash() const override;

 protected:
  /// `config` must outlive this; the derived class fills in the rest.
  explicit Classification(const Config& config) : config_(config) {}

  const Config& config_;                  ///< all settings
  std::string description_;               ///< see Problem
  std::vector<std::string> notes_;        ///< see Problem
  std::vector<std::string> label_names_;  ///< [classes]
  fit::InputSpec input_;                  ///< how a step enters a model
  ClassifiedPart train_;                  ///< to learn from
  ClassifiedPart validation_;             ///< to choose by
  ClassifiedPart test_;                   ///< to report

 private:
  struct Said {
    std::vector<std::int64_t> classes;  // said of each row
    double nats;                        // mean cross-entropy
  };

  ClassScores scores_of(const ClassifiedPart& part, const std::vector<std::int64_t>& said) const;
  Said ask(fit::Model& model, const ClassifiedPart& part, std::uint64_t seed, std::uint64_t draws) const;

  fit::Examples batch_;
};

}  // namespace ebit::experiment
