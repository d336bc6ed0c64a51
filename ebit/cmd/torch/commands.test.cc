#include <gtest/gtest.h>

#include "ebit/cmd/command.h"

namespace ebit::cmd {
namespace {

// This test program is linked as `ebit-torch` is.
TEST(TorchCommands, EbitTorchCarriesEveryCommand) {
  for (const Command& row : commands()) EXPECT_NE(row.setup, nullptr) << row.name;
}

TEST(TorchCommands, EveryOptionHasHelp) {
  std::vector<std::function<int()>> actions;
  const auto app = make_parser(commands(), actions);
  for (const CLI::App* sub : app->get_subcommands({})) {
    for (const CLI::Option* option : sub->get_options()) {
      EXPECT_GT(option->get_description().size(), 5u) << sub->get_name() << " " << option->get_name();
    }
  }
}

}  // namespace
}  // namespace ebit::cmd
