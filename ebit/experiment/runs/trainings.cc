#include "ebit/experiment/runs/trainings.h"

#include <spdlog/sinks/basic_file_sink.h>

#include <chrono>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/settings/models.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Writes checkpoint, best weights and losses: all that is needed to go on, or to use the model so far.
class Saver {
 public:
  /// @param watch may be null.
  Saver(const Job& job, fit::Metadata metadata, const TrainingWatch* watch)
      : job_(job), metadata_(std::move(metadata)), watch_(watch) {}

  void after_epoch(const fit::Trainer& trainer) {
    const bool due =
        static_cast<int>(trainer.progress().history.size()) % job_.config.output.checkpoint_every == 0;
    const double waited = std::chrono::duration<double>(Clock::now() - saved_).count();
    if (due && waited >= job_.config.output.checkpoint_seconds) save(trainer.state());
  }

  void save(const fit::TrainState& state) {
    // The weights to use from here on: those of the best epoch, or of the last one where that was asked for.
    const bool best = job_.config.train.restore_best;
    const int epoch = best ? state.best_epoch : static_cast<int>(state.history.size());
    if (epoch > 0 && epoch != weights_saved_) {
      fit::Metadata metadata = metadata_;
      metadata["epoch"] = std::to_string(epoch);
      fit::save_weights(job_.folder / files::kBest, best ? state.best : state.model, metadata);
      weights_saved_ = epoch;
    }
    write_file_atomically(job_.folder / files::kLosses, losses_csv(state));
    if (watch_) watch_->write();
    fit::save_checkpoint(job_.folder / files::kLast, state, metadata_);
    saved_ = Clock::now();
  }

 private:
  const Job& job_;
  fit::Metadata metadata_;
  const TrainingWatch* watch_;
  Clock::time_point saved_ = Clock::now();
  int weights_saved_ = 0;
};

bool is_done(const fit::TrainState& state, const Job& job) {
  const bool all = static_cast<int>(state.history.size()) >= job.config.train.epochs;
  return fit::stays_ended(state, job.config.train) ||
         (all && (state.end == fit::End::kFinished || fit::is_early(state.end)));
}

// Trains one job to its end. Returns false where it was interrupted.
bool run_training(const Job& job, std::size_t index, std::size_t count, const PrepareTraining& prepare,
                  RunLog& log, const RunCallbacks& callbacks) {
  make_folder(job.folder);
  const ReadyTraining ready = prepare(job);
  fit::Trainer& trainer = *ready.trainer;
  const fit::Metadata& metadata = ready.metadata;
  const fs::path last = job.folder / files::kLast;
  std::error_code ignored;
  if (fs::exists(last, ignored)) {
    fit::TrainState state = fit::load_checkpoint(last, metadata.at("fingerprint")).state;
    if (is_done(state, job)) return true;
    trainer.restore(std::move(state), last.string());
  }
  const std::string name = fmt::format("{} seed {}", job.name, job.config.train.seed);
  const int done = static_cast<int>(trainer.state().history.size());
  log.line(fmt::format("{}: {}, epochs {} to {}", name, ready.summary, done + 1, job.config.train.epochs));
  if (callbacks.on_job) callbacks.on_job(job, index, count, ready.summary, done);

  TrainingWatch* const watch = ready.watch.get();
  if (watch) watch->start(done);
  Saver saver(job, metadata, watch);
  fit::TrainCallbacks train_callbacks;
  train_callbacks.interrupted = callbacks.interrupted;
  train_callbacks.on_epoch = [&](const fit::EpochRecord& record) {
    const bool last_one = record.epoch == job.config.train.epochs || fit::is_early(trainer.progress().end);
    if (watch) watch->after_epoch(record.epoch, last_one);
    saver.after_epoch(trainer);
    if (callbacks.on_epoch) callbacks.on_epoch(job, record, trainer.progress());
  };
  const fit::TrainOutcome outcome = trainer.run(train_callbacks);
  saver.save(trainer.state());
  log.line(fmt::format("{}: {} after {} epochs, best epoch {}", name, fit::name_of(outcome.end),
                       trainer.state().history.size(), trainer.state().best_epoch));
  if (callbacks.on_job_end) callbacks.on_job_end(job, trainer.progress());
  if (outcome.end == fit::End::kDiverged) {
    log.line(outcome.message);
    fail("{}: {} ('{}' holds the state after epoch {})", name, outcome.message, last.string(),
         trainer.state().history.size());
  }
  return outcome.end != fit::End::kInterrupted;
}

}  // namespace

// A log that cannot be written is an error like any other file.
RunLog::RunLog(const fs::path& folder) {
  std::error_code ignored;
  const fs::file_status there = fs::status(folder / files::kLog, ignored);
  require(!fs::exists(there) || fs::is_regular_file(there),
          "cannot write '{}': it is no file but something else", (folder / files::kLog).string());
  try {
    logger_ = std::make_shared<spdlog::logger>(
        "run", std::make_shared<spdlog::sinks::basic_file_sink_mt>((folder / files::kLog).string()));
  } catch (const spdlog::spdlog_ex& error) {
    fail("cannot write '{}': {}", (folder / files::kLog).string(), error.what());
  }
  // spdlog would print what goes wrong and go on; a full disk must stop the run with one line.
  logger_->set_error_handler([path = (folder / files::kLog).string()](const std::string& problem) {
    fail("cannot write '{}': {}", path, problem);
  });
  logger_->set_pattern("%Y-%m-%d %H:%M:%S %v");
  logger_->flush_on(spdlog::level::info);
}

bool run_trainings(const std::vector<Job>& jobs, const PrepareTraining& prepare, RunLog& log,
                   const RunCallbacks& callbacks) {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (run_training(jobs[i], i, jobs.size(), prepare, log, callbacks)) continue;
    log.line("interrupted; all finished epochs are kept");
    return false;
  }
  return true;
}

void use_threads(const Config& config) {
  require(config.threads >= 0, "--threads must be 0 (one a core) or more, not {}", config.threads);
  set_threads(config.threads);
}

void check_counts(const Config& config) {
  require(config.seeds >= 1, "--seeds must be at least 1, not {}", config.seeds);
  require(config.output.checkpoint_every >= 1, "--checkpoint-every must be at least 1, not {}",
          config.output.checkpoint_every);
}

bool change_patience(Config& config, std::optional<int> patience) {
  if (!patience || *patience == config.train.patience) return false;
  require(*patience >= 0, "--patience must be 0 (never stop early) or more, not {}", *patience);
  require(takes_steps(config), "--patience has no effect on this run: {} is solved at once, in one pass",
          config.model.name);
  config.train.patience = *patience;
  return true;
}

bool extend_epochs(Config& config, int epochs) {
  require(epochs >= 0, "--epochs must be 0 (the run's own number) or more, not {}", epochs);
  if (epochs == 0 || epochs == config.train.epochs) return false;
  require(takes_steps(config), "--epochs has no effect on this run: {} is solved at once, in one pass",
          config.model.name);
  require(!fit::find_schedule(config.train.schedule.name).depends_on_epochs,
          "--epochs cannot change for the schedule '{}': its learning rates depend on it",
          config.train.schedule.name);
  require(epochs > config.train.epochs, "--epochs {} is not above the run's {}", epochs, config.train.epochs);
  config.train.epochs = epochs;
  return true;
}

}  // namespace ebit::experiment
