// ebit study: questions about quantum models, each answered by several trainings or circuits.
#include "ebit/analysis/study/study.h"

#include <fmt/ranges.h>

#include <memory>

#include "ebit/base/atomic_file.h"
#include "ebit/base/nearest.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/run_output.h"
#include "ebit/cmd/settings_flags.h"
#include "ebit/settings/resolve.h"

namespace ebit::cmd {
namespace {

struct StudyFlags {
  std::string name, config;
  Settings settings = std::make_shared<std::vector<Setting>>();
  analysis::StudyOptions study;
  bool json = false, quiet = false;
};

int list_studies(bool json) {
  TextTable table;
  for (const char* heading : {"study", "model", "what", "--values are", "by default"})
    table.columns.push_back({heading, false});
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const analysis::Study& row : analysis::studies()) {
    nlohmann::ordered_json models = nlohmann::ordered_json::array();
    for (const analysis::StudyFamily& family : row.families) {
      const bool first = &family == &row.families.front();
      const std::string model = family.family == kQrnn    ? "qrnn"
                                : family.family == kGated ? "gated"
                                                          : "register";
      table.rows.push_back({first ? row.name : "", model, first ? row.help : "", family.varies,
                            fmt::format("{}", fmt::join(family.values, ","))});
      models.push_back({{"model", model}, {"varies", family.varies}, {"values", family.values}});
    }
    all.push_back({{"name", row.name}, {"help", row.help}, {"models", models}});
  }
  if (json) {
    print_json(all);
  } else {
    print(table_text(table));
  }
  return kOk;
}

int run(StudyFlags& options) {
  if (options.name.empty()) return list_studies(options.json);
  const analysis::Study& study = analysis::find_study(options.name);
  std::vector<Setting>& settings = options.study.settings;
  if (!options.config.empty()) settings = parse_settings(read_input(options.config), options.config);
  settle_source(*options.settings);
  settings.insert(settings.end(), options.settings->begin(), options.settings->end());
  for (const Setting& setting : *options.settings) {
    if (setting.name == "output.folder") options.study.folder = setting.value;
    if (setting.name == "output.overwrite") options.study.overwrite = setting.value == "true";
  }
  catch_interrupts();
  RunProgress progress(options.quiet);
  const experiment::RunCallbacks callbacks = progress.callbacks();
  const analysis::StudyResult result =
      analysis::run_study(study, options.study,
                          {.run = callbacks,
                           .interrupted = interrupted,
                           .on_piece = [&](const auto& what, auto index, auto count) {
                             if (!options.quiet)
                               tell(fmt::format("{}: {} ({} of {})\n", study.name, what, index + 1, count));
                           }});
  if (!result.report) {
    tell(fmt::format("interrupted; what is finished is kept in '{}', and the same command goes on\n",
                     result.folder.string()));
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
                           (result.folder / analysis::files::kTable).string(),
                           (result.folder / experiment::files::kPlots).string(),
                           (result.folder / analysis::files::kPage).string()));
  return kOk;
}

}  // namespace

Action setup_study(Parser& parser) {
  auto options = std::make_shared<StudyFlags>();
  std::string help = "Which; without it they are listed";
  for (const analysis::Study& row : analysis::studies()) help += fmt::format("; {}: {}", row.name, row.help);
  parser.add_option("study", options->name, help).offers(names_of(analysis::studies()));
  add_data_argument(parser, options->settings,
                    "CSV file, or the name of an included data set, instead of the study's own series");
  parser
      .add_option("--values", options->study.values,
                  "What the study compares, comma-separated; see 'ebit study'")
      .type_name("LIST");
  parser
      .add_option("--depths", options->study.depths,
                  "plateau: layers of the circuits, shots: steps of a window; comma-separated")
      .type_name("LIST");
  parser.add_option("--samples", options->study.samples, "plateau, shots: random circuits for each point");
  parser.add_option("--config", options->config, "TOML file with settings; flags win over it")
      .type_name("FILE");
  parser.add_flag("--json", options->json, "Print the results as JSON");
  parser.add_flag("-q,--quiet", options->quiet, "Show no progress");
  add_setting_flags(parser, options->settings, kForecast);
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
