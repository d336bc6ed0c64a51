// ebit resume: goes on with a run that was stopped or killed, or trains it for longer.
#include <memory>

#include "ebit/cmd/command.h"
#include "ebit/cmd/torch/run_output.h"
#include "ebit/cmd/torch/task_output.h"

namespace ebit::cmd {

std::function<int()> setup_resume(CLI::App& app) {
  struct Options {
    std::string folder;
    int epochs = 0;
    bool json = false, quiet = false;
  };
  auto options = std::make_shared<Options>();
  app.add_option("run", options->folder, "Folder of the run")->required()->type_name("RUN");
  app.add_option("--epochs", options->epochs, "Train up to this many epochs instead of the run's own number");
  app.add_flag("--json", options->json, "Print the results as JSON");
  app.add_flag("-q,--quiet", options->quiet, "Show no progress");
  return [options] {
    if (task::is_task_folder(options->folder)) {
      return run_task_and_report(
          [&](const train::RunCallbacks& callbacks) {
            return task::resume_task(options->folder, options->epochs, callbacks);
          },
          options->json, options->quiet);
    }
    return run_and_report(
        [&](const train::RunCallbacks& callbacks) {
          return train::resume_run(options->folder, options->epochs, callbacks);
        },
        options->json, options->quiet);
  };
}

}  // namespace ebit::cmd
