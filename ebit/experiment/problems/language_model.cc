// language-model: the next character or word of a text, by truncated backpropagation through time.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/corpus/language.h"
#include "ebit/corpus/scores.h"
#include "ebit/experiment/problem.h"
#include "ebit/experiment/problems/numbers.h"
#include "ebit/experiment/problems/text.h"

namespace ebit::experiment {
namespace {

constexpr std::size_t kScoredStreams = 32;

// A name for the random numbers of drawn text.
constexpr std::uint64_t kSampleStream = std::uint64_t{0x74657874} << 32;

class LanguageModel : public Problem {
 public:
  explicit LanguageModel(const Config& config) : config_(config) {
    const CorpusConfig& o = config.corpus;
    const ProblemConfig& p = config.problem;
    require(p.bptt >= 1, "--bptt must be at least 1, not {}", p.bptt);
    require(p.temperature > 0, "--temperature must be above 0, not {}", p.temperature);
    data_ = load_language({.corpus = o.corpus,
                           .folder = o.folder,
                           .encoding = o.encoding,
                           .tokenizer = tokenizer_of(o),
                           .vocabulary = vocabulary_of(o),
                           .validation = o.validation,
                           .test = o.test,
                           .limit = static_cast<std::size_t>(o.limit)});
    require(!data_.test.ids.empty(), "there is no test text: give a share with --test-share");
    // Throws for a text that is too short for the batch.
    streams_ = std::make_unique<TextStreams>(data_.train.ids, static_cast<std::size_t>(config.train.batch),
                                             static_cast<std::size_t>(p.bptt));
  }

  std::string description() const override {
    return fmt::format("{} by {}: {} training, {} validation, {} test tokens, {} in the vocabulary",
                       config_.corpus.corpus, config_.corpus.tokenizer, data_.train.ids.size(),
                       data_.validation.ids.size(), data_.test.ids.size(), data_.vocabulary.size());
  }
  std::vector<std::string> notes() const override { return data_.notes; }
  std::string vocabulary() const override { return vocabulary_text(data_.vocabulary); }
  std::string loss_name() const override { return "cross-entropy a token (nats)"; }
  std::vector<MetricName> metrics() const override {
    return {{"perplexity", false}, {"bits per character", false}};
  }

  // Each token by its share of the training part, every token seen once more than it was.
  std::vector<Reference> references() const override {
    const std::size_t size = data_.vocabulary.size();
    std::vector<double> counts(size, 1.0);
    for (const std::int64_t id : data_.train.ids) ++counts[static_cast<std::size_t>(id)];
    const double all = static_cast<double>(data_.train.ids.size() + size);
    const auto log_likelihood = [&](const TextPart& part) {
      double sum = 0;
      for (const std::int64_t id : part.ids) sum += std::log(counts[static_cast<std::size_t>(id)] / all);
      return sum;
    };
    const double test = log_likelihood(data_.test);
    Reference unigram{"unigram",
                      "every token by its share of the training part",
                      {},
                      -log_likelihood(data_.validation) / static_cast<double>(data_.validation.ids.size())};
    unigram.scores.parts[2] = PartScores{
        {perplexity(test, data_.test.ids.size()), bits_per_character(test, data_.test.characters)}, {}, {}};
    return {unigram};
  }

  fit::InputSpec input() const override {
    return {.vocabulary = static_cast<int>(data_.vocabulary.size()), .width = config_.model.embedding};
  }
  fit::HeadSpec head() const override {
    return {.answer = fit::Answer::kClasses, .outputs = static_cast<int>(data_.vocabulary.size())};
  }

  // A batch is the number of a window of the streams; they follow each other in the order of the text.
  std::vector<fit::Batch> batches(int, std::uint64_t) const override {
    std::vector<fit::Batch> all;
    for (std::size_t w = 0; w < streams_->windows(); ++w) all.push_back({static_cast<std::int64_t>(w)});
    return all;
  }

  const fit::Examples& examples(const fit::Batch& batch) override {
    fill(streams_->window(static_cast<std::size_t>(batch.front())), batch_);
    batch_.goes_on = config_.problem.carry && batch.front() > 0;  // at 0 the text begins again
    return batch_;
  }

  bool validated() const override { return data_.validation.ids.size() > 1; }
  std::vector<std::string> validation_metrics() const override {
    return {"perplexity", "bits per character"};
  }
  fit::Validation validate(fit::Model& model, std::uint64_t seed) const override {
    const double mean = log_likelihood(model, data_.validation, seed, fit::kValidationPart);
    return {-mean, values(data_.validation, mean)};
  }

  fit::Examples sequences(std::size_t part, std::size_t most) const override {
    const TextPart& own = part == 0 ? data_.train : part == 1 ? data_.validation : data_.test;
    fit::Examples examples;
    const auto steps = static_cast<std::size_t>(config_.problem.bptt);
    if (own.ids.size() < 2) return examples;
    // As many windows side by side, each the beginning of a stream.
    const std::size_t all = std::max<std::size_t>(1, (own.ids.size() - 1) / steps);
    const TextStreams streams(own.ids, most == 0 ? all : std::min(most, all), steps);
    fill(streams.window(0), examples);
    return examples;
  }

