// copying: ten symbols are to be repeated after a delay.
#include "ebit/corpus/copying.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/task/task.h"
#include "ebit/task/tensors.h"

namespace ebit::task {
namespace {

using torch::Tensor;

constexpr std::int64_t kValidationRows = 200, kTestRows = 500, kRows = 100;
// Sequence numbers of another seed's training must be others.
constexpr std::uint64_t kFirstOfSeed = std::uint64_t{1} << 40;

struct Sequences {
  Tensor x, y;  // int64 [B, T]
};

class Copying : public Task {
 public:
  explicit Copying(const train::Config& config) : config_(config) {
    require(config.task.delay >= 1, "--delay must be at least 1, not {}", config.task.delay);
    require(config.task.epoch_steps >= 1, "copying has no end of data: --epoch-steps must be at least 1");
    problem_ = {.delay = static_cast<std::size_t>(config.task.delay), .seed = config.task.split_seed};
    // Symbols in, symbols out, and what the model says of each.
    const std::int64_t rows = std::max<std::int64_t>(config.train.batch, kRows);
    const double bytes = static_cast<double>(rows) * static_cast<double>(problem_.steps()) *
                         static_cast<double>((2 + CopyingTask::kSymbols) * sizeof(std::int64_t));
    require(bytes <= available_memory(),
            "--delay {}: a batch of {} sequences would take {} of memory, and {} is free", config.task.delay,
            rows, readable_bytes(bytes), readable_bytes(available_memory()));
  }

  std::string description() const override {
    return fmt::format("{} symbols of {}, delay {}, {} steps", CopyingTask::kRemembered, CopyingTask::kData,
                       problem_.delay, problem_.steps());
  }
  std::string loss_name() const override { return "cross-entropy a step (nats)"; }
  std::vector<TaskMetric> metrics() const override { return {{"cross-entropy", false}, {"recalled"}}; }

  std::vector<Reference> references() const override {
    return {{"no memory: 10 ln 8 / (L + 20)",
             {problem_.memoryless_loss(), 1.0 / static_cast<double>(CopyingTask::kData)},
             problem_.memoryless_loss()}};
  }

  std::shared_ptr<nn::CoreModel> make_model(const nn::CoreChoice& core) const override {
    return std::make_shared<nn::SequenceTagger>(core,
                                                nn::InputOptions{.vocabulary = CopyingTask::kSymbols,
                                                                 .width = config_.task.embedding,
                                                                 .dropout = config_.task.dropout},
                                                static_cast<int>(CopyingTask::kSymbols));
  }

  // A pass is an epoch's share of the endless stream of sequences.
  std::vector<train::Batch> batches(int pass, std::uint64_t seed) const override {
    const std::int64_t steps = config_.task.epoch_steps, size = config_.train.batch;
    auto next = static_cast<std::int64_t>(seed * kFirstOfSeed) + pass * steps * size;
    std::vector<train::Batch> all(static_cast<std::size_t>(steps));
    for (train::Batch& batch : all) {
      for (std::int64_t row = 0; row < size; ++row) batch.push_back(next++);
    }
    return all;
  }

  Tensor loss(nn::CoreModel& model, const train::Batch& batch) override {
    const Sequences s =
        sequences(CopyingPart::kTrain, batch.front(), static_cast<std::int64_t>(batch.size()));
    return nn::cross_entropy_sum(logits(model, s), s.y) / s.y.numel();
  }

  bool validated() const override { return true; }
  std::vector<std::string> validation_metrics() const override { return {"recalled"}; }
  train::Validation validate(nn::CoreModel& model) const override {
    const std::vector<double> found = measure(model, CopyingPart::kValidation, kValidationRows);
    return {found[0], {found[1]}};
  }

  TaskScores scores(nn::CoreModel& model, bool) const override {
    return {measure(model, CopyingPart::kTest, kTestRows), {}};
  }

 private:
  Sequences sequences(CopyingPart part, std::int64_t first, std::int64_t count) const {
    const CopyingBatch batch =
        copying_batch(problem_, part, static_cast<std::uint64_t>(first), static_cast<std::size_t>(count));
    const auto steps = static_cast<std::int64_t>(batch.steps);
    return {ids_tensor(batch.x, {count, steps}), ids_tensor(batch.y, {count, steps})};
  }

  static Tensor logits(nn::CoreModel& model, const Sequences& s) {
    return static_cast<nn::SequenceTagger&>(model).forward(s.x).features;
  }

  // Mean cross-entropy a step, and the share of the ten symbols that come back right.
  std::vector<double> measure(nn::CoreModel& model, CopyingPart part, std::int64_t rows) const {
    double nats = 0, right = 0;
    for (std::int64_t first = 0; first < rows; first += kRows) {
      const std::int64_t count = std::min(kRows, rows - first);
      const Sequences s = sequences(part, first, count);
      const Tensor said = logits(model, s);
      nats += nn::cross_entropy_sum(said, s.y).item<double>();
      const auto remembered = static_cast<std::int64_t>(CopyingTask::kRemembered);
      right += (said.argmax(2) == s.y).slice(1, -remembered).sum().item<double>();
    }
    const auto all = static_cast<double>(rows);
    return {nats / (all * static_cast<double>(problem_.steps())),
            right / (all * static_cast<double>(CopyingTask::kRemembered))};
  }

  const train::Config& config_;
  CopyingTask problem_;
};

}  // namespace

std::unique_ptr<Task> make_copying(train::Config& config) { return std::make_unique<Copying>(config); }

}  // namespace ebit::task
