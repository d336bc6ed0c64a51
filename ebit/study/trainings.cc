#include "ebit/study/trainings.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/data/metrics.h"
#include "ebit/nn/register_model.h"
#include "ebit/train/config_file.h"
#include "ebit/train/model_factory.h"
#include "ebit/train/prepare.h"
#include "ebit/train/register_kind.h"
#include "ebit/train/run.h"

namespace ebit::study {
namespace {

namespace fs = std::filesystem;

train::Config config_of(const StudyPlan& plan, const Variant& variant, bool first) {
  std::vector<train::Setting> settings = plan.settings;
  for (const auto& [name, value] : variant.settings) settings.push_back({name, value, variant.name});
  settings.push_back({"output.folder", (plan.folder / variant.name).string(), "--output"});
  if (!first) settings.push_back({"baselines.which", "none", "study"});
  return train::resolve_config(std::nullopt, settings);
}

// The parameters of a register model as its cell takes them.
std::vector<double> cell_parameters(nn::SequenceModel& model, const RegisterOptions& options) {
  const RegisterCell<double> cell(options);
  std::vector<double> flat(cell.parameters());
  const auto named = model.named_parameters();
  for (const Segment& segment : cell.segments()) {
    const torch::Tensor values =
        named["rnn." + segment.name].detach().to(torch::kFloat64).contiguous().view(-1);
    std::copy_n(values.data_ptr<double>(), segment.size,
                flat.begin() + static_cast<std::ptrdiff_t>(segment.offset));
  }
  return flat;
}

RegisterOptions cell_of(const train::Config& config, const Dataset& dataset) {
  return train::register_options(config.model, static_cast<int>(dataset.feature_columns.size()));
}

// Throws for settings that do not make a model, before anything is written.
void check(const train::Config& config) {
  require(config.model.kind == "register", "a study is about register models: leave out --model {}",
          config.model.kind);
  train::Config copy = config;
  const Dataset dataset = train::prepare_dataset(copy);
  RegisterCell<double> cell(cell_of(copy, dataset));
}

train::RunResult run(const train::Config& config, const train::RunCallbacks& callbacks) {
  return train::is_run_folder(config.output.folder) ? train::resume_run(config.output.folder, 0, callbacks)
                                                    : train::start_run(config, callbacks);
}

TrainedVariant trained(const Variant& variant, train::RunResult result) {
  TrainedVariant all{.variant = variant,
                     .config = train::read_run_config(result.folder),
                     .cell = {},
                     .dataset = std::move(result.dataset),
                     .evaluation = std::move(result.evaluation),
                     .weights = {}};
  all.cell = cell_of(all.config, all.dataset);
  for (const train::Job& job : train::jobs_of(all.config, result.folder)) {
    if (job.baseline) continue;
    const std::uint64_t seed = job.config.train.seed;
    const auto start = train::make_model(job.config, static_cast<int>(all.dataset.feature_columns.size()),
                                         static_cast<int>(all.dataset.target_columns.size()), seed);
    all.weights.push_back({.seed = seed,
                           .initial = cell_parameters(*start, all.cell),
                           .trained = cell_parameters(*train::load_trained(job).model, all.cell)});
  }
  return all;
}

}  // namespace

train::Config base_config(const StudyPlan& plan) {
  return train::resolve_config(std::nullopt, plan.settings);
}

std::optional<std::vector<TrainedVariant>> train_variants(const StudyPlan& plan,
                                                          const std::vector<Variant>& variants,
                                                          const StudyCallbacks& callbacks) {
  std::vector<train::Config> configs;
  for (const Variant& variant : variants) configs.push_back(config_of(plan, variant, configs.empty()));
  for (std::size_t i = 0; i < variants.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k)
      require(variants[k].name != variants[i].name, "--values names {} twice", variants[i].name);
    check(configs[i]);
  }
  std::vector<TrainedVariant> all;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    if (callbacks.on_piece) callbacks.on_piece(variants[i].name, i, variants.size());
    train::RunResult result = run(configs[i], callbacks.run);
    if (result.interrupted) return std::nullopt;
    all.push_back(trained(variants[i], std::move(result)));
  }
  return all;
}

SequenceInput<double> judged_input(const Dataset& dataset) {
  const Windows* windows = &dataset.train;
  for (std::size_t part = 0; part < train::kPartNames.size(); ++part)
    if (train::part_of(dataset, part).count > 0) windows = &train::part_of(dataset, part);
  return {.samples = windows->count, .steps = windows->steps, .x = windows->x.data()};
}

std::vector<double> metric_of_seeds(const train::ModelResult& model, const std::string& metric,
                                    std::size_t part) {
  const std::vector<std::string> names = names_of(metric_table());
  const auto row = static_cast<std::size_t>(std::ranges::find(names, metric) - names.begin());
  std::vector<double> values;
  for (const train::SeedResult& seed : model.seeds)
    for (std::size_t p = part + 1; p-- > 0;)
      if (seed.scores[p]) {
        values.push_back(seed.scores[p]->original[row]);
        break;
      }
  return values;
}

std::vector<Json> rows_of(const std::vector<TrainedVariant>& variants, const std::string& heading) {
  std::vector<Json> rows;
  for (const TrainedVariant& trained : variants)
    for (const train::ModelResult& model : trained.evaluation.models)
      for (const train::SeedResult& seed : model.seeds) {
        Json row = {{heading, model.baseline ? Json() : Json(trained.variant.name)},
                    {"model", model.name},
                    {"seed", model.parameters > 0 ? Json(seed.seed) : Json()},
                    {"parameters", model.parameters},
                    {"epochs", seed.epochs},
                    {"best_epoch", seed.best_epoch},
                    {"seconds", seed.seconds}};
        for (std::size_t part = 0; part < train::kPartNames.size(); ++part)
          for (std::size_t m = 0; m < metric_table().size() && seed.scores[part]; ++m)
            row[fmt::format("{} {}", train::kPartNames[part], metric_table()[m].name)] =
                seed.scores[part]->original[m];
        rows.push_back(std::move(row));
      }
  return rows;
}

void add_numbers(std::vector<Json>& rows, const std::vector<TrainedVariant>& variants,
                 const std::function<Json(std::size_t v, std::size_t k)>& numbers) {
  std::size_t row = 0;
  for (std::size_t v = 0; v < variants.size(); ++v)
    for (const train::ModelResult& model : variants[v].evaluation.models)
      for (std::size_t k = 0; k < model.seeds.size(); ++k, ++row)
        if (!model.baseline) rows[row].update(numbers(v, k));
}

}  // namespace ebit::study
