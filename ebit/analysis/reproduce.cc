#include "ebit/analysis/reproduce.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/experiment/problems/forecast_problem.h"
#include "ebit/experiment/runs/show_exhibit.h"
#include "ebit/report/figures.h"
#include "ebit/report/page.h"
#include "ebit/settings/resolve.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using experiment::kPartNames;
using experiment::RunResult;

// Where the series comes from: the user's file, the experiment's own, or the included one.
Pairs data_settings(const Experiment& experiment, const ReproduceOptions& options, std::string& said) {
  Pairs settings;
  if (!options.data.empty()) {
    said = options.data;
    settings = {{"data.generator", ""}, {"data.file", options.data}};
    if (!options.target.empty()) settings.emplace_back("data.targets", options.target);
    return settings;
  }
  if (experiment.fallback.empty()) {
    said = "the generator of the experiment";
    return settings;
  }
  const auto found = std::ranges::find_if(experiment.series, [](const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
  });
  if (found != experiment.series.end()) {
    said = fmt::format("{}, the experiment's own series", found->filename().string());
    return {{"data.file", found->string()}, {"data.targets", experiment.target}};
  }
  said =
      fmt::format("the included set {}: the experiment's own series is not here; give a CSV file by --data",
                  experiment.fallback);
  return {{"data.file", experiment.fallback}};
}

// Whether an option is about a computed series, and so without effect on a file.
bool of_generator(const std::string& name) {
  return name == "data.generator" || name == "data.set" || name == "data.generator_seed";
}

Config config_of(const Experiment& experiment, const std::string& model, const ReproduceOptions& options,
                 const Pairs& data) {
  std::vector<Setting> settings = {{"model.name", model, "--model"}};
  const auto add = [&](const std::string& name, const std::string& value) {
    settings.push_back({name, value, "experiment " + experiment.name});
  };
  for (const auto& [name, value] : experiment.settings)
    if (options.data.empty() || !of_generator(name)) add(name, value);
  for (const auto& [name, value] : data) add(name, value);
  if (options.epochs > 0) settings.push_back({"train.epochs", std::to_string(options.epochs), "--epochs"});
  settings.push_back({"train.seeds", std::to_string(options.seeds), "--seeds"});
  settings.push_back({"output.folder", (options.folder / model).string(), "--output"});
  settings.push_back({"output.overwrite", options.overwrite ? "true" : "false", "--overwrite"});
  // The classical models see the same data in every run of an experiment: train them once.
  if (model != experiment.models.front()) add("baselines.which", "none");
  return resolve("forecast", std::nullopt, settings);
}

// Mean squared error of every seed on a part, of scaled values.
experiment::MeanSpread scaled_error(const experiment::Results& results, const experiment::ModelResult& model,
                                    std::size_t part) {
  const std::size_t mse = experiment::metric_place(results, "MSE");
  std::vector<double> values;
  for (const experiment::SeedResult& seed : model.seeds)
    if (const auto& scores = seed.scores.parts[part]) values.push_back(scores->scaled[mse]);
  return experiment::mean_spread(values);
}

// The training losses of all runs in one figure.
Figure loss_comparison(const std::vector<RunResult>& runs) {
  Figure figure{.title = "Training loss of both hidden updates",
                .x_label = "epoch",
                .y_label = "mean squared error",
                .log_y = true};
  for (const RunResult& run : runs) {
    PlotSeries line{.label = run.config.model.name};
    for (const fit::EpochRecord& record : run.results.models[0].seeds[0].history) {
      line.x.push_back(record.epoch);
      line.y.push_back(record.train_loss);
    }
    figure.series.push_back(line);
  }
  return figure;
}

// Truth and the first seed's predictions of all runs over the training and test parts.
Figure prediction_comparison(const std::vector<RunResult>& runs) {
  const auto& first = experiment::require_forecast(*runs.front().problem, "reproduce");
  const Dataset& data = first.dataset();
  Figure figure{.title = "Predictions of both hidden updates", .y_label = data.options.targets[0]};
  const TimeAxis axis = time_axis(data.series.times, 6, data.series.date_order);
  figure.x_ticks = axis.ticks;
  figure.x_label = axis.label;
  PlotSeries truth{.label = "truth", .color = PlotColor::kInk};
  truth.x = axis.x;
  for (std::size_t row = 0; row < data.series.rows(); ++row)
    truth.y.push_back(data.series.at(row, data.target_columns[0]));
  figure.series.push_back(truth);
  for (const RunResult& run : runs) {
    PlotSeries line{.label = run.config.model.name};
    for (std::size_t part = 0; part < kPartNames.size(); ++part) {
      const Windows& windows = first.windows(part);
      const std::vector<double>& predicted = run.results.models[0].seeds[0].scores.predictions[part];
      for (std::size_t i = 0; i < windows.count; ++i) {
        line.x.push_back(axis.x[windows.target_row[i]]);
        line.y.push_back(predicted[i * windows.outputs]);
      }
      line.x.push_back(NAN), line.y.push_back(NAN);  // a gap between the parts
    }
    figure.series.push_back(line);
  }
  if (data.test.count > 0)
    figure.marks.push_back({axis.x[data.test.target_row.front()], axis.x[data.test.target_row.back()], "test",
                            PlotColor::kGrey});
  return figure;
}

