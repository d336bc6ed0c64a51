#include "ebit/settings/window_models.h"

#include <algorithm>

#include "ebit/settings/gated_models.h"
#include "ebit/settings/problems.h"

namespace ebit::inline settings {
namespace {

bool is_series(const Config& config) { return find_problem(config.problem.name).set == kForecast; }

}  // namespace

std::vector<ModelRow> window_models() {
  const auto row = [](const char* name, const char* help, const char* source, const Pairs& settings) {
    return ModelRow{.name = name,
                    .family = kWindow,
                    .help = help,
                    .source = source,
                    .settings = settings,
                    .training = fellner_training()};
  };
  return {
      row("d-qnn", "dressed circuit: a linear map of the whole window, RY, layers, no recursion",
          "Rivera-Ruiz et al. 2022; Fellner et al. 2025 (arXiv:2504.12416)",
          {{"model.head", "linear"},
           {"model.ansatz", "hardware-efficient"},
           {"model.qubits", "4"},
           {"model.circuit_layers", "1"}}),
      row("ru-qnn", "re-uploading circuit: each step of the window enters by blocks with angles of their own",
          "Fellner et al. 2025 (arXiv:2504.12416)",
          {{"model.head", "linear"}, {"model.blocks", "EXY_X_Z_CX"}, {"model.qubits", "4"}})};
}

WindowOptions window_options_of(const Config& config) {
  WindowOptions options = config.model.window;
  if (options.span == 0) options.span = is_series(config) ? config.data.dataset.window : 8;
  return options;
}

void map_window_input(const Config& config, fit::InputSpec& input) {
  const int taken = components_of(config.model.window);
  std::string wanted = config.model.input_map;
  if (wanted == "auto") wanted = is_series(config) || taken == 0 || taken == input.width ? "none" : "linear";
  if (wanted == "none") return;
  input.map = taken > 0 ? taken : config.model.window.qubits;
  input.squash = wanted == "tanh";
}

}  // namespace ebit::inline settings
