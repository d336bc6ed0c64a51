#include "ebit/experiment/runs/score.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/experiment/model_specs.h"
#include "ebit/experiment/problems/forecast_problem.h"
#include "ebit/experiment/problems/panel_problem.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/trainings.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;

void note(const RunCallbacks& callbacks, const std::string& text) {
  if (callbacks.on_note) callbacks.on_note(text);
}

Results empty_results(const Config& config, const Problem& problem) {
  Results results{.problem = config.problem.name,
                  .description = problem.description(),
                  .loss_name = problem.loss_name(),
                  .notes = problem.notes(),
                  .metrics = problem.metrics(),
                  .judged_metric = problem.judged_metric()};
  if (problem.validated()) results.validation_metrics = problem.validation_metrics();
  if (const auto* series = dynamic_cast<const ForecastProblem*>(&problem))
    results.targets = series->dataset().options.targets;
  if (const auto* panel = dynamic_cast<const PanelProblem*>(&problem)) {
    results.targets = panel->series(0).dataset().options.targets;
    results.series_column = panel->id_column(), results.series = panel->names();
  }
  return results;
}

// References stand right behind the model, before the trained baselines.
void add_references(Results& results, const Problem& problem, bool test) {
  std::vector<ModelResult> references;
  for (Reference& reference : problem.references()) {
    if (!test) reference.scores.parts[2].reset(), reference.scores.predictions[2].clear();
    references.push_back({.name = reference.name,
                          .summary = reference.summary,
                          .role = Role::kReference,
                          .reference_loss = reference.loss,
                          .seeds = {{.scores = std::move(reference.scores)}}});
  }
  results.models.insert(results.models.begin() + 1, std::make_move_iterator(references.begin()),
                        std::make_move_iterator(references.end()));
}

// The result that this job's seed belongs to; a new one for the first seed of a model.
ModelResult& result_for(Results& results, const TrainedModel& trained) {
  const Role role = trained.job.baseline ? Role::kBaseline : Role::kModel;
  if (results.models.empty() || results.models.back().name != trained.job.name ||
      results.models.back().role != role)
    results.models.push_back({.name = trained.job.name,
                              .summary = trained.model->summary(),
                              .changes = changes_of_model(trained.job.config),
                              .role = role,
                              .counts = trained.model->counts()});
  return results.models.back();
}

SeedResult seed_of(const TrainedModel& trained) {
  SeedResult seed{
      .seed = trained.job.config.train.seed,
      .epochs = trained.epochs(),
      .best_epoch = trained.job.config.train.restore_best ? trained.progress.best_epoch : trained.epochs(),
      .end = std::string(fit::name_of(trained.progress.end)),
      .history = trained.progress.history};
  for (const fit::EpochRecord& record : seed.history) seed.seconds += record.seconds;
  seed.stop_below = trained.job.config.train.stop_below;
  return seed;
}

// Loads every job that has weights and hands it to `use`.
template <class Use>
void each_trained(const Config& config, const Problem& problem, const fs::path& folder,
                  const RunCallbacks& callbacks, Use use) {
  bool any = false;
  for (const Job& job : jobs_of(config, folder)) {
    std::error_code ignored;
    if (!fs::exists(job.folder / files::kBest, ignored)) {
      note(callbacks, fmt::format("{} seed {} is not trained yet and is left out: ebit resume trains it",
                                  job.name, job.config.train.seed));
      continue;
    }
    const TrainedModel trained = load_trained(job, problem, config);
    const fit::End end = trained.progress.end;
    if (end != fit::End::kFinished && !fit::is_early(end))
      note(callbacks, fmt::format("the training of {} seed {} is unfinished ({} after {} epochs)", job.name,
                                  job.config.train.seed, fit::name_of(end), trained.epochs()));
    if (!fs::exists(job.folder / files::kLast, ignored))
      note(
          callbacks,
          fmt::format("{} seed {}: there is no {}, so only the weights of epoch {} are known of its training",
                      job.name, job.config.train.seed, files::kLast, trained.progress.best_epoch));
    use(trained, !any);
    any = true;
  }
  require(any, "'{}' holds no trained weights yet: ebit resume trains them", folder.string());
}

// The series of a problem of some.
std::vector<const ForecastProblem*> series_of(const Problem& problem) {
  if (const auto* panel = dynamic_cast<const PanelProblem*>(&problem)) {
    std::vector<const ForecastProblem*> all;
    for (std::size_t k = 0; k < panel->count(); ++k) all.push_back(&panel->series(k));
    return all;
  }
  return {&require_forecast(problem, "this check")};
}

