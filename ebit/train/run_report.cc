#include "ebit/train/run_report.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/data/included.h"
#include "ebit/data/metrics.h"
#include "ebit/report/figures.h"
#include "ebit/report/page.h"
#include "ebit/report/progress.h"
#include "ebit/train/checkpoint.h"
#include "ebit/train/config_file.h"
#include "ebit/train/inspect_report.h"

namespace ebit::train {
namespace {

namespace fs = std::filesystem;

// Draws a figure as both kinds of file and puts it on the page.
template <class Drawing>
void show(const fs::path& folder, const std::string& name, const Drawing& drawing, Page& page,
          const std::string& caption) {
  const fs::path plots = folder / files::kPlots;
  const std::string svg = render_svg(drawing);
  write_file_atomically(plots / (name + ".svg"), svg);
  render(drawing, plots / (name + ".png"));
  page.svg(svg, caption);
}

// What the seeds of the model went through, over epochs.
struct Histories {
  std::vector<LossHistory> losses;
  std::vector<LossHistory> entropies;  // in the place of training losses; empty where none was in the loss
};

Histories histories_of(const Config& config, const fs::path& folder) {
  Histories histories;
  for (const Job& job : jobs_of(config, folder)) {
    const fs::path last = job.folder / files::kLast;
    std::error_code ignored;
    if (job.baseline || !fs::exists(last, ignored)) continue;
    const TrainState state = load_checkpoint(last, "").state;
    LossHistory history, entropy;
    for (const EpochRecord& record : state.history) {
      history.train.push_back(record.train_loss);
      if (!std::isnan(record.validation_loss)) history.validation.push_back(record.validation_loss);
      if (!std::isnan(record.entropy)) entropy.train.push_back(record.entropy);
    }
    if (!history.validation.empty() && state.best_epoch > 0) {
      history.best_epoch = entropy.best_epoch = static_cast<std::size_t>(state.best_epoch - 1);
    }
    if (!history.train.empty()) histories.losses.push_back(std::move(history));
    if (!entropy.train.empty()) histories.entropies.push_back(std::move(entropy));
  }
  return histories;
}

Figure entropy_figure(const std::vector<LossHistory>& entropies, const TrainOptions& train) {
  Figure figure = loss_figure(entropies, "Entropy of the ancilla", train.entropy_kind + " entropy");
  figure.log_y = false, figure.y_low = 0;
  if (train.entropy_target) figure.levels.push_back({*train.entropy_target});
  return figure;
}

// The samples of --track-entropy, a list for each seed that has some.
std::vector<std::vector<EntropySample>> entropy_samples(const Config& config, const fs::path& folder) {
  std::vector<std::vector<EntropySample>> seeds;
  for (const Job& job : jobs_of(config, folder)) {
    if (job.baseline) continue;
    std::vector<EntropySample> samples = read_entropy_csv(job.folder / files::kEntropy);
    if (!samples.empty()) seeds.push_back(std::move(samples));
  }
  return seeds;
}

// Truth and predictions of one target; over several seeds their mean, least and greatest.
PredictedSeries predicted_series(const Dataset& dataset, const ModelResult& model, std::size_t target) {
  PredictedSeries series{
      .name = dataset.options.targets[target], .times = dataset.series.times, .truth = {}, .parts = {}};
  for (std::size_t row = 0; row < dataset.series.rows(); ++row) {
    series.truth.push_back(dataset.series.at(row, dataset.target_columns[target]));
  }
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    const Windows& windows = part_of(dataset, part);
    if (windows.count == 0) continue;
    PredictedPart predicted{.name = std::string(kPartNames[part]),
                            .rows = windows.target_row,
                            .predicted = {},
                            .low = {},
                            .high = {}};
    for (std::size_t i = 0; i < windows.count; ++i) {
      double sum = 0.0, low = INFINITY, high = -INFINITY;
      for (const SeedResult& seed : model.seeds) {
        const double value = seed.predictions[part][i * windows.outputs + target];
        sum += value, low = std::min(low, value), high = std::max(high, value);
      }
      predicted.predicted.push_back(sum / static_cast<double>(model.seeds.size()));
      if (model.seeds.size() < 2) continue;
      predicted.low.push_back(low);
      predicted.high.push_back(high);
    }
    series.parts.push_back(std::move(predicted));
  }
  return series;
}

std::size_t metric_index(std::string_view name) {
  const auto table = metric_table();
  std::size_t m = 0;
  while (m + 1 < table.size() && table[m].name != name) ++m;
  return m;
}

Figure comparison(const Evaluation& evaluation, std::size_t part) {
  std::vector<ComparedModel> bars;
  for (const ModelResult& model : evaluation.models) {
    const MeanSpread rmse = over_seeds(model, part, metric_index("RMSE"), true);
    bars.push_back(
        {.name = model.name, .value = rmse.mean, .spread = rmse.spread, .highlight = !model.baseline});
  }
  return comparison_figure(bars, fmt::format("Error on the {} part", kPartNames[part]), "RMSE");
}

std::vector<HeadlineNumber> headlines(const Evaluation& evaluation, std::size_t part) {
  const ModelResult& model = evaluation.models[0];
  std::vector<HeadlineNumber> numbers;
  for (const std::string_view name : {"RMSE", "R2"}) {
    const MeanSpread value = over_seeds(model, part, metric_index(name), true);
    HeadlineNumber headline{table_spread(value.mean, value.spread, 3),
                            fmt::format("{} {}", kPartNames[part], name), ""};
    for (const ModelResult& other : evaluation.models) {
      if (other.name != "persistence") continue;
      headline.hint = fmt::format("persistence: {}",
                                  table_number(over_seeds(other, part, metric_index(name), true).mean, 3));
    }
    numbers.push_back(std::move(headline));
  }
  double seconds = 0.0;
  for (const SeedResult& seed : model.seeds)
    seconds += seed.seconds / static_cast<double>(model.seeds.size());
  numbers.push_back({std::to_string(model.parameters), "trainable parameters", ""});
  numbers.push_back({duration_text(seconds), "training time", model.seeds.size() > 1 ? "a seed" : ""});
  return numbers;
}

void add_facts(Page& page, const RunResult& result, const Config& config) {
  const Dataset& data = result.dataset;
  const ModelResult& model = result.evaluation.models[0];
  std::string targets, seeds;
  for (const std::string& name : data.options.targets) targets += (targets.empty() ? "" : ", ") + name;
  for (const SeedResult& seed : model.seeds) {
    seeds += fmt::format("{}{} ({} after {} epochs, weights of epoch {})", seeds.empty() ? "" : "; ",
                         seed.seed, seed.end, seed.epochs, seed.best_epoch);
  }
  std::vector<std::pair<std::string, std::string>> facts = {
      {"model", model.summary},
      {"data", fmt::format("{}, {} rows", data.series.source, data.series.rows())},
      {"predicted", fmt::format("{}, {} step{} after a window of {}", targets, data.options.horizon,
                                data.options.horizon == 1 ? "" : "s", data.options.window)},
      {"windows", fmt::format("{} training, {} validation, {} test; split: {}", data.train.count,
                              data.validation.count, data.test.count, data.options.split)},
      {"scaler", fmt::format("{}, fitted on: {}", data.options.scaler, data.options.scale_on)},
      {"training", fmt::format("{}, learning rate {}, batch {}, loss {}", config.train.optimizer,
                               config.train.optimizer_options.lr, config.train.batch, config.train.loss)},
      {"seeds", seeds}};
  if (const IncludedSet* set = find_included(config.data.file)) {
    facts.emplace_back("data credit", fmt::format("{} ({})", set->credit, set->licence));
  }
  page.facts(facts);
}

}  // namespace

