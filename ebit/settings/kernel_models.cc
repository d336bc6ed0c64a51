#include "ebit/settings/kernel_models.h"

namespace ebit::inline settings {

std::vector<ModelRow> kernel_models() {
  const auto row = [](const char* name, Family family, const char* help, const char* source, Pairs settings) {
    settings.emplace_back("model.head", "linear");
    settings.emplace_back("model.qubits", "4");
    settings.emplace_back("model.hidden_size", family == kKernel ? "0" : "3");
    return ModelRow{
        .name = name, .family = family, .help = help, .source = source, .settings = std::move(settings)};
  };
  return {
      row("qk-lstm", kKernel, "LSTM whose gates are expansions in a quantum kernel of reference vectors",
          "Hsu, Li, Chen 2024 (arXiv:2411.13225)",
          {{"model.kernel", "quantum"}, {"model.encoder", "rz-ry-chain-raw"}}),
      row("cosine-kernel-lstm", kKernel, "the same with the kernel of the feature map ry in closed form",
          "Schuld, Killoran 2019 (arXiv:1803.07128)", {{"model.kernel", "cosine"}}),
      row("rbf-lstm", kKernel, "the same with a Gaussian kernel", "Broomhead, Lowe 1988",
          {{"model.kernel", "rbf"}}),
      // No kernel of two vectors is in it: one circuit of v between linear maps, as in a gated cell.
      row("qk-lstm-released", kGated,
          "what was released as QK-LSTM: its circuit is the identity, so that x never enters; --encoder "
          "rz-ry-chain-inverse-raw: one that is not",
          "Hsu, Li, Chen 2025, QAOA-Meta-Learning (a750416)",
          {{"model.architecture", "lstm-4"},
           {"model.gate_order", "h-first"},
           {"model.encoder", "rz-ry-chain-undone"},
           {"model.circuit_layers", "0"},
           {"model.linear_in", "shared"},
           {"model.linear_out", "shared"}}),
  };
}

}  // namespace ebit::inline settings