// The rows that windows of a series predict: which series, when, and what.
using PredictedRow = std::tuple<std::string, std::string, std::vector<double>>;
std::vector<PredictedRow> predicted_rows(const Dataset& dataset, const Windows& windows) {
  std::vector<PredictedRow> rows;
  for (const std::size_t row : windows.target_row) {
    std::vector<double> values;
    for (const std::size_t column : dataset.target_columns) values.push_back(dataset.series.at(row, column));
    rows.emplace_back(dataset.series.id, dataset.series.times[row], std::move(values));
  }
  return rows;
}

// One line where rows that are scored are among those the run was trained on, or where that cannot be known;
// "" where they are not.
std::string trained_on_note(const fs::path& folder, const fit::Metadata& metadata, const Problem& other) {
  const std::unique_ptr<Problem> own = problem_as_trained(folder, metadata);
  if (!own)
    return "the run's own data have changed since the training, or are gone: which of the scored rows it was "
           "trained on is not known";
  std::set<PredictedRow> training;
  for (const ForecastProblem* series : series_of(*own)) {
    std::vector<PredictedRow> rows = predicted_rows(series->dataset(), series->windows(0));
    training.insert(std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
  }
  std::size_t known = 0, scored = 0;
  const bool one_step = series_of(other).front()->dataset().options.steps() == 1;
  for (const ForecastProblem* series : series_of(other))
    for (const PredictedRow& row : predicted_rows(series->dataset(), series->windows(2)))
      known += training.contains(row), ++scored;
  if (known == 0) return {};
  return fmt::format(
      "{} of the {} scored {} that the run was trained on: scores on them say nothing of new data", known,
      scored, one_step ? "rows are rows" : "windows end in rows");
}

}  // namespace

std::unique_ptr<fit::Model> model_of(const Job& job, const Problem& problem, const Config& run) {
  const fit::ModelSpec spec =
      job.baseline ? matched_spec(job.config, problem, spec_of(run, problem)) : spec_of(job.config, problem);
  return fit::make_model(spec, job.config.step);
}

std::string fingerprint_of(const Job& job, const Problem& problem) {
  return fmt::format("{}-{:016x}-{}", fingerprint(job.config), problem.data_hash(), job.config.train.seed);
}

std::unique_ptr<Problem> problem_as_trained(const fs::path& folder, const fit::Metadata& metadata) {
  Config config = read_run_config(folder);
  config.baselines.which.clear();  // what takes no part in it need not be fitted
  try {
    std::unique_ptr<Problem> problem = make_problem(config);
    const auto print = metadata.find("fingerprint");
    const bool same =
        print == metadata.end() || print->second == fingerprint_of(jobs_of(config, folder).front(), *problem);
    return same ? std::move(problem) : nullptr;
  } catch (const Error&) {
    return nullptr;
  }
}

TrainedModel load_trained(const Job& job, const Problem& problem, const Config& run) {
  const fs::path best = job.folder / files::kBest, last = job.folder / files::kLast;
  std::error_code ignored;
  require(fs::exists(best, ignored), "'{}' holds no trained weights yet: ebit resume trains them",
          job.folder.string());
  fit::SavedWeights saved = fit::load_weights(best);
  TrainedModel trained{.job = job,
                       .model = model_of(job, problem, run),
                       .metadata = std::move(saved.metadata),
                       .progress = {}};
  trained.model->load(saved.weights, best.string());
  if (fs::exists(last, ignored)) {
    trained.progress = fit::load_checkpoint(last, trained.metadata["fingerprint"]).state;
    return trained;
  }
  // The weights are all that is needed to use a model; how its training went is not known then.
  trained.progress.end = fit::End::kFinished;
  std::from_chars(trained.metadata["epoch"].data(),
                  trained.metadata["epoch"].data() + trained.metadata["epoch"].size(),
                  trained.progress.best_epoch);
  return trained;
}

