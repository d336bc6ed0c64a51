#include "ebit/train/run.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>

#include <chrono>
#include <optional>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/train/checkpoint.h"
#include "ebit/train/config_file.h"
#include "ebit/train/entropy_track.h"
#include "ebit/train/model_factory.h"
#include "ebit/train/prepare.h"

namespace ebit::train {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// log.txt of a run. A log that cannot be written is an error like any other file.
class Log {
 public:
  explicit Log(const fs::path& folder) {
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
  void line(const std::string& text) { logger_->info("{}", text); }

 private:
  std::shared_ptr<spdlog::logger> logger_;
};

Metadata metadata_of(const Job& job, const Dataset& dataset, const nn::SequenceModel& model) {
  return {{"fingerprint", fingerprint(job.config) + "-" + data_fingerprint(dataset) + "-" +
                              std::to_string(job.config.train.seed)},
          {"model", model.summary()},
          {"data", fitted_text(dataset)},
          {"config", to_toml(job.config)}};
}

std::shared_ptr<nn::SequenceModel> model_of(const Job& job, const Dataset& dataset) {
  return make_model(job.config, static_cast<int>(dataset.feature_columns.size()),
                    static_cast<int>(dataset.target_columns.size()), job.config.train.seed);
}

// Writes checkpoint, best weights and losses: all that is needed to go on, or to use the model so far.
class Saver {
 public:
  /// @param track written with every checkpoint; may be null.
  Saver(const Job& job, Metadata metadata, const EntropyTrack* track)
      : job_(job), metadata_(std::move(metadata)), track_(track) {}

  void after_epoch(const Trainer& trainer) {
    const bool due =
        static_cast<int>(trainer.progress().history.size()) % job_.config.output.checkpoint_every == 0;
    const double waited = std::chrono::duration<double>(Clock::now() - saved_).count();
    if (due && waited >= job_.config.output.checkpoint_seconds) save(trainer.state());
  }

  void save(const TrainState& state) {
    // The weights to use from here on: those of the best epoch, or of the last one where that was asked for.
    const bool best = job_.config.train.restore_best;
    const int epoch = best ? state.best_epoch : static_cast<int>(state.history.size());
    if (epoch > 0 && epoch != weights_saved_) {
      Metadata metadata = metadata_;
      metadata["epoch"] = std::to_string(epoch);
      save_weights(job_.folder / files::kBest, best ? state.best : state.model, metadata);
      weights_saved_ = epoch;
    }
    write_file_atomically(job_.folder / files::kLosses, losses_csv(state.history));
    if (track_) track_->write();
    save_checkpoint(job_.folder / files::kLast, state, metadata_);
    saved_ = Clock::now();
  }

 private:
  const Job& job_;
  Metadata metadata_;
  const EntropyTrack* track_;
  Clock::time_point saved_ = Clock::now();
  int weights_saved_ = 0;
};

bool is_done(const TrainState& state, const Job& job) {
  return state.end == End::kEarlyStop ||
         (state.end == End::kFinished && static_cast<int>(state.history.size()) >= job.config.train.epochs);
}

// Samples the memory of a job in training, where that was asked for.
class MemoryWatch {
 public:
  MemoryWatch(const Job& job, const Dataset& dataset, const nn::SequenceModel& model, int done)
      : job_(job), model_(model) {
    const int every = job.config.output.track_entropy;
    if (every == 0 || job.baseline) return;
    const Windows& windows = dataset.validation.count > 0 ? dataset.validation : dataset.train;
    windows_ = traced_windows(windows, kTrackedWindows, job.config);
    track_.emplace(job.folder / files::kEntropy, every, done);
  }

  /// Looks at the weights that the model holds after `epoch`.
  void after_epoch(int epoch, bool last) {
    if (!track_ || !track_->due(epoch, last)) return;
    track_->add(sample_entropy(epoch, memory_model(model_), windows_, job_.config.train.seed));
  }

  const EntropyTrack* track() const { return track_ ? &*track_ : nullptr; }

