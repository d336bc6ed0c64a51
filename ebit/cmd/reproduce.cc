// ebit reproduce: results of papers, repeated.
#include "ebit/analysis/reproduce.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/parallel.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/linden.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/run_output.h"
#include "ebit/cmd/torch_program.h"
#include "ebit/data/included.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;

struct ReproduceFlags {
  std::string experiment, data, target, output;
  int epochs = 0, seeds = 1;
  bool overwrite = false, json = false, quiet = false;
};

/// A paper's result that is searched for, not trained.
struct Search {
  std::string_view name;
  std::string_view help;
  int (*run)(const ReproduceFlags& options, const fs::path& folder);
};

int run_linden(const ReproduceFlags& options, const fs::path& folder) {
  set_threads(0);
  return reproduce_linden({.folder = folder,
                           .search = {},
                           .overwrite = options.overwrite,
                           .json = options.json,
                           .quiet = options.quiet});
}

constexpr Search kSearches[] = {
    {"linden", "qubit-qutrit unitaries that make 2 ebits and destroy fewer", run_linden}};

std::vector<std::string> experiment_names() {
  std::vector<std::string> names = names_of(analysis::experiments());
  for (const Search& row : kSearches) names.emplace_back(row.name);
  return names;
}

int run_search(const Search& search, const ReproduceFlags& options, const fs::path& folder) {
  require(options.data.empty() && options.target.empty() && options.epochs == 0 && options.seeds == 1,
          "{} trains nothing: leave out --data, --target, --epochs and --seeds", search.name);
  return search.run(options, folder);
}

int run_experiment(const analysis::Experiment& experiment, const ReproduceFlags& options,
                   const fs::path& folder) {
  catch_interrupts();
  const analysis::ReproductionPlan plan =
      analysis::plan_reproduction(experiment, {.data = options.data,
                                               .target = options.target,
                                               .folder = folder,
                                               .epochs = options.epochs,
                                               .seeds = options.seeds,
                                               .overwrite = options.overwrite});
  for (const Config& config : plan.configs) require_backends(config);
  if (!options.quiet) tell(fmt::format("data: {}\n", plan.data));
  RunProgress progress(options.quiet);
  const analysis::Reproduction found = analysis::reproduce(plan, progress.callbacks());
  if (found.interrupted) {
    tell(fmt::format("interrupted; go on with: ebit resume {}\n", found.runs.back().folder.string()));
    return kInterrupted;
  }
  if (options.json) {
    print_json(to_json(plan, found));
    return kOk;
  }
  print(table_text(comparison(plan, found)));
  print(fmt::format("\nplots: {}\npage:  {}\n", (folder / experiment::files::kPlots).string(),
                    (folder / experiment::files::kReport).string()));
  return kOk;
}

int run(const ReproduceFlags& options) {
  const fs::path folder =
      options.output.empty() ? fs::path("runs") / options.experiment : fs::path(options.output);
  for (const Search& row : kSearches)
    if (row.name == options.experiment) return run_search(row, options, folder);
  for (const analysis::Experiment& row : analysis::experiments())
    if (row.name == options.experiment) return run_experiment(row, options, folder);
  fail("unknown experiment '{}'{}", options.experiment, suggestion(options.experiment, experiment_names()));
}

}  // namespace

Action setup_reproduce(Parser& parser) {
  auto options = std::make_shared<ReproduceFlags>();
  std::string help = "What to repeat";
  for (const analysis::Experiment& row : analysis::experiments())
    help += fmt::format("; {}: {}", row.name, row.help);
  for (const Search& row : kSearches) help += fmt::format("; {}: {}", row.name, row.help);
  parser.add_option("experiment", options->experiment, help).offers(experiment_names()).required();
  parser
      .add_option("--data", options->data,
                  "CSV file or included data set, instead of the experiment's own series")
      .type_name("FILE|NAME")
      .offers(names_of(included_table()));
  parser.add_option("--target", options->target, "Column to predict");
  parser.add_option("--epochs", options->epochs, "Train for this many epochs; 0: as the source");
  parser.add_option("--seeds", options->seeds, "Trainings with different seeds");
  parser.add_option("-o,--output", options->output, "Folder of what is made; left out: runs/EXPERIMENT")
      .type_name("FOLDER");
  parser.add_flag("--overwrite", options->overwrite, "Replace runs that are already there");
  parser.add_flag("--json", options->json, "Print the results as JSON");
  parser.add_flag("-q,--quiet", options->quiet, "Show no progress");
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
