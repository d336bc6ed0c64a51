// The part of run.h that scores finished trainings.
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/data/baseline.h"
#include "ebit/nn/safetensors_module.h"
#include "ebit/train/check_inputs.h"
#include "ebit/train/model_factory.h"
#include "ebit/train/prepare.h"
#include "ebit/train/run.h"

namespace ebit::train {
namespace {

namespace fs = std::filesystem;

bool is_forecast(const std::string& name) {
  for (const auto& row : ebit::baseline_table()) {
    if (row.name == name) return true;
  }
  return false;
}

// Predictions of all windows in the data's units, [B, O].
std::vector<double> predictions_of(const TrainedModel& trained, const Dataset& dataset, std::size_t part,
                                   const Windows& windows) {
  const Config& config = trained.job.config;
  const torch::Tensor y = predict(*trained.model, windows, dtype_of(config), config.train.stateful,
                                  config.data.dataset.stride, config.train.seed, part);
  return unscaled(dataset, part, {y.data_ptr<double>(), static_cast<std::size_t>(y.numel())});
}

// predictions.csv: one line a window, parts in order of time; truth and prediction of every target.
std::string predictions_csv(const Dataset& dataset, const SeedResult& seed) {
  std::string text = "time,row,part";
  for (const std::string& target : dataset.options.targets) {
    text += fmt::format(",{},{}", csv_cell(target + " truth"), csv_cell(target + " prediction"));
  }
  text += "\n";
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    const Windows& windows = part_of(dataset, part);
    for (std::size_t i = 0; i < windows.count; ++i) {
      const std::size_t row = windows.target_row[i];
      text += fmt::format("{},{},{}", csv_cell(dataset.series.times[row]), row, kPartNames[part]);
      for (std::size_t o = 0; o < windows.outputs; ++o) {
        text += fmt::format(",{},{}", dataset.series.at(row, dataset.target_columns[o]),
                            seed.predictions[part][i * windows.outputs + o]);
      }
      text += "\n";
    }
  }
  return text;
}

SeedResult seed_result(const TrainedModel& trained) {
  return {.seed = trained.job.config.train.seed,
          .epochs = trained.epochs,
          .best_epoch = trained.best_epoch,
          .end = trained.end,
          .seconds = trained.seconds,
          .predictions = {},
          .scores = {}};
}

// The result that this job's seed belongs to; a new one for the first seed of a model.
ModelResult& result_for(std::vector<ModelResult>& models, const TrainedModel& trained) {
  const std::string name = trained.job.baseline ? trained.job.name : model_name(trained.job.config);
  if (models.empty() || models.back().name != name || models.back().baseline != trained.job.baseline) {
    models.push_back({.name = name,
                      .summary = trained.model->summary(),
                      .baseline = trained.job.baseline,
                      .parameters = nn::count_parameters(*trained.model),
                      .seeds = {}});
  }
  return models.back();
}

// Loads every job that has weights and hands it to `use`.
template <class Use>
void each_trained(const Config& config, const fs::path& folder, const RunCallbacks& callbacks, Use use) {
  bool any = false;
  for (const Job& job : jobs_of(config, folder)) {
    std::error_code ignored;
    if (!fs::exists(job.folder / files::kBest, ignored)) {
      if (callbacks.on_note) {
        callbacks.on_note(fmt::format("{} seed {} is not trained yet and is left out: ebit resume trains it",
                                      job.name, job.config.train.seed));
      }
      continue;
    }
    const TrainedModel trained = load_trained(job);
    if (trained.end != name_of(End::kFinished) && trained.end != name_of(End::kEarlyStop) &&
        callbacks.on_note) {
      callbacks.on_note(fmt::format("the training of {} seed {} is unfinished ({} after {} epochs)", job.name,
                                    job.config.train.seed, trained.end, trained.epochs));
    }
    any = true;
    use(trained);
  }
  require(any, "'{}' holds no trained weights yet: ebit resume trains them", folder.string());
}

// Forecasts without training stand right after the model, before the trained baselines.
void add_forecasts(std::vector<ModelResult>& models, const Config& config, const Dataset& dataset) {
  std::size_t place = 1;
  for (const std::string& name : config.baselines.which) {
    // Without a season the seasonal forecast is persistence again.
    if (!is_forecast(name) || (name != "persistence" && config.baselines.season <= 1)) continue;
    models.insert(models.begin() + static_cast<std::ptrdiff_t>(place++),
                  score_forecast(name, dataset, config.baselines.season));
  }
}

}  // namespace

