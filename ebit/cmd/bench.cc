// ebit bench: how fast this machine runs ebit, against its own limits, torch and other simulators.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/nearest.h"
#include "ebit/bench/run.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/torch_program.h"
#include "ebit/fit/model.h"
#include "ebit/report/progress.h"

namespace ebit::cmd {
namespace {

struct BenchFlags {
  bench::BenchOptions bench;
  bool json = false;
  std::string output, plots;
};

int run(const BenchFlags& options);

}  // namespace

Action setup_bench(Parser& parser) {
  auto options = std::make_shared<BenchFlags>();
  std::string rows = "Workloads to run, by letter, separated by commas; left out: all.";
  for (const bench::Workload& row : bench::workloads()) rows += fmt::format(" {}: {}.", row.name, row.what);
  parser.add_option("--workload", options->bench.workloads, rows)
      .offers(names_of(bench::workloads()))
      .type_name("LETTERS");
  parser.add_flag("--quick", options->bench.quick,
                  "Small sizes, seconds in all: shows that everything runs, not how fast");
  parser.add_option("--threads", options->bench.threads, "Threads of workloads A to E").type_name("INT");
  parser.add_option("--repeat", options->bench.repeat, "Repetitions of each side; 0: 7, or 2 with --quick")
      .type_name("INT");
  parser.add_flag("--json", options->json, "Print the results as a JSON list, one object a comparison");
  parser
      .add_option("-o,--output", options->output,
                  "Write machine and results into this JSON file, for dev/compare_bench.py")
      .type_name("FILE");
  parser.add_option("--plots", options->plots, "Draw the growth of workload D into this folder")
      .type_name("FOLDER");
  parser.add_flag("--peers", options->bench.peers, "Also run the other simulators that Python finds");
  parser.add_option("--python", options->bench.python, "Python interpreter for --peers").type_name("PATH");
  return [options] { return run(*options); };
}

namespace {

int run(const BenchFlags& options) {
  // Without libtorch in the whole build, the races against it are left out.
  if (built_with_torch() && !has_torch() && bench::races_torch(options.bench))
    throw fit::NeedsTorch("these workloads race libtorch");
  catch_interrupts();
  std::unique_ptr<Progress> progress;
  const auto on_progress = [&](std::size_t done, std::size_t total, std::string_view what) {
    if (!progress) progress = std::make_unique<Progress>(stderr, "bench", "part", total);
    progress->update(done, what);
    if (done == total) progress->finish();
  };
  const bench::BenchReport report = bench::run_bench(options.bench, {on_progress, interrupted});
  progress.reset();
  // What was finished before an interrupt is worth keeping.
  const nlohmann::ordered_json json = bench::to_json(report);
  if (!options.output.empty()) write_file_atomically(options.output, json.dump(1) + "\n");
  if (options.json)
    print_json(json.at("results"));
  else
    print(bench::text_of(report));
  if (!options.plots.empty()) bench::write_plots(report, options.plots);
  return report.interrupted ? kInterrupted : kOk;
}

}  // namespace
}  // namespace ebit::cmd
