// dna, simple-seq, elman-xor, elman-letters, mnist-01: sequences of words of bits, of which the next is to be
// said, at every step or at the last.
#include "ebit/corpus/words.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/experiment/problem.h"
#include "ebit/experiment/problems/numbers.h"
#include "ebit/settings/problems.h"

namespace ebit::experiment {
namespace {

constexpr std::int64_t kValidationRows = 128, kTestRows = 500, kRows = 128;
// Sequence numbers of another seed's training must be others.
constexpr std::uint64_t kFirstOfSeed = std::uint64_t{1} << 40;
constexpr int kMostLength = 1000000;

// Where the sequences come from.
class WordSource {
 public:
  virtual ~WordSource() = default;
  virtual std::string description() const = 0;
  virtual std::vector<std::string> notes() const { return {}; }
  virtual int bits() const = 0;                            // w
  virtual bool last() const = 0;                           // whether only the last target counts
  virtual std::size_t steps() const = 0;                   // T
  virtual std::int64_t count(std::size_t part) const = 0;  // sequences that a part is judged on
  virtual WordBatch batch(std::size_t part, std::span<const std::int64_t> rows) const = 0;
  virtual void add_to(DataHash& hash) const = 0;
};

// An endless stream for each part.
class Generated : public WordSource {
 public:
  explicit Generated(const Config& config)
      : task_(find_word_task(config.problem.name)), seed_(config.corpus.split_seed) {
    require(config.problem.length >= static_cast<int>(task_.shortest) && config.problem.length <= kMostLength,
            "--length of {} must be from {} to {}, not {}", task_.name, task_.shortest, kMostLength,
            config.problem.length);
    length_ = static_cast<std::size_t>(config.problem.length);
  }
  std::string description() const override {
    return fmt::format("{} of length {}: words of {} bits, {} steps", task_.name, length_, task_.bits,
                       steps());
  }
  int bits() const override { return task_.bits; }
  bool last() const override { return task_.last; }
  std::size_t steps() const override { return length_ - 1; }
  std::int64_t count(std::size_t part) const override { return part == 1 ? kValidationRows : kTestRows; }
  WordBatch batch(std::size_t part, std::span<const std::int64_t> rows) const override {
    return word_batch(task_, length_, seed_, part, rows);
  }
  void add_to(DataHash& hash) const override { hash.add(task_.name), hash.add(length_), hash.add(seed_); }

 private:
  const WordTask& task_;
  std::uint64_t seed_;
  std::size_t length_;
};

// Images of zeros and ones, drawn with equal shares for training.
class Scanned : public WordSource {
 public:
  explicit Scanned(const Config& config) : corpus_(config.corpus.corpus), seed_(config.corpus.split_seed) {
    const CorpusConfig& o = config.corpus;
    const ImageData data = load_images({.corpus = o.corpus,
                                        .folder = o.folder,
                                        .order = "pixels",
                                        .permutation_seed = o.permutation_seed,
                                        .split = {.validation = o.validation,
                                                  .test = o.test,
                                                  .seed = o.split_seed,
                                                  .limit = static_cast<std::size_t>(o.limit)}});
    notes_ = data.notes;
    parts_[0] = image_words(data.train, 0, 1);
    parts_[1] = image_words(data.validation, 0, 1);
    parts_[2] = image_words(data.test, 0, 1);
    for (std::size_t part = 0; part < 3; ++part)
      require(parts_[part].count() > 0 || part == 1, "the {} part of {} holds no image of a 0 or 1",
              kPartNames[part], o.corpus);
    for (std::size_t row = 0; row < parts_[0].count(); ++row)
      of_class_[static_cast<std::size_t>(parts_[0].labels[row])].push_back(row);
    require(!of_class_[0].empty() && !of_class_[1].empty(),
            "the training part of {} needs images of 0 and of 1", o.corpus);
  }
  std::string description() const override {
    return fmt::format(
        "zeros and ones of {}, 10 x 10 in two orders: {} steps, {} training, {} validation, {} "
        "test images",
        corpus_, steps(), parts_[0].count(), parts_[1].count(), parts_[2].count());
  }
  std::vector<std::string> notes() const override { return notes_; }
  int bits() const override { return 2; }
  bool last() const override { return true; }
  std::size_t steps() const override { return ImageWords::kLength - 1; }
  std::int64_t count(std::size_t part) const override {
    return static_cast<std::int64_t>(parts_[part].count());
  }
  WordBatch batch(std::size_t part, std::span<const std::int64_t> rows) const override {
    WordBatch batch{rows.size(), steps(), {}, std::vector<std::int64_t>(rows.size() * steps())};
    for (std::size_t b = 0; b < rows.size(); ++b) {
      const std::size_t row = part == 0 ? drawn(rows[b]) : static_cast<std::size_t>(rows[b]);
      const auto first = parts_[part].words.begin() + static_cast<std::ptrdiff_t>(row * ImageWords::kLength);
      batch.words.insert(batch.words.end(), first, first + static_cast<std::ptrdiff_t>(steps()));
      batch.targets[(b + 1) * steps() - 1] = parts_[part].labels[row];
    }
    return batch;
  }
  void add_to(DataHash& hash) const override {
    for (const ImageWords& part : parts_) hash.add(part.words), hash.add(part.labels);
  }