Evaluation evaluate_run(const fs::path& folder, const Config& config, const Dataset& dataset,
                        const RunCallbacks& callbacks) {
  Evaluation evaluation;
  bool changed = false;
  each_trained(config, folder, callbacks, [&](const TrainedModel& trained) {
    // Runs resumed after a change are refused; looking at one again is not, but must not go unnoticed.
    if (!changed && !trained.fingerprint.empty() &&
        trained.fingerprint.find(fmt::format("-{}-", data_fingerprint(dataset))) == std::string::npos) {
      changed = true;
      if (callbacks.on_note) {
        callbacks.on_note(
            fmt::format("the data ({}) have changed since the training: the numbers are those of the "
                        "data as they are now",
                        dataset.series.source));
      }
    }
    SeedResult seed = seed_result(trained);
    for (std::size_t part = 0; part < kPartNames.size(); ++part) {
      const Windows& windows = part_of(dataset, part);
      if (windows.count == 0) continue;
      seed.predictions[part] = predictions_of(trained, dataset, part, windows);
      seed.scores[part] = score(dataset, part, windows, true_values(dataset, windows), seed.predictions[part],
                                config.baselines.season);
    }
    write_file_atomically(trained.job.folder / files::kPredictions, predictions_csv(dataset, seed));
    result_for(evaluation.models, trained).seeds.push_back(std::move(seed));
  });
  add_forecasts(evaluation.models, config, dataset);
  evaluation.verdicts = verdicts(evaluation.models);
  write_file_atomically(folder / files::kMetrics, to_json(evaluation, dataset).dump(2) + "\n");
  return evaluation;
}

RunResult evaluate_on(const fs::path& folder, const std::string& data, const RunCallbacks& callbacks) {
  Config config = read_run_config(folder);
  config.data.file = data;
  config.data.generator.clear();
  const Series series = load_data(config);
  RunResult result{.folder = folder, .interrupted = false, .dataset = {}, .evaluation = {}};
  each_trained(config, folder, callbacks, [&](const TrainedModel& trained) {
    const Windows windows = windows_of(series, trained.fitted);
    check_inputs(trained.job.config, windows, trained.fitted, series);
    result.dataset = trained.fitted;
    result.dataset.series = series;
    result.dataset.test = windows;
    // windows_of() found the columns by name; from here on they count in the new series.
    for (std::size_t o = 0; o < windows.outputs; ++o) {
      const auto& names = series.names;
      const auto found = std::find(names.begin(), names.end(), trained.fitted.options.targets[o]);
      result.dataset.target_columns[o] = static_cast<std::size_t>(found - names.begin());
    }
    SeedResult seed = seed_result(trained);
    const std::vector<double> truth = true_values(result.dataset, windows);
    seed.predictions[2] = predictions_of(trained, trained.fitted, 0, windows);
    seed.scores[2] = score(trained.fitted, 0, windows, truth, seed.predictions[2], config.baselines.season);
    result_for(result.evaluation.models, trained).seeds.push_back(std::move(seed));
  });
  const Dataset& fitted = result.dataset;
  std::size_t place = 1;
  for (const std::string& name : config.baselines.which) {
    if (!is_forecast(name) || (name != "persistence" && config.baselines.season <= 1)) continue;
    ModelResult forecast{.name = name, .summary = {}, .baseline = true, .parameters = 0, .seeds = {{}}};
    Dataset scaled = fitted;
    SeedResult& seed = forecast.seeds[0];
    seed.predictions[2] = baseline_forecast(name, fitted, fitted.test, config.baselines.season);
    scaled.series.values.clear();
    seed.scores[2] = score(scaled, 0, fitted.test, true_values(fitted, fitted.test), seed.predictions[2],
                           config.baselines.season);
    result.evaluation.models.insert(result.evaluation.models.begin() + static_cast<std::ptrdiff_t>(place++),
                                    std::move(forecast));
  }
  result.evaluation.verdicts = verdicts(result.evaluation.models);
  return result;
}

}  // namespace ebit::train
