#include <CLI/CLI.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ebit/cmd/command.h"

namespace ebit::cmd {
namespace {

TEST(Commands, EveryRowIsComplete) {
  std::set<std::string> names;
  for (const Command& row : commands()) {
    SCOPED_TRACE(row.name);
    EXPECT_FALSE(row.name.empty());
    EXPECT_TRUE(names.insert(row.name).second) << "twice in the table";
    EXPECT_FALSE(row.group.empty());
    EXPECT_GT(row.help.size(), 10u);
    EXPECT_EQ(row.help.find('\n'), std::string::npos);
    ASSERT_FALSE(row.examples.empty());
    EXPECT_NE(row.setup, nullptr);
    for (const auto& example : row.examples) EXPECT_THAT(example, testing::StartsWith("ebit " + row.name));
  }
}

TEST(Commands, EveryOptionHasHelp) {
  std::vector<Action> actions;
  const auto app = make_parser(commands(), actions);
  for (const CLI::App* sub : app->get_subcommands({})) {
    for (const CLI::Option* option : sub->get_options()) {
      if (option->get_group() == kHidden) continue;
      EXPECT_GT(option->get_description().size(), 5u) << sub->get_name() << " " << option->get_name();
    }
  }
}

// One start of the program sets up the options of one command.
TEST(Commands, OptionsAreAddedToTheCommandThatIsAskedFor) {
  std::vector<Action> actions;
  const auto app = make_parser(commands(), actions, "version");
  ASSERT_EQ(actions.size(), commands().size());
  for (std::size_t i = 0; i < actions.size(); ++i)
    EXPECT_EQ(actions[i] != nullptr, commands()[i].name == "version") << commands()[i].name;
}

}  // namespace
}  // namespace ebit::cmd
