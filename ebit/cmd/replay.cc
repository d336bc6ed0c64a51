// ebit replay: repeats a training recorded elsewhere and measures how far its losses are.
#include "ebit/analysis/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cell/register/preset.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/fit/model.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {
namespace {

struct ReplayFlags {
  std::string trace;
  std::string preset = "daskin-collapse";
  int epochs = 0;
  double tolerance = 1e-8;
  std::string step = "auto";
  bool json = false;
};

int run(const ReplayFlags& options) {
  catch_interrupts();
  require(options.epochs >= 0, "--epochs must be 0 (all) or more, not {}", options.epochs);
  const analysis::Recording recording = analysis::read_recording(options.trace, options.preset);
  const std::size_t recorded = recording.losses.size();
  require(static_cast<std::size_t>(options.epochs) <= recorded, "--epochs {}: only {} epochs are recorded",
          options.epochs, recorded);
  const std::size_t epochs = options.epochs ? static_cast<std::size_t>(options.epochs) : recorded;
  const auto start = std::chrono::steady_clock::now();
  const std::vector<analysis::ReplayedEpoch> replayed =
      analysis::replay(recording, epochs, options.step, interrupted);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (replayed.size() < epochs) return kInterrupted;
  nlohmann::ordered_json losses = nlohmann::ordered_json::array();
  TextTable table{.title = "",
                  .columns = {{"epoch"}, {"mean loss"}, {"recorded"}, {"largest difference"}},
                  .rows = {},
                  .best_row = {},
                  .notes = {}};
  double largest = 0;
  for (const analysis::ReplayedEpoch& epoch : replayed) {
    largest = std::max(largest, epoch.largest);
    losses.push_back(epoch.losses);
    table.rows.push_back({std::to_string(table.rows.size() + 1), fmt::format("{:.10f}", epoch.mean),
                          fmt::format("{:.10f}", epoch.recorded), fmt::format("{:.1e}", epoch.largest)});
  }
  const bool passed = largest <= options.tolerance;
  if (options.json) {
    print_json({{"epochs", epochs},
                {"largest_difference", largest},
                {"tolerance", options.tolerance},
                {"passed", passed},
                {"seconds", seconds},
                {"batch_losses", losses}});
  } else {
    print(table_text(table));
    print(fmt::format(
        "\nlargest difference of a batch loss over {} epochs: {:.2e} (tolerance {:.0e}); {:.2f} s\n", epochs,
        largest, options.tolerance, seconds));
  }
  return passed ? kOk : kCheckFailed;
}

}  // namespace

Action setup_replay(Parser& parser) {
  auto options = std::make_shared<ReplayFlags>();
  parser
      .add_option("trace", options->trace,
                  "JSON file: init_params, adam, X_train, y_train, permutations, batch_losses")
      .type_name("FILE")
      .required();
  parser.add_option("--preset", options->preset, "Model that was recorded").offers(names_of(presets()));
  parser.add_option("--epochs", options->epochs, "Repeat only the first N epochs; 0: all that are recorded");
  parser.add_option("--tolerance", options->tolerance, "Largest difference of a batch loss that passes");
  parser.add_option("--step", options->step, "How optimizer steps are computed")
      .choices(fit::backend_names());
  parser.add_flag("--json", options->json, "Print the result as JSON");
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
