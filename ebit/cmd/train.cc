// ebit train and ebit task: one run, from data to page.
#include <fmt/format.h>

#include <optional>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/run_output.h"
#include "ebit/cmd/settings_flags.h"
#include "ebit/cmd/torch_program.h"
#include "ebit/experiment/problem.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/resolve.h"

namespace ebit::cmd {
namespace {

struct TrainFlags {
  Settings settings = std::make_shared<std::vector<Setting>>();
  std::string problem, config;
  bool json = false, quiet = false;
};

std::string problem_names() {
  std::string names;
  for (const ProblemRow& row : problems()) names += (names.empty() ? "" : " | ") + std::string(row.name);
  return names;
}

int run(TrainFlags& options) {
  require(!options.problem.empty() || !options.config.empty(), "task: which task? {}", problem_names());
  std::optional<std::filesystem::path> file;
  if (!options.config.empty()) file = options.config;
  settle_source(*options.settings);
  const Config config = resolve(options.problem, file, *options.settings);
  require_backends(config);
  return run_and_report(
      [&](const experiment::RunCallbacks& callbacks) { return experiment::start_run(config, callbacks); },
      options.json, options.quiet);
}

// What both have, behind the arguments that name a problem.
Action add_run_options(Parser& parser, std::shared_ptr<TrainFlags> options, const std::string& data_help,
                       unsigned problems) {
  add_data_argument(parser, options->settings, data_help);
  parser.add_option("--config", options->config, "TOML file with settings; flags win over it")
      .type_name("FILE");
  parser.add_flag("--json", options->json, "Print the results as JSON");
  parser.add_flag("-q,--quiet", options->quiet, "Show no progress");
  add_setting_flags(parser, options->settings, problems);
  return [options] { return run(*options); };
}

}  // namespace

// Short for `ebit task forecast`, with the help of that problem alone.
Action setup_train(Parser& parser) {
  auto options = std::make_shared<TrainFlags>();
  options->problem = "forecast";
  return add_run_options(parser, options,
                         "CSV file, or the name of an included data set such as seattle-weather", kForecast);
}

Action setup_task(Parser& parser) {
  auto options = std::make_shared<TrainFlags>();
  parser.add_option("task", options->problem, "Which task; left out: that of --config")
      .offers(names_of(problems()), /*shown=*/true)
      .type_name("NAME");
  return add_run_options(parser, options, "forecast: CSV file, or the name of an included data set",
                         kAnyProblem);
}

}  // namespace ebit::cmd
