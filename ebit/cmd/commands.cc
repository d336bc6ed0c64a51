// The rows of the table of commands.
#include "ebit/cmd/command.h"

namespace ebit::cmd {

// Weak: an executable without a command's file sees nullptr here. This is how `ebit`, which must start at
// once and so does not load libtorch, knows the torch commands without carrying them.
#define EBIT_COMMAND(name) [[gnu::weak]] Setup setup_##name
EBIT_COMMAND(ansatz);
EBIT_COMMAND(gates);
EBIT_COMMAND(gradcheck);
EBIT_COMMAND(help_all);
EBIT_COMMAND(presets);
EBIT_COMMAND(probe);
EBIT_COMMAND(version);
#undef EBIT_COMMAND

std::span<const Command> commands() {
  static const std::vector<Command> table = {
      {.name = "presets",
       .group = "Building blocks",
       .help = "List the published models, or print all settings of one",
       .examples = {"ebit presets", "ebit presets daskin-collapse > my.toml", "ebit presets --json"},
       .setup = setup_presets},
      {.name = "gates",
       .group = "Building blocks",
       .help = "List the gates, or show one with its matrix, generator and inverse",
       .examples = {"ebit gates", "ebit gates CRX --angles 0.3", "ebit gates Rot --json"},
       .setup = setup_gates},
      {.name = "ansatz",
       .group = "Building blocks",
       .help = "Draw the circuit of an ansatz, built in or from a file, and count its gates",
       .examples = {"ebit ansatz basic-entangler-ry --wires 4 --layers 2",
                    "ebit ansatz zz-ring --wires 3 --dis adjoint --ascii",
                    "ebit ansatz configs/ansatz/brickwork.toml", "ebit ansatz --list"},
       .setup = setup_ansatz},
      {.name = "gradcheck",
       .group = "Checks",
       .help = "Compare adjoint, parameter-shift and finite-difference gradients of a model",
       .examples = {"ebit gradcheck --preset daskin-collapse", "ebit gradcheck --all-presets",
                    "ebit gradcheck --encoder cubic-angle --ansatz zz-ring --hidden density --features 2"},
       .setup = setup_gradcheck},
      {.name = "probe",
       .group = "Checks",
       .help = "Print exact states, outputs, losses and gradients of a given model on given inputs, as JSON",
       .examples = {"ebit probe tests/golden/collapsed_2p2_L2.json", "ebit probe spec.json --dtype float32"},
       .setup = setup_probe},
      {.name = "version",
       .group = "About",
       .help = "Show the version, the compiler, vector instructions and whether libtorch is there",
       .examples = {"ebit version", "ebit version --json"},
       .setup = setup_version},
      {.name = "help-all",
       .group = "About",
       .help = "Print the help of every command as one Markdown page (docs/cli.md is made of it)",
       .examples = {"ebit help-all > cli.md"},
       .needs_torch = true,
       .setup = setup_help_all},
  };
  return table;
}

}  // namespace ebit::cmd
