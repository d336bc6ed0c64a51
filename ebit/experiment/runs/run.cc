#include "ebit/experiment/runs/run.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/file_lock.h"
#include "ebit/corpus/catalogue.h"
#include "ebit/experiment/model_specs.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/entropy_track.h"
#include "ebit/experiment/runs/same_training.h"
#include "ebit/experiment/runs/score.h"
#include "ebit/experiment/runs/trainings.h"
#include "ebit/fit/data_start.h"
#include "ebit/settings/resolve.h"
#include "ebit/settings/spec_text.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;

// The settings and the problem that refers to them.
struct Setup {
  std::shared_ptr<Config> config;
  std::shared_ptr<Problem> problem;
};

Setup set_up(Config config) {
  Setup setup{std::make_shared<Config>(std::move(config)), nullptr};
  // The problem refers to its settings, so it keeps them alive.
  std::unique_ptr<Problem> problem = make_problem(*setup.config);
  setup.problem = std::shared_ptr<Problem>(problem.release(), [own = setup.config](Problem* p) { delete p; });
  return setup;
}

// Batches `first` to `first + count` of the passes one after another.
std::vector<fit::Batch> steps_of(const Problem& problem, std::uint64_t seed, std::int64_t first,
                                 std::int64_t count) {
  std::vector<fit::Batch> chosen, pass;
  std::int64_t number = -1;
  for (std::int64_t step = first; step < first + count; ++step) {
    const auto size = static_cast<std::int64_t>(pass.empty() ? problem.batches(0, seed).size() : pass.size());
    if (step / size != number) pass = problem.batches(static_cast<int>(number = step / size), seed);
    chosen.push_back(pass[static_cast<std::size_t>(step % size)]);
  }
  return chosen;
}

// The same examples in batches of at least kSolvedBatch.
std::vector<fit::Batch> joined(const std::vector<fit::Batch>& batches) {
  constexpr std::size_t kSolvedBatch = 512;
  std::vector<fit::Batch> larger;
  for (const fit::Batch& batch : batches) {
    if (larger.empty() || larger.back().size() >= kSolvedBatch) larger.emplace_back();
    larger.back().insert(larger.back().end(), batch.begin(), batch.end());
  }
  return larger;
}

fit::Training training_of(const std::shared_ptr<Problem>& problem, const std::shared_ptr<fit::Model>& model,
                          const Config& config) {
  const std::uint64_t seed = config.train.seed;
  const std::int64_t count = config.problem.epoch_steps;
  fit::Training training{.model = model,
                         .step = model->make_step(config.train),
                         .batches =
                             [problem, seed, count](int epoch) {
                               return count > 0 ? steps_of(*problem, seed, epoch * count, count)
                                                : problem->batches(epoch, seed);
                             },
                         .examples = [problem](const fit::Batch& batch) -> const fit::Examples& {
                           return problem->examples(batch);
                         },
                         .share_flag = problem->share_flag()};
  // What is solved at once takes examples in by the hundred; where a state is carried on, as they follow.
  if (training.step->solves())
    training.batches = [problem, seed, stateful = config.model.stateful](int epoch) {
      return stateful ? problem->batches(epoch, seed) : joined(problem->batches(epoch, seed));
    };
  if (problem->validated()) {
    training.validate = [problem, seed](fit::Model& own) { return problem->validate(own, seed); };
    training.metrics = problem->validation_metrics();
  }
  return training;
}

// Samples the memory of a training for --track-entropy.
class MemoryWatch : public TrainingWatch {
 public:
  MemoryWatch(const Job& job, std::shared_ptr<fit::Model> model, const Problem& problem)
      : job_(job),
        model_(std::move(model)),
        examples_(problem.sequences(problem.validated() ? 1 : 0, kTrackedSequences)) {}

  void start(int done) override {
    track_.emplace(job_.folder / files::kEntropy, job_.config.output.track_entropy, done);
    if (done == 0) after_epoch(0, false);
  }
  void after_epoch(int epoch, bool last) override {
    if (!track_->due(epoch, last)) return;
    fit::Examples seen = examples_;
    seen.x = model_->core_inputs(examples_);
    seen.features = seen.x.size() / (seen.samples * seen.steps);
    // A memory that is carried on sees them as one.
    if (job_.config.model.stateful) seen.steps *= std::exchange(seen.samples, 1);
    track_->add(sample_entropy(epoch, std::get<CellOptions>(model_->spec().core),
                               fit::cell_parameters(model_->spec(), model_->weights()), seen,
                               job_.config.train.seed));
  }
  void write() const override { track_->write(); }

 private:
  const Job& job_;
  std::shared_ptr<fit::Model> model_;
  fit::Examples examples_;
  std::optional<EntropyTrack> track_;
};

