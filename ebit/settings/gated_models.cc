#include "ebit/settings/gated_models.h"

namespace ebit::inline settings {
namespace {

// What each form says of itself; the head is outside of the cell.
Pairs form(std::string_view architecture, std::string_view order, std::string_view encoder,
           std::string_view ansatz, std::string_view linear_in, std::string_view linear_out) {
  return {{"model.architecture", std::string(architecture)},
          {"model.gate_order", std::string(order)},
          {"model.encoder", std::string(encoder)},
          {"model.ansatz", std::string(ansatz)},
          {"model.linear_in", std::string(linear_in)},
          {"model.linear_out", std::string(linear_out)},
          {"model.head", "linear"}};
}

Pairs sizes(int qubits, int hidden, int layers) {
  return {{"model.qubits", std::to_string(qubits)},
          {"model.hidden_size", std::to_string(hidden)},
          {"model.circuit_layers", std::to_string(layers)}};
}

const Pairs kCaoTraining = {{"train.optimizer", "adam"},    {"train.lr", "0.001"},    {"train.batch", "16"},
                            {"train.epochs", "600"},        {"train.patience", "50"}, {"train.loss", "mse"},
                            {"train.restore_best", "true"}, {"data.window", "3"},     {"data.train", "0.64"},
                            {"data.validation", "0.16"}};

constexpr const char* kFellner = "Fellner et al. 2025 (arXiv:2504.12416)";

}  // namespace

Pairs with(Pairs base, const Pairs& more) {
  base.insert(base.end(), more.begin(), more.end());
  return base;
}

// Chen scales the whole series to [-1, 1], test part included; here the training part alone.
Pairs chen_training(std::string batch) {
  return {{"train.optimizer", "rmsprop"}, {"train.lr", "0.01"},
          {"train.alpha", "0.99"},        {"train.batch", std::move(batch)},
          {"train.epochs", "100"},        {"train.loss", "mse"},
          {"data.window", "4"},           {"data.train", "0.67"},
          {"data.validation", "0"},       {"data.scaler", "minmax-sym"}};
}

std::vector<ModelRow> gated_models() {
  const Pairs normal = {{"model.init_deviation", "0.01"}};
  const auto row = [](const char* name, const char* help, const char* source, Pairs settings,
                      Pairs training) {
    return ModelRow{.name = name,
                    .family = kGated,
                    .help = help,
                    .source = source,
                    .settings = std::move(settings),
                    .training = std::move(training)};
  };
  return {
      row("gated", "gated cell: circuits as the gates of a classical LSTM or GRU",
          "Chen, Yoo, Fang 2020 (arXiv:2009.01783)", {{"model.head", "linear"}}, {}),
      row("qlstm-2020", "quantum LSTM of six circuits: four gates, the hidden state, the prediction",
          "Chen, Yoo, Fang 2020 (arXiv:2009.01783), as released in FederatedQLSTM (d66764d)",
          with(with(form("lstm-6", "x-first", "arctan-angle", "arctan-vqc", "none", "none"), sizes(4, 0, 2)),
               normal),
          with(chen_training("4"), {{"train.optimizer_epsilon", "1e-8"}})),
      row("qlstm-v0", "quantum LSTM of four circuits without linear maps",
          "Chen 2024, Quantum_Long_Short_Term_Memory (a015e0a)",
          with(with(form("lstm-4", "x-first", "h-ry", "brick-ry", "none", "none"), sizes(6, 0, 5)), normal),
          with(chen_training("10"), {{"train.shuffle", "false"}})),
      row("qlstm-disipio",
          "quantum LSTM of four circuits between two linear maps; --freeze circuit: as published",
          "Di Sipio 2021, qlstm (a9460b4)",
          with(form("lstm-4", "h-first", "rx", "basic-entangler-rx", "shared", "shared"), sizes(4, 6, 1)),
          {}),
      row("qlstm-fellner", "quantum LSTM of six circuits, the benchmark's form", kFellner,
          with(form("lstm-6", "x-first", "arctan-angle", "arctan-vqc-near", "none", "none"), sizes(4, 0, 1)),
          fellner_training()),
      row("le-qlstm-cao", "linear-enhanced quantum LSTM: a linear map in front of and behind each gate",
          "Cao et al. 2023 (Quantum Mach. Intell. 5:26), Quantum-LSTM (e07fd87)",
          with(form("lstm-4", "h-first", "arctan-angle", "arctan-vqc", "per-gate", "per-gate"),
               sizes(4, 2, 1)),
          kCaoTraining),
      row("le-qlstm-fellner", "linear-enhanced quantum LSTM: one linear map in front, one behind each gate",
          kFellner,
          with(form("lstm-4", "x-first", "arctan-angle", "arctan-vqc-near", "shared", "per-gate"),
               sizes(6, 8, 1)),
          fellner_training()),
      row("qgru", "quantum GRU of three circuits between two shared linear maps",
          "Ceschini, Rosato, Panella 2022 (IJCNN); Chen, Khaliq 2024 (Algorithms 17:163)",
          with(with(form("gru", "h-first", "rx", "basic-entangler-rx", "shared", "shared"), sizes(4, 4, 2)),
               {{"model.update", "z-keeps"}}),
          {}),
      row("diffqas-qlstm",
          "quantum LSTM whose gates are trained mixtures of 36 circuits; --mixture shared: one list of "
          "weights",
          "Chen and Tiwari 2025 (arXiv:2508.14955); sizes and entanglers are ours",
          with(with(form("lstm-4", "x-first", "h-ry", "brick-ry", "none", "none"), sizes(4, 0, 1)),
               {{"model.mixture", "per-gate"}}),
          with(chen_training("10"), {{"train.shuffle", "false"}})),
  };
}

const Pairs& fellner_training() {
  static const Pairs training = {
      {"train.optimizer", "adam"}, {"train.lr", "0.001"},          {"train.batch", "64"},
      {"train.epochs", "1000"},    {"train.min_epochs", "400"},    {"train.patience", "200"},
      {"train.loss", "mse"},       {"train.restore_best", "true"}, {"data.window", "8"},
      {"data.train", "0.6"},       {"data.validation", "0.2"},     {"data.scaler", "minmax"}};
  return training;
}

}  // namespace ebit::inline settings