  Scores scores(fit::Model& model, std::uint64_t seed, bool show) const override {
    Scores scores;
    scores.parts[2] =
        PartScores{values(data_.test, log_likelihood(model, data_.test, seed, fit::kTestPart)), {}, {}};
    if (show && config_.problem.sample > 0)
      scores.exhibits.push_back({.name = "sample",
                                 .caption = fmt::format("{} tokens drawn from the model at temperature {}.",
                                                        config_.problem.sample, config_.problem.temperature),
                                 .text = sample(model)});
    return scores;
  }

  std::uint64_t data_hash() const override {
    DataHash hash;
    for (const TextPart* part : {&data_.train, &data_.validation, &data_.test}) hash.add(part->ids);
    hash.add(vocabulary());
    return hash.value();
  }

 private:
  // Perplexity and bits per character of a part where a token's mean log-likelihood is `mean` nats.
  static std::vector<double> values(const TextPart& part, double mean) {
    return {std::exp(-mean),
            bits_per_character(mean * static_cast<double>(part.ids.size()), part.characters)};
  }

  static void fill(StreamWindow window, fit::Examples& examples) {
    examples.samples = window.batch, examples.steps = window.steps, examples.features = 0;
    examples.tokens = std::move(window.x), examples.labels = std::move(window.y);
  }

  // Mean log-likelihood of a token, in nats.
  double log_likelihood(fit::Model& model, const TextPart& part, std::uint64_t seed,
                        std::uint64_t draws) const {
    // Few streams, so that nearly every token has all that stands before it.
    const std::size_t count = std::clamp<std::size_t>(part.ids.size() / 256, 1, kScoredStreams);
    const TextStreams streams(part.ids, count, static_cast<std::size_t>(config_.problem.bptt));
    fit::Examples examples;
    double sum = 0;
    model.seed_draws(seed, fit::prediction_draw(draws, 0));
    model.reset_state();
    for (std::size_t w = 0; w < streams.windows(); ++w) {
      fill(streams.window(w), examples);
      examples.goes_on = config_.problem.carry;
      sum += model.answer(examples).loss;
    }
    model.reset_state();
    return -sum / static_cast<double>(streams.tokens());
  }

  // The first test token, and what the model draws after it; special tokens are not drawn, but <eos> ends a
  // line.
  std::string sample(fit::Model& model) const {
    Random random(config_.train.seed, kSampleStream);
    const TokenizerOptions tokenizer = tokenizer_of(config_.corpus);
    const auto longest = static_cast<std::size_t>(config_.problem.bptt);
    std::string text;
    Tokens line;
    const auto end_line = [&] {
      text += join_tokens(line, tokenizer);
      line.clear();
    };
    Ids read;  // what the model has seen since it began
    std::int64_t token = data_.test.ids.front();
    for (int i = 0; i < config_.problem.sample; ++i) {
      if (token == Vocabulary::kEos) {
        end_line();
        text += "\n";
      } else {
        line.push_back(data_.vocabulary.token(token));
      }
      if (config_.problem.carry) {
        token = draw(model, {token}, i > 0, random.uniform());
        continue;
      }
      // No window was longer: begin anew, with what stood last for a context.
      if (read.size() == longest)
        read.erase(read.begin(), read.end() - static_cast<std::ptrdiff_t>(longest / 2));
      read.push_back(token);
      token = draw(model, read, false, random.uniform());
    }
    model.reset_state();
    end_line();
    return text;
  }

  // The token behind `read`. @param goes_on from the state of the call before. @param uniform in [0, 1).
  std::int64_t draw(fit::Model& model, const Ids& read, bool goes_on, double uniform) const {
    fit::Examples examples{.samples = 1, .steps = read.size()};
    examples.tokens = read, examples.labels = read;  // labels: for the loss, which is not looked at
    examples.goes_on = goes_on;
    const fit::Answers answers = model.answer(examples);
    std::vector<double> weights(answers.numbers.end() - static_cast<std::ptrdiff_t>(answers.outputs),
                                answers.numbers.end());
    const double most = *std::ranges::max_element(weights);
    for (double& logit : weights) logit = std::exp((logit - most) / config_.problem.temperature);
    for (const std::int64_t special : {Vocabulary::kPad, Vocabulary::kUnk, Vocabulary::kBos})
      weights[static_cast<std::size_t>(special)] = 0;
    double left = uniform * std::accumulate(weights.begin(), weights.end(), 0.0);
    std::size_t token = 0;
    while (token + 1 < weights.size() && left >= weights[token]) left -= weights[token++];
    return static_cast<std::int64_t>(token);
  }

  const Config& config_;
  LanguageData data_;
  std::unique_ptr<TextStreams> streams_;
  fit::Examples batch_;
};

}  // namespace

std::unique_ptr<Problem> make_language_model(Config& config) {
  return std::make_unique<LanguageModel>(config);
}

}  // namespace ebit::experiment
