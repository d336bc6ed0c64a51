#include "ebit/study/studies.h"

namespace ebit::study {

std::span<const Study> studies() {
  // A series that needs memory: x' = 1 - 1.4 x^2 + 0.3 x_before cannot be told from x alone.
  static const std::vector<std::pair<std::string, std::string>> henon = {
      {"model.preset", "daskin-extended"},
      {"data.generator", "henon"},
      {"data.set", "points=300"},
      {"data.window", "6"},
      {"train.lr", "0.01"},
      {"train.epochs", "40"},
      {"train.seeds", "6"},
      {"model.layers_en", "2"},
      {"model.layers_dis", "2"},
      {"baselines.which", "persistence,lstm"}};
  static const Study table[] = {
      {.name = "registers",
       .help = "how many ancilla qubits a memory needs: errors, entanglement available and used, time",
       .varies = "ancilla qubits, or system+ancilla qubits such as 2+3",
       .values = {"1", "2", "3"},
       .depths = {},
       .settings = henon,
       .run = run_registers},
      {.name = "depth",
       .help = "how many layers U_en and U_dis need: errors, entanglement used, time",
       .varies = "layers of each circuit",
       .values = {"1", "2", "3", "4", "6", "8"},
       .depths = {},
       .settings = henon,
       .run = run_depth},
      {.name = "hidden",
       .help = "what the hidden updates keep of the memory, what they lose, and what that does to errors",
       .varies = "hidden updates",
       .values = {"collapse", "sample", "probabilities", "sqrt-probabilities", "marginals", "density",
                  "coherent"},
       .depths = {},
       .settings = henon,
       .run = run_hidden},
      {.name = "plateau",
       .help = "how the variance of the gradient falls with qubits and layers, for every ansatz",
       .varies = "qubits",
       .values = {"2", "3", "4", "5", "6", "7", "8", "9", "10"},
       .depths = {1, 2, 4, 8, 16},
       .settings = {{"train.threads", "0"}},
       .trains = false,
       .run = run_plateau},
      {.name = "specialise",
       .help = "whether U_en and U_dis learn different roles: powers and realised changes before and after "
               "training",
       .varies = "structures of U_dis",
       .values = {"flipped", "adjoint"},
       .depths = {},
       .settings = henon,
       .run = run_specialise},
  };
  return table;
}

}  // namespace ebit::study
