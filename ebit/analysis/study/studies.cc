#include "ebit/analysis/study/studies.h"

namespace ebit::analysis {

std::span<const Study> studies() {
  // A series that needs memory: x' = 1 - 1.4 x^2 + 0.3 x_before cannot be told from x alone.
  static const Pairs henon = {{"data.generator", "henon"},
                              {"data.set", "points=300"},
                              {"data.window", "6"},
                              {"train.lr", "0.01"},
                              {"train.epochs", "40"},
                              {"train.seeds", "6"},
                              {"baselines.which", "persistence,lstm"}};
  static const Pairs daskin = {
      {"model.name", "daskin-extended"}, {"model.layers_en", "2"}, {"model.layers_dis", "2"}};
  static const Study table[] = {
      {.name = "registers",
       .help = "how many qubits a memory needs: errors, entanglement available and used, time",
       .families = {{.family = kRegister,
                     .varies = "ancilla qubits, or system+ancilla qubits such as 2+3",
                     .values = {"1", "2", "3"},
                     .settings = daskin},
                    {.family = kQrnn, .varies = "qubits", .values = {"2", "4", "6"}, .settings = {}}},
       .settings = henon,
       .run = run_registers},
      {.name = "depth",
       .help = "how many layers the circuits need: errors, entanglement used, time",
       .families = {{.family = kRegister,
                     .varies = "layers of each circuit",
                     .values = {"1", "2", "3", "4", "6", "8"},
                     .settings = daskin},
                    {.family = kQrnn,
                     .varies = "layers of the circuit",
                     .values = {"1", "2", "3", "4"},
                     .settings = {{"model.qubits", "4"}}}},
       .settings = henon,
       .run = run_depth},
      {.name = "hidden",
       .help = "what the hidden updates keep of the memory, what they lose, and what that does to errors",
       .families = {{.family = kRegister,
                     .varies = "hidden updates",
                     .values = {"collapse", "sample", "probabilities", "sqrt-probabilities", "marginals",
                                "density", "coherent"},
                     .settings = daskin}},
       .refuses = "it has no hidden update, its memory goes on as it is",
       .settings = henon,
       .run = run_hidden},
      {.name = "plateau",
       .help = "how the variance of the gradient falls with qubits and layers, for every ansatz",
       .families = {{.family = kRegister,
                     .varies = "qubits",
                     .values = {"2", "3", "4", "5", "6", "7", "8", "9", "10"},
                     .settings = {}}},
       .refuses = "this study is about circuits alone, which --ansatz and --ansatz-file choose",
       .depths = {1, 2, 4, 8, 16},
       .settings = {{"train.threads", "0"}},
       .trains = false,
       .run = run_plateau},
      {.name = "specialise",
       .help = "whether U_en and U_dis learn different roles: powers and realised changes before and after "
               "training",
       .families = {{.family = kRegister,
                     .varies = "structures of U_dis",
                     .values = {"flipped", "adjoint"},
                     .settings = daskin}},
       .refuses = "it has no U_dis, one circuit does all",
       .settings = henon,
       .run = run_specialise},
      {.name = "noise",
       .help = "what noise and shots do to a trained model, trained with that noise and without",
       .families = {{.family = kRegister,
                     .varies = "how many times as strong as --noise it is in use",
                     .values = {"0", "0.5", "1", "2", "4", "8"},
                     .settings = {{"model.name", "daskin-probabilities"},
                                  {"model.hidden", "density"},
                                  {"model.noise", "depolarizing"}}}},
       .refuses = "only register cells run with noise",
       .settings = henon,
       .run = run_noise},
  };
  return table;
}

}  // namespace ebit::analysis
