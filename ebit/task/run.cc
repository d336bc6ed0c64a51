#include "ebit/task/run.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/corpus/catalogue.h"
#include "ebit/nn/safetensors_module.h"
#include "ebit/task/core_choice.h"
#include "ebit/train/config_file.h"
#include "ebit/train/module_step.h"
#include "ebit/train/run_trainings.h"

namespace ebit::task {
namespace {

namespace fs = std::filesystem;
using train::Config;
using train::Job;

constexpr std::uint64_t kTestPart = train::kValidationPart + 1;

// A task's loss as a step of the trainer.
class TaskStep : public train::ModuleStep {
 public:
  TaskStep(Task& task, std::shared_ptr<nn::CoreModel> model, const train::TrainOptions& options)
      : ModuleStep(*model, model->summary(), options), task_(task), model_(std::move(model)) {}

  train::Validation validate() override {
    const torch::NoGradGuard no_grad;
    model_->eval();
    model_->seed_draws(options().seed, train::prediction_draw(train::kValidationPart, 0));
    return task_.validate(*model_);
  }

 protected:
  torch::Tensor loss(const train::Batch& batch, std::uint64_t draw) override {
    model_->seed_draws(options().seed, draw);
    return task_.loss(*model_, batch);
  }
  void forget() override { task_.forget(); }

