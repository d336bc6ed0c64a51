// ebit suite: models x data x seeds under one protocol.
#include <fmt/ranges.h>

#include <chrono>
#include <memory>

#include "ebit/analysis/suite/run_suite.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/run_output.h"
#include "ebit/cmd/settings_flags.h"
#include "ebit/cmd/torch_program.h"

namespace ebit::cmd {
namespace {

struct Options {
  std::string suite, unit;
  Settings settings = std::make_shared<std::vector<Setting>>();
  analysis::SuiteOptions run;
  bool quick = false, units = false, text = false, json = false, quiet = false;
};

int list(bool json) {
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

// "12 of 350 trainings, 1 failed; about 8 min left"
class Progress {
 public:
  Progress(std::size_t units, bool quiet) : units_(units), quiet_(quiet) {}
  void operator()(std::size_t done, std::size_t failed) {
    if (first_ > units_) first_ = done;  // what an earlier call has done
    if (quiet_) return;
    std::string text = fmt::format("{} of {} trainings", done, units_);
    if (failed > 0) text += fmt::format(", {} failed", failed);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    if (done > first_ && done + failed < units_)
      text += fmt::format("; about {:.0f} min left", seconds / static_cast<double>(done - first_) *
                                                         static_cast<double>(units_ - done - failed) / 60);
    tell(fmt::format("{}\n", text));
  }

 private:
  std::size_t units_, first_ = SIZE_MAX;
  bool quiet_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

int run(Options& options) {
  if (options.suite.empty()) return list(options.json);
  if (options.text) {
    print(std::string(find_row(analysis::suites(), "no suite is called", options.suite).text));
    return kOk;
  }
  const analysis::Suite suite = analysis::find_suite(options.suite, options.quick);
  for (const Setting& setting : *options.settings) {
    if (setting.name == "output.folder")
      options.run.folder = setting.value;
    else if (setting.name == "output.overwrite")
      options.run.overwrite = setting.value == "true";
    else
      options.run.settings.push_back(setting);
  }
  const std::vector<analysis::Unit> units = analysis::units_of(suite, options.run.folder);
  if (options.units) {
    for (const analysis::Unit& unit : units) print(unit.name + "\n");
    return kOk;
  }
  for (const analysis::Unit& unit : units)
    if (unit.seed == 1) require_backends(analysis::config_of(suite, unit, options.run.settings));
  catch_interrupts();
  if (!options.unit.empty()) {
    RunProgress progress(options.quiet);
    analysis::run_one_unit(suite, options.run, options.unit, progress.callbacks());
    return interrupted() ? kInterrupted : kOk;
  }
  if (!options.quiet && !suite.takes.empty() && !options.quick)
    tell(fmt::format("{}: {} trainings; takes {}\n", suite.name, units.size(), suite.takes));
  Progress progress(units.size(), options.quiet);
  const analysis::SuiteOutcome outcome = analysis::run_suite(
      suite, options.run,
      {.interrupted = interrupted, .on_change = [&](auto done, auto failed) { progress(done, failed); }});
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
  auto options = std::make_shared<Options>();
  std::string help = "Which, or a TOML file of your own; without it they are listed:";
  for (const analysis::SuiteRow& row : analysis::suites()) help += fmt::format(" {}", row.name);
  parser.add_option("suite", options->suite, help);
  parser.add_flag("--quick", options->quick,
                  "A small version that takes minutes: the suite's own table [quick]");
  parser.add_option("--jobs", options->run.jobs, "Trainings at once; 0: one a core");
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