 private:
  const Job& job_;
  const nn::SequenceModel& model_;
  TracedWindows windows_;
  std::optional<EntropyTrack> track_;
};

// Trains one job to its end. Returns false where it was interrupted.
bool run_job(const Job& job, std::size_t index, std::size_t count, const Dataset& dataset, Log& log,
             const RunCallbacks& callbacks) {
  make_folder(job.folder);
  const auto model = model_of(job, dataset);
  Trainer trainer(model, dataset, job.config.train);
  const Metadata metadata = metadata_of(job, dataset, *model);
  const fs::path last = job.folder / files::kLast;
  std::error_code ignored;
  if (fs::exists(last, ignored)) {
    TrainState state = load_checkpoint(last, metadata.at("fingerprint")).state;
    if (is_done(state, job)) return true;
    trainer.restore(std::move(state), last.string());
  }
  const std::string name =
      fmt::format("{} seed {}", job.baseline ? job.name : "model", job.config.train.seed);
  const int done = static_cast<int>(trainer.state().history.size());
  log.line(fmt::format("{}: {}, epochs {} to {}", name, model->summary(), done + 1, job.config.train.epochs));
  if (callbacks.on_job) callbacks.on_job(job, index, count, model->summary(), done);

  MemoryWatch watch(job, dataset, *model, done);
  if (done == 0) watch.after_epoch(0, false);
  Saver saver(job, metadata, watch.track());
  TrainCallbacks train_callbacks;
  train_callbacks.interrupted = callbacks.interrupted;
  train_callbacks.on_epoch = [&](const EpochRecord& record) {
    watch.after_epoch(record.epoch,
                      record.epoch == job.config.train.epochs || trainer.progress().end == End::kEarlyStop);
    saver.after_epoch(trainer);
    if (callbacks.on_epoch) callbacks.on_epoch(job, record, trainer.progress());
  };
  const TrainOutcome outcome = trainer.run(train_callbacks);
  saver.save(trainer.state());
  log.line(fmt::format("{}: {} after {} epochs, best epoch {}", name, name_of(outcome.end),
                       trainer.state().history.size(), trainer.state().best_epoch));
  if (callbacks.on_job_end) callbacks.on_job_end(job, trainer.state());
  if (outcome.end == End::kDiverged) {
    log.line(outcome.message);
    fail("{}: {} ('{}' holds the state after epoch {})", name, outcome.message, last.string(),
         trainer.state().history.size());
  }
  return outcome.end != End::kInterrupted;
}

RunResult run_jobs(const Config& config, Dataset dataset, const RunCallbacks& callbacks) {
  const fs::path folder = config.output.folder;
  RunResult result{.folder = folder, .interrupted = false, .dataset = std::move(dataset), .evaluation = {}};
  Log log(folder);
  for (const std::string& warning : result.dataset.series.warnings) {
    log.line(warning);
    if (callbacks.on_note) callbacks.on_note(warning);
  }
  const std::vector<Job> jobs = jobs_of(config, folder);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (run_job(jobs[i], i, jobs.size(), result.dataset, log, callbacks)) continue;
    log.line("interrupted; everything is saved");
    result.interrupted = true;
    return result;
  }
  result.evaluation = evaluate_run(folder, config, result.dataset, callbacks);
  for (const std::string& line : result.evaluation.verdicts) log.line(line);
  return result;
}

void use_threads(const Config& config) {
  require(config.threads >= 0, "--threads must be 0 (one a core) or more, not {}", config.threads);
  set_threads(config.threads);
  // torch splits sums by thread, so that its results would depend on their number.
  torch::set_num_threads(1);
}

void check_counts(const Config& config) {
  require(config.seeds >= 1, "--seeds must be at least 1, not {}", config.seeds);
  require(config.output.checkpoint_every >= 1, "--checkpoint-every must be at least 1, not {}",
          config.output.checkpoint_every);
  require(config.output.track_entropy >= 0, "--track-entropy must be 0 (none) or more epochs, not {}",
          config.output.track_entropy);
  if (config.output.track_entropy > 0) require_quantum_memory(config, "--track-entropy looks at");
  if (config.train.entropy_weight != 0 || config.train.entropy_target)
    require_quantum_memory(config, "--entropy-weight and --entropy-target are about");
}

}  // namespace

std::string model_name(const Config& config) {
  return config.model.kind == "register" && !config.model.preset.empty() ? config.model.preset
                                                                         : config.model.kind;
}

RunResult start_run(Config config, const RunCallbacks& callbacks) {
  check_counts(config);
  use_threads(config);
  Dataset dataset = prepare_dataset(config);
  if (config.output.folder.empty()) {
    const std::string data =
        config.data.generator.empty() ? fs::path(config.data.file).stem().string() : config.data.generator;
    config.output.folder = (fs::path("runs") / (data + "-" + model_name(config))).string();
  }
  check_run_folder(config.output.folder, config.output.overwrite);
  for (const Job& job : jobs_of(config, config.output.folder)) {
    Trainer(model_of(job, dataset), dataset, job.config.train);  // throws for settings that make no training
  }
  // As the data's path, so that the run can be used from any folder.
  if (!config.model.ansatz_file.empty())
    config.model.ansatz_file = fs::absolute(config.model.ansatz_file).lexically_normal().string();
  create_run_folder(config.output.folder, config);
  return run_jobs(config, std::move(dataset), callbacks);
}

RunResult resume_run(const fs::path& folder, int epochs, const RunCallbacks& callbacks) {
  require(epochs >= 0, "--epochs must be 0 (the run's own number) or more, not {}", epochs);
  Config config = read_run_config(folder);
  require_run_data(config);
  use_threads(config);
  Dataset dataset = prepare_dataset(config);
  if (epochs > 0 && epochs != config.train.epochs) {
    require(!schedule_row(config.train.schedule.name).depends_on_epochs,
            "--epochs cannot change for the schedule '{}': its learning rates depend on it",
            config.train.schedule.name);
    require(epochs > config.train.epochs, "--epochs {} is not above the run's {}", epochs,
            config.train.epochs);
    config.train.epochs = epochs;
    write_run_config(folder, config);
  }
  return run_jobs(config, std::move(dataset), callbacks);
}

TrainedModel load_trained(const Job& job) {
  const fs::path best = job.folder / files::kBest, last = job.folder / files::kLast;
  std::error_code ignored;
  require(fs::exists(best, ignored), "'{}' holds no trained weights yet: ebit resume trains them",
          job.folder.string());
  const nn::TensorFile file = nn::load_safetensors(best);
  const auto data = file.metadata.find("data");
  require(data != file.metadata.end(), "'{}' does not say how its data were scaled: it is not of a run",
          best.string());
  TrainedModel trained{.job = job,
                       .model = nullptr,
                       .fitted = fitted_dataset(data->second, best.string()),
                       .end = {},
                       .fingerprint = {}};
  trained.model = model_of(job, trained.fitted);
  load_weights(best, *trained.model);
  const auto print = file.metadata.find("fingerprint");
  if (print != file.metadata.end()) trained.fingerprint = print->second;
  const TrainState state = load_checkpoint(last, trained.fingerprint).state;
  trained.epochs = static_cast<int>(state.history.size());
  trained.best_epoch = job.config.train.restore_best ? state.best_epoch : trained.epochs;
  trained.end = name_of(state.end);
  for (const EpochRecord& record : state.history) trained.seconds += record.seconds;
  return trained;
}

}  // namespace ebit::train
