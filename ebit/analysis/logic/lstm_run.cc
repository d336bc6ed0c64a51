#include "ebit/analysis/logic/lstm_run.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/experiment/model_specs.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/experiment/runs/score.h"
#include "ebit/fit/checkpoint.h"
#include "ebit/fit/losses.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;

// The LSTM behind a model, or an error that says why there is none.
const fit::ClassicalOptions& require_lstm(const fit::ModelSpec& spec, const Config& config) {
  const auto* core = std::get_if<fit::ClassicalOptions>(&spec.core);
  require(core != nullptr && core->core == "lstm",
          "quantum-logic computes the model lstm, and this run is of {}: train one by --model lstm",
          config.model.name);
  require(core->layers == 1, "quantum-logic computes an LSTM of one layer, and this run's has {}",
          core->layers);
  require(spec.input.vocabulary == 0,
          "quantum-logic takes steps of numbers, and the problem {} has tokens with a trained embedding",
          config.problem.name);
  require(spec.input.map == 0,
          "quantum-logic takes the data's own numbers: this run has an input map (--input-map)");
  require((spec.head.answer == fit::Answer::kNumbers || spec.head.answer == fit::Answer::kClass) &&
              spec.head.linear,
          "quantum-logic takes problems that ask one answer of a sequence, and {} asks others",
          config.problem.name);
  return *core;
}

std::vector<double> tensor(const fit::SavedWeights& saved, const std::string& name,
                           std::vector<std::int64_t> shape, const std::string& where) {
  const auto found = saved.weights.find(name);
  require(found != saved.weights.end(), "'{}' is no model of this run: it has no '{}'", where, name);
  require(found->second.shape == shape, "'{}' is no model of this run: '{}' has another shape", where, name);
  return fit::as_doubles(found->second, name);
}

TrainedLstm read_weights(const fit::ModelSpec& spec, const fit::ClassicalOptions& core,
                         const fit::SavedWeights& saved, const std::string& where) {
  const std::int64_t h = core.hidden, f = spec.input.width, o = spec.head.outputs;
  TrainedLstm lstm{spec, {static_cast<int>(f), static_cast<int>(h), {}, {}, {}}, {}, {}};
  lstm.weights.input = tensor(saved, "core.recurrent.weight_ih_l0", {4 * h, f}, where);
  lstm.weights.recurrent = tensor(saved, "core.recurrent.weight_hh_l0", {4 * h, h}, where);
  lstm.weights.bias = tensor(saved, "core.recurrent.bias_ih_l0", {4 * h}, where);
  const std::vector<double> second = tensor(saved, "core.recurrent.bias_hh_l0", {4 * h}, where);
  for (std::size_t k = 0; k < second.size(); ++k) lstm.weights.bias[k] += second[k];
  lstm.head_weight = tensor(saved, "head.weight", {o, h}, where);
  lstm.head_bias = tensor(saved, "head.bias", {o}, where);
  for (const auto* values : {&lstm.weights.input, &lstm.weights.recurrent, &lstm.weights.bias})
    for (const double value : *values)
      require(std::isfinite(value), "'{}' holds a weight that is not finite", where);
  return lstm;
}

// A cell in one arithmetic, with what it takes to feed it and to read it.
class RealCell {
 public:
  using Number = double;
  RealCell(const LstmWeights& weights, const GateFunctions* gates) : weights_(weights), gates_(gates) {}
  void step(const double* x, LstmState<double>& state) const { lstm_step(weights_, gates_, x, state); }
  double value(double h) const { return h; }

 private:
  const LstmWeights& weights_;
  const GateFunctions* gates_;
};

class FixedCell {
 public:
  using Number = std::int64_t;
  explicit FixedCell(FixedLstm lstm) : lstm_(std::move(lstm)) {}
  void step(const double* x, LstmState<std::int64_t>& state) const {
    std::vector<std::int64_t> words(static_cast<std::size_t>(lstm_.features));
    for (std::size_t k = 0; k < words.size(); ++k) words[k] = lstm_.format.nearest(x[k]);
    lstm_step(lstm_, words.data(), state);
  }
  double value(std::int64_t h) const { return lstm_.format.value(h); }

 private:
  FixedLstm lstm_;
};

template <class Cell>
class LstmModel final : public fit::Model {
 public:
  using State = LstmState<typename Cell::Number>;

  LstmModel(const TrainedLstm& lstm, Cell cell) : Model(lstm.spec), lstm_(lstm), cell_(std::move(cell)) {}

  NumberCounts counts() const override {
    const LstmWeights& w = lstm_.weights;
    return {.classical = static_cast<std::int64_t>(w.input.size() + w.recurrent.size() + 2 * w.bias.size() +
                                                   lstm_.head_weight.size() + lstm_.head_bias.size())};
  }
  fit::Tensors weights() const override { only_inference(); }
  void load(const fit::Tensors&, std::string_view) override { only_inference(); }
  void reset_state() override { carried_.clear(); }
  void seed_draws(std::uint64_t, std::uint64_t) override {}  // nothing is drawn

