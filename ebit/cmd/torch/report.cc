// ebit report: evaluates a run again and draws its plots and its page.
#include <fmt/format.h>

#include <memory>

#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/torch/run_output.h"
#include "ebit/task/run.h"
#include "ebit/train/prepare.h"
#include "ebit/train/run_report.h"

namespace ebit::cmd {
namespace {

// Evaluate a run, draw its plots and write its page; the results as JSON.
nlohmann::ordered_json write_train_page(const std::string& folder, const train::RunCallbacks& callbacks) {
  train::Config config = train::read_run_config(folder);
  train::require_run_data(config);
  train::RunResult result{
      .folder = folder, .interrupted = false, .dataset = train::prepare_dataset(config), .evaluation = {}};
  result.evaluation = train::evaluate_run(folder, config, result.dataset, callbacks);
  train::write_report(result, config);
  return train::to_json(result.evaluation, result.dataset);
}

nlohmann::ordered_json write_task_page(const std::string& folder, const train::RunCallbacks& callbacks) {
  const task::TaskRun run = task::evaluate_task(folder, callbacks);
  task::write_task_report(run);
  return task::to_json(run);
}

}  // namespace

std::function<int()> setup_report(CLI::App& app) {
  struct Options {
    std::string folder;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  app.add_option("run", options->folder, "Folder of the run")->required()->type_name("RUN");
  app.add_flag("--json", options->json, "Print the results and the path of the page as JSON");
  return [options] {
    RunProgress progress(/*quiet=*/true);
    const auto write = task::is_task_folder(options->folder) ? write_task_page : write_train_page;
    nlohmann::ordered_json value = write(options->folder, progress.callbacks());
    const std::string page = (std::filesystem::path(options->folder) / train::files::kReport).string();
    if (options->json) {
      value["page"] = page;
      print_json(value);
    } else {
      print(page + "\n");
    }
    return kOk;
  };
}

}  // namespace ebit::cmd
