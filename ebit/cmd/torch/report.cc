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
  auto folder = std::make_shared<std::string>();
  app.add_option("run", *folder, "Folder of the run")->required()->type_name("RUN");
  return [folder] {
    train::Config config = train::read_run_config(*folder);
    RunProgress progress(/*quiet=*/true);
    train::RunResult result{
        .folder = *folder, .interrupted = false, .dataset = train::prepare_dataset(config), .evaluation = {}};
    result.evaluation = train::evaluate_run(*folder, config, result.dataset, progress.callbacks());
    train::write_report(result, config);
    print(fmt::format("{}\n", (result.folder / train::files::kReport).string()));
    return kOk;
  };
}

}  // namespace ebit::cmd