void write_page(const ReproductionPlan& plan, const Reproduction& found) {
  const Experiment& experiment = plan.experiment;
  Page page(experiment.name, experiment.source);
  page.paragraph(fmt::format("{}. Data: {}.", experiment.help, plan.data)).note(experiment.remark);
  for (const RunResult& run : found.runs)
    for (const std::string& verdict : run.results.verdicts)
      page.paragraph(fmt::format("{}: {}", run.config.model.name, verdict));
  page.section("Results").table(comparison(plan, found));
  page.section("Figures");
  experiment::show(
      experiment::exhibit_of("loss", loss_comparison(found.runs), "Mean loss of each epoch, scaled values."),
      plan.folder, page);
  experiment::show(experiment::exhibit_of("predictions", prediction_comparison(found.runs),
                                          "One step ahead; the grey stretch was not trained on."),
                   plan.folder, page);
  for (const RunResult& run : found.runs) {
    page.section(run.config.model.name);
    for (const char* plot : {"predictions.svg", "residuals.svg"})
      page.svg(read_file(run.folder / experiment::files::kPlots / plot));
    page.folded_code("Settings (config.toml)", to_toml(run.config));
  }
  page.write(plan.folder / experiment::files::kReport);
}

}  // namespace

std::span<const Experiment> experiments() {
  static const Experiment table[] = {
      {.name = "daskin-fig4",
       .help = "noisy sine, both hidden updates, 150 epochs",
       .source = "Daskin 2025 (arXiv:2505.06774), Fig. 4",
       .models = {"daskin-collapse", "daskin-probabilities"},
       .settings = {{"data.generator", "noisy-sine"},
                    {"data.set", "noise=gaussian-twice"},
                    {"data.scaler", "none"},
                    {"train.epochs", "150"},
                    {"train.seed", "123"},
                    {"data.generator_seed", "123"}},
       .series = {},
       .target = "",
       .fallback = "",
       .published = {{"daskin-collapse", "authors' code, its own noise", 0.0770, 0.0555},
                     {"daskin-probabilities", "authors' code, its own noise", 0.0498, 0.0209},
                     {"persistence", "on the authors' noise", 0.1046, 0.0492}},
       .remark =
           "The authors' code adds Gaussian noise (sigma 0.1) twice, drawn by numpy: the noise here has the "
           "same law but other values, so single numbers differ by the draw. `ebit replay` repeats their "
           "recorded training, on their noise, number by number."},
      {.name = "daskin-fig5",
       .help = "a year of daily temperatures, both hidden updates, 100 epochs",
       .source = "Daskin 2025 (arXiv:2505.06774), Fig. 5",
       .models = {"daskin-collapse", "daskin-probabilities"},
       .settings = {{"train.epochs", "100"}, {"train.seed", "123"}, {"data.first_rows", "365"}},
       .series = {"../shared/data/weather_toronto_20240510_20250510.csv"},
       .target = "Temp",
       .fallback = "seattle-weather",
       .published = {},
       .remark = "The paper takes 365 days of Toronto up to May 2025 and prints no numbers for this figure."},
  };
  return table;
}

ReproductionPlan plan_reproduction(const Experiment& experiment, const ReproduceOptions& options) {
  require(options.epochs >= 0, "--epochs must be 0 (as the source) or more, not {}", options.epochs);
  ReproductionPlan plan{.experiment = experiment, .folder = options.folder, .data = {}, .configs = {}};
  const Pairs data = data_settings(experiment, options, plan.data);
  for (const std::string& model : experiment.models) {
    plan.configs.push_back(config_of(experiment, model, options, data));
    experiment::check_run_folder(options.folder / model, options.overwrite);
  }
  return plan;
}

Reproduction reproduce(const ReproductionPlan& plan, const experiment::RunCallbacks& callbacks) {
  Reproduction found;
  for (const Config& config : plan.configs) {
    found.runs.push_back(experiment::start_run(config, callbacks));
    found.interrupted = found.runs.back().interrupted;
    if (found.interrupted) return found;
    experiment::write_report(found.runs.back());
  }
  write_page(plan, found);
  return found;
}

TextTable comparison(const ReproductionPlan& plan, const Reproduction& found) {
  std::vector<experiment::ModelResult> all;
  for (const RunResult& run : found.runs)
    all.insert(all.end(), run.results.models.begin(), run.results.models.end());
  const experiment::CountColumns counts(all);
  TextTable table{.title = plan.experiment.name + ", mean squared error of scaled values",
                  .columns = {{"model", false}},
                  .rows = {},
                  .best_row = {},
                  .notes = {counts.note()}};
  std::ranges::move(counts.columns(), std::back_inserter(table.columns));
  for (const char* name : {"train", "test", "seconds"}) table.columns.push_back({name});
  const auto add = [&](const std::string& name, std::vector<std::string> numbers,
                       std::initializer_list<std::string> rest) {
    numbers.insert(numbers.begin(), name);
    numbers.insert(numbers.end(), rest);
    table.rows.push_back(std::move(numbers));
  };
  std::vector<double> test;
  for (const RunResult& run : found.runs)
    for (const experiment::ModelResult& model : run.results.models) {
      const auto on = [&](std::size_t part) { return scaled_error(run.results, model, part); };
      add(model.name, counts.cells(model),
          {table_spread(on(0).mean, on(0).spread), table_spread(on(2).mean, on(2).spread),
           model.counts.trained() > 0 ? table_number(experiment::mean_seconds(model), 3) : "–"});
      test.push_back(on(2).mean);
    }
  table.best_row = least_row(test);
  for (const PublishedError& row : plan.experiment.published)
    add(fmt::format("[reference] {}: {}", row.model, row.what), counts.dashes(),
        {table_number(row.train_mse), table_number(row.test_mse), "–"});
  return table;
}

nlohmann::ordered_json to_json(const ReproductionPlan& plan, const Reproduction& found) {
  nlohmann::ordered_json json = {{"experiment", plan.experiment.name}, {"data", plan.data}};
  for (const RunResult& run : found.runs)
    json["runs"][run.config.model.name] = experiment::to_json(run.results);
  json["page"] = (plan.folder / experiment::files::kReport).string();
  return json;
}

}  // namespace ebit::analysis
