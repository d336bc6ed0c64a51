// ebit study: questions about register models, each answered by several trainings or circuits.
#include "ebit/study/study.h"

#include <fmt/ranges.h>

#include <memory>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/torch/data_source.h"
#include "ebit/cmd/torch/run_output.h"
#include "ebit/train/config_file.h"
#include "ebit/train/run_folder.h"

namespace ebit::cmd {
namespace {

struct Options {
  std::string name, config;
  std::shared_ptr<std::vector<train::Setting>> settings = std::make_shared<std::vector<train::Setting>>();
  study::StudyOptions study;
  bool json = false, quiet = false;
};

int list(bool json) {
  TextTable table;
  for (const char* heading : {"study", "what", "--values are", "by default"})
    table.columns.push_back({heading, false});
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const study::Study& row : study::studies()) {
    table.rows.push_back({row.name, row.help, row.varies, fmt::format("{}", fmt::join(row.values, ","))});
    all.push_back({{"name", row.name}, {"help", row.help}, {"varies", row.varies}, {"values", row.values}});
  }
  if (json) {
    print_json(all);
  } else {
    print(table_text(table));
  }
  return kOk;
}

int run(Options& options) {
  if (options.name.empty()) return list(options.json);
  const study::Study& study = study::find_study(options.name);
  std::vector<train::Setting>& settings = options.study.settings;
  if (!options.config.empty()) settings = train::parse_settings(read_file(options.config), options.config);
  require(!gives(*options.settings, "data.set") || !gives(*options.settings, "data.file"),
          "--set is for the parameters of a --generator, and the data are a file");
  settle_source(*options.settings);
  settings.insert(settings.end(), options.settings->begin(), options.settings->end());
  for (const train::Setting& setting : *options.settings) {
    if (setting.name == "output.folder") options.study.folder = setting.value;
    if (setting.name == "output.overwrite") options.study.overwrite = setting.value == "true";
  }
  catch_interrupts();
  RunProgress progress(options.quiet);
  const train::RunCallbacks callbacks = progress.callbacks();
  const study::StudyResult result =
      study::run_study(study, options.study,
                       {.run = callbacks,
                        .interrupted = interrupted,
                        .on_piece = [&](const auto& what, auto index, auto count) {
                          if (!options.quiet)
                            fmt::print(stderr, "{}: {} ({} of {})\n", study.name, what, index + 1, count);
                        }});
  if (!result.report) {
    fmt::print(stderr, "interrupted; what is finished is kept in '{}', and the same command goes on\n",
               result.folder.string());
    return kInterrupted;
  }
  if (options.json) {
    print_json(result.json);
    return kOk;
  }
  std::string text;
  for (const TextTable& table : result.report->tables) text += table_text(table) + "\n";
  for (const std::string& finding : result.report->findings) text += finding + "\n";
  print(text + fmt::format("\nrows:  {}\nplots: {}\npage:  {}\n",
                           (result.folder / study::files::kTable).string(),
                           (result.folder / train::files::kPlots).string(),
                           (result.folder / study::files::kPage).string()));
  return kOk;
}

}  // namespace

std::function<int()> setup_study(CLI::App& app) {
  auto options = std::make_shared<Options>();
  std::string help = "Which; without it they are listed:";
  for (const study::Study& row : study::studies()) help += fmt::format(" {} ({})", row.name, row.help);
  app.add_option("study", options->name, help);
  app.add_option_function<std::string>(
         "data",
         [settings = options->settings](const std::string& value) {
           settings->push_back({"data.file", value, "data"});
         },
         "CSV file, or the name of an included data set, instead of the study's own series")
      ->type_name("FILE|NAME");
  app.add_option("--values", options->study.values,
                 "What the study compares, comma-separated; see 'ebit study'")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST");
  app.add_option("--depths", options->study.depths, "plateau: layers of the circuits, comma-separated")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST");
  app.add_option("--samples", options->study.samples, "plateau: random circuits a point")
      ->capture_default_str();
  app.add_option("--config", options->config, "TOML file with settings; flags win over it")
      ->type_name("FILE");
  app.add_flag("--json", options->json, "Print the results as JSON");
  app.add_flag("-q,--quiet", options->quiet, "Show no progress");
  add_option_flags(app, {}, options->settings);
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
