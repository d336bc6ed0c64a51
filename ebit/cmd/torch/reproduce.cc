// ebit reproduce: figures of papers, each an experiment in a table.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/parallel.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/linden.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/torch/run_output.h"
#include "ebit/data/metrics.h"
#include "ebit/report/figures.h"
#include "ebit/report/page.h"
#include "ebit/train/checkpoint.h"
#include "ebit/train/config_file.h"
#include "ebit/train/run_report.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using Settings = std::vector<std::pair<std::string, std::string>>;

/// A number that somebody else reports for a preset of an experiment.
struct Reference {
  std::string preset, what;
  double train_mse, test_mse;  ///< in the units that the model sees; NaN: not known
};

/// One figure of a paper.
struct Experiment {
  std::string name;
  std::string help;
  std::string source;
  std::vector<std::string> presets;  ///< trained one after the other on the same data
  Settings settings;                 ///< on top of each preset
  std::vector<fs::path> series;  ///< files to look for, the first that is there is taken; empty: a generator
  std::string target;            ///< of those files
  std::string fallback;          ///< included data set where none is there
  std::vector<Reference> references;
  std::string remark;  ///< what must be known to compare
};

const std::vector<Experiment>& experiments() {
  static const std::vector<Experiment> table = {
      {.name = "daskin-fig4",
       .help = "noisy sine, both hidden updates, 150 epochs",
       .source = "Daskin 2025 (arXiv:2505.06774), Fig. 4",
       .presets = {"daskin-collapse", "daskin-probabilities"},
       .settings = {{"data.generator", "noisy-sine"},
                    {"data.set", "noise=gaussian-twice"},
                    {"data.scaler", "none"},
                    {"train.epochs", "150"},
                    {"train.seed", "123"},
                    {"data.generator_seed", "123"}},
       .series = {},
       .target = "",
       .fallback = "",
       .references = {{"daskin-collapse", "authors' code, its own noise", 0.0770, 0.0555},
                      {"daskin-probabilities", "authors' code, its own noise", 0.0498, 0.0209},
                      {"persistence", "on the authors' noise", 0.1046, 0.0492}},
       .remark =
           "The authors' code adds Gaussian noise (sigma 0.1) twice, drawn by numpy: the noise here has the "
           "same law but other values, so single numbers differ by the draw. `ebit replay` repeats their "
           "recorded training, on their noise, number by number."},
      {.name = "daskin-fig5",
       .help = "a year of daily temperatures, both hidden updates, 100 epochs",
       .source = "Daskin 2025 (arXiv:2505.06774), Fig. 5",
       .presets = {"daskin-collapse", "daskin-probabilities"},
       .settings = {{"train.epochs", "100"}, {"train.seed", "123"}, {"data.first_rows", "365"}},
       .series = {"../shared/data/weather_toronto_20240510_20250510.csv"},
       .target = "Temp",
       .fallback = "seattle-weather",
       .references = {},
       .remark = "The paper takes 365 days of Toronto up to May 2025 and prints no numbers for this figure."},
  };
  return table;
}

struct Options {
  std::string experiment, data, target, output;
  int epochs = 0, seeds = 1;
  bool overwrite = false, json = false, quiet = false;
};

/// A paper's result that is searched for, not trained.
struct Study {
  std::string name;
  std::string help;
  int (*run)(const Options& options, const fs::path& folder);
};

int run_linden(const Options& options, const fs::path& folder);

const std::vector<Study>& studies() {
  static const std::vector<Study> table = {
      {.name = "linden",
       .help = "qubit-qutrit unitaries that make 2 ebits and destroy fewer",
       .run = run_linden},
  };
  return table;
}

int run(const Options& options);

}  // namespace

std::function<int()> setup_reproduce(CLI::App& app) {
  auto options = std::make_shared<Options>();
  std::string help = "What to repeat:";
  for (const Experiment& row : experiments()) help += fmt::format(" {} ({})", row.name, row.help);
  for (const Study& row : studies()) help += fmt::format(" {} ({})", row.name, row.help);
  app.add_option("experiment", options->experiment, help)->required();
  app.add_option("--data", options->data,
                 "CSV file or included data set, instead of the experiment's own series");
  app.add_option("--target", options->target, "Column to predict");
  app.add_option("--epochs", options->epochs, "Train so many epochs; 0: as the source");
  app.add_option("--seeds", options->seeds, "Trainings with different seeds")->capture_default_str();
  app.add_option("-o,--output", options->output, "Folder; empty: runs/EXPERIMENT");
  app.add_flag("--overwrite", options->overwrite, "Replace runs that are already there");
  app.add_flag("--json", options->json, "Print the results as JSON");
  app.add_flag("-q,--quiet", options->quiet, "Show no progress");
  return [options] { return run(*options); };
}

