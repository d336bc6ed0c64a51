#include "ebit/cmd/torch/task_output.h"

#include <fmt/format.h>

#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/torch/run_output.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {

void print_task(const task::TaskRun& run, bool json) {
  if (!json) return print(table_text(task::result_table(run)));
  nlohmann::ordered_json value = task::to_json(run);
  value["folder"] = run.folder.string();
  print_json(value);
}

int run_task_and_report(const std::function<task::TaskRun(const train::RunCallbacks&)>& work, bool json,
                        bool quiet) {
  catch_interrupts();
  RunProgress progress(quiet);
  const task::TaskRun run = work(progress.callbacks());
  if (run.interrupted) return report_stop(progress, run.folder, json);
  const bool page = run.config.output.plots;
  if (page) task::write_task_report(run);
  print_task(run, json);
  if (json) return kOk;
  print(fmt::format("\nrun folder: {}\n", run.folder.string()));
  if (page) print(fmt::format("page:       {}\n", (run.folder / train::files::kReport).string()));
  return kOk;
}

}  // namespace ebit::cmd
