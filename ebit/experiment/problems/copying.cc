// copying: ten symbols are to be repeated after a delay.
#include "ebit/corpus/copying.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/experiment/problem.h"
#include "ebit/experiment/problems/numbers.h"

namespace ebit::experiment {
namespace {

constexpr std::int64_t kValidationRows = 200, kTestRows = 500, kRows = 100;
// Sequence numbers of another seed's training must be others.
constexpr std::uint64_t kFirstOfSeed = std::uint64_t{1} << 40;

class Copying : public Problem {
 public:
  explicit Copying(const Config& config) : config_(config) {
    require(config.problem.delay >= 1, "--delay must be at least 1, not {}", config.problem.delay);
    require(config.problem.epoch_steps >= 1, "copying has no end of data: --epoch-steps must be at least 1");
    problem_ = {.delay = static_cast<std::size_t>(config.problem.delay), .seed = config.corpus.split_seed};
    // Symbols in, symbols out, and what the model says of each.
    const std::int64_t rows = std::max<std::int64_t>(config.train.batch, kRows);
    const double bytes = static_cast<double>(rows) * static_cast<double>(problem_.steps()) *
                         static_cast<double>((2 + CopyingTask::kSymbols) * sizeof(std::int64_t));
    require(bytes <= available_memory(),
            "--delay {}: a batch of {} sequences would take {} of memory, and {} is free",
            config.problem.delay, rows, readable_bytes(bytes), readable_bytes(available_memory()));
  }

  std::string description() const override {
    return fmt::format("{} symbols of {}, delay {}, {} steps", CopyingTask::kRemembered, CopyingTask::kData,
                       problem_.delay, problem_.steps());
  }
  std::string loss_name() const override { return "cross-entropy a step (nats)"; }
  std::vector<MetricName> metrics() const override { return {{"cross-entropy", false}, {"recalled"}}; }

  std::vector<Reference> references() const override {
    Reference none{
        "no memory: 10 ln 8 / (L + 20)", "the best without memory", {}, problem_.memoryless_loss()};
    none.scores.parts[2] =
        PartScores{{problem_.memoryless_loss(), 1.0 / static_cast<double>(CopyingTask::kData)}, {}, {}};
    return {none};
  }

  fit::InputSpec input() const override {
    return {.vocabulary = CopyingTask::kSymbols,
            .width = config_.model.embedding,
            .steps = static_cast<int>(problem_.steps())};
  }
  fit::HeadSpec head() const override {
    return {.answer = fit::Answer::kClasses, .outputs = static_cast<int>(CopyingTask::kSymbols)};
  }

  // A pass is an epoch's share of the endless stream of sequences.
  std::vector<fit::Batch> batches(int pass, std::uint64_t seed) const override {
    const std::int64_t steps = config_.problem.epoch_steps, size = config_.train.batch;
    auto next = static_cast<std::int64_t>(seed * kFirstOfSeed) + pass * steps * size;
    std::vector<fit::Batch> all(static_cast<std::size_t>(steps));
    for (fit::Batch& batch : all) {
      for (std::int64_t row = 0; row < size; ++row) batch.push_back(next++);
    }
    return all;
  }

  const fit::Examples& examples(const fit::Batch& batch) override {
    fill(CopyingPart::kTrain, batch.front(), static_cast<std::int64_t>(batch.size()), batch_);
    return batch_;
  }

  bool validated() const override { return true; }
  std::vector<std::string> validation_metrics() const override { return {"recalled"}; }
  fit::Validation validate(fit::Model& model, std::uint64_t seed) const override {
    const std::vector<double> found =
        measure(model, CopyingPart::kValidation, kValidationRows, seed, fit::kValidationPart);
    return {found[0], {found[1]}};
  }

  fit::Examples sequences(std::size_t part, std::size_t most) const override {
    fit::Examples examples;
    const std::int64_t rows = most == 0
                                  ? kValidationRows
                                  : std::min<std::int64_t>(kValidationRows, static_cast<std::int64_t>(most));
    fill(static_cast<CopyingPart>(part), 0, rows, examples);
    return examples;
  }

  Scores scores(fit::Model& model, std::uint64_t seed, bool) const override {
    Scores scores;
    scores.parts[2] = PartScores{measure(model, CopyingPart::kTest, kTestRows, seed, fit::kTestPart), {}, {}};
    return scores;
  }

  // The sequences are a function of these numbers alone.
  std::uint64_t data_hash() const override {
    DataHash hash;
    hash.add(problem_.delay), hash.add(problem_.seed);
    return hash.value();
  }

 private:
  void fill(CopyingPart part, std::int64_t first, std::int64_t count, fit::Examples& examples) const {
    CopyingBatch batch =
        copying_batch(problem_, part, static_cast<std::uint64_t>(first), static_cast<std::size_t>(count));
    examples.samples = batch.batch, examples.steps = batch.steps, examples.features = 0;
    examples.tokens = std::move(batch.x), examples.labels = std::move(batch.y);
  }

  // Mean cross-entropy a step, and the share of the ten symbols that come back right.
  std::vector<double> measure(fit::Model& model, CopyingPart part, std::int64_t rows, std::uint64_t seed,
                              std::uint64_t draws) const {
    double nats = 0, right = 0;
    fit::Examples examples;
    model.seed_draws(seed, fit::prediction_draw(draws, 0));
    for (std::int64_t first = 0; first < rows; first += kRows) {
      fill(part, first, std::min(kRows, rows - first), examples);
      const fit::Answers answers = model.answer(examples);
      nats += answers.loss;
      right += recalled(examples, answers);
    }
    const auto all = static_cast<double>(rows);
    return {nats / (all * static_cast<double>(problem_.steps())),
            right / (all * static_cast<double>(CopyingTask::kRemembered))};
  }

  // How many of the last ten symbols of all sequences are said.
  static double recalled(const fit::Examples& examples, const fit::Answers& answers) {
    double right = 0;
    for (std::size_t b = 0; b < examples.samples; ++b)
      for (std::size_t t = examples.steps - CopyingTask::kRemembered; t < examples.steps; ++t) {
        const std::size_t at = b * examples.steps + t;
        const auto row = answers.numbers.begin() + static_cast<std::ptrdiff_t>(at * answers.outputs);
        const auto best = std::max_element(row, row + static_cast<std::ptrdiff_t>(answers.outputs));
        right += best - row == examples.labels[at];
      }
    return right;
  }

  const Config& config_;
  CopyingTask problem_;
  fit::Examples batch_;
};

}  // namespace

std::unique_ptr<Problem> make_copying(Config& config) { return std::make_unique<Copying>(config); }

}  // namespace ebit::experiment