 private:
  Task& task_;
  std::shared_ptr<nn::CoreModel> model_;
};

// Batches `first` to `first + count` of the passes one after another.
std::vector<train::Batch> steps_of(const Task& task, std::uint64_t seed, std::int64_t first,
                                   std::int64_t count) {
  std::vector<train::Batch> chosen, pass;
  std::int64_t number = -1;
  for (std::int64_t step = first; step < first + count; ++step) {
    const auto size = static_cast<std::int64_t>(pass.empty() ? task.batches(0, seed).size() : pass.size());
    if (step / size != number) pass = task.batches(static_cast<int>(number = step / size), seed);
    chosen.push_back(pass[static_cast<std::size_t>(step % size)]);
  }
  return chosen;
}

std::vector<std::string> validation_metrics(const Task& task) {
  return task.validated() ? task.validation_metrics() : std::vector<std::string>();
}

train::Training training_of(Task& task, const std::shared_ptr<nn::CoreModel>& model, const Config& config) {
  const std::uint64_t seed = config.train.seed;
  const std::int64_t count = config.task.epoch_steps;
  const auto batches = [&task, seed, count](int epoch) {
    return count > 0 ? steps_of(task, seed, epoch * count, count) : task.batches(epoch, seed);
  };
  return {.module = model,
          .step = std::make_unique<TaskStep>(task, model, config.train),
          .batches = batches,
          .validated = task.validated(),
          .metrics = validation_metrics(task),
          .share_flag = task.share_flag(),
          .forget = [&task] { task.forget(); }};
}

std::shared_ptr<nn::CoreModel> model_of(const Task& task, const Job& job, const Config& run) {
  nn::CoreChoice choice = core_choice(job.config.task);
  if (job.baseline) choice = matched_choice(task, choice, core_choice(run.task));
  torch::manual_seed(job.config.train.seed);
  auto model = task.make_model(choice);
  model->to(dtype_of(job.config.task));
  return model;
}

// Tells trainings apart that must not be mixed.
std::string fingerprint_of(const Task& task, const Job& job) {
  return fmt::format("{}-{}-{}", train::fingerprint(job.config), job.config.train.seed, task.description());
}

train::ReadyTraining ready(Task& task, const Job& job, const Config& run) {
  const auto model = model_of(task, job, run);
  return {std::make_unique<train::Trainer>(training_of(task, model, job.config), job.config.train),
          model->summary(),
          train::Metadata{{"fingerprint", fingerprint_of(task, job)},
                          {"model", model->summary()},
                          {"data", task.description()},
                          {"config", train::to_toml(job.config)}}};
}

void check_numbers(const train::TaskOptions& o) {
  for (const auto& [flag, value] : {std::pair{"--limit", o.limit},
                                    {"--test-limit", o.test_limit},
                                    {"--max-length", o.max_length},
                                    {"--max-vocabulary", o.max_vocabulary},
                                    {"--epoch-steps", o.epoch_steps},
                                    {"--sample", o.sample}}) {
    require(value >= 0, "{} must be 0 or more, not {}", flag, value);
  }
  for (const auto& [flag, value] :
       {std::pair{"--min-count", o.min_count}, {"--embedding", o.embedding}, {"--beam", o.beam}})
    require(value >= 1, "{} must be at least 1, not {}", flag, value);
}

// Files by their absolute paths, so that the run can be used from any folder. What is not there is told
// by the name that the user gave.
void settle_paths(train::TaskOptions& o) {
  std::error_code ignored;
  for (std::string* path : {&o.corpus, &o.target_file, &o.vectors, &o.ansatz_file, &o.folder}) {
    if (path == &o.corpus && find_corpus_row(o.corpus) != nullptr) continue;
    if (!path->empty() && fs::exists(*path, ignored)) *path = fs::absolute(*path).lexically_normal().string();
  }
}

SeedScores scores_of(const Task& task, const Job& job, nn::CoreModel& model, std::vector<Exhibit>* exhibits) {
  const train::TrainState state = train::load_checkpoint(job.folder / train::files::kLast, "").state;
  const torch::NoGradGuard no_grad;
  model.eval();
  model.seed_draws(job.config.train.seed, train::prediction_draw(kTestPart, 0));
  TaskScores found = task.scores(model, exhibits != nullptr);
  SeedScores scores{.seed = job.config.train.seed, .values = std::move(found.values)};
  if (exhibits != nullptr) *exhibits = std::move(found.exhibits);
  scores.end = train::name_of(state.end);
  scores.epochs = static_cast<int>(state.history.size());
  scores.best_epoch = job.config.train.restore_best ? state.best_epoch : scores.epochs;
  for (const train::EpochRecord& record : state.history) {
    scores.seconds += record.seconds;
    scores.train_losses.push_back(record.train_loss);
    scores.validation_losses.push_back(record.validation_loss);
    scores.validation_metrics.resize(record.metrics.size());
    for (std::size_t m = 0; m < record.metrics.size(); ++m)
      scores.validation_metrics[m].push_back(record.metrics[m]);
  }
  return scores;
}

void score(const Task& task, TaskRun& run, const train::RunCallbacks& callbacks) {
  const auto note = [&](const std::string& text) {
    if (callbacks.on_note) callbacks.on_note(text);
  };
  const std::vector<Job> jobs = train::jobs_of(run.config, run.folder);
  bool changed = false;
  for (const Job& job : jobs) {
    const fs::path best = job.folder / train::files::kBest;
    if (std::error_code ignored; !fs::exists(best, ignored)) {
      note(fmt::format("{} seed {} is not trained yet and is left out: ebit resume trains it", job.name,
                       job.config.train.seed));
      continue;
    }
    const auto model = model_of(task, job, run.config);
    const train::Metadata metadata = train::load_weights(best, *model);
    const auto print = metadata.find("fingerprint");
    if (!changed && print != metadata.end() && print->second != fingerprint_of(task, job)) {
      changed = true;
      note("settings or data have changed since the training: the numbers are those of now");
    }
    if (run.models.empty() || run.models.back().name != job.config.task.core ||
        run.models.back().baseline != job.baseline)
      run.models.push_back({.name = job.config.task.core,
                            .baseline = job.baseline,
                            .summary = model->summary(),
                            .parameters = nn::count_parameters(*model)});
    run.models.back().seeds.push_back(
        scores_of(task, job, *model, &job == &jobs.front() ? &run.exhibits : nullptr));
  }
  require(!run.models.empty(), "'{}' holds no trained weights yet: ebit resume trains them",
          run.folder.string());
}

std::string examples_text(const std::vector<Exhibit>& exhibits) {
  std::string text;
  for (const Exhibit& exhibit : exhibits) {
    if (!exhibit.text.empty()) text += fmt::format("# {}\n\n{}\n", exhibit.caption, exhibit.text);
  }
  return text;
}

TaskRun unscored(const Task& task, const Config& config) {
  TaskRun run;
  run.folder = config.output.folder, run.config = config;
  run.description = task.description(), run.loss_name = task.loss_name(), run.notes = task.notes();
  run.metrics = task.metrics(), run.validation_metrics = validation_metrics(task);
  run.references = task.references();
  return run;
}

// Everything but plots and page.
void score_and_write(const Task& task, TaskRun& run, const train::RunCallbacks& callbacks) {
  score(task, run, callbacks);
  write_file_atomically(run.folder / train::files::kMetrics, to_json(run).dump(2) + "\n");
  if (const std::string tokens = task.vocabulary(); !tokens.empty())
    write_file_atomically(run.folder / train::files::kVocabulary, tokens);
  if (const std::string text = examples_text(run.exhibits); !text.empty())
    write_file_atomically(run.folder / train::files::kExamples, text);
}

TaskRun run_task(Task& task, const Config& config, const train::RunCallbacks& callbacks) {
  TaskRun run = unscored(task, config);
  train::RunLog log(run.folder);
  log.line(run.description);
  for (const std::string& note : run.notes) {
    log.line(note);
    if (callbacks.on_note) callbacks.on_note(note);
  }
  const auto prepare = [&](const Job& job) { return ready(task, job, config); };
  run.interrupted = !train::run_trainings(train::jobs_of(config, run.folder), prepare, log, callbacks);
  if (!run.interrupted) score_and_write(task, run, callbacks);
  return run;
}

}  // namespace

Config resolve_task(const std::string& name, const std::optional<fs::path>& file,
                    const std::vector<train::Setting>& flags) {
  std::vector<train::Setting> settings;
  if (file) settings = train::parse_settings(read_file(*file), file->string());
  std::string task = name;
  for (const train::Setting& setting : settings) {
    if (task.empty() && setting.name == "task.name") task = setting.value;
  }
  require(!task.empty(), "which task? One of: {}", fmt::join(names_of(task_table()), ", "));
  const TaskRow& row = find_task(task);
  settings.push_back({"task.name", std::string(row.name), "task"});
  settings.insert(settings.end(), flags.begin(), flags.end());
  Config config;
  config.train.optimizer_options.lr = 1e-3;
  train::apply_settings(config, row.settings, fmt::format("task {}", row.name));
  for (const train::Setting& setting : settings) {
    train::apply_setting(config, setting);
    config.given.insert(setting.name);
  }
  return config;
}

TaskRun start_task(Config config, const train::RunCallbacks& callbacks) {
  train::check_counts(config);
  train::use_threads(config);
  check_numbers(config.task);
  settle_paths(config.task);
  const std::unique_ptr<Task> task = find_task(config.task.name).make(config);
  if (config.output.folder.empty())
    config.output.folder = (fs::path("runs") / (config.task.name + "-" + config.task.core)).string();
  train::check_run_folder(config.output.folder, config.output.overwrite);
  for (const Job& job : train::jobs_of(config, config.output.folder))
    ready(*task, job, config);  // throws for bad settings
  train::create_run_folder(config.output.folder, config);
  return run_task(*task, config, callbacks);
}

TaskRun resume_task(const fs::path& folder, int epochs, const train::RunCallbacks& callbacks) {
  Config config = train::read_run_config(folder);
  train::use_threads(config);
  const bool longer = train::extend_epochs(config, epochs);
  const std::unique_ptr<Task> task = find_task(config.task.name).make(config);
  if (longer) train::write_run_config(folder, config);
  return run_task(*task, config, callbacks);
}

TaskRun evaluate_task(const fs::path& folder, const train::RunCallbacks& callbacks) {
  Config config = train::read_run_config(folder);
  train::use_threads(config);
  const std::unique_ptr<Task> task = find_task(config.task.name).make(config);
  TaskRun run = unscored(*task, config);
  score_and_write(*task, run, callbacks);
  return run;
}

bool is_task_folder(const fs::path& folder) {
  return train::is_run_folder(folder) && !train::read_run_config(folder).task.name.empty();
}

}  // namespace ebit::task