void write_report(const RunResult& result, const Config& config) {
  const Evaluation& evaluation = result.evaluation;
  require(!evaluation.models.empty(), "'{}' has no results to report", result.folder.string());
  const std::size_t part = judged_part(evaluation);
  make_folder(result.folder / files::kPlots);
  Page page(fmt::format("{} on {}", evaluation.models[0].name,
                        fs::path(result.dataset.series.source).stem().string()),
            evaluation.models[0].summary);
  page.headlines(headlines(evaluation, part));
  std::string lost;
  for (const std::string& line : evaluation.verdicts) {
    // What the model does not beat must be seen; what it beats is worth a note.
    if (line.find(" beats ") == std::string::npos) {
      lost += fmt::format("{}{}", lost.empty() ? "" : "; ", line);
    } else {
      page.note(line + ".");
    }
  }
  if (!lost.empty()) page.warning(lost + ".");
  for (const std::string& warning : result.dataset.series.warnings) page.warning(warning);
  page.section("Results");
  for (std::size_t p = kPartNames.size(); p-- > 0;) {
    if (evaluation.models[0].seeds.at(0).scores[p]) {
      TextTable table = result_table(evaluation, p);
      // The sentences stand above already.
      std::erase_if(table.notes, [&](const std::string& note) {
        return std::find(evaluation.verdicts.begin(), evaluation.verdicts.end(), note) !=
               evaluation.verdicts.end();
      });
      page.table(table);
    }
  }
  show(result.folder, "comparison", comparison(evaluation, part), page,
       "Root mean squared error in the data's units.");
  page.section("Predictions");
  const std::size_t targets = result.dataset.options.targets.size();
  for (std::size_t o = 0; o < targets; ++o) {
    const std::string suffix = targets > 1 ? fmt::format("-{}", o + 1) : "";
    const PredictedSeries series = predicted_series(result.dataset, evaluation.models[0], o);
    show(result.folder, "predictions" + suffix, prediction_figure(series, "Predictions and truth"), page,
         evaluation.models[0].seeds.size() > 1
             ? "The line is the mean over the seeds, the band reaches from the least to the greatest."
             : "");
    show(result.folder, "residuals" + suffix, residual_sheet(series, "Residuals"), page,
         "Predicted minus true value.");
    show(result.folder, "scatter" + suffix, scatter_figure(series, "Predicted against true values"), page,
         "");
  }
  page.section("Training");
  const Histories histories = histories_of(config, result.folder);
  if (!histories.losses.empty()) {
    show(result.folder, "loss", loss_figure(histories.losses, "Loss", config.train.loss), page,
         "Mean loss of each epoch in scaled units.");
  }
  if (!histories.entropies.empty()) {
    show(result.folder, "entropy-in-loss", entropy_figure(histories.entropies, config.train), page,
         "Mean over windows and steps. A level line is the target.");
  }
  if (const auto samples = entropy_samples(config, result.folder); !samples.empty()) {
    const bool mixed = find_hidden_update<double>(config.model.hidden).memory == Memory::kMixture;
    show(
        result.folder, "entropy", training_figure(samples, mixed), page,
        "Means over windows and steps; dashes: the most in one step. ebit inspect shows more of the memory.");
  }
  page.section("The run");
  add_facts(page, result, config);
  page.folded_code("All settings (config.toml)", to_toml(config));
  page.footer("Written by ebit.");
  page.write(result.folder / files::kReport);
}

