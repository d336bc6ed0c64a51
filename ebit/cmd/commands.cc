// The rows of the table of commands.
#include "ebit/cmd/command.h"

namespace ebit::cmd {

// Weak: an executable without a command's file sees nullptr here. This is how `ebit`, which must start at
// once and so does not load libtorch, knows the torch commands without carrying them.
#define EBIT_COMMAND(name) [[gnu::weak]] Setup setup_##name
EBIT_COMMAND(help_all);
EBIT_COMMAND(version);
#undef EBIT_COMMAND

std::span<const Command> commands() {
  static const std::vector<Command> table = {
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
