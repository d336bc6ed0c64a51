// ebit suite: models x data x seeds under one protocol.
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "ebit/analysis/suite/run_suite.h"
#include "ebit/analysis/suite/suite_page.h"
#include "ebit/base/nearest.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/run_output.h"
#include "ebit/cmd/settings_flags.h"
#include "ebit/cmd/torch_program.h"
#include "ebit/cmd/unit_progress.h"

namespace ebit::cmd {
namespace {

struct SuiteFlags {
  std::string suite, unit, protocol;
  std::vector<std::string> models, data;
  Settings settings = std::make_shared<std::vector<Setting>>();
  analysis::SuiteOptions run;
  bool quick = false, units = false, text = false, json = false, quiet = false;
};

int list_suites(bool json) {
  TextTable table{.columns = {{"suite", false}, {"what", false}, {"trainings"}, {"takes", false}}};
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const analysis::SuiteRow& row : analysis::suites()) {
    const analysis::Suite suite = analysis::find_suite(std::string(row.name), false);
    const std::size_t units = analysis::units_of(suite, "").size();
    table.rows.push_back({suite.name, suite.help, std::to_string(units), suite.takes});
    all.push_back({{"name", suite.name}, {"help", suite.help}, {"trainings", units}, {"takes", suite.takes}});
  }
  if (json)
    print_json(all);
  else
    print(table_text(table));
  return kOk;
}

// Keeps those of the items that are named; all where none is.
void keep_named(std::vector<analysis::SuiteItem>& items, const std::vector<std::string>& names,
                std::string_view what) {
  for (const std::string& name : names) find_row(items, what, name);
  if (!names.empty())
    std::erase_if(items,
                  [&](const analysis::SuiteItem& item) { return !std::ranges::count(names, item.name); });
}

int seeds_of(const Setting& setting) {
  Config config;
  apply_setting(config, setting);
  require(config.seeds >= 1, "--seeds must be at least 1, not {}", config.seeds);
  return config.seeds;
}

int run(SuiteFlags& options) {
  if (options.suite.empty()) return list_suites(options.json);
  if (options.text) {
    print(std::string(find_row(analysis::suites(), "no suite is called", options.suite).text));
    return kOk;
  }
  analysis::Suite suite = analysis::find_suite(options.suite, options.quick, options.protocol);
  keep_named(suite.models, options.models, "the suite has no model");
  keep_named(suite.data, options.data, "the suite has no data");
  for (const Setting& setting : *options.settings) {
    if (setting.name == "output.folder")
      options.run.folder = setting.value;
    else if (setting.name == "output.overwrite")
      options.run.overwrite = setting.value == "true";
    else if (setting.name == "train.seeds")
      suite.seeds = seeds_of(setting);
    else
      options.run.settings.push_back(setting);
  }
  const std::vector<analysis::Unit> units = analysis::units_of(suite, options.run.folder);
  if (options.units) {
    for (const analysis::Unit& unit : units) print(unit.name + "\n");
    return kOk;
  }
  for (const analysis::Unit& unit : units)
    if (options.unit.empty() ? unit.seed == 1 : unit.name == options.unit)
      require_backends(analysis::config_of(suite, unit, options.run.settings));
  catch_interrupts();
  if (!options.unit.empty()) {
    RunProgress progress(options.quiet);
    analysis::run_one_unit(suite, options.run, options.unit, progress.callbacks());
    return interrupted() ? kInterrupted : kOk;
  }
  if (!options.quiet && !suite.takes.empty() && !options.quick)
    tell(fmt::format("{}: {} trainings; takes {}\n", suite.name, units.size(), suite.takes));
  UnitProgress progress(units.size(), options.quiet);
  analysis::UnitsCallbacks callbacks{.interrupted = interrupted,
                                     .on_change = [&](auto done, auto failed) { progress(done, failed); }};
  if (!options.quiet) callbacks.on_note = [](const std::string& line) { tell(fmt::format("{}\n", line)); };
  const analysis::SuiteOutcome outcome = analysis::run_suite(suite, options.run, callbacks);
  if (options.json)
    print_json(analysis::results_json(suite, outcome.results));
  else
    print(table_text(analysis::overview_table(suite, outcome.results)) +
          fmt::format("\npage:  {}\n", (outcome.folder / "report.html").string()));
  if (outcome.finished) return kOk;
  tell(fmt::format("stopped after {} of {} trainings; the same command goes on\n", outcome.results.done,
                   outcome.results.units));
  return kInterrupted;
}

}  // namespace

Action setup_suite(Parser& parser) {
  auto options = std::make_shared<SuiteFlags>();
  parser.add_option("suite", options->suite, "Which, or a TOML file of your own; without it they are listed")
      .type_name("NAME|FILE")
      .offers(names_of(analysis::suites()), /*shown=*/true);
  parser.add_flag("--quick", options->quick,
                  "A small version that takes minutes: the suite's own table [quick]");
  parser.add_option("--protocol", options->protocol,
                    "Another protocol of the suite, such as its source's: its table [protocols.NAME]");
  parser.add_option("--use-models", options->models, "Some of the suite's models alone, comma-separated");
  parser.add_option("--use-data", options->data, "Some of its data alone, comma-separated");
  parser.add_option("--jobs", options->run.jobs, "Trainings at once; 0: one for each core");
  parser.add_flag("--units", options->units, "List the trainings, one a line, and do nothing");
  parser.add_option("--unit", options->unit,
                    "Do one training, DATA/MODEL/SEED, and write no page: for schedulers");
  parser.add_flag("--text", options->text, "Print the suite's text, to begin one of your own");
  parser.add_flag("--json", options->json, "Print the results as JSON");
  parser.add_flag("-q,--quiet", options->quiet, "Show no progress");
  add_setting_flags(parser, options->settings, kForecast);
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
