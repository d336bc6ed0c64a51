// ebit task: a recurrent model, quantum or classical, on a task, from data to page.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "ebit/cmd/command.h"
#include "ebit/cmd/torch/run_output.h"
#include "ebit/cmd/torch/task_output.h"

namespace ebit::cmd {

std::function<int()> setup_task(CLI::App& app) {
  struct Options {
    std::shared_ptr<std::vector<train::Setting>> settings = std::make_shared<std::vector<train::Setting>>();
    std::string task, config;
    bool json = false, quiet = false;
  };
  auto options = std::make_shared<Options>();
  auto settings = options->settings;
  std::string tasks;
  for (const task::TaskRow& row : task::task_table())
    tasks += fmt::format("{}{}", tasks.empty() ? "" : " | ", row.name);
  app.add_option("task", options->task, tasks)->type_name("NAME");
  app.add_option_function<std::string>(
         "data",
         [settings](const std::string& value) {
           settings->push_back({"data.file", value, "data"});
         },
         "forecast: CSV file, or the name of an included data set")
      ->type_name("FILE|NAME");
  app.add_option("--config", options->config, "TOML file with settings; flags win over it")
      ->type_name("FILE");
  app.add_flag("--json", options->json, "Print the results as JSON");
  app.add_flag("-q,--quiet", options->quiet, "Show no progress");
  add_option_flags(app, "forecast", settings);  // the task that has all of them
  return [options] {
    std::optional<std::filesystem::path> file;
    if (!options->config.empty()) file = options->config;
    const train::Config config = task::resolve_task(options->task, file, *options->settings);
    return run_task_and_report(
        [&](const train::RunCallbacks& callbacks) { return task::start_task(config, callbacks); },
        options->json, options->quiet);
  };
}

}  // namespace ebit::cmd
