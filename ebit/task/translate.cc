// translate: sentences from one language to another.
#include <fmt/format.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/corpus/bleu.h"
#include "ebit/corpus/scores.h"
#include "ebit/corpus/translation.h"
#include "ebit/nn/translator.h"
#include "ebit/task/task.h"
#include "ebit/task/tensors.h"
#include "ebit/task/text.h"

namespace ebit::task {
namespace {

using torch::Tensor;

constexpr std::size_t kExamples = 12, kMaps = 3;
constexpr int kRows = 128;

// Attention of one translation: a row a target token, a column a source token.
Figure attention_figure(const Tensor& weights, const Tokens& source, const Tokens& target) {
  const Tensor table =
      weights.slice(1, 0, static_cast<std::int64_t>(source.size())).to(torch::kFloat64).contiguous();
  Heatmap cells{
      .rows = static_cast<std::size_t>(table.size(0)),
      .columns = source.size(),
      .values = std::vector<double>(table.data_ptr<double>(), table.data_ptr<double>() + table.numel()),
      .row_labels = target,
      .column_labels = source,
      .scale_label = "attention"};
  if (cells.row_labels.size() < cells.rows) cells.row_labels.emplace_back("<eos>");
  Figure figure;
  figure.title = "Where the decoder looks";
  figure.x_label = "source", figure.y_label = "translation";
  figure.width = 640, figure.height = 160 + 32 * static_cast<int>(cells.rows);
  figure.heatmap = std::move(cells);
  return figure;
}

class Translate : public Task {
 public:
  explicit Translate(const train::Config& config) : config_(config) {
    const train::TaskOptions& o = config.task;
    data_ = load_translation({.corpus = o.corpus,
                              .target_file = o.target_file,
                              .folder = o.folder,
                              .encoding = o.encoding,
                              .swapped = o.swapped,
                              .tokenizer = tokenizer_of(o),
                              .source_vocabulary = vocabulary_of(o),
                              .target_vocabulary = vocabulary_of(o),
                              .max_length = static_cast<std::size_t>(o.max_length),
                              .split = {.validation = o.validation,
                                        .test = o.test,
                                        .seed = o.split_seed,
                                        .limit = static_cast<std::size_t>(o.limit)}});
    require(data_.test.count() > 0, "there are no test sentences: give a share with --test-share");
    const std::size_t most = static_cast<std::size_t>(o.test_limit);
    if (most > 0 && data_.test.count() > most) {
      data_.test.source.resize(most), data_.test.target.resize(most), data_.test.references.resize(most);
    }
    for (const SentencePairs* part : {&data_.train, &data_.validation, &data_.test}) {
      for (const Ids& ids : part->target) longest_ = std::max(longest_, static_cast<int>(ids.size()));
    }
  }

  std::string description() const override {
    return fmt::format("{}: {} training, {} validation, {} test sentences, {} and {} tokens",
                       config_.task.corpus, data_.train.count(), data_.validation.count(), data_.test.count(),
                       data_.source_vocabulary.size(), data_.target_vocabulary.size());
  }
  std::vector<std::string> notes() const override { return data_.notes; }
  std::string vocabulary() const override {
    return fmt::format("source\n{}\ntarget\n{}", vocabulary_text(data_.source_vocabulary),
                       vocabulary_text(data_.target_vocabulary));
  }
  std::string loss_name() const override { return "cross-entropy a token (nats)"; }
  std::vector<TaskMetric> metrics() const override { return {{"BLEU"}, {"perplexity", false}}; }

  // Each target token by its share of the training part, every token seen once more than it was.
  std::vector<Reference> references() const override {
    std::vector<double> counts(data_.target_vocabulary.size(), 1.0);
    double all = static_cast<double>(counts.size());
    const auto each_token = [](const SentencePairs& part, auto&& use) {
      for (const Ids& ids : part.target) {
        for (const std::int64_t id : ids) use(static_cast<std::size_t>(id));
        use(static_cast<std::size_t>(Vocabulary::kEos));
      }
    };
    each_token(data_.train, [&](std::size_t id) { ++counts[id], ++all; });
    const auto mean = [&](const SentencePairs& part) {
      double sum = 0, tokens = 0;
      each_token(part, [&](std::size_t id) { sum -= std::log(counts[id] / all), ++tokens; });
      return sum / tokens;
    };
    return {{"unigram", {NAN, std::exp(mean(data_.test))}, mean(data_.validation)}};
  }

  std::shared_ptr<nn::CoreModel> make_model(const nn::CoreChoice& core) const override {
    return std::make_shared<nn::Translator>(
        core, nn::TranslatorOptions{.source_vocabulary = static_cast<int>(data_.source_vocabulary.size()),
                                    .target_vocabulary = static_cast<int>(data_.target_vocabulary.size()),
                                    .width = config_.task.embedding,
                                    .attention = config_.task.attention,
                                    .dropout = config_.task.dropout});
  }

