// ebit inspect: what the quantum memory of a trained run does.
#include <fmt/format.h>

#include <memory>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/parallel.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/train/inspect_report.h"

namespace ebit::cmd {
namespace {

struct Effort {
  std::string_view name;
  PowerEffort effort;
};

constexpr Effort kEfforts[] = {
    {"auto", PowerEffort::kAuto}, {"full", PowerEffort::kFull}, {"none", PowerEffort::kNone}};

struct Options {
  std::string folder, powers = "auto";
  train::InspectOptions inspect;
  int threads = 0;
  bool json = false, plot = true;
};

PowerEffort effort_of(const std::string& name) {
  for (const Effort& row : kEfforts)
    if (row.name == name) return row.effort;
  fail("inspect: --powers is auto, full or none, not '{}'{}", name, suggestion(name, names_of(kEfforts)));
}

int run(Options options) {
  options.inspect.powers = effort_of(options.powers);
  set_threads(options.threads);
  const train::Inspection in = train::inspect_run(options.folder, options.inspect);
  const std::string page =
      options.plot ? train::write_inspection(options.folder, in).string() : std::string();
  if (options.json) {
    nlohmann::ordered_json json = train::to_json(in);
    if (options.plot) json["page"] = page;
    print_json(json);
    return kOk;
  }
  print(fmt::format("{} on {} ({} part, seed {})\n\n", in.summary, in.data, in.part, in.seed));
  print(table_text(train::step_table(in)) + "\n");
  print(table_text(train::bound_table(in)) + "\n");
  print(train::bound_verdict(in) + "\n");
  for (const std::string& note : in.notes) print(note + "\n");
  for (const train::Finding& finding : in.findings) print(fmt::format("\nwarning: {}\n", finding.text));
  if (options.plot) print(fmt::format("\npage: {}\n", page));
  return kOk;
}

}  // namespace

std::function<int()> setup_inspect(CLI::App& app) {
  auto options = std::make_shared<Options>();
  train::InspectOptions& inspect = options->inspect;
  app.add_option("run", options->folder, "Folder of the run")->required()->type_name("RUN");
  app.add_option("--data", inspect.data,
                 "Other data, read and scaled as the run's own; all of it is inspected")
      ->type_name("FILE|NAME");
  app.add_option("--part", inspect.part,
                 "Part of the run's own data: train, validation, test; empty: the last that has windows");
  app.add_option("--seed", inspect.seed, "Of the training, where the run has several; none: the first");
  app.add_option("--windows", inspect.windows,
                 "Windows to trace at most, 0: all; -1: up to 256, fewer for large mixtures")
      ->capture_default_str();
  app.add_option("--powers", options->powers,
                 "Search for E_up and E_down: auto (over the states that the cell can have, while it takes "
                 "seconds), full (with further ancillas; up to hours), none")
      ->capture_default_str();
  app.add_option("--starts", inspect.starts, "States to start each search from")->capture_default_str();
  app.add_option("--threads", options->threads, "Threads; 0: one a core. Results do not depend on it");
  app.add_flag("--plot,!--no-plot", options->plot,
               "Draw plots/memory*.png and .svg and write inspect.html (default)");
  app.add_flag("--json", options->json, "Print everything as JSON");
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
