#include "ebit/fit/trainer.h"

#include <chrono>
#include <cmath>
#include <utility>

#include "ebit/base/error.h"
#include "ebit/fit/data_start.h"
#include "ebit/fit/optimizers.h"

namespace ebit::fit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

constexpr std::pair<End, std::string_view> kEnds[] = {
    {End::kRunning, "running"},         {End::kFinished, "finished"}, {End::kEarlyStop, "early-stop"},
    {End::kInterrupted, "interrupted"}, {End::kDiverged, "diverged"}, {End::kSolved, "solved"}};

void check(const TrainOptions& o, const Training& training) {
  require(o.epochs >= 1, "--epochs must be at least 1, not {}", o.epochs);
  require(o.batch >= 1, "--batch must be at least 1, not {}", o.batch);
  require(o.optimizer_options.lr > 0 && std::isfinite(o.optimizer_options.lr), "--lr must be above 0, not {}",
          o.optimizer_options.lr);
  require(o.optimizer_options.weight_decay >= 0, "--weight-decay must be 0 or more, not {}",
          o.optimizer_options.weight_decay);
  require(o.optimizer_options.momentum >= 0, "--momentum must be 0 or more, not {}",
          o.optimizer_options.momentum);
  for (const auto& [flag, value] : {std::pair{"--beta1", o.optimizer_options.beta1},
                                    {"--beta2", o.optimizer_options.beta2},
                                    {"--alpha", o.optimizer_options.alpha}}) {
    require(value >= 0 && value < 1, "{} must be in [0, 1), not {}", flag, value);
  }
  require(o.optimizer_options.epsilon > 0, "--optimizer-epsilon must be above 0, not {}",
          o.optimizer_options.epsilon);
  require(o.clip >= 0, "--clip must be 0 (no clipping) or more, not {}", o.clip);
  require(o.patience >= 0, "--patience must be 0 (never stop early) or more, not {}", o.patience);
  require(o.plateau != 1 && o.plateau >= 0, "--plateau must be 0 (never stop early) or at least 2, not {}",
          o.plateau);
  require(o.plateau == 0 || o.validate_every == 1,
          "--plateau looks at the validation loss of every epoch: it needs --validate-every 1, not {}",
          o.validate_every);
  require(o.plateau == 0 || training.validate,
          "--plateau needs a validation part and there is none: give a share with {}", training.share_flag);
  require(o.schedule.step >= 1, "--schedule-step must be at least 1, not {}", o.schedule.step);
  require(o.schedule.gamma > 0 && o.schedule.gamma <= 1, "--schedule-gamma must be in (0, 1], not {}",
          o.schedule.gamma);
  require(o.patience == 0 || training.validate,
          "--patience needs a validation part and there is none: give a share with {}", training.share_flag);
  require(o.validate_every >= 1, "--validate-every must be at least 1, not {}", o.validate_every);
  require(o.stop_below >= 0, "--stop-below must be 0 (never) or more, not {}", o.stop_below);
  require(o.stop_below == 0 || training.validate,
          "--stop-below needs a validation part and there is none: give a share with {}",
          training.share_flag);
  find_schedule(o.schedule.name), find_optimizer(o.optimizer);
}

// |mean(before) - mean(last)| < deviation(last) / 2 over the last two spans of `span` epochs.
bool on_plateau(const std::vector<EpochRecord>& history, int span) {
  const auto n = static_cast<std::size_t>(span);
  if (history.size() < 2 * n) return false;
  double before = 0, last = 0, squares = 0;
  const std::size_t begin = history.size() - 2 * n;
  for (std::size_t e = begin; e < begin + n; ++e) {
    before += history[e].validation_loss / span;
    last += history[e + n].validation_loss / span;
  }
  for (std::size_t e = begin + n; e < history.size(); ++e)
    squares += std::pow(history[e].validation_loss - last, 2) / span;
  return std::abs(before - last) < std::sqrt(squares) / 2;
}

bool has_waited(const TrainProgress& progress, const TrainOptions& options) {
  const int epochs = static_cast<int>(progress.history.size());
  const bool waited = options.patience > 0 && epochs - progress.best_epoch >= options.patience;
  const bool flat = options.plateau > 0 && on_plateau(progress.history, options.plateau);
  return (waited || flat) && epochs >= options.min_epochs;
}

bool is_solved(const TrainProgress& progress, const TrainOptions& options) {
  return !progress.history.empty() && progress.history.back().validation_loss < options.stop_below;
}

}  // namespace

std::string_view name_of(End end) {
  for (const auto& [value, name] : kEnds) {
    if (value == end) return name;
  }
  return "";
}

bool stays_ended(const TrainProgress& progress, const TrainOptions& options) {
  return (progress.end == End::kEarlyStop && has_waited(progress, options)) ||
         (progress.end == End::kSolved && is_solved(progress, options));
}

Trainer::Trainer(Training training, TrainOptions options)
    : training_(std::move(training)), options_(std::move(options)) {
  check(options_, training_);
  state_.metrics = training_.metrics;
  keep_last();
}