  std::vector<train::Batch> batches(int pass, std::uint64_t seed) const override {
    return bucketed(data_.train.source, config_.train.batch, seed, pass);
  }

  Tensor loss(nn::CoreModel& model, const train::Batch& batch) override {
    const Nats n = nats(model, data_.train, batch);
    return n.sum / n.tokens;
  }

  bool validated() const override { return data_.validation.count() > 0; }
  // A search for every epoch's BLEU would take longer than the epoch.
  std::vector<std::string> validation_metrics() const override { return {"perplexity"}; }
  train::Validation validate(nn::CoreModel& model) const override {
    const double mean = mean_nats(model, data_.validation);
    return {mean, {std::exp(mean)}};
  }

  TaskScores scores(nn::CoreModel& model, bool show) const override {
    const std::vector<nn::Translation> found = translations(model, config_.task.beam);
    std::vector<std::string> texts;
    for (const nn::Translation& t : found) texts.push_back(text_of(t.tokens));
    TaskScores result{{bleu(texts, data_.test.references).score, std::exp(mean_nats(model, data_.test))}, {}};
    if (show) add_exhibits(found, texts, result.exhibits);
    return result;
  }

 private:
  struct Nats {
    Tensor sum;
    double tokens;
  };

  // Cross-entropy of the target tokens and the end token, each given those before it.
  Nats nats(nn::CoreModel& model, const SentencePairs& part, const train::Batch& batch) const {
    const PaddedTensors source = padded(part.source, batch), target = padded(part.target, batch, true, true);
    const Tensor lengths = target.lengths - 1;
    const Tensor logits = static_cast<nn::Translator&>(model).forward(
        source.ids, source.lengths, target.ids.slice(1, 0, target.ids.size(1) - 1));
    return {nn::cross_entropy_sum(logits, target.ids.slice(1, 1), lengths), lengths.sum().item<double>()};
  }

  double mean_nats(nn::CoreModel& model, const SentencePairs& part) const {
    double sum = 0, tokens = 0;
    for (const train::Batch& batch : bucketed(part.source, kRows, 0, -1)) {
      const Nats n = nats(model, part, batch);
      sum += n.sum.item<double>(), tokens += n.tokens;
    }
    return sum / tokens;
  }

  std::vector<nn::Translation> translations(nn::CoreModel& model, int beam) const {
    std::vector<nn::Translation> all(data_.test.count());
    for (const train::Batch& batch : bucketed(data_.test.source, kRows, 0, -1)) {
      const PaddedTensors source = padded(data_.test.source, batch);
      std::vector<nn::Translation> found =
          static_cast<nn::Translator&>(model).translate(source.ids, source.lengths,
                                                        {.bos = Vocabulary::kBos,
                                                         .eos = Vocabulary::kEos,
                                                         .longest = 2 * longest_,
                                                         .beam = beam,
                                                         .length_power = config_.task.length_power});
      for (std::size_t i = 0; i < batch.size(); ++i)
        all[static_cast<std::size_t>(batch[i])] = std::move(found[i]);
    }
    return all;
  }

  std::string text_of(const Ids& ids) const {
    return join_tokens(data_.target_vocabulary.tokens(ids), tokenizer_of(config_.task));
  }

  // With special tokens, which an untrained model may say, so that each has its row of attention.
  Tokens every_token(const Ids& ids) const {
    Tokens tokens;
    for (const std::int64_t id : ids) tokens.push_back(data_.target_vocabulary.token(id));
    return tokens;
  }

  void add_exhibits(const std::vector<nn::Translation>& found, const std::vector<std::string>& texts,
                    std::vector<Exhibit>& exhibits) const {
    std::string examples;
    std::size_t maps = 0;
    for (std::size_t i = 0; i < std::min(kExamples, found.size()); ++i) {
      const Tokens source = data_.source_vocabulary.tokens(data_.test.source[i]);
      examples += fmt::format("source       {}\ntranslation  {}\nreference    {}\n\n",
                              join_tokens(source, tokenizer_of(config_.task)), texts[i],
                              data_.test.references[i].front());
      if (maps == kMaps || source.size() < 4 || found[i].tokens.size() < 3) continue;
      exhibits.push_back({fmt::format("attention-{}", ++maps),
                          fmt::format("Attention of test sentence {}; each row sums to 1.", i + 1),
                          attention_figure(found[i].weights, source, every_token(found[i].tokens)),
                          {}});
    }
    exhibits.push_back({"translations", "The first test sentences.", {}, examples});
  }

  const train::Config& config_;
  TranslationData data_;
  int longest_ = 1;
};

}  // namespace

std::unique_ptr<Task> make_translate(train::Config& config) { return std::make_unique<Translate>(config); }

}  // namespace ebit::task
