#include "ebit/analysis/study/trainings.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "ebit/base/error.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/experiment/runs/score.h"
#include "ebit/settings/resolve.h"

namespace ebit::analysis {
namespace {

using experiment::kPartNames;
using experiment::ModelResult;
using experiment::Results;
using experiment::Role;
using experiment::RunResult;
using experiment::SeedResult;

constexpr std::string_view kJudged = "RMSE";

Config config_of(const StudyPlan& plan, const Variant& variant, bool first) {
  std::vector<Setting> settings = plan.settings;
  for (const auto& [name, value] : variant.settings) settings.push_back({name, value, "--values"});
  settings.push_back({"output.folder", (plan.folder / variant.name).string(), "--output"});
  if (!first) settings.push_back({"baselines.which", "none", "study"});
  Config config = resolve("forecast", std::nullopt, settings);
  experiment::require_one_series(config, "a study");
  return config;
}

// Throws for settings that do not make a run, before anything is written: makes the model and its baselines.
void check(Config config) {
  config.seeds = 1;
  const auto problem = experiment::make_problem(config);
  for (const experiment::Job& job : experiment::jobs_of(config, config.output.folder))
    experiment::model_of(job, *problem, config);
}

RunResult run(const Config& config, const experiment::RunCallbacks& callbacks) {
  return experiment::is_run_folder(config.output.folder)
             ? experiment::resume_run(config.output.folder, 0, callbacks)
             : experiment::start_run(config, callbacks);
}

CellMoment moment_of(fit::Model& model, const fit::Examples& judged) {
  return {fit::cell_parameters(model.spec(), model.weights()), model.core_inputs(judged)};
}

TrainedVariant trained(const Variant& variant, RunResult result) {
  TrainedVariant all{.variant = variant, .problem = result.problem, .results = std::move(result.results)};
  const std::size_t part = experiment::judged_part(all.results);
  const fit::Examples judged = all.problem->sequences(part, std::numeric_limits<std::size_t>::max());
  all.windows = judged.samples;
  for (const experiment::Job& job : experiment::jobs_of(result.config, result.folder)) {
    if (job.baseline) continue;
    const auto start = experiment::model_of(job, *all.problem, result.config);
    const auto end = experiment::load_trained(job, *all.problem, result.config);
    all.cell = std::get<CellOptions>(start->spec().core);
    all.seeds.push_back({job.config.train.seed, moment_of(*start, judged), moment_of(*end.model, judged)});
  }
  return all;
}

std::vector<double> errors_on(const Results& results, const ModelResult& model, std::size_t part) {
  return experiment::values_of_seeds(model, part, experiment::metric_place(results, kJudged));
}

}  // namespace

const Dataset& TrainedVariant::dataset() const {
  return experiment::require_forecast(*problem, "a study").dataset();
}

SequenceInput<double> TrainedVariant::input(const CellMoment& moment, std::uint64_t seed) const {
  return {.samples = windows,
          .steps = static_cast<std::size_t>(dataset().options.window),
          .x = moment.x.data(),
          .draw_seed = seed};
}

Config base_config(const StudyPlan& plan) { return resolve("forecast", std::nullopt, plan.settings); }

std::optional<std::vector<TrainedVariant>> train_variants(const StudyPlan& plan,
                                                          const std::vector<Variant>& variants,
                                                          const StudyCallbacks& callbacks) {
  std::vector<Config> configs;
  for (const Variant& variant : variants) configs.push_back(config_of(plan, variant, configs.empty()));
  for (std::size_t i = 0; i < variants.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k)
      require(variants[k].name != variants[i].name, "--values names {} twice", variants[i].name);
    check(configs[i]);
  }
  std::vector<TrainedVariant> all;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    if (callbacks.on_piece) callbacks.on_piece(variants[i].name, i, variants.size());
    RunResult result = run(configs[i], callbacks.run);
    if (result.interrupted) return std::nullopt;
    all.push_back(trained(variants[i], std::move(result)));
  }
  return all;
}

std::vector<double> judged_errors(const Results& results, const ModelResult& model) {
  return errors_on(results, model, experiment::judged_part(results));
}

std::vector<double> training_errors(const Results& results, const ModelResult& model) {
  return errors_on(results, model, 0);
}

std::vector<Json> rows_of(const std::vector<TrainedVariant>& variants, const std::string& heading) {
  std::vector<Json> rows;
  for (const TrainedVariant& trained : variants)
    for (const ModelResult& model : trained.results.models)
      for (const SeedResult& seed : model.seeds) {
        Json row = {{heading, model.role == Role::kModel ? Json(trained.variant.name) : Json()},
                    {"model", model.name},
                    {"seed", model.counts.trained() > 0 ? Json(seed.seed) : Json()},
                    {"parameters", model.counts.trained()},
                    {"quantum", model.counts.quantum},
                    {"classical", model.counts.classical},
                    {"frozen", model.counts.frozen},
                    {"epochs", seed.epochs},
                    {"best_epoch", seed.best_epoch},
                    {"seconds", seed.seconds}};
        for (std::size_t part = 0; part < kPartNames.size(); ++part)
          for (std::size_t m = 0; m < trained.results.metrics.size() && seed.scores.parts[part]; ++m)
            row[fmt::format("{} {}", kPartNames[part], trained.results.metrics[m].name)] =
                seed.scores.parts[part]->values[m];
        rows.push_back(std::move(row));
      }
  return rows;
}

void add_numbers(std::vector<Json>& rows, const std::vector<TrainedVariant>& variants,
                 const std::function<Json(std::size_t v, std::size_t k)>& numbers) {
  std::size_t row = 0;
  for (std::size_t v = 0; v < variants.size(); ++v)
    for (const ModelResult& model : variants[v].results.models)
      for (std::size_t k = 0; k < model.seeds.size(); ++k, ++row)
        if (model.role == Role::kModel) rows[row].update(numbers(v, k));
}

}  // namespace ebit::analysis
