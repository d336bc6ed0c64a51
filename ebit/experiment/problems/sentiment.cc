// sentiment: whether a sentence is positive.
#include "ebit/corpus/sentiment.h"

#include "ebit/base/error.h"
#include "ebit/corpus/embeddings.h"
#include "ebit/experiment/problems/classification.h"
#include "ebit/experiment/problems/text.h"

namespace ebit::experiment {
namespace {

ClassifiedPart part_of(LabelledSentences sentences) {
  ClassifiedPart part;
  part.ids = std::move(sentences.ids), part.labels = std::move(sentences.labels);
  return part;
}

class Sentiment : public Classification {
 public:
  explicit Sentiment(const Config& config) : Classification(config) {
    const CorpusConfig& o = config.corpus;
    SentimentData data = load_sentiment({.corpus = o.corpus,
                                         .folder = o.folder,
                                         .encoding = o.encoding,
                                         .tokenizer = tokenizer_of(o),
                                         .vocabulary = vocabulary_of(o),
                                         .split = {.validation = o.validation,
                                                   .test = o.test,
                                                   .seed = o.split_seed,
                                                   .limit = static_cast<std::size_t>(o.limit)},
                                         .max_length = static_cast<std::size_t>(o.max_length)});
    require(data.test.count() > 0, "there are no test sentences: give a share with --test-share");
    vocabulary_ = std::move(data.vocabulary);
    label_names_ = std::move(data.label_names);
    notes_ = std::move(data.notes);
    train_ = part_of(std::move(data.train));
    validation_ = part_of(std::move(data.validation));
    test_ = part_of(std::move(data.test));
    input_ = {.vocabulary = static_cast<int>(vocabulary_.size()), .width = config.model.embedding};
    if (!o.vectors.empty()) load_vectors(o.vectors);
    description_ = fmt::format("{}: {} training, {} validation, {} test sentences, {} tokens", o.corpus,
                               train_.count(), validation_.count(), test_.count(), vocabulary_.size());
  }

  std::string vocabulary() const override { return vocabulary_text(vocabulary_); }

 private:
  void load_vectors(const std::string& path) {
    const Embeddings known = read_embeddings(path, vocabulary_, config_.train.seed);
    input_.width = static_cast<int>(known.dimension);
    input_.vectors = known.vectors;
    notes_.push_back(fmt::format("'{}' has vectors of {} numbers for {} of {} tokens", path, known.dimension,
                                 known.found, vocabulary_.size()));
    if (known.skipped > 0)
      notes_.push_back(
          fmt::format("'{}': {} lines are passed over whose token is not UTF-8", path, known.skipped));
  }

  Vocabulary vocabulary_;
};

}  // namespace

std::unique_ptr<Problem> make_sentiment(Config& config) { return std::make_unique<Sentiment>(config); }

}  // namespace ebit::experiment