// The weights of another run's model to begin with: of the same seed, or of its first one.
void start_from(const Job& job, fit::Model& model) {
  const fs::path run = job.config.start_from;
  std::error_code ignored;
  // A training that has begun goes on from its checkpoint.
  if (run.empty() || job.baseline || fs::exists(job.folder / files::kLast, ignored)) return;
  const fs::path own = run / files::kSeeds / std::to_string(job.config.train.seed) / files::kBest;
  const fs::path best = fs::exists(own, ignored) ? own : run / files::kBest;
  require(fs::exists(best, ignored), "--start-from: '{}' holds no trained weights ({})", run.string(),
          files::kBest);
  require(!fit::starts_from_data(model.spec()),
          "--start-from has no effect on {}: its training begins with numbers made from the data", job.name);
  model.load(fit::load_weights(best).weights, best.string());
}

ReadyTraining ready(const Job& job, const std::shared_ptr<Problem>& problem, const Config& run) {
  const std::shared_ptr<fit::Model> model = model_of(job, *problem, run);
  start_from(job, *model);
  ReadyTraining training{
      .trainer = std::make_unique<fit::Trainer>(training_of(problem, model, job.config), job.config.train),
      .summary = model->summary(),
      .metadata = {{"fingerprint", fingerprint_of(job, *problem)},
                   {"model", model->summary()},
                   {"data", problem->fitted()},
                   {"problem", problem->description()},
                   {"spec", spec_text(model->spec())},
                   {"config", to_toml(job.config)}}};
  if (run.output.track_entropy > 0 && !job.baseline)
    training.watch = std::make_unique<MemoryWatch>(job, model, *problem);
  return training;
}

void check_numbers(const Config& c) {
  for (const auto& [flag, value] : {std::pair{"--limit", c.corpus.limit},
                                    {"--test-limit", c.corpus.test_limit},
                                    {"--max-length", c.corpus.max_length},
                                    {"--max-vocabulary", c.corpus.max_vocabulary},
                                    {"--epoch-steps", c.problem.epoch_steps},
                                    {"--sample", c.problem.sample},
                                    {"--track-entropy", c.output.track_entropy}}) {
    require(value >= 0, "{} must be 0 or more, not {}", flag, value);
  }
  for (const auto& [flag, value] : {std::pair{"--min-count", c.corpus.min_count},
                                    {"--embedding", c.model.embedding},
                                    {"--beam", c.problem.beam}})
    require(value >= 1, "{} must be at least 1, not {}", flag, value);
}

// Files by their absolute paths, so that the run can be used from any folder. What is not there is told
// by the name that the user gave.
void settle_paths(Config& c) {
  std::error_code ignored;
  for (std::string* path : {&c.corpus.corpus, &c.corpus.target_file, &c.corpus.vectors, &c.corpus.folder,
                            &c.model.ansatz_file, &c.start_from}) {
    if (path == &c.corpus.corpus && find_corpus_row(*path) != nullptr) continue;
    if (!path->empty() && fs::exists(*path, ignored)) *path = fs::absolute(*path).lexically_normal().string();
  }
  // FILE, or FILE:0,1,2 of a device's qubits.
  std::string& noise = c.model.noise;
  const std::string file = fs::exists(noise, ignored) ? noise : noise.substr(0, noise.rfind(':'));
  if (!file.empty() && fs::exists(file, ignored))
    noise = fs::absolute(file).lexically_normal().string() + noise.substr(file.size());
}

std::string default_folder(const Config& c) {
  return (fs::path("runs") / (data_name(c) + "-" + c.model.name)).string();
}

// What the models of a run tell before they are trained, each once.
std::vector<std::string> model_notes(const Config& config, const std::vector<Job>& jobs,
                                     const Problem& problem) {
  std::vector<std::string> notes;
  if ((family_of(config) & kCells) != 0)
    for (const std::string& note : noise_notes(cell_of(config))) notes.push_back("noise: " + note);
  for (const Job& job : jobs)
    if (std::string note = dropped_degrees_note(job.config, problem);
        !note.empty() && std::ranges::count(notes, note) == 0)
      notes.push_back(std::move(note));
  return notes;
}

// Where the folder's files may be, what a run writes goes to one process at a time.
RunResult run_jobs(const Setup& setup, const RunCallbacks& callbacks) {
  const Config& config = *setup.config;
  RunResult result{.folder = config.output.folder, .config = config, .problem = setup.problem};
  const std::vector<Job> jobs = jobs_of(config, result.folder);
  for (const Job& job : jobs) remove_partial_files(job.folder);
  RunLog log(result.folder);
  log.line(setup.problem->description());
  std::vector<std::string> notes = setup.problem->notes();
  for (std::string& note : model_notes(config, jobs, *setup.problem)) notes.push_back(std::move(note));
  for (const std::string& note : notes) {
    log.line(note);
    if (callbacks.on_note) callbacks.on_note(note);
  }
  const auto prepare = [&](const Job& job) { return ready(job, setup.problem, config); };
  result.interrupted = !run_trainings(jobs, prepare, log, callbacks);
  if (result.interrupted) return result;
  result.results = score_jobs(result.folder, config, *setup.problem, callbacks);
  write_scores(result);
  for (const std::string& line : result.results.verdicts) log.line(line);
  return result;
}