namespace {

const Experiment& find_experiment(const std::string& name) {
  for (const Experiment& row : experiments())
    if (row.name == name) return row;
  std::vector<std::string> names = names_of(experiments());
  for (const Study& row : studies()) names.push_back(row.name);
  fail("unknown experiment '{}'{}", name, suggestion(name, names));
}

// Where the series comes from: the user's file, the experiment's own, or the included one.
Settings data_settings(const Experiment& experiment, const Options& options, std::string& said) {
  Settings settings;
  if (!options.data.empty()) {
    settings = {{"data.generator", ""}, {"data.file", options.data}};
    if (!options.target.empty()) settings.emplace_back("data.targets", options.target);
    said = options.data;
  } else if (experiment.fallback.empty()) {
    said = "the generator of the experiment";
  } else {
    const auto found =
        std::find_if(experiment.series.begin(), experiment.series.end(), [](const fs::path& path) {
          std::error_code ignored;
          return fs::exists(path, ignored);
        });
    if (found != experiment.series.end()) {
      settings = {{"data.file", found->string()}, {"data.targets", experiment.target}};
      said = fmt::format("{}, the experiment's own series", found->filename().string());
    } else {
      settings = {{"data.file", experiment.fallback}};
      said = fmt::format(
          "the included set {}: the experiment's own series is not here; give a CSV file by --data",
          experiment.fallback);
    }
  }
  return settings;
}

train::Config config_of(const Experiment& experiment, const std::string& preset, const Options& options,
                        const Settings& data, const fs::path& folder) {
  std::vector<train::Setting> settings = {{"model.preset", preset, "--preset"}};
  for (const Settings& list : {experiment.settings, data})
    for (const auto& [name, value] : list) settings.push_back({name, value, "experiment " + experiment.name});
  if (options.epochs > 0) settings.push_back({"train.epochs", std::to_string(options.epochs), "--epochs"});
  settings.push_back({"train.seeds", std::to_string(options.seeds), "--seeds"});
  settings.push_back({"output.folder", (folder / preset).string(), "--output"});
  settings.push_back({"output.overwrite", options.overwrite ? "true" : "false", "--overwrite"});
  // The classical models see the same data in every run of an experiment: train them once.
  if (preset != experiment.presets.front()) settings.push_back({"baselines.which", "none", "experiment"});
  return train::resolve_config(std::nullopt, settings);
}

struct Trained {
  std::string preset;
  train::Config config;
  train::RunResult result;
};

std::size_t mse_index() {
  const auto table = metric_table();
  return static_cast<std::size_t>(
      std::find_if(table.begin(), table.end(), [](const auto& row) { return row.name == "MSE"; }) -
      table.begin());
}

// Mean squared errors as the sources print them, on the scaled values; and the references.
TextTable comparison(const Experiment& experiment, const std::vector<Trained>& runs) {
  TextTable table{.title = experiment.name + ", mean squared error of scaled values",
                  .columns = {{"model", false}, {"parameters"}, {"train"}, {"test"}, {"seconds"}},
                  .rows = {},
                  .best_row = {},
                  .notes = {}};
  std::vector<double> test;
  for (const Trained& run : runs)
    for (const train::ModelResult& model : run.result.evaluation.models) {
      const auto on = [&](std::size_t part) { return train::over_seeds(model, part, mse_index(), false); };
      double seconds = 0;
      for (const auto& seed : model.seeds) seconds += seed.seconds / static_cast<double>(model.seeds.size());
      table.rows.push_back({model.name, model.parameters ? std::to_string(model.parameters) : "–",
                            table_spread(on(0).mean, on(0).spread), table_spread(on(2).mean, on(2).spread),
                            model.parameters ? table_number(seconds, 3) : "–"});
      test.push_back(on(2).mean);
    }
  table.best_row = least_row(test);
  for (const Reference& row : experiment.references)
    table.rows.push_back({fmt::format("[reference] {}: {}", row.preset, row.what), "–",
                          table_number(row.train_mse), table_number(row.test_mse), "–"});
  return table;
}

// The training losses of all runs in one figure.
Figure loss_comparison(const std::vector<Trained>& runs) {
  Figure figure{.title = "Training loss of both hidden updates",
                .x_label = "epoch",
                .y_label = "mean squared error",
                .log_y = true};
  for (const Trained& run : runs) {
    const auto state = train::load_checkpoint(run.result.folder / train::files::kLast, "").state;
    PlotSeries line{.label = run.preset};
    for (const auto& record : state.history) {
      line.x.push_back(record.epoch);
      line.y.push_back(record.train_loss);
    }
    figure.series.push_back(line);
  }
  return figure;
}

// Truth and the first seed's predictions of all runs over the training and test parts.
Figure prediction_comparison(const std::vector<Trained>& runs) {
  const Dataset& data = runs.front().result.dataset;
  Figure figure{.title = "Predictions of both hidden updates", .y_label = data.options.targets[0]};
  const TimeAxis axis = time_axis(data.series.times, 6);
  figure.x_ticks = axis.ticks;
  figure.x_label = axis.label;
  PlotSeries truth{.label = "truth", .color = PlotColor::kInk};
  truth.x = axis.x;
  for (std::size_t row = 0; row < data.series.rows(); ++row)
    truth.y.push_back(data.series.at(row, data.target_columns[0]));
  figure.series.push_back(truth);
  for (const Trained& run : runs) {
    PlotSeries line{.label = run.preset};
    for (std::size_t part = 0; part < train::kPartNames.size(); ++part) {
      const Windows& windows = train::part_of(run.result.dataset, part);
      for (std::size_t i = 0; i < windows.count; ++i) {
        line.x.push_back(axis.x[windows.target_row[i]]);
        line.y.push_back(run.result.evaluation.models[0].seeds[0].predictions[part][i * windows.outputs]);
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

void show(Page& page, const fs::path& plots, const std::string& name, const Figure& figure,
          std::string_view caption) {
  const std::string svg = render_svg(figure);
  write_file_atomically(plots / (name + ".svg"), svg);
  render(figure, plots / (name + ".png"));
  page.svg(svg, caption);
}

void write_page(const Experiment& experiment, const std::vector<Trained>& runs, const std::string& said,
                const fs::path& folder) {
  const fs::path plots = folder / train::files::kPlots;
  train::make_folder(plots);
  Page page(experiment.name, experiment.source);
  page.paragraph(fmt::format("{}. Data: {}.", experiment.help, said)).note(experiment.remark);
  for (const Trained& run : runs)
    for (const std::string& verdict : run.result.evaluation.verdicts)
      page.paragraph(fmt::format("{}: {}", run.preset, verdict));
  page.section("Results").table(comparison(experiment, runs));
  page.section("Figures");
  show(page, plots, "loss", loss_comparison(runs), "Mean loss of each epoch, scaled values.");
  show(page, plots, "predictions", prediction_comparison(runs),
       "One step ahead; the grey stretch was not trained on.");
  for (const Trained& run : runs) {
    page.section(run.preset);
    for (const char* plot : {"predictions.svg", "residuals.svg"})
      page.svg(read_file(run.result.folder / train::files::kPlots / plot));
    page.folded_code("Settings (config.toml)", train::to_toml(run.config));
  }
  page.write(folder / train::files::kReport);
}

int run_linden(const Options& options, const fs::path& folder) {
  set_threads(0);
  return reproduce_linden({.folder = folder,
                           .search = {},
                           .overwrite = options.overwrite,
                           .json = options.json,
                           .quiet = options.quiet});
}

int run_study(const Study& study, const Options& options, const fs::path& folder) {
  require(options.data.empty() && options.target.empty() && options.epochs == 0 && options.seeds == 1,
          "{} trains nothing: leave out --data, --target, --epochs and --seeds", study.name);
  return study.run(options, folder);
}

int run(const Options& options) {
  for (const Study& row : studies())
    if (row.name == options.experiment)
      return run_study(row, options,
                       options.output.empty() ? fs::path("runs") / row.name : fs::path(options.output));
  catch_interrupts();
  const Experiment& experiment = find_experiment(options.experiment);
  require(options.epochs >= 0, "--epochs must be 0 (as the source) or more, not {}", options.epochs);
  const fs::path folder =
      options.output.empty() ? fs::path("runs") / experiment.name : fs::path(options.output);
  std::string said;
  const Settings data = data_settings(experiment, options, said);
  if (!options.quiet) fmt::print(stderr, "data: {}\n", said);
  std::vector<train::Config> configs;
  for (const std::string& preset : experiment.presets) {
    configs.push_back(config_of(experiment, preset, options, data, folder));
    train::check_run_folder(folder / preset, options.overwrite);
  }
  std::vector<Trained> runs;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    RunProgress progress(options.quiet);
    Trained trained{experiment.presets[i], configs[i], train::start_run(configs[i], progress.callbacks())};
    if (trained.result.interrupted) {
      fmt::print(stderr, "interrupted; go on with: ebit resume {}\n", trained.result.folder.string());
      return kInterrupted;
    }
    train::write_report(trained.result, trained.config);
    runs.push_back(std::move(trained));
  }
  write_page(experiment, runs, said, folder);
  if (options.json) {
    nlohmann::ordered_json value = {{"experiment", experiment.name}, {"data", said}};
    for (const Trained& run : runs)
      value["runs"][run.preset] = train::to_json(run.result.evaluation, run.result.dataset);
    value["page"] = (folder / train::files::kReport).string();
    print_json(value);
  } else {
    print(table_text(comparison(experiment, runs)));
    print(fmt::format("\nplots: {}\npage:  {}\n", (folder / train::files::kPlots).string(),
                      (folder / train::files::kReport).string()));
  }
  return kOk;
}

}  // namespace
}  // namespace ebit::cmd
