// pauli: outcomes of Pauli measurements, one after the other, on qubits that are not shown.
#include "ebit/corpus/pauli.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/experiment/problem.h"
#include "ebit/experiment/problems/numbers.h"
#include "ebit/settings/models.h"

namespace ebit::experiment {
namespace {

constexpr std::int64_t kValidationRows = 128, kTestRows = 512, kRows = 128;
// Sequence numbers of another seed's training must be others.
constexpr std::uint64_t kFirstOfSeed = std::uint64_t{1} << 34;
constexpr int kMostNumbered = 6;  // qubits whose settings enter by number
constexpr int kMostLength = 100000;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class Pauli : public Problem {
 public:
  explicit Pauli(const Config& config)
      : config_(config), sizes_(config.problem.task_qubits), letters_(config.problem.setting == "letters") {
    const ProblemConfig& o = config.problem;
    require(o.epoch_steps >= 1, "pauli has no end of data: --epoch-steps must be at least 1");
    require(o.length >= 1 && o.length <= kMostLength, "--length of pauli must be from 1 to {}, not {}",
            kMostLength, o.length);
    require(o.sequences >= 0, "--sequences must be 0 (new ones in every epoch) or more, not {}", o.sequences);
    require(o.first_epochs >= 0, "--first-epochs must be 0 or more, not {}", o.first_epochs);
    require(!sizes_.empty(), "--task-qubits must name at least one number of qubits");
    for (const int n : sizes_) check(task(n));
    require(o.score_pool >= 0, "--score-pool must be 0 (that of --setting-pool) or more, not {}",
            o.score_pool);
    require(o.score_length >= 0 && o.score_length <= kMostLength,
            "--score-length must be 0 (that of --length) or up to {}, not {}", kMostLength, o.score_length);
    for (const int n : o.score_qubits) check(score_task(n));
    largest_ = std::ranges::max(sizes_);
    require(letters_ || std::ranges::min(sizes_) == largest_,
            "a setting's number is another string on {} qubits than on {}: --setting number needs one "
            "--task-qubits",
            std::ranges::min(sizes_), largest_);
    require(letters_ || largest_ <= kMostNumbered,
            "{} qubits have 4^{} settings, too many for a number each: give --setting letters, or at most {} "
            "--task-qubits",
            largest_, largest_, kMostNumbered);
    require(letters_ || o.score_qubits.empty(),
            "a setting's number is another string on other qubits: --score-qubits needs --setting letters");
    const double rows = static_cast<double>(std::max<std::int64_t>(config.train.batch, kRows));
    const double bytes = rows * o.length * static_cast<double>(width(largest_) + 4) * sizeof(double);
    require(bytes <= available_memory(),
            "--length {}: a batch of {} sequences would take {} of memory, and {} is free", o.length, rows,
            readable_bytes(bytes), readable_bytes(available_memory()));
  }

  std::string description() const override {
    std::string qubits, pool = "all strings";
    for (const int n : sizes_) qubits += (qubits.empty() ? "" : " and ") + std::to_string(n);
    if (config_.problem.setting_pool > 0)
      pool = fmt::format("pools of {} strings", config_.problem.setting_pool);
    return fmt::format("Pauli measurements on {} qubits, {}, {} steps", qubits, pool, config_.problem.length);
  }
  std::string loss_name() const override { return "cross-entropy a step (nats)"; }
  std::vector<MetricName> metrics() const override {
    std::vector<MetricName> names = {{"bits", false}, {"floor", false}, {"excess", false}, {"determined"}};
    for (const int n : config_.problem.score_qubits) {
      names.push_back({fmt::format("excess n={}", n), false});
      names.push_back({fmt::format("determined n={}", n)});
    }
    return names;
  }
  std::size_t judged_metric() const override { return 2; }

  // A tableau knows all that can be known; a coin knows nothing.
  std::vector<Reference> references() const override {
    Reference tableau{"stabilizer tableau",
                      fmt::format("the floor, in {} bits of memory", largest_ * (2 * largest_ + 1)),
                      {},
                      floor_of(1, task(largest_)) * std::numbers::ln2};
    Reference coin{"fair coin", "1 bit a step", {}, std::numbers::ln2};
    const double floor = floor_of(2, task(largest_));
    std::vector<double> known = {floor, floor, 0, 1}, none = {1, floor, 1 - floor, 0};
    for (const int n : config_.problem.score_qubits) {
      known.insert(known.end(), {0, 1});
      none.insert(none.end(), {1 - floor_of(2, score_task(n)), 0});
    }
    tableau.scores.parts[2] = PartScores{known, {}, {}}, coin.scores.parts[2] = PartScores{none, {}, {}};
    return {tableau, coin};
  }

  std::vector<std::string> notes() const override {
    const std::vector<int>& others = config_.problem.score_qubits;
    if (others.empty() || std::ranges::max(others) <= largest_) return {};
    return {fmt::format(
        "above {} qubits only models whose numbers do not depend on that number are scored: measured",
        largest_)};
  }
  // Before anything is trained: what its numbers will be scored on must be a cell.
  void check_model(const Config& config) const override {
    require((config.problem.setting == "letters") == letters_,
            "{} takes settings by {}, and in this run they enter by {}: train it in a run of its own",
            config.model.name, config.problem.setting, letters_ ? "letters" : "number");
    if (family_of(config) != kMeasured || config.model.measured.form != "shared") return;
    for (const int n : config_.problem.score_qubits) {
      MeasuredOptions cell = config.model.measured;
      cell.inputs = 4 * n + 1;
      ebit::check(cell);
    }
  }
  fit::InputSpec input() const override {
    return {.vocabulary = 0, .width = static_cast<int>(width(largest_)), .steps = config_.problem.length};
  }
  fit::HeadSpec head() const override { return {.answer = fit::Answer::kClasses, .outputs = 2}; }

  // A row is the number of a sequence and which of the sizes it has; a batch has one size.
  std::vector<fit::Batch> batches(int pass, std::uint64_t seed) const override {
    const std::int64_t steps = config_.problem.epoch_steps, size = config_.train.batch;
    const auto kinds = static_cast<std::int64_t>(sizes_.size());
    auto next = static_cast<std::int64_t>(seed * kFirstOfSeed) + pass * steps * size;
    std::vector<fit::Batch> all(static_cast<std::size_t>(steps));
    for (std::int64_t b = 0; b < steps; ++b)
      for (std::int64_t row = 0; row < size; ++row) {
        const std::int64_t kind = pass < config_.problem.first_epochs ? 0 : b % kinds;
        const std::int64_t number = config_.problem.sequences > 0 ? next % config_.problem.sequences : next;
        all[static_cast<std::size_t>(b)].push_back(number * kinds + kind), ++next;
      }
    return all;
  }
  const fit::Examples& examples(const fit::Batch& batch) override {
    const auto kinds = static_cast<std::int64_t>(sizes_.size());
    rows_.clear();
    for (const std::int64_t row : batch) rows_.push_back(row / kinds);
    fill(0, task(sizes_[static_cast<std::size_t>(batch.front() % kinds)]), largest_, rows_, batch_);
    return batch_;
  }

  bool validated() const override { return true; }
  std::vector<std::string> validation_metrics() const override { return {"excess"}; }
  // Of all sizes that are trained on. Coins count with their mean, so that no lucky draw picks the epoch.
  fit::Validation validate(fit::Model& model, std::uint64_t seed) const override {
    double nats = 0, excess = 0;
    for (const int n : sizes_) {
      const Said said = ask(model, 1, task(n), largest_, kValidationRows, seed, fit::kValidationPart);
      nats += (said.floor + said.excess) * std::numbers::ln2, excess += said.excess;
    }
    const auto kinds = static_cast<double>(sizes_.size());
    return {nats / kinds, {excess / kinds}};
  }
  fit::Examples sequences(std::size_t part, std::size_t most) const override {
    fit::Examples examples;
    const std::int64_t rows = part == 1 ? kValidationRows : kTestRows;
    fill(part, task(largest_), largest_, spread_over(static_cast<std::size_t>(rows), most), examples);
    return examples;
  }

  Scores scores(fit::Model& model, std::uint64_t seed, bool) const override {
    const auto test = [&](fit::Model& of, const PauliTask& on, int room) {
      return ask(of, 2, on, room, kTestRows, seed, fit::kTestPart);
    };
    const Said own = test(model, task(largest_), largest_);
    std::vector<double> values = {own.bits, own.floor, own.excess, own.determined};
    for (const int n : config_.problem.score_qubits) {
      // A state of fewer qubits fits any model. More of them take a model whose numbers do not depend on it.
      Said said{kNan, kNan, kNan, kNan};
      if (n <= largest_) {
        said = test(model, score_task(n), largest_);
      } else if (const std::unique_ptr<fit::Model> larger = resized(model, n)) {
        said = test(*larger, score_task(n), n);
      }
      values.insert(values.end(), {said.excess, said.determined});
    }
    Scores scores;
    scores.parts[2] = PartScores{std::move(values), {}, {}};
    return scores;
  }

  std::vector<std::pair<std::string, std::string>> facts() const override {
    return {{"memory that is enough", fmt::format("{} qubits", largest_)},
            {"memory of a stabilizer tableau", fmt::format("{} bits", largest_ * (2 * largest_ + 1))}};
  }
  // The sequences are a function of these numbers alone.
  std::uint64_t data_hash() const override {
    const ProblemConfig& o = config_.problem;
    DataHash hash;
    hash.add(sizes_), hash.add(static_cast<std::uint64_t>(o.setting_pool)), hash.add(o.setting);
    hash.add(static_cast<std::uint64_t>(o.length)), hash.add(static_cast<std::uint64_t>(o.sequences));
    hash.add(config_.corpus.split_seed);
    return hash.value();
  }

 private:
  // Bits a step that a model says and that the best can do; what the first exceed the second by in the mean
  // over outcomes (the Kullback-Leibler divergence of the law from the model's, which no draw of outcomes
  // makes negative); the share of determined outcomes that it gives more than 1/2.
  struct Said {
    double bits, floor, excess, determined;
  };

  PauliTask task(int qubits) const {
    return {.qubits = qubits,
            .pool = config_.problem.setting_pool,
            .length = static_cast<std::size_t>(std::max(config_.problem.length, 1)),
            .seed = config_.corpus.split_seed};
  }
  PauliTask score_task(int qubits) const {
    PauliTask other = task(qubits);
    if (config_.problem.score_pool > 0) other.pool = config_.problem.score_pool;
    if (config_.problem.score_length > 0)
      other.length = static_cast<std::size_t>(config_.problem.score_length);
    return other;
  }
  // Numbers of a setting, and the outcome before.
  std::size_t width(int qubits) const {
    return 1 + static_cast<std::size_t>(letters_ ? 4 * static_cast<std::uint64_t>(qubits)
                                                 : task(qubits).settings());
  }
  static fit::Batch first_rows(std::int64_t first, std::int64_t end) {
    fit::Batch rows;
    for (std::int64_t row = first; row < end; ++row) rows.push_back(row);
    return rows;
  }

  static double floor_of(std::size_t part, const PauliTask& on) {
    const PauliBatch batch = pauli_batch(on, part, first_rows(0, part == 1 ? kValidationRows : kTestRows));
    const auto known = std::ranges::count(batch.determined, char{1});
    return 1 - static_cast<double>(known) / static_cast<double>(batch.determined.size());
  }

  // Sequences for a model with room for more qubits: letters that are not there are zeros.
  PauliBatch fill(std::size_t part, const PauliTask& on, int room, const fit::Batch& rows,
                  fit::Examples& examples) const {
    PauliBatch batch = pauli_batch(on, part, rows);
    const std::size_t count = batch.batch * batch.steps, numbers = width(room);
    examples.samples = batch.batch, examples.steps = batch.steps, examples.features = numbers;
    examples.x.assign(count * numbers, 0.0);
    for (std::size_t s = 0; s < count; ++s) {
      double* const x = examples.x.data() + s * numbers;
      if (letters_)
        for (int q = 0; q < on.qubits; ++q) x[4 * q + batch.strings[s].letter(q)] = 1;
      else
        x[batch.settings[s]] = 1;
      if (s % batch.steps > 0) x[numbers - 1] = batch.outcomes[s - 1] == 0 ? 1 : -1;
    }
    examples.outcomes = examples.labels = batch.outcomes;
    return batch;
  }

  // The same numbers for states of `qubits` qubits; null where they would not fit.
  static std::unique_ptr<fit::Model> resized(const fit::Model& model, int qubits) {
    fit::ModelSpec spec = model.spec();
    const auto* const cell = std::get_if<CellOptions>(&spec.core);
    const auto* const measured = cell ? std::get_if<MeasuredOptions>(cell) : nullptr;
    if (!measured || measured->form != "shared") return nullptr;
    spec.input.width = 4 * qubits;
    std::unique_ptr<fit::Model> larger = fit::make_model(spec);
    larger->load(model.weights(), "the trained model");
    return larger;
  }

  Said ask(fit::Model& model, std::size_t part, const PauliTask& on, int room, std::int64_t count,
           std::uint64_t seed, std::uint64_t draws) const {
    double nats = 0, excess = 0, steps = 0, known = 0, right = 0;
    fit::Examples examples;
    model.seed_draws(seed, fit::prediction_draw(draws, 0));
    const bool logits = model.spec().head.linear;
    for (std::int64_t first = 0; first < count; first += kRows) {
      const PauliBatch batch =
          fill(part, on, room, first_rows(first, std::min(first + kRows, count)), examples);
      const fit::Answers answers = model.answer(examples);
      for (std::size_t s = 0; s < batch.outcomes.size(); ++s) {
        const double* const row = answers.numbers.data() + 2 * s;
        const double own = log_of(row, batch.outcomes[s] == 1, logits);
        nats -= own, ++steps;
        if (batch.determined[s])
          ++known, right += own > -std::numbers::ln2, excess -= own;
        else
          excess -= (own + log_of(row, batch.outcomes[s] != 1, logits)) / 2 + std::numbers::ln2;
      }
    }
    constexpr double kBit = std::numbers::ln2;
    return {nats / steps / kBit, 1 - known / steps, excess / steps / kBit, known > 0 ? right / known : kNan};
  }

  // log p of outcome 1 or 0.
  static double log_of(const double* row, bool one, bool logits) {
    const double own = row[one ? 1 : 0], other = row[one ? 0 : 1];
    if (!logits) return std::log(std::max(own, std::numeric_limits<double>::min()));
    const double lead = own - other;
    return lead > 0 ? -std::log1p(std::exp(-lead)) : lead - std::log1p(std::exp(lead));
  }

  const Config& config_;
  std::vector<int> sizes_;  // qubits, in the order of batches
  int largest_ = 1;
  bool letters_;
  fit::Batch rows_;
  fit::Examples batch_;
};

}  // namespace

std::unique_ptr<Problem> make_pauli(Config& config) {
  auto problem = std::make_unique<Pauli>(config);
  problem->check_model(config);
  return problem;
}

}  // namespace ebit::experiment