// The trainings of a run, scored as `config` says.
RunResult scored(const fs::path& folder, Config config, const RunCallbacks& callbacks) {
  require_run_data(config);
  use_threads(config);
  const Setup setup = set_up(std::move(config));
  RunResult result{.folder = folder, .config = *setup.config, .problem = setup.problem};
  std::vector<std::string> notes = setup.problem->notes();
  for (std::string& note : model_notes(*setup.config, jobs_of(*setup.config, folder), *setup.problem))
    notes.push_back(std::move(note));
  for (const std::string& note : notes)
    if (callbacks.on_note) callbacks.on_note(note);
  result.results = score_jobs(folder, *setup.config, *setup.problem, callbacks);
  return result;
}

}  // namespace

RunResult start_run(Config config, const RunCallbacks& callbacks) {
  require(config.model.reg.trajectories == 0 && config.model.trajectories == 0,
          "--trajectories has no gradient to train by: train with --noise, which is exact, and give "
          "--trajectories to "
          "ebit evaluate or ebit forecast");
  require(config.data.file != kStandardInput,
          "a run reads its data again, to be scored, resumed and extended, and standard input gives them "
          "once: save "
          "them as a file and name that");
  require(config.output.track_entropy == 0 || family_of(config) != kRegister || !is_noisy(config.model.reg),
          "--track-entropy follows the entanglement of pure states, and with noise or shots the memory is a "
          "mixture: "
          "leave it out; ebit inspect shows purity and entropy of the mixture");
  check_counts(config);
  check_numbers(config);
  use_threads(config);
  settle_paths(config);
  Setup setup = set_up(std::move(config));
  Config& own = *setup.config;
  if (const std::string size = settle_size(own, *setup.problem); !size.empty() && callbacks.on_note)
    callbacks.on_note(size);
  require(
      own.output.test || setup.problem->validated(),
      "without its test part a run is judged by its validation part, and there is none: {} gives it a share",
      setup.problem->share_flag());
  if (!setup.problem->validated() && own.given.contains("train.restore_best") && own.train.restore_best &&
      callbacks.on_note)
    callbacks.on_note(
        fmt::format("--restore-best has no effect without a validation part ({}): the weights will be those "
                    "of the last epoch",
                    setup.problem->share_flag()));
  if (own.output.folder.empty()) own.output.folder = default_folder(own);
  check_run_folder(own.output.folder, own.output.overwrite);
  std::error_code ignored;
  require(own.start_from.empty() || !fs::equivalent(own.start_from, own.output.folder, ignored),
          "--start-from '{}' is the folder that the run is to be written to: choose another one with -o",
          own.start_from);
  // Throws for settings that make no training, before anything is written.
  for (const Job& job : jobs_of(own, own.output.folder)) {
    if (job.baseline)
      setup.problem->check_model(job.config);  // the run's own model was checked with the data
    ready(job, setup.problem, own);
  }
  make_folder(own.output.folder);
  const FolderLock lock(own.output.folder);
  create_run_folder(own.output.folder, own);
  return run_jobs(setup, callbacks);
}

RunResult resume_run(const fs::path& folder, int epochs, const RunCallbacks& callbacks,
                     std::optional<int> patience) {
  Config config = read_run_config(folder);
  const FolderLock lock(folder);
  require_run_data(config);
  use_threads(config);
  const bool longer = extend_epochs(config, epochs), other = change_patience(config, patience);
  const Setup setup = set_up(std::move(config));
  // What is refused leaves the folder as it was.
  const std::vector<Job> jobs = jobs_of(*setup.config, folder);
  require_same_trainings(jobs, *setup.problem);
  if (longer) require_something_to_train(jobs, epochs);
  if (longer || other) write_run_config(folder, *setup.config);
  return run_jobs(setup, callbacks);
}

RunResult evaluate_run(const fs::path& folder, const RunCallbacks& callbacks,
                       const std::vector<Setting>& changes) {
  Config config = with_settings(read_run_config(folder), changes);
  // A folder that cannot be written to is nobody's to change, and can be looked at.
  const bool writable = ::access(folder.c_str(), W_OK) == 0;
  std::optional<FolderLock> lock;
  if (writable) lock.emplace(folder);
  RunResult result = scored(folder, std::move(config), callbacks);
  if (!writable && callbacks.on_note)
    callbacks.on_note(
        fmt::format("'{}' cannot be written to: the scores are shown and not kept", folder.string()));
  if (writable && changes.empty()) write_scores(result);
  return result;
}

RunResult score_test_part(const fs::path& folder, const RunCallbacks& callbacks) {
  Config config = read_run_config(folder);
  config.output.test = true;
  return scored(folder, std::move(config), callbacks);
}

}  // namespace ebit::experiment
