#include "ebit/cell/register/preset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <numbers>

#include "ebit/base/choice.h"

namespace ebit::inline cell {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

// The conference version of Daskin's code: only the hidden update differs between its two modules.
Preset daskin(std::string name, std::string hidden, std::string what) {
  RegisterOptions cell;
  cell.hidden = std::move(hidden);
  cell.epsilon = 1e-12;
  return {.name = std::move(name),
          .help = fmt::format("quantum LSTM, {}", what),
          .source = "Daskin 2025 (arXiv:2505.06774), conference version",
          .cell = cell,
          .training = {{"train.optimizer", "adam"},
                       {"train.lr", "0.01"},
                       {"train.batch", "5"},
                       {"train.epochs", "150"},
                       {"train.loss", "mse"},
                       {"data.window", "10"},
                       {"data.train", "0.8"},
                       {"data.validation", "0"},
                       {"data.scaler", "minmax-sym"}}};
}

Preset daskin_extended() {
  RegisterOptions cell;
  cell.encoder = "cubic-angle";
  cell.layers_en = cell.layers_dis = 4;
  return {.name = "daskin-extended",
          .help = "quantum LSTM with angle encoding and 4+4 layers, collapse",
          .source = "Daskin's extended code, 2026",
          .cell = cell,
          .training = {{"train.optimizer", "adam"},
                       {"train.lr", "0.001"},
                       {"train.batch", "10"},
                       {"train.epochs", "300"},
                       {"train.loss", "mse"},
                       {"train.restore_best", "true"},
                       {"data.window", "10"},
                       {"data.train", "0.7"},
                       {"data.validation", "0.1"},
                       {"data.scaler", "minmax-sym"}}};
}

// How Fellner et al. train. They scale the whole series to [0, 1], test part included; here the training part
// goes to [-1/2, 1/2], so that later values find room in the encoder's domain [-1, 1].
const Settings kFellnerTraining = {
    {"train.optimizer", "adam"}, {"train.lr", "0.001"},          {"train.batch", "64"},
    {"train.epochs", "1000"},    {"train.min_epochs", "400"},    {"train.patience", "200"},
    {"train.loss", "mse"},       {"train.restore_best", "true"}, {"data.window", "8"},
    {"data.train", "0.6"},       {"data.validation", "0.2"},     {"data.scaler", "minmax-half"}};

// One circuit a step, of two layers: behind a single one, <Z> of a wire depends on that wire alone, since RZZ
// commutes with it, and a memory that is not read cannot be learned.
Preset two_layers(std::string name, std::string hidden, std::string what, std::string source) {
  RegisterOptions cell;
  cell.encoder = "arccos-angle";
  cell.ansatz = "zz-ring";
  cell.layers_en = 2;
  cell.layers_dis = 0;
  cell.hidden = std::move(hidden);
  cell.readout = {"Z0"};
  cell.init_high = 2 * std::numbers::pi;
  return {.name = std::move(name),
          .help = fmt::format("quantum RNN, {}", what),
          .source = std::move(source),
          .cell = cell,
          .training = kFellnerTraining};
}

// As the benchmark's code has it: one layer, every data wire read.
Preset fellner(std::string name, std::string hidden, std::string what, std::string source) {
  Preset preset = two_layers(std::move(name), std::move(hidden), std::move(what), std::move(source));
  preset.cell.encoder = "arccos-angle-ry-last";
  preset.cell.ansatz = "zz-ring-by-wire";
  preset.cell.layers_en = 1;
  preset.cell.readout = {"Z0", "Z1"};
  preset.more = {{"model.head", "linear"}};
  return preset;
}

}  // namespace

std::span<const Preset> presets() {
  static const Preset table[] = {
      daskin("daskin-collapse", "collapse", "the ancilla collapses to the most probable outcome"),
      daskin("daskin-probabilities", "probabilities", "the ancilla's outcome probabilities are kept"),
      daskin_extended(),
      fellner("fellner-qrnn", "coherent", "the benchmark's code: one layer, registers are never reset",
              "Fellner et al. 2025 (arXiv:2504.12416), QRNN without reset"),
      fellner("fellner-qrnn-reset", "density",
              "the benchmark's code with reset: one layer, whose output depends on the last step alone",
              "Fellner et al. 2025 (arXiv:2504.12416), QRNN with reset"),
      two_layers("coherent-qrnn", "coherent", "two layers, registers are never reset",
                 "after Fellner et al. 2025 (arXiv:2504.12416)"),
      two_layers(
          "li-pqrnn", "density", "the data register is reset, the memory is a mixed state",
          "Li et al. 2023 (arXiv:2302.03244); Fellner et al. 2025 (arXiv:2504.12416), QRNN with reset"),
  };
  return table;
}

const Preset& find_preset(std::string_view name) { return find_row(presets(), "unknown preset", name); }

Settings settings_of(const Preset& preset) {
  const RegisterOptions& cell = preset.cell;
  Settings settings = {{"model.n_system", fmt::to_string(cell.system)},
                       {"model.n_ancilla", fmt::to_string(cell.ancilla)},
                       {"model.encoder", cell.encoder},
                       {"model.ansatz", cell.ansatz},
                       {"model.layers_en", fmt::to_string(cell.layers_en)},
                       {"model.layers_dis", fmt::to_string(cell.layers_dis)},
                       {"model.dis", cell.dis},
                       {"model.hidden", cell.hidden},
                       {"model.readout", fmt::format("{}", fmt::join(cell.readout, ","))},
                       {"model.epsilon", fmt::to_string(cell.epsilon)},
                       {"model.init_low", fmt::to_string(cell.init_low)},
                       {"model.init_high", fmt::to_string(cell.init_high)}};
  settings.insert(settings.end(), preset.more.begin(), preset.more.end());
  settings.insert(settings.end(), preset.training.begin(), preset.training.end());
  return settings;
}

}  // namespace ebit::inline cell
