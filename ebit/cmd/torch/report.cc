// ebit report: evaluates a run again and draws its plots and its page.
#include <fmt/format.h>

#include <memory>

#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/torch/run_output.h"
#include "ebit/train/prepare.h"
#include "ebit/train/run_report.h"

namespace ebit::cmd {

std::function<int()> setup_report(CLI::App& app) {
  struct Options {
    std::string folder;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  app.add_option("run", options->folder, "Folder of the run")->required()->type_name("RUN");
  app.add_flag("--json", options->json, "Print the results and the path of the page as JSON");
  return [options] {
    train::Config config = train::read_run_config(options->folder);
    train::require_run_data(config);
    RunProgress progress(/*quiet=*/true);
    train::RunResult result{.folder = options->folder,
                            .interrupted = false,
                            .dataset = train::prepare_dataset(config),
                            .evaluation = {}};
    result.evaluation = train::evaluate_run(options->folder, config, result.dataset, progress.callbacks());
    train::write_report(result, config);
    const std::string page = (result.folder / train::files::kReport).string();
    if (options->json) {
      nlohmann::ordered_json value = train::to_json(result.evaluation, result.dataset);
      value["page"] = page;
      print_json(value);
    } else {
      print(page + "\n");
    }
    return kOk;
  };
}

}  // namespace ebit::cmd
