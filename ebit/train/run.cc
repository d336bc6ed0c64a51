#include "ebit/train/run.h"

#include <optional>

#include "ebit/base/error.h"
#include "ebit/train/checkpoint.h"
#include "ebit/train/config_file.h"
#include "ebit/train/entropy_track.h"
#include "ebit/train/model_factory.h"
#include "ebit/train/prepare.h"
#include "ebit/train/run_trainings.h"

namespace ebit::train {
namespace {

namespace fs = std::filesystem;

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

// Samples the memory of a training for --track-entropy.
class MemoryWatch : public TrainingWatch {
 public:
  MemoryWatch(const Job& job, std::shared_ptr<const nn::SequenceModel> model, const Windows& windows)
      : job_(job), model_(std::move(model)), windows_(traced_windows(windows, kTrackedWindows, job.config)) {}

  void start(int done) override {
    track_.emplace(job_.folder / files::kEntropy, job_.config.output.track_entropy, done);
    if (done == 0) after_epoch(0, false);
  }
  void after_epoch(int epoch, bool last) override {
    if (!track_->due(epoch, last)) return;
    track_->add(sample_entropy(epoch, memory_model(*model_), windows_, job_.config.train.seed));
  }
  void write() const override { track_->write(); }

 private:
  const Job& job_;
  std::shared_ptr<const nn::SequenceModel> model_;
  TracedWindows windows_;
  std::optional<EntropyTrack> track_;
};

std::unique_ptr<TrainingWatch> watch_of(const Job& job, std::shared_ptr<const nn::SequenceModel> model,
                                        const Dataset& dataset) {
  if (job.config.output.track_entropy == 0 || job.baseline) return nullptr;
  return std::make_unique<MemoryWatch>(job, std::move(model),
                                       dataset.validation.count > 0 ? dataset.validation : dataset.train);
}

RunResult run_jobs(const Config& config, Dataset dataset, const RunCallbacks& callbacks) {
  const fs::path folder = config.output.folder;
  RunResult result{.folder = folder, .interrupted = false, .dataset = std::move(dataset), .evaluation = {}};
  RunLog log(folder);
  for (const std::string& warning : result.dataset.series.warnings) {
    log.line(warning);
    if (callbacks.on_note) callbacks.on_note(warning);
  }
  const auto prepare = [&](const Job& job) {
    const auto model = model_of(job, result.dataset);
    return ReadyTraining{std::make_unique<Trainer>(model, result.dataset, job.config.train), model->summary(),
                         metadata_of(job, result.dataset, *model), watch_of(job, model, result.dataset)};
  };
  result.interrupted = !run_trainings(jobs_of(config, folder), prepare, log, callbacks);
  if (result.interrupted) return result;
  result.evaluation = evaluate_run(folder, config, result.dataset, callbacks);
  for (const std::string& line : result.evaluation.verdicts) log.line(line);
  return result;
}

void check_memory_options(const Config& config) {
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
  check_memory_options(config);
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
  Config config = read_run_config(folder);
  require_run_data(config);
  use_threads(config);
  const bool longer = extend_epochs(config, epochs);
  Dataset dataset = prepare_dataset(config);
  if (longer) write_run_config(folder, config);
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
