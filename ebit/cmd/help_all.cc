// ebit help-all: the command-line reference as one Markdown page.
#include <fmt/format.h>

#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"

namespace ebit::cmd {

Action setup_help_all(Parser&) {
  return [] {
    const std::vector<std::string> texts = help_texts(commands());
    print("# Command line\n\nWritten by `dev/cli_reference.sh` from the program's own help; do not edit.\n");
    print(fmt::format("\n## ebit\n\n```text\n{}```\n", texts[0]));
    for (std::size_t i = 0; i < commands().size(); ++i)
      print(fmt::format("\n## ebit {}\n\n```text\n{}```\n", commands()[i].name, texts[i + 1]));
    return kOk;
  };
}

}  // namespace ebit::cmd
