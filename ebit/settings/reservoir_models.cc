#include "ebit/settings/reservoir_models.h"

namespace ebit::inline settings {

std::vector<ModelRow> reservoir_models() {
  return {
      {.name = "register-reservoir",
       .family = kRegister,
       .help = "quantum reservoir: a random circuit, its input qubit reset at every step, all Z and ZZ read",
       .source = "Fujii, Nakajima 2017 (arXiv:1602.08159); sizes and circuit are ours",
       .settings = {{"model.train_only", "head"},
                    {"model.head", "linear"},
                    {"model.n_system", "1"},
                    {"model.n_ancilla", "4"},
                    {"model.encoder", "arccos-angle"},
                    {"model.ansatz", "strongly-entangling"},
                    {"model.layers_en", "2"},
                    {"model.layers_dis", "0"},
                    {"model.hidden", "density"},
                    {"model.readout", "Z,ZZ"},
                    {"model.init_low", "0"},
                    {"model.init_high", "6.283185307179586"}},
       .training = {{"data.window", "16"}, {"data.scaler", "minmax-half"}}},
      {.name = "qrnn-reservoir",
       .family = kQrnn,
       .help = "quantum reservoir: a random network writes the angles of a circuit on a coherent memory",
       .source = "Xu 2025 (arXiv:2510.25557), its network as it was drawn; sizes are ours",
       .settings = {{"model.train_only", "head"},
                    {"model.head", "linear"},
                    {"model.qubits", "5"},
                    {"model.angle_scale", "1"},
                    {"model.readout", "XYZ,ZZ"}},
       .training = {{"data.window", "16"}}},
      {.name = "ebit-1",
       .family = kRegister,
       .help = "register cell as it was drawn, all products of one or two Paulis read, a head in closed form",
       .source = "ours, found by configs/sweeps/ebit-1.toml; docs/ebit-1.md",
       .settings = {{"model.train_only", "head"},
                    {"model.head", "linear"},
                    {"model.n_system", "2"},
                    {"model.n_ancilla", "3"},
                    {"model.encoder", "arccos-angle"},
                    {"model.ansatz", "strongly-entangling"},
                    {"model.layers_en", "2"},
                    {"model.layers_dis", "0"},
                    {"model.hidden", "sqrt-probabilities"},
                    {"model.readout", "XYZ,PP"},
                    {"model.init_low", "0"},
                    {"model.init_high", "3.141592653589793"}},
       .training = {{"data.window", "16"}, {"data.scaler", "minmax-half"}}},
  };
}

}  // namespace ebit::inline settings