 private:
  std::size_t drawn(std::int64_t row) const {
    constexpr std::uint64_t kDigitStream = 0x6469676974;  // "digit"
    const auto& own = of_class_[static_cast<std::size_t>(row % 2)];
    Random random(seed_, kDigitStream, static_cast<std::uint64_t>(row));
    return own[random.below(own.size())];
  }

  std::string corpus_;
  std::uint64_t seed_;
  std::vector<std::string> notes_;
  std::array<ImageWords, 3> parts_;
  std::array<std::vector<std::size_t>, 2> of_class_;  // training rows
};

class Words : public Problem {
 public:
  Words(const Config& config, std::unique_ptr<WordSource> source)
      : config_(config), source_(std::move(source)), one_hot_(config.problem.words == "one-hot") {
    require(config.problem.epoch_steps >= 1, "{} has no end of data: --epoch-steps must be at least 1",
            config.problem.name);
    const double rows = static_cast<double>(std::max<std::int64_t>(config.train.batch, kRows));
    const double bytes =
        rows * static_cast<double>(source_->steps()) * static_cast<double>(width() + 4) * sizeof(double);
    require(bytes <= available_memory(),
            "a batch of {} sequences of {} steps would take {} of memory, and {} is free", rows,
            source_->steps(), readable_bytes(bytes), readable_bytes(available_memory()));
  }

  std::string description() const override {
    const std::string& ignored = config_.problem.ignored_words;
    return source_->description() + (ignored == "targets" ? "" : fmt::format(", ignored words {}", ignored));
  }
  std::vector<std::string> notes() const override { return source_->notes(); }
  std::string loss_name() const override {
    return config_.problem.loss == "auto" ? "loss of a word"
                                          : fmt::format("{} of a word", config_.problem.loss);
  }
  std::vector<MetricName> metrics() const override { return {{"accuracy"}, {"cross-entropy", false}}; }

  // The share that each word has of the validation part's targets, each seen once more than it was.
  std::vector<Reference> references() const override {
    fit::Examples examples;
    std::vector<double> counts(words(), 1);
    fill(1, all_rows(1), examples);
    for (const std::int64_t label : examples.labels)
      if (label >= 0) ++counts[static_cast<std::size_t>(label)];
    double all = 0, right = 0, nats = 0, terms = 0;
    for (const double count : counts) all += count;
    const auto most = std::max_element(counts.begin(), counts.end()) - counts.begin();
    fill(2, all_rows(2), examples);
    for (const std::int64_t label : examples.labels) {
      if (label < 0) continue;
      right += label == most, nats -= std::log(counts[static_cast<std::size_t>(label)] / all), ++terms;
    }
    Reference reference{"most frequent word", "the shares of words in the validation part", {}, NAN};
    reference.scores.parts[2] = PartScores{{right / terms, nats / terms}, {}, {}};
    return {reference};
  }

  fit::InputSpec input() const override {
    return {.vocabulary = 0, .width = static_cast<int>(width()), .steps = static_cast<int>(source_->steps())};
  }
  fit::HeadSpec head() const override {
    return {.answer = source_->last() ? fit::Answer::kClass : fit::Answer::kClasses,
            .outputs = static_cast<int>(words())};
  }

  std::vector<fit::Batch> batches(int pass, std::uint64_t seed) const override {
    const std::int64_t steps = config_.problem.epoch_steps, size = config_.train.batch;
    auto next = static_cast<std::int64_t>(seed * kFirstOfSeed) + pass * steps * size;
    std::vector<fit::Batch> all(static_cast<std::size_t>(steps));
    for (fit::Batch& batch : all)
      for (std::int64_t row = 0; row < size; ++row) batch.push_back(next++);
    return all;
  }
  const fit::Examples& examples(const fit::Batch& batch) override {
    fill(0, batch, batch_);
    return batch_;
  }

