// ebit evaluate and ebit report: score a trained run again; draw its plots and its page again.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/run_output.h"
#include "ebit/cmd/settings_flags.h"
#include "ebit/cmd/torch_program.h"
#include "ebit/data/included.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/settings/noise_options.h"
#include "ebit/settings/resolve.h"

namespace ebit::cmd {

Action setup_evaluate(Parser& parser) {
  struct Options {
    std::string folder, data, id;
    bool json = false;
    Settings noise = std::make_shared<std::vector<Setting>>();
  };
  auto options = std::make_shared<Options>();
  parser.add_option("run", options->folder, "Folder of the run").required().type_name("RUN");
  add_noise_flags(parser, options->noise);
  parser
      .add_option("data", options->data,
                  "Other data, for a run of a series, read and scaled as the run's own; all of it counts as "
                  "test part")
      .offers(names_of(included_table()))
      .type_name("FILE|NAME");
  parser
      .add_option("--id", options->id,
                  "Of a panel: the column that names the series in other data; default: as in the run")
      .type_name("COLUMN");
  parser.add_flag("--json", options->json, "Print the results as JSON");
  return [options] {
    require_run_backends(options->folder);
    require(options->id.empty() || !options->data.empty(), "--id is of other data: name them behind the run");
    RunProgress progress(/*quiet=*/true);
    const auto scored = [&](const std::vector<Setting>& changes) {
      return options->data.empty() ? experiment::evaluate_run(options->folder, progress.callbacks(), changes)
                                   : experiment::score_on(options->folder, options->data,
                                                          progress.callbacks(), changes, options->id);
    };
    const std::string mitigation =
        mitigation_of(with_settings(experiment::read_run_config(options->folder), *options->noise));
    if (mitigation.empty()) {
      print_run(scored(*options->noise), options->json);
      return kOk;
    }
    const experiment::RunResult raw = scored(raw_settings(*options->noise)),
                                mitigated = scored(*options->noise);
    if (options->json) {
      print_json({{"folder", options->folder},
                  {"mitigation", mitigation},
                  {"raw", to_json(raw.results)},
                  {"mitigated", to_json(mitigated.results)}});
      return kOk;
    }
    print("raw\n");
    print_run(raw, false);
    print(fmt::format("\nmitigated: {}\n", mitigation));
    print_run(mitigated, false);
    return kOk;
  };
}

Action setup_report(Parser& parser) {
  struct Options {
    std::string folder;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  parser.add_option("run", options->folder, "Folder of the run").required().type_name("RUN");
  parser.add_flag("--json", options->json, "Print the results and the path of the page as JSON");
  return [options] {
    require_run_backends(options->folder);
    RunProgress progress(/*quiet=*/true);
    const experiment::RunResult result = experiment::evaluate_run(options->folder, progress.callbacks());
    experiment::write_report(result);
    const std::string page = (result.folder / experiment::files::kReport).string();
    if (options->json) {
      nlohmann::ordered_json value = to_json(result.results);
      value["page"] = page;
      print_json(value);
    } else {
      print(page + "\n");
    }
    return kOk;
  };
}

}  // namespace ebit::cmd