TrainOutcome Trainer::run(const TrainCallbacks& callbacks) {
  // A training that has stopped left the best weights in the model, and half an epoch in the optimizer.
  if (state_.end != End::kRunning) restore(TrainState(state()), "this training");
  if (state_.history.empty() && !started_ && starts_from_data(training_.model->spec())) {
    start_from_data(*training_.model, training_.examples(training_.batches(0).front()), options_.seed);
    keep_last();
  }
  started_ = true;
  const int epochs = training_.step->solves() ? 1 : options_.epochs;
  for (int epoch = static_cast<int>(state_.history.size()); epoch < epochs; ++epoch) {
    if (is_early(state_.end)) break;
    const TrainOutcome outcome = run_epoch(epoch, callbacks);
    if (outcome.end != End::kRunning) return stop(outcome.end, outcome.message);
    if (callbacks.on_epoch) callbacks.on_epoch(state_.history.back());
  }
  return stop(is_early(state_.end) ? state_.end : End::kFinished);
}

void Trainer::restore(TrainState state, std::string_view where) {
  training_.model->load(state.model, where);
  training_.step->load_optimizer(state.optimizer, where);
  training_.step->set_random(state.random, where);
  state_ = std::move(state);
  state_.metrics = training_.metrics;
  for (EpochRecord& record : state_.history) record.metrics.resize(state_.metrics.size(), kNan);
  last_is_old_ = best_is_old_ = false;
  if (static_cast<int>(state_.history.size()) < options_.epochs && !stays_ended(state_, options_)) {
    state_.end = End::kRunning;
  }
}

// One pass over the training examples. Leaves state_ as it was unless the epoch is completed.
TrainOutcome Trainer::run_epoch(int epoch, const TrainCallbacks& callbacks) {
  const Clock::time_point start = Clock::now();
  const std::vector<Batch> batches = training_.batches(epoch);
  EpochRecord record{.epoch = epoch + 1, .lr = options_.optimizer_options.lr * state_.schedule.factor};
  training_.step->start_epoch(record.lr);
  double loss_sum = 0.0, norm_sum = 0.0, entropy_sum = 0.0;
  std::size_t samples = 0;
  const auto diverged = [&](std::string_view what, double value, const std::string& batch) {
    return TrainOutcome{End::kDiverged,
                        fmt::format("{} became {} in epoch {}{}; try a smaller --lr or --clip 1", what, value,
                                    epoch + 1, batch)};
  };
  for (std::size_t b = 0; b < batches.size(); ++b) {
    if (callbacks.interrupted && callbacks.interrupted()) return {End::kInterrupted, {}};
    if (callbacks.on_batch) callbacks.on_batch(epoch + 1, b, batches.size());
    const StepResult result = training_.step->run(training_.examples(batches[b]),
                                                  static_cast<std::uint64_t>(epoch) * batches.size() + b);
    // A gradient that is not finite would spoil the weights although the loss still was a number.
    const double loss = std::isfinite(result.gradient_norm) ? result.loss : kNan;
    if (!std::isfinite(loss)) return diverged("the training loss", loss, fmt::format(", batch {}", b + 1));
    norm_sum += result.gradient_norm;
    loss_sum += loss * static_cast<double>(batches[b].size());
    entropy_sum += result.entropy * static_cast<double>(batches[b].size());
    samples += batches[b].size();
  }
  record.train_loss = loss_sum / static_cast<double>(samples);
  if (training_.step->solves()) {
    const auto judge = [&] { return training_.validate(*training_.model).loss; };
    record.train_loss = training_.step->solve(training_.validate ? judge : std::function<double()>());
    record.lr = kNan, norm_sum = kNan;  // there was no step down a gradient
  }
  record.entropy = entropy_sum / static_cast<double>(samples);
  record.gradient_norm = norm_sum / static_cast<double>(batches.size());
  if (training_.validate) record.metrics.assign(state_.metrics.size(), kNan);
  const bool last = epoch + 1 == options_.epochs;
  if (training_.validate && (last || (epoch + 1) % options_.validate_every == 0)) {
    Validation found = training_.validate(*training_.model);
    record.validation_loss = found.loss, record.metrics = std::move(found.metrics);
    if (!std::isfinite(record.validation_loss))
      return diverged("the validation loss", record.validation_loss, "");
  }
  record.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  finish_epoch(record);
  return {End::kRunning, {}};
}

void Trainer::finish_epoch(EpochRecord record) {
  const double monitored = training_.validate ? record.validation_loss : record.train_loss;
  // Without a validation part nothing says which epoch generalises best, so the last one counts.
  record.improved = !training_.validate || record.validation_loss < state_.best_loss;
  state_.history.push_back(record);
  find_schedule(options_.schedule.name)
      .advance(options_.schedule, record.epoch, options_.epochs, monitored, state_.schedule);
  keep_last();
  if (record.improved) {
    training_.step->keep_best();
    best_is_old_ = true;
    state_.best_epoch = record.epoch;
    if (training_.validate) state_.best_loss = record.validation_loss;
  }
  if (has_waited(state_, options_)) state_.end = End::kEarlyStop;
  if (is_solved(state_, options_)) state_.end = End::kSolved;
}

TrainOutcome Trainer::stop(End end, std::string message) {
  state_.end = end;
  const TrainState& kept = state();
  const bool use_best = options_.restore_best && !kept.best.empty();
  training_.model->load(use_best ? kept.best : kept.model, "this training");
  training_.model->reset_state();
  return {end, std::move(message)};
}

void Trainer::keep_last() {
  training_.step->keep_last();
  last_is_old_ = true;
}

const TrainState& Trainer::state() const {
  if (last_is_old_) {
    state_.model = training_.step->last();
    state_.optimizer = training_.step->optimizer();
    state_.random = training_.step->random();
    last_is_old_ = false;
  }
  if (best_is_old_) {
    state_.best = training_.step->best();
    best_is_old_ = false;
  }
  return state_;
}

}  // namespace ebit::fit