  bool validated() const override { return source_->count(1) > 0; }
  std::vector<std::string> validation_metrics() const override { return {"accuracy"}; }
  fit::Validation validate(fit::Model& model, std::uint64_t seed) const override {
    const Said said = ask(model, 1, seed, fit::kValidationPart);
    return {said.loss, {said.accuracy}};
  }
  fit::Examples sequences(std::size_t part, std::size_t most) const override {
    fit::Examples examples;
    const std::int64_t rows = source_->count(part);
    if (rows > 0) fill(part, spread_over(static_cast<std::size_t>(rows), most), examples);
    return examples;
  }
  Scores scores(fit::Model& model, std::uint64_t seed, bool) const override {
    const Said said = ask(model, 2, seed, fit::kTestPart);
    Scores scores;
    scores.parts[2] = PartScores{{said.accuracy, said.nats}, {}, {}};
    return scores;
  }
  std::uint64_t data_hash() const override {
    DataHash hash;
    source_->add_to(hash);
    return hash.value();
  }

 private:
  // Means over the words that count: of the model's own loss, of -log p, of those that are right.
  struct Said {
    double loss, nats, accuracy;
  };

  std::size_t words() const { return std::size_t{1} << source_->bits(); }
  std::size_t width() const { return one_hot_ ? words() : static_cast<std::size_t>(source_->bits()); }
  fit::Batch all_rows(std::size_t part) const {
    return spread_over(static_cast<std::size_t>(std::max<std::int64_t>(source_->count(part), 1)), 0);
  }

  // What a measured memory is projected on: in training the targets. Otherwise words that count are drawn,
  // and of those that do not the option says it, in training too.
  std::int64_t outcome(std::size_t part, bool counts, std::int64_t target) const {
    if (counts) return part == 0 ? target : -1;
    if (config_.problem.ignored_words == "targets") return target;
    return config_.problem.ignored_words == "zeros" ? 0 : -1;
  }

  void fill(std::size_t part, const fit::Batch& rows, fit::Examples& examples) const {
    const WordBatch batch = source_->batch(part, rows);
    const std::size_t count = batch.batch * batch.steps;
    const auto bits = static_cast<std::size_t>(source_->bits());
    examples.samples = batch.batch, examples.steps = batch.steps, examples.features = width();
    examples.x.assign(count * width(), 0.0);
    examples.outcomes.resize(count), examples.labels.clear();
    for (std::size_t s = 0; s < count; ++s) {
      double* const x = examples.x.data() + s * width();
      if (one_hot_) x[batch.words[s]] = 1;
      for (std::size_t f = 0; !one_hot_ && f < bits; ++f)
        x[f] = static_cast<double>(batch.words[s] >> (bits - 1 - f) & 1);
      const bool counts = !source_->last() || s % batch.steps == batch.steps - 1;
      examples.outcomes[s] = outcome(part, counts, batch.targets[s]);
      if (counts) examples.labels.push_back(batch.targets[s]);
    }
  }

  Said ask(fit::Model& model, std::size_t part, std::uint64_t seed, std::uint64_t draws) const {
    Said said{0, 0, 0};
    double terms = 0;
    fit::Examples examples;
    model.seed_draws(seed, fit::prediction_draw(draws, 0));
    const bool logits = model.spec().head.linear;
    for (std::int64_t first = 0, rows = source_->count(part); first < rows; first += kRows) {
      fit::Batch batch;
      for (std::int64_t row = first; row < std::min(first + kRows, rows); ++row) batch.push_back(row);
      fill(part, batch, examples);
      const fit::Answers answers = model.answer(examples);
      said.loss += answers.loss, terms += answers.terms;
      for (std::size_t r = 0; r < examples.labels.size(); ++r) {
        const double* const row = answers.numbers.data() + r * answers.outputs;
        const auto label = static_cast<std::size_t>(examples.labels[r]);
        said.accuracy += std::max_element(row, row + answers.outputs) == row + label;
        said.nats += nats_of(row, answers.outputs, label, logits);
      }
    }
    said.loss /= terms, said.nats /= terms, said.accuracy /= terms;
    return said;
  }

  static double nats_of(const double* row, std::size_t classes, std::size_t label, bool logits) {
    constexpr double kLeast = 1e-300;
    if (!logits) return -std::log(std::max(row[label], kLeast));
    const double top = *std::max_element(row, row + classes);
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += std::exp(row[c] - top);
    return std::log(sum) + top - row[label];
  }

  const Config& config_;
  std::unique_ptr<WordSource> source_;
  bool one_hot_;
  fit::Examples batch_;
};

}  // namespace

std::unique_ptr<Problem> make_words(Config& config) {
  return std::make_unique<Words>(config, std::make_unique<Generated>(config));
}
std::unique_ptr<Problem> make_word_images(Config& config) {
  return std::make_unique<Words>(config, std::make_unique<Scanned>(config));
}

}  // namespace ebit::experiment
