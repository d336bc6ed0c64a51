// ebit surrogate: a trained gated cell as a classical model with the same outputs.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "ebit/analysis/surrogate/surrogate_run.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {
namespace {

// Outputs that differ by more are no surrogate's.
constexpr double kAllowed = 1e-10;

struct SurrogateFlags {
  std::string folder;
  analysis::SurrogateOptions surrogate;
  bool json = false;
};

int run(const SurrogateFlags& options) {
  const analysis::SurrogateComparison found = analysis::surrogate_of_run(options.folder, options.surrogate);
  const bool same = found.largest_difference <= kAllowed;
  if (options.json) {
    print_json({{"model", found.model},
                {"part", found.part},
                {"windows", found.windows},
                {"steps", found.steps},
                {"coefficients", {{"possible", found.possible}, {"nonzero", found.nonzero}}},
                {"largest_difference", found.largest_difference},
                {"allowed", kAllowed},
                {"largest_output", found.largest_output},
                {"seconds", {{"circuits", found.circuit_seconds}, {"surrogate", found.surrogate_seconds}}},
                {"speed_ratio", found.circuit_seconds / found.surrogate_seconds},
                {"folder", found.folder.string()}});
    return same ? kOk : kCheckFailed;
  }
  TextTable table;
  table.title = found.model;
  table.columns = {{"", false}, {"value"}};
  table.rows = {
      {"coefficients that are not zero", fmt::format("{} of {}", found.nonzero, found.possible)},
      {fmt::format("largest difference of outputs, {} {} windows of {} steps", found.windows, found.part,
                   found.steps),
       table_number(found.largest_difference, 2)},
      {"allowed", table_number(kAllowed, 2)},
      {"largest output", table_number(found.largest_output)},
      {"seconds by circuits, one thread", table_number(found.circuit_seconds, 3)},
      {"seconds by the surrogate, one thread", table_number(found.surrogate_seconds, 3)},
      {"circuits' time / surrogate's", table_number(found.circuit_seconds / found.surrogate_seconds, 3)}};
  table.notes = {
      same ? "The outputs are equal: the model is a classical one at this size." : "THE OUTPUTS DIFFER.",
      fmt::format("written: {} and README.md", (found.folder / "surrogate.safetensors").string())};
  print(table_text(table));
  return same ? kOk : kCheckFailed;
}

}  // namespace

Action setup_surrogate(Parser& parser) {
  auto options = std::make_shared<SurrogateFlags>();
  parser.add_option("run", options->folder, "Folder of the run of a gated cell").required().type_name("RUN");
  parser.add_option("--seed", options->surrogate.seed,
                    "Seed of the training, where the run has several; left out: the first");
  parser.add_option("--windows", options->surrogate.windows,
                    "Windows of the run's last part to compare at most; 0: all");
  parser
      .add_option("-o,--output", options->surrogate.folder,
                  "Folder that the model is written to; left out: RUN/surrogate")
      .type_name("FOLDER");
  parser.add_flag("--json", options->json, "Print the result as JSON");
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
