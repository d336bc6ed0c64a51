// ebit evaluate: scores a trained run again, on its own data or on others.
#include <memory>

#include "ebit/base/error.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/torch/run_output.h"
#include "ebit/cmd/torch/task_output.h"
#include "ebit/train/prepare.h"

namespace ebit::cmd {
namespace {

train::RunResult on_own_data(const std::string& folder, const train::RunCallbacks& callbacks) {
  train::Config config = train::read_run_config(folder);
  train::require_run_data(config);
  train::RunResult result{
      .folder = folder, .interrupted = false, .dataset = train::prepare_dataset(config), .evaluation = {}};
  result.evaluation = train::evaluate_run(folder, config, result.dataset, callbacks);
  return result;
}

}  // namespace

std::function<int()> setup_evaluate(CLI::App& app) {
  struct Options {
    std::string folder, data;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  app.add_option("run", options->folder, "Folder of the run")->required()->type_name("RUN");
  app.add_option("data", options->data,
                 "Other data (not for a run of a task), read and scaled as the run's own; all of it counts "
                 "as test part")
      ->type_name("FILE|NAME");
  app.add_flag("--json", options->json, "Print the results as JSON");
  return [options] {
    RunProgress progress(/*quiet=*/true);
    if (task::is_task_folder(options->folder)) {
      require(options->data.empty(),
              "'{}' is a run of a task, which is scored on the task's own test part: leave out '{}'",
              options->folder, options->data);
      print_task(task::evaluate_task(options->folder, progress.callbacks()), options->json);
    } else {
      print_run(options->data.empty()
                    ? on_own_data(options->folder, progress.callbacks())
                    : train::evaluate_on(options->folder, options->data, progress.callbacks()),
                options->json);
    }
    return kOk;
  };
}

}  // namespace ebit::cmd
