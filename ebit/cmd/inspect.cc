// ebit inspect: what the quantum memory of a trained run does.
#include "ebit/analysis/inspect/inspect.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "ebit/analysis/inspect/report.h"
#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/parallel.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/settings_flags.h"
#include "ebit/data/included.h"

namespace ebit::cmd {
namespace {

struct Effort {
  std::string_view name;
  PowerEffort effort;
};

constexpr Effort kEfforts[] = {
    {"auto", PowerEffort::kAuto}, {"full", PowerEffort::kFull}, {"none", PowerEffort::kNone}};

struct InspectFlags {
  std::string folder;
  std::optional<std::string> powers;
  analysis::InspectOptions inspect;
  int threads = 0;
  Settings noise = std::make_shared<std::vector<Setting>>();
  bool json = false, plot = true;
};

PowerEffort effort_of(const std::string& name) {
  return find_row(kEfforts, "inspect: unknown --powers", name).effort;
}

int run(InspectFlags options) {
  if (options.powers) options.inspect.powers = effort_of(*options.powers);
  options.inspect.changes = *options.noise;
  set_threads(options.threads);
  const analysis::Inspection in = analysis::inspect_run(options.folder, options.inspect);
  const std::string page =
      options.plot ? analysis::write_inspection(options.folder, in).string() : std::string();
  if (options.json) {
    nlohmann::ordered_json json = analysis::to_json(in);
    if (options.plot) json["page"] = page;
    print_json(json);
    return kOk;
  }
  print(analysis::inspection_text(in));
  if (options.plot) print(fmt::format("\npage: {}\n", page));
  return kOk;
}

}  // namespace

Action setup_inspect(Parser& parser) {
  auto options = std::make_shared<InspectFlags>();
  analysis::InspectOptions& inspect = options->inspect;
  parser.add_option("run", options->folder, "Folder of the run").required().type_name("RUN");
  parser
      .add_option(
          "--data", inspect.data,
          "Other data, for a run of a series, read and scaled as the run's own; all of it is inspected")
      .offers(names_of(included_table()))
      .type_name("FILE|NAME");
  parser
      .add_option("--part", inspect.part,
                  "Part of the run's own data: train, validation, test; left out: the last that has windows")
      .offers({"train", "validation", "test"});
  parser.add_option("--seed", inspect.seed,
                    "Seed of the training, where the run has several; left out: the first");
  parser.add_option("--windows", inspect.windows,
                    "Windows or sequences to trace at most; 0: all; -1: up to 256, fewer for large memories");
  parser
      .add_option(
          "--powers", options->powers,
          "register: search for E_up and E_down: auto (over the states that the cell can have, while it "
          "takes seconds), full (with further ancillas; up to hours), none")
      .offers({"auto", "full", "none"})
      .default_text("auto");
  parser.add_option("--starts", inspect.starts, "register: states to start each search from")
      .default_text("16");
  parser.add_option(
      "--cut", inspect.cut,
      "qrnn: qubits on one side of the cut whose entanglement is shown; left out: the first half");
  add_noise_flags(parser, options->noise);
  parser.add_option("--threads", options->threads,
                    "Threads; 0: one for each core. Results do not depend on it");
  add_plots_flag(
      parser, [options](bool on) { options->plot = on; },
      "Draw plots/memory*.png and .svg and write inspect.html");
  parser.add_flag("--json", options->json, "Print everything as JSON");
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
