// ebit help-all: the command-line reference as one Markdown page. It is in torch/ because only ebit-torch
// knows the options of every command.
#include <fmt/format.h>

#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"

namespace ebit::cmd {

std::function<int()> setup_help_all(CLI::App&) {
  return [] {
    std::vector<std::function<int()>> actions;
    const auto app = make_parser(commands(), actions);
    print("# Command line\n\nWritten by `dev/cli_reference.sh` from the program's own help; do not edit.\n");
    print(fmt::format("\n## ebit\n\n```text\n{}```\n", app->help()));
    for (const Command& row : commands()) {
      const auto help = app->get_subcommand(row.name)->help("ebit");
      print(fmt::format("\n## ebit {}\n\n```text\n{}```\n", row.name, help));
    }
    return kOk;
  };
}

}  // namespace ebit::cmd
