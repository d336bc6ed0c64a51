// ebit help-all: the help of every command as one Markdown page, or as manual pages.
#include <fmt/format.h>

#include <filesystem>

#include "ebit/base/atomic_file.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/command_doc.h"
#include "ebit/cmd/help_text.h"
#include "ebit/cmd/man_page.h"
#include "ebit/cmd/output.h"

namespace ebit::cmd {
namespace {

void print_markdown(const std::vector<CommandDoc>& all) {
  print("# Command line\n\nWritten by `dev/cli_reference.sh` from the program's own help; do not edit.\n");
  for (const CommandDoc& command : all)
    print(fmt::format("\n## {}\n\n```text\n{}```\n", command.name.empty() ? "ebit" : "ebit " + command.name,
                      help_text(command, all, kReferenceWidth)));
}

void write_manual(const std::vector<CommandDoc>& all, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const CommandDoc& command : all)
    write_file_atomically(folder / (man_name(command) + ".1"), man_page(command, all));
}

}  // namespace

Action setup_help_all(Parser& parser) {
  auto manual = std::make_shared<std::string>();
  parser
      .add_option("--man", *manual, "Write manual pages into this folder instead: ebit.1, ebit-train.1, ...")
      .type_name("FOLDER");
  return [manual] {
    const std::vector<CommandDoc> all = describe(commands());
    if (manual->empty())
      print_markdown(all);
    else
      write_manual(all, *manual);
    return kOk;
  };
}

}  // namespace ebit::cmd