void plot_forecast(const fs::path& folder, const Series& series, const Forecast& forecast) {
  make_folder(folder / files::kPlots);
  const std::size_t outputs = forecast.targets.size();
  for (std::size_t o = 0; o < outputs; ++o) {
    const auto column = static_cast<std::size_t>(
        std::find(series.names.begin(), series.names.end(), forecast.targets[o]) - series.names.begin());
    ForecastSeries drawn{.name = forecast.targets[o],
                         .times = series.times,
                         .truth = {},
                         .future_times = forecast.times,
                         .forecast = {},
                         .low = {},
                         .high = {},
                         .actual = {}};
    for (std::size_t row = 0; row < series.rows(); ++row) drawn.truth.push_back(series.at(row, column));
    for (std::size_t i = o; i < forecast.values.size(); i += outputs) {
      drawn.forecast.push_back(forecast.values[i]);
      if (forecast.seeds < 2) continue;
      drawn.low.push_back(forecast.low[i]);
      drawn.high.push_back(forecast.high[i]);
    }
    const Figure figure = forecast_figure(drawn, "Forecast");
    const std::string name = outputs > 1 ? fmt::format("forecast-{}", o + 1) : "forecast";
    render(figure, folder / files::kPlots / (name + ".svg"));
    render(figure, folder / files::kPlots / (name + ".png"));
  }
}

}  // namespace ebit::train
