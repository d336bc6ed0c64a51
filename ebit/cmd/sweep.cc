// ebit sweep: settings of one problem, chosen by the validation part.
#include <algorithm>
#include <memory>

#include "ebit/analysis/sweep/run_sweep.h"
#include "ebit/base/atomic_file.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/run_output.h"
#include "ebit/cmd/settings_flags.h"
#include "ebit/cmd/torch_program.h"
#include "ebit/cmd/unit_progress.h"

namespace ebit::cmd {
namespace {

struct SweepFlags {
  std::string file, unit;
  Settings settings = std::make_shared<std::vector<Setting>>();
  analysis::SweepOptions run;
  bool units = false, text = false, json = false, quiet = false;
};

// Flags are settings of all, on top of the file's.
void add_flags(SweepFlags& options, analysis::SweepSpec& sweep) {
  for (const Setting& setting : *options.settings) {
    if (setting.name == "output.folder") {
      options.run.folder = setting.value;
      continue;
    }
    if (setting.name == "output.overwrite") {
      options.run.overwrite = setting.value == "true";
      continue;
    }
    require(!setting.name.starts_with("output.") && !setting.name.starts_with("baselines."),
            "{} is not a sweep's to set: leave it out", setting.where);
    for (const analysis::SweptOption& option : sweep.options)
      require(option.name != setting.name, "{}: {} is varied at {}: leave one out", setting.where,
              setting.name, option.where);
    std::erase_if(sweep.settings, [&](const Setting& other) { return other.name == setting.name; });
    sweep.settings.push_back(setting);
  }
}

nlohmann::ordered_json outcome_json(const analysis::SweepSpec& sweep, const analysis::SweepOutcome& outcome) {
  nlohmann::ordered_json json = {{"sweep", sweep.name}, {"folder", outcome.folder.string()}};
  json.update(analysis::sweep_json(sweep, outcome.points, outcome.results));
  return json;
}

int run(SweepFlags& options) {
  if (options.text) {
    print(std::string(analysis::sweep_example()));
    return kOk;
  }
  require(!options.file.empty(), "name a file of TOML: ebit sweep --text prints one to begin with");
  analysis::SweepSpec sweep = analysis::parse_sweep(read_input(options.file), options.file);
  add_flags(options, sweep);
  const std::vector<std::string> units = analysis::sweep_units(sweep);
  if (options.units) {
    for (const std::string& unit : units) print(unit + "\n");
    return kOk;
  }
  const analysis::Suite suite = analysis::suite_of(sweep, analysis::points_of(sweep));
  for (const analysis::Unit& unit : analysis::units_of(suite, options.run.folder))
    if (unit.seed == 1) require_backends(analysis::config_of(suite, unit, {}));
  catch_interrupts();
  if (!options.unit.empty()) {
    RunProgress progress(options.quiet);
    analysis::run_one_sweep_unit(sweep, options.run, options.unit, progress.callbacks());
    return interrupted() ? kInterrupted : kOk;
  }
  UnitProgress progress(units.size(), options.quiet);
  const analysis::SweepOutcome outcome = analysis::run_sweep(
      sweep, options.run,
      {.interrupted = interrupted, .on_change = [&](auto done, auto failed) { progress(done, failed); }});
  if (options.json) {
    print_json(outcome_json(sweep, outcome));
  } else {
    print(table_text(analysis::settings_table(sweep, outcome.points, outcome.results)) + "\n");
    if (outcome.finished) print(analysis::chosen_text(sweep, outcome.points, outcome.results) + "\n");
    print(fmt::format("page:  {}\n", (outcome.folder / "report.html").string()));
  }
  if (outcome.finished) return kOk;
  tell(fmt::format("stopped after {} of {} trainings, and nothing is chosen yet; the same command goes on\n",
                   outcome.results.suite.done, outcome.results.suite.units));
  return kInterrupted;
}

}  // namespace

Action setup_sweep(Parser& parser) {
  auto options = std::make_shared<SweepFlags>();
  parser.add_option("file", options->file, "The sweep, a TOML file").type_name("FILE");
  parser.add_option("--jobs", options->run.jobs, "Trainings at once; 0: one for each core");
  parser.add_flag("--units", options->units, "List the trainings, one a line, and do nothing");
  parser.add_option("--unit", options->unit, "Do one training, and write no page: for schedulers");
  parser.add_flag("--text", options->text, "Print a sweep, to begin one of your own");
  parser.add_flag("--json", options->json, "Print the results as JSON");
  parser.add_flag("-q,--quiet", options->quiet, "Show no progress");
  add_setting_flags(parser, options->settings);
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
