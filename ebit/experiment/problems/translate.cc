// translate: sentences from one language to another.
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/corpus/bleu.h"
#include "ebit/corpus/scores.h"
#include "ebit/corpus/translation.h"
#include "ebit/experiment/problem.h"
#include "ebit/experiment/problems/numbers.h"
#include "ebit/experiment/problems/text.h"

namespace ebit::experiment {
namespace {

constexpr std::size_t kExamples = 12, kMaps = 3;
constexpr int kRows = 128;

// Attention of one translation: a row a target token, a column a source token.
Figure attention_figure(const fit::Translation& found, const Tokens& source, const Tokens& target) {
  const std::size_t rows = found.weights.size() / found.source_steps;
  Heatmap cells{.rows = rows,
                .columns = source.size(),
                .values = {},
                .row_labels = target,
                .column_labels = source,
                .scale_label = "attention"};
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < source.size(); ++column)
      cells.values.push_back(found.weights[row * found.source_steps + column]);
  if (cells.row_labels.size() < cells.rows) cells.row_labels.emplace_back("<eos>");
  Figure figure;
  figure.title = "Where the decoder looks";
  figure.x_label = "source", figure.y_label = "translation";
  figure.width = 640, figure.height = 160 + 32 * static_cast<int>(cells.rows);
  figure.heatmap = std::move(cells);
  return figure;
}

class Translate : public Problem {
 public:
  explicit Translate(const Config& config) : config_(config) {
    const CorpusConfig& o = config.corpus;
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
                       config_.corpus.corpus, data_.train.count(), data_.validation.count(),
                       data_.test.count(), data_.source_vocabulary.size(), data_.target_vocabulary.size());
  }
  std::vector<std::string> notes() const override { return data_.notes; }
  std::string vocabulary() const override {
    return fmt::format("source\n{}\ntarget\n{}", vocabulary_text(data_.source_vocabulary),
                       vocabulary_text(data_.target_vocabulary));
  }
  std::string loss_name() const override { return "cross-entropy a token (nats)"; }
  std::vector<MetricName> metrics() const override { return {{"BLEU"}, {"perplexity", false}}; }

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
    Reference unigram{"unigram", "every token by its share of the training part", {}, mean(data_.validation)};
    unigram.scores.parts[2] = PartScores{{NAN, std::exp(mean(data_.test))}, {}, {}};
    return {unigram};
  }

  fit::InputSpec input() const override {
    return {.vocabulary = static_cast<int>(data_.source_vocabulary.size()), .width = config_.model.embedding};
  }
  fit::HeadSpec head() const override {
    return {.answer = fit::Answer::kTranslation, .outputs = static_cast<int>(data_.target_vocabulary.size())};
  }

  std::vector<fit::Batch> batches(int pass, std::uint64_t seed) const override {
    return bucketed(data_.train.source, config_.train.batch, seed, pass);
  }

  const fit::Examples& examples(const fit::Batch& batch) override {
    fill(data_.train, batch, batch_);
    return batch_;
  }

  bool validated() const override { return data_.validation.count() > 0; }
  // A search for every epoch's BLEU would take longer than the epoch.
  std::vector<std::string> validation_metrics() const override { return {"perplexity"}; }
  fit::Validation validate(fit::Model& model, std::uint64_t seed) const override {
    const double mean = mean_nats(model, data_.validation, seed, fit::kValidationPart);
    return {mean, {std::exp(mean)}};
  }

  fit::Examples sequences(std::size_t part, std::size_t most) const override {
    const SentencePairs& own = part == 0 ? data_.train : part == 1 ? data_.validation : data_.test;
    fit::Examples examples;
    if (own.count() > 0) fill(own, spread_over(own.count(), most), examples);
    return examples;
  }

  Scores scores(fit::Model& model, std::uint64_t seed, bool show) const override {
    model.seed_draws(seed, fit::prediction_draw(fit::kTestPart, 0));
    const std::vector<fit::Translation> found = translations(model);
    std::vector<std::string> texts;
    for (const fit::Translation& t : found) texts.push_back(text_of(t.tokens));
    Scores scores;
    scores.parts[2] = PartScores{{bleu(texts, data_.test.references).score,
                                  std::exp(mean_nats(model, data_.test, seed, fit::kTestPart + 1))},
                                 {},
                                 {}};
    if (show) add_exhibits(found, texts, scores.exhibits);
    return scores;
  }

  std::uint64_t data_hash() const override {
    DataHash hash;
    for (const SentencePairs* part : {&data_.train, &data_.validation, &data_.test})
      hash.add(part->source), hash.add(part->target);
    hash.add(vocabulary());
    return hash.value();
  }

 private:
  // The target's tokens and the end token, each with the token before it, padded.
  static void fill(const SentencePairs& part, const fit::Batch& batch, fit::Examples& examples) {
    fill_tokens(part.source, batch, examples);
    const std::vector<std::size_t> places(batch.begin(), batch.end());
    const PaddedBatch target = pad(part.target, places, true, true);
    const std::size_t steps = target.steps - 1;
    examples.target_steps = steps;
    examples.previous.clear(), examples.labels.clear(), examples.target_lengths.clear();
    for (std::size_t b = 0; b < target.batch; ++b) {
      const auto row = target.ids.begin() + static_cast<std::ptrdiff_t>(b * target.steps);
      const auto count = static_cast<std::ptrdiff_t>(steps);
      examples.previous.insert(examples.previous.end(), row, row + count);
      examples.labels.insert(examples.labels.end(), row + 1, row + 1 + count);
      examples.target_lengths.push_back(target.lengths[b] - 1);
    }
  }

  // Mean cross-entropy of a target token, given those before it.
  double mean_nats(fit::Model& model, const SentencePairs& part, std::uint64_t seed,
                   std::uint64_t draws) const {
    double sum = 0, tokens = 0;
    fit::Examples examples;
    model.seed_draws(seed, fit::prediction_draw(draws, 0));
    for (const fit::Batch& batch : bucketed(part.source, kRows, 0, -1)) {
      fill(part, batch, examples);
      const fit::Answers answers = model.answer(examples);
      sum += answers.loss, tokens += answers.terms;
    }
    return sum / tokens;
  }

  std::vector<fit::Translation> translations(fit::Model& model) const {
    std::vector<fit::Translation> all(data_.test.count());
    fit::Examples examples;
    for (const fit::Batch& batch : bucketed(data_.test.source, kRows, 0, -1)) {
      fill_tokens(data_.test.source, batch, examples);
      std::vector<fit::Translation> found =
          model.translate(examples, {.begin = Vocabulary::kBos,
                                     .end = Vocabulary::kEos,
                                     .longest = 2 * longest_,
                                     .beam = config_.problem.beam,
                                     .length_power = config_.problem.length_power});
      for (std::size_t i = 0; i < batch.size(); ++i)
        all[static_cast<std::size_t>(batch[i])] = std::move(found[i]);
    }
    return all;
  }

  std::string text_of(const Ids& ids) const {
    return join_tokens(data_.target_vocabulary.tokens(ids), tokenizer_of(config_.corpus));
  }

  // With special tokens, which an untrained model may say, so that each has its row of attention.
  Tokens every_token(const Ids& ids) const {
    Tokens tokens;
    for (const std::int64_t id : ids) tokens.push_back(data_.target_vocabulary.token(id));
    return tokens;
  }

  void add_exhibits(const std::vector<fit::Translation>& found, const std::vector<std::string>& texts,
                    std::vector<Exhibit>& exhibits) const {
    std::string examples;
    std::size_t maps = 0;
    for (std::size_t i = 0; i < std::min(kExamples, found.size()); ++i) {
      const Tokens source = data_.source_vocabulary.tokens(data_.test.source[i]);
      examples += fmt::format("source       {}\ntranslation  {}\nreference    {}\n\n",
                              join_tokens(source, tokenizer_of(config_.corpus)), texts[i],
                              data_.test.references[i].front());
      if (maps == kMaps || source.size() < 4 || found[i].tokens.size() < 3) continue;
      exhibits.push_back(
          {.name = fmt::format("attention-{}", ++maps),
           .caption = fmt::format("Attention of test sentence {}; each row sums to 1.", i + 1),
           .sheet = Sheet{.panels = {attention_figure(found[i], source, every_token(found[i].tokens))}}});
    }
    exhibits.push_back({.name = "translations", .caption = "The first test sentences.", .text = examples});
  }

  const Config& config_;
  TranslationData data_;
  int longest_ = 1;
  fit::Examples batch_;
};

}  // namespace

std::unique_ptr<Problem> make_translate(Config& config) { return std::make_unique<Translate>(config); }

}  // namespace ebit::experiment
