#include "ebit/cmd/torch/task_output.h"

#include <fmt/format.h>

#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/torch/run_output.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {

int run_task_and_report(const std::function<task::TaskRun(const train::RunCallbacks&)>& work, bool json,
                        bool quiet) {
  catch_interrupts();
  RunProgress progress(quiet);
  const task::TaskRun run = work(progress.callbacks());
  if (run.interrupted) {
    fmt::print(stderr, "interrupted; everything is saved. Go on with: ebit resume {}\n", run.folder.string());
    return kInterrupted;
  }
  const bool page = run.config.output.plots;
  if (page) task::write_task_report(run);
  if (json) {
    nlohmann::ordered_json value = task::to_json(run);
    value["folder"] = run.folder.string();
    print_json(value);
    return kOk;
  }
  print(table_text(task::result_table(run)));
  print(fmt::format("\nrun folder: {}\n", run.folder.string()));
  if (page) print(fmt::format("page:       {}\n", (run.folder / train::files::kReport).string()));
  return kOk;
}

}  // namespace ebit::cmd
