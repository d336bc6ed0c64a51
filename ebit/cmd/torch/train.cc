// ebit train: one run, from data to page.
#include <memory>
#include <optional>

#include "ebit/base/error.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/torch/data_source.h"
#include "ebit/cmd/torch/run_output.h"
#include "ebit/train/config_file.h"

namespace ebit::cmd {

std::function<int()> setup_train(CLI::App& app) {
  struct Options {
    std::shared_ptr<std::vector<train::Setting>> settings = std::make_shared<std::vector<train::Setting>>();
    std::string config;
    bool json = false, quiet = false;
  };
  auto options = std::make_shared<Options>();
  auto settings = options->settings;
  app.add_option_function<std::string>(
         "data",
         [settings](const std::string& value) {
           settings->push_back({"data.file", value, "data"});
         },
         "CSV file, or the name of an included data set such as seattle-weather")
      ->type_name("FILE|NAME");
  app.add_option("--config", options->config, "TOML file with settings; flags win over it")
      ->type_name("FILE");
  app.add_flag("--json", options->json, "Print the results as JSON");
  app.add_flag("-q,--quiet", options->quiet, "Show no progress");
  add_option_flags(app, "", settings);
  return [options] {
    std::optional<std::filesystem::path> file;
    if (!options->config.empty()) file = options->config;
    settle_source(*options->settings);
    const train::Config config = train::resolve_config(file, *options->settings);
    require(!gives(*options->settings, "data.set") || !config.data.generator.empty(),
            "--set is for the parameters of a --generator, and the data are a file");
    return run_and_report(
        [&](const train::RunCallbacks& callbacks) { return train::start_run(config, callbacks); },
        options->json, options->quiet);
  };
}

}  // namespace ebit::cmd
