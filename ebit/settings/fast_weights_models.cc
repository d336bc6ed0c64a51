#include "ebit/settings/fast_weights_models.h"

#include "ebit/settings/gated_models.h"

namespace ebit::inline settings {

std::vector<ModelRow> fast_weights_models() {
  const Pairs sizes = {{"model.qubits", "8"},        {"model.circuit_layers", "2"}, {"model.encoder", "h-ry"},
                       {"model.ansatz", "brick-ry"}, {"model.measured_wires", "4"}, {"model.gate", "false"},
                       {"model.head", "linear"}};
  return {
      {.name = "qfwp",
       .family = kFastWeights,
       .help = "quantum fast weight programmer: a network writes the angles that are the memory",
       .source = "Chen 2024 (arXiv:2402.17760), Quantum_FWP (7171873)",
       .settings = sizes,
       .training = with(chen_training("10"), {{"train.shuffle", "false"}})},
      {.name = "qfwp-gated",
       .family = kFastWeights,
       .help = "the same with a gate that keeps the angles or replaces them",
       .source = "2026 (arXiv:2605.06734), Gated-QKAN-FWP (2cf0457)",
       .settings = with(sizes, {{"model.gate", "true"}, {"model.gate_bias", "2"}}),
       .training = {{"train.optimizer", "adam"},
                    {"train.lr", "0.001"},
                    {"train.batch", "4"},
                    {"train.epochs", "100"},
                    {"train.loss", "mse"},
                    {"data.window", "64"},
                    {"data.train", "0.8"},
                    {"data.validation", "0"}}},
  };
}

}  // namespace ebit::inline settings
