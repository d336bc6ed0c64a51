// language-model: the next character or word of a text, by truncated backpropagation through time.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/corpus/language.h"
#include "ebit/corpus/scores.h"
#include "ebit/task/task.h"
#include "ebit/task/tensors.h"
#include "ebit/task/text.h"

namespace ebit::task {
namespace {

using torch::Tensor;

constexpr std::size_t kScoredStreams = 32;

class LanguageModel : public Task {
 public:
  explicit LanguageModel(const train::Config& config) : config_(config) {
    const train::TaskOptions& o = config.task;
    require(o.bptt >= 1, "--bptt must be at least 1, not {}", o.bptt);
    require(o.temperature > 0, "--temperature must be above 0, not {}", o.temperature);
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
                                             static_cast<std::size_t>(o.bptt));
  }

  std::string description() const override {
    return fmt::format("{} by {}: {} training, {} validation, {} test tokens, {} in the vocabulary",
                       config_.task.corpus, config_.task.tokenizer, data_.train.ids.size(),
                       data_.validation.ids.size(), data_.test.ids.size(), data_.vocabulary.size());
  }
  std::vector<std::string> notes() const override { return data_.notes; }
  std::string vocabulary() const override { return vocabulary_text(data_.vocabulary); }
  std::string loss_name() const override { return "cross-entropy a token (nats)"; }
  std::vector<TaskMetric> metrics() const override {
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
    return {{"unigram",
             {perplexity(test, data_.test.ids.size()), bits_per_character(test, data_.test.characters)},
             -log_likelihood(data_.validation) / static_cast<double>(data_.validation.ids.size())}};
  }

  std::shared_ptr<nn::CoreModel> make_model(const nn::CoreChoice& core) const override {
    const int size = static_cast<int>(data_.vocabulary.size());
    return std::make_shared<nn::SequenceTagger>(
        core,
        nn::InputOptions{
            .vocabulary = size, .width = config_.task.embedding, .dropout = config_.task.dropout},
        size);
  }

  // A batch is the number of a window of the streams; they follow each other in the order of the text.
  std::vector<train::Batch> batches(int, std::uint64_t) const override {
    std::vector<train::Batch> all;
    for (std::size_t w = 0; w < streams_->windows(); ++w) all.push_back({static_cast<std::int64_t>(w)});
    return all;
  }

  Tensor loss(nn::CoreModel& model, const train::Batch& batch) override {
    if (batch.front() == 0) forget();  // the text begins again
    const StreamWindow window = streams_->window(static_cast<std::size_t>(batch.front()));
    return nats(model, window, carried_) / static_cast<double>(window.y.size());
  }
  void forget() override { carried_.clear(); }

  bool validated() const override { return data_.validation.ids.size() > 1; }
  std::vector<std::string> validation_metrics() const override {
    return {"perplexity", "bits per character"};
  }
  train::Validation validate(nn::CoreModel& model) const override {
    const double mean = log_likelihood(model, data_.validation);
    return {-mean, values(data_.validation, mean)};
  }

  TaskScores scores(nn::CoreModel& model, bool show) const override {
    TaskScores result{values(data_.test, log_likelihood(model, data_.test)), {}};
    if (show && config_.task.sample > 0)
      result.exhibits.push_back({"sample",
                                 fmt::format("{} tokens drawn from the model at temperature {}.",
                                             config_.task.sample, config_.task.temperature),
                                 {},
                                 sample(model)});
    return result;
  }

 private:
  // Perplexity and bits per character of a part where a token's mean log-likelihood is `mean` nats.
  static std::vector<double> values(const TextPart& part, double mean) {
    return {std::exp(-mean),
            bits_per_character(mean * static_cast<double>(part.ids.size()), part.characters)};
  }

  // The summed cross-entropy of a window; a state that is carried goes on, without its history.
  Tensor nats(nn::CoreModel& model, const StreamWindow& window, nn::CoreState& state) const {
    const std::vector<std::int64_t> sizes = {static_cast<std::int64_t>(window.batch),
                                             static_cast<std::int64_t>(window.steps)};
    nn::CoreOutput out =
        static_cast<nn::SequenceTagger&>(model).forward(ids_tensor(window.x, sizes), {}, state);
    if (config_.task.carry) state = nn::detached(out.state);
    return nn::cross_entropy_sum(out.features, ids_tensor(window.y, sizes));
  }

  // Mean log-likelihood of a token, in nats.
  double log_likelihood(nn::CoreModel& model, const TextPart& part) const {
    // Few streams, so that nearly every token has all that stands before it.
    const std::size_t count = std::clamp<std::size_t>(part.ids.size() / 256, 1, kScoredStreams);
    const TextStreams streams(part.ids, count, static_cast<std::size_t>(config_.task.bptt));
    nn::CoreState state;
    double sum = 0;
    for (std::size_t w = 0; w < streams.windows(); ++w)
      sum += nats(model, streams.window(w), state).item<double>();
    return -sum / static_cast<double>(streams.tokens());
  }

  // The first test token, and what the model draws after it; special tokens are not drawn, but <eos> ends a
  // line.
  std::string sample(nn::CoreModel& model) const {
    auto& tagger = static_cast<nn::SequenceTagger&>(model);
    torch::Generator generator = at::detail::createCPUGenerator(config_.train.seed);
    const TokenizerOptions tokenizer = tokenizer_of(config_.task);
    std::string text;
    Tokens line;
    const auto end_line = [&] {
      text += join_tokens(line, tokenizer);
      line.clear();
    };
    nn::CoreState state;
    Ids read;  // what the state has seen
    std::int64_t token = data_.test.ids.front();
    const auto continued = [&](const Ids& ids) {
      nn::CoreOutput out =
          tagger.forward(ids_tensor(ids, {1, static_cast<std::int64_t>(ids.size())}), {}, state);
      state = std::move(out.state);
      return out.features.select(1, -1).view(-1);
    };
    for (int i = 0; i < config_.task.sample; ++i) {
      if (token == Vocabulary::kEos) {
        end_line();
        text += "\n";
      } else {
        line.push_back(data_.vocabulary.token(token));
      }
      Ids next = {token};
      if (!config_.task.carry && read.size() == static_cast<std::size_t>(config_.task.bptt)) {
        // No window was longer: begin anew, with what stood last for a context.
        next.insert(next.begin(), read.begin() + static_cast<std::ptrdiff_t>((read.size() + 1) / 2),
                    read.end());
        state.clear(), read.clear();
      }
      read.insert(read.end(), next.begin(), next.end());
      Tensor logits = continued(next).to(torch::kFloat64) / config_.task.temperature;
      for (const std::int64_t special : {Vocabulary::kPad, Vocabulary::kUnk, Vocabulary::kBos})
        logits[special] = -std::numeric_limits<double>::infinity();
      token = torch::multinomial(torch::softmax(logits, 0), 1, false, generator).item<std::int64_t>();
    }
    end_line();
    return text;
  }

  const train::Config& config_;
  LanguageData data_;
  std::unique_ptr<TextStreams> streams_;
  nn::CoreState carried_;
};

}  // namespace

std::unique_ptr<Task> make_language_model(train::Config& config) {
  return std::make_unique<LanguageModel>(config);
}

}  // namespace ebit::task