  fit::Answers answer(const fit::Examples& e) override {
    require(e.features == static_cast<std::size_t>(lstm_.weights.features) &&
                e.x.size() == e.samples * e.steps * e.features,
            "this model takes steps of {} numbers, not of {}", lstm_.weights.features, e.features);
    if (!e.goes_on) carried_.clear();
    fit::Answers answers{.outputs = static_cast<std::size_t>(lstm_.outputs())};
    std::vector<State> after;
    for (std::size_t b = 0; b < e.samples; ++b) {
      State state = spec_.stateful && b < carried_.size() ? carried_[b] : start();
      add_answer(pooled(e, b, state), answers.numbers);
      if (spec_.stateful) after.push_back(std::move(state));
    }
    carried_ = std::move(after);
    if (spec_.head.answer == fit::Answer::kClass && !e.labels.empty()) {
      answers.terms = static_cast<double>(e.samples);
      answers.loss = fit::cross_entropy<double>(e.samples, answers.outputs, answers.numbers.data(),
                                                e.labels.data(), answers.terms, nullptr);
    }
    return answers;
  }

  double mean_loss(std::string_view loss, std::span<const double> predictions,
                   std::span<const double> truth) const override {
    return fit::find_loss(loss).wide(predictions.size(), predictions.data(), truth.data(), nullptr, {});
  }
  std::vector<double> input_gradient(const fit::Examples&) override { only_inference(); }
  std::unique_ptr<fit::TrainStep> make_step(const fit::TrainOptions&) override { only_inference(); }

 private:
  [[noreturn]] static void only_inference() { fail("an LSTM of reversible logic is for inference alone"); }

  State start() const {
    const auto hidden = static_cast<std::size_t>(lstm_.weights.hidden);
    return {std::vector<typename Cell::Number>(hidden), std::vector<typename Cell::Number>(hidden)};
  }

  // Runs a sequence; what the head sees of it, [H].
  std::vector<double> pooled(const fit::Examples& e, std::size_t b, State& state) const {
    const std::size_t steps = e.length(b);
    const bool mean = spec_.head.pool == "mean";
    std::vector<double> seen(state.h.size());
    for (std::size_t t = 0; t < steps; ++t) {
      cell_.step(e.x.data() + (b * e.steps + t) * e.features, state);
      if (!mean && t + 1 < steps) continue;
      for (std::size_t j = 0; j < seen.size(); ++j)
        seen[j] += cell_.value(state.h[j]) / (mean ? static_cast<double>(steps) : 1.0);
    }
    return seen;
  }

  void add_answer(const std::vector<double>& seen, std::vector<double>& numbers) const {
    for (std::size_t o = 0; o < lstm_.head_bias.size(); ++o) {
      double sum = lstm_.head_bias[o];
      for (std::size_t j = 0; j < seen.size(); ++j) sum += lstm_.head_weight[o * seen.size() + j] * seen[j];
      numbers.push_back(sum);
    }
  }

  const TrainedLstm& lstm_;
  Cell cell_;
  std::vector<State> carried_;
};

}  // namespace

LstmRun read_lstm_run(const fs::path& folder, std::optional<std::uint64_t> seed) {
  const Config config = experiment::read_run_config(folder);
  const experiment::Job* job = nullptr;
  const std::vector<experiment::Job> jobs = experiment::jobs_of(config, folder);
  for (const experiment::Job& one : jobs)
    if (job == nullptr && !one.baseline && (!seed || one.config.train.seed == *seed)) job = &one;
  require(job != nullptr, "quantum-logic: the run has no training of seed {}; its seeds are {} to {}",
          seed.value_or(0), config.train.seed,
          config.train.seed + static_cast<std::uint64_t>(config.seeds) - 1);
  require(config.model.name == "lstm",
          "quantum-logic computes the model lstm, and this run is of {}: train one by --model lstm",
          config.model.name);
  LstmRun run{std::make_unique<Config>(job->config), nullptr, {}, {}, {}};
  run.problem = experiment::make_problem(*run.config);
  const fit::ModelSpec spec = experiment::spec_of(*run.config, *run.problem);
  const fit::ClassicalOptions& core = require_lstm(spec, *run.config);
  const fs::path best = job->folder / experiment::files::kBest;
  std::error_code ignored;
  require(fs::exists(best, ignored), "'{}' holds no trained weights yet: ebit resume trains them",
          job->folder.string());
  const fit::SavedWeights saved = fit::load_weights(best);
  run.lstm = read_weights(spec, core, saved, best.string());
  const auto trained_on = saved.metadata.find("fingerprint");
  if (trained_on == saved.metadata.end() ||
      trained_on->second != experiment::fingerprint_of(*job, *run.problem))
    run.notes.emplace_back("settings or data have changed since the training: the numbers are those of now");
  run.seed_text = fmt::format("seed {}", job->config.train.seed);
  if (config.seeds > 1) run.seed_text += fmt::format(" of {} seeds", config.seeds);
  return run;
}

std::unique_ptr<fit::Model> lstm_model(const TrainedLstm& lstm, const GateFunctions* gates,
                                       const FixedLstm* fixed) {
  if (fixed != nullptr) return std::make_unique<LstmModel<FixedCell>>(lstm, FixedCell(*fixed));
  return std::make_unique<LstmModel<RealCell>>(lstm, RealCell(lstm.weights, gates));
}

double largest_cell(const TrainedLstm& lstm, const fit::Examples& e) {
  const auto hidden = static_cast<std::size_t>(lstm.weights.hidden);
  double most = 0;
  for (std::size_t b = 0; b < e.samples; ++b) {
    LstmState<double> state{std::vector<double>(hidden), std::vector<double>(hidden)};
    for (std::size_t t = 0; t < e.length(b); ++t) {
      lstm_step(lstm.weights, nullptr, e.x.data() + (b * e.steps + t) * e.features, state);
      for (const double c : state.c) most = std::max(most, std::abs(c));
    }
  }
  return most;
}

}  // namespace ebit::analysis