Results score_jobs(const fs::path& folder, const Config& config, const Problem& problem,
                   const RunCallbacks& callbacks) {
  Results results = empty_results(config, problem);
  bool changed = false;
  each_trained(config, problem, folder, callbacks, [&](const TrainedModel& trained, bool first) {
    // Runs resumed after a change are refused; looking at one again is not, but must not go unnoticed.
    const auto print = trained.metadata.find("fingerprint");
    if (!changed &&
        (print == trained.metadata.end() || print->second != fingerprint_of(trained.job, problem))) {
      const auto fitted = trained.metadata.find("data");
      require(fitted == trained.metadata.end() || fitted->second == problem.fitted(),
              "the data of '{}' have changed since the training, and with them how values are scaled: ebit "
              "evaluate {} FILE scores its model on a file as the training saw its own",
              folder.string(), folder.string());
      changed = true;
      note(callbacks, "settings or data have changed since the training: the numbers are those of now");
    }
    SeedResult seed = seed_of(trained);
    seed.scores = config.output.test ? problem.scores(*trained.model, seed.seed, first)
                                     : problem.scores_before_test(*trained.model, seed.seed);
    result_for(results, trained).seeds.push_back(std::move(seed));
  });
  add_references(results, problem, config.output.test);
  results.verdicts = verdicts(results);
  return results;
}

void write_scores(const RunResult& result) {
  const Problem& problem = *result.problem;
  if (const std::string tokens = problem.vocabulary(); !tokens.empty())
    write_file_atomically(result.folder / files::kVocabulary, tokens);
  std::string examples;
  for (const Exhibit& exhibit : result.results.models.at(0).seeds.at(0).scores.exhibits)
    if (!exhibit.text.empty()) examples += fmt::format("# {}\n\n{}\n", exhibit.caption, exhibit.text);
  if (!examples.empty()) write_file_atomically(result.folder / files::kExamples, examples);
  for (const Job& job : jobs_of(result.config, result.folder))
    for (const ModelResult& model : result.results.models) {
      if (model.name != job.name || (model.role == Role::kBaseline) != job.baseline) continue;
      for (const SeedResult& seed : model.seeds) {
        if (model.role == Role::kReference || seed.seed != job.config.train.seed) continue;
        if (const std::string csv = problem.predictions_csv(seed.scores); !csv.empty())
          write_file_atomically(job.folder / files::kPredictions, csv);
      }
    }
  // The last file: where it is, a suite or sweep takes the training for finished.
  write_file_atomically(result.folder / files::kMetrics, to_json(result.results).dump(2) + "\n");
}

RunResult score_on(const fs::path& folder, const std::string& data, const RunCallbacks& callbacks,
                   const std::vector<Setting>& changes, const std::string& id) {
  auto config = std::make_shared<Config>(with_settings(read_run_config(folder), changes));
  require(config->problem.name == "forecast",
          "'{}' is a run of {}, which is scored on its own test part: leave out '{}'", folder.string(),
          config->problem.name, data);
  use_threads(*config);
  use_other_data(*config, data);
  require(id.empty() || !config->data.series.id.empty(), "--id has no effect: the run '{}' is of one series",
          folder.string());
  if (!id.empty()) config->data.series.id = id;
  Panel panel = load_panel(*config);
  RunResult result{.folder = folder, .config = *config};
  // Every training has scalers of its own data, which are the same for all of them.
  const Job first = jobs_of(*config, folder).front();
  std::error_code ignored;
  require(fs::exists(first.folder / files::kBest, ignored),
          "'{}' holds no trained weights yet: ebit resume trains them", folder.string());
  const fs::path best = first.folder / files::kBest;
  fit::Metadata metadata = fit::load_weights(best).metadata;
  const std::string fitted = metadata["data"];
  std::unique_ptr<Problem> problem;
  if (panel.id.empty())
    problem = std::make_unique<ForecastProblem>(*config, std::move(panel.series[0]), fitted, best.string());
  else
    problem = std::make_unique<PanelProblem>(*config, std::move(panel), fitted, best.string());
  result.problem = std::shared_ptr<Problem>(problem.release(), [config](Problem* p) { delete p; });
  result.results = empty_results(*config, *result.problem);
  for (const std::string& line : result.problem->notes()) note(callbacks, line);
  if (const std::string known = trained_on_note(folder, metadata, *result.problem); !known.empty()) {
    result.results.notes.push_back(known);
    note(callbacks, known);
  }
  each_trained(*config, *result.problem, folder, callbacks, [&](const TrainedModel& trained, bool) {
    SeedResult seed = seed_of(trained);
    seed.scores = result.problem->scores(*trained.model, seed.seed, false);
    result_for(result.results, trained).seeds.push_back(std::move(seed));
  });
  add_references(result.results, *result.problem, true);
  result.results.verdicts = verdicts(result.results);
  return result;
}

}  // namespace ebit::experiment
