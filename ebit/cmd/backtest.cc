// ebit backtest: forecasts from several places of a series, against what came.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "ebit/analysis/backtest/backtest.h"
#include "ebit/analysis/backtest/backtest_scores.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/run_output.h"
#include "ebit/cmd/settings_flags.h"
#include "ebit/cmd/torch_program.h"
#include "ebit/cmd/unit_progress.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/resolve.h"

namespace ebit::cmd {
namespace {

struct BacktestFlags {
  Settings settings = std::make_shared<std::vector<Setting>>();
  std::string config, metric, unit;
  analysis::BacktestSpec spec;
  analysis::BacktestOptions run;
  bool units = false, json = false, quiet = false;
};

// A file's settings first, so that flags win; where the results go is not an option of a training.
void take_settings(BacktestFlags& options) {
  std::vector<Setting>& all = options.spec.settings;
  if (!options.config.empty()) {
    // A run's config.toml says everything, of which a backtest takes data, model and training as far as they
    // count, and as far as somebody asked for them: its own defaults are others.
    const Config file = resolve("forecast", options.config, {});
    all = analysis::fitting(parse_settings(read_file(options.config), options.config), file, {});
    const std::vector<Setting> defaults = parse_settings(
        to_toml(resolve("forecast", std::nullopt, {{"model.name", file.model.name, "model"}})), "defaults");
    std::erase_if(all, [&](const Setting& setting) {
      const auto known = std::ranges::find(defaults, setting.name, &Setting::name);
      return setting.name != "model.name" && known != defaults.end() && known->value == setting.value;
    });
    std::erase_if(all, [&](const Setting& setting) {
      if (setting.value.empty() || setting.name.starts_with("problem.")) return true;
      if (setting.name.starts_with("output.")) return setting.name != "output.interval";
      const std::string_view reason = analysis::refused_by_backtest(setting.name);
      if (reason.empty() || setting.name == "data.generator") return false;
      tell(fmt::format("{}: {} = {} has no effect on a backtest: {}\n", options.config, setting.name,
                       setting.value, reason));
      return true;
    });
  }
  for (const Setting& setting : *options.settings) {
    if (setting.name == "output.folder") {
      options.run.folder = setting.value;
    } else if (setting.name == "output.overwrite") {
      options.run.overwrite = setting.value == "true";
    } else {
      if (!options.config.empty())
        std::erase_if(all, [&](const Setting& other) {
          return other.name == setting.name && other.where.starts_with(options.config);
        });
      all.push_back(setting);
    }
  }
}

int run(BacktestFlags& options) {
  take_settings(options);
  const std::vector<analysis::BacktestTraining> trainings = analysis::backtest_trainings(options.spec);
  if (options.units) {
    for (const analysis::BacktestTraining& training : trainings) print(training.name + "\n");
    return kOk;
  }
  for (const analysis::BacktestTraining& training : trainings) require_backends(training.config);
  catch_interrupts();
  if (!options.unit.empty()) {
    RunProgress progress(options.quiet);
    analysis::run_one_backtest_unit(options.spec, options.run, options.unit, progress.callbacks());
    return interrupted() ? kInterrupted : kOk;
  }
  UnitProgress progress(trainings.size(), options.quiet);
  std::vector<std::string> told;
  const auto on_note = [&](const std::string& line) { tell(line + "\n"), told.push_back(line); };
  const analysis::BacktestOutcome outcome =
      analysis::run_backtest(options.spec, options.run,
                             {.interrupted = interrupted,
                              .on_change = [&](auto done, auto failed) { progress(done, failed); },
                              .on_note = on_note});
  if (!outcome.finished) {
    tell(fmt::format("stopped after {} of {} trainings; the same command goes on\n", outcome.done,
                     outcome.units));
    return kInterrupted;
  }
  const analysis::Backtest& test = outcome.results;
  if (options.json) {
    nlohmann::ordered_json json = {{"folder", outcome.folder.string()}};
    json.update(analysis::backtest_json(test));
    print_json(json);
    return kOk;
  }
  const std::string metric =
      options.metric.empty() ? std::string(analysis::shown_metric(test)) : options.metric;
  TextTable models = analysis::models_table(test);
  std::erase_if(models.notes, [&](const std::string& note) { return std::ranges::count(told, note) > 0; });
  print(table_text(models) + "\n" + table_text(analysis::by_step_table(test, metric)) + "\n" +
        table_text(analysis::by_cut_table(test, metric)) +
        (test.parts.empty() ? "" : "\n" + table_text(analysis::by_series_table(test, metric, 30))));
  print(fmt::format("\nfolder: {}\npage:   {}\n", outcome.folder.string(),
                    (outcome.folder / "report.html").string()));
  return kOk;
}

}  // namespace

Action setup_backtest(Parser& parser) {
  auto options = std::make_shared<BacktestFlags>();
  add_data_argument(parser, options->settings, "CSV file, or the name of an included data set");
  parser.add_option("--cuts", options->spec.cuts, "Places of the series that are forecast from");
  parser.add_option("--apart", options->spec.apart,
                    "Rows between two cuts; 0: as many as steps are forecast");
  parser.add_flag("--refit", options->spec.refit, "Train anew at each cut; else once, before the first");
  std::vector<std::string> names;
  for (const analysis::BacktestMetric& row : analysis::backtest_metrics()) names.emplace_back(row.name);
  parser.add_option("--metric", options->metric, "Of the tables by step and by cut; default: MASE")
      .choices(names);
  parser.add_option("--jobs", options->run.jobs, "Trainings at once; 0: one a core");
  parser
      .add_option("--config", options->config,
                  "TOML file with settings, as a run's config.toml; flags win over it")
      .type_name("FILE");
  parser.add_flag("--units", options->units, "List the trainings, one a line, and do nothing");
  parser.add_option("--unit", options->unit,
                    "Do one training, CUT/MODEL/SEED, and write no page: for schedulers");
  parser.add_flag("--json", options->json, "Print the results as JSON");
  parser.add_flag("-q,--quiet", options->quiet, "Show no progress");
  add_setting_flags(parser, options->settings, [](const OptionRow& row) {
    return (row.users.problems & kForecast) != 0 &&
           analysis::refused_by_backtest(fmt::format("{}.{}", row.section, row.key)).empty();
  });
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
