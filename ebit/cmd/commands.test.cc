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
    for (const auto& example : row.examples) EXPECT_THAT(example, testing::StartsWith("ebit " + row.name));
  }
}

// This test program is linked as `ebit` is: without the files in torch/.
TEST(Commands, TheProgramThatStartsAtOnceCarriesExactlyTheTorchFreeOnes) {
  for (const Command& row : commands()) EXPECT_EQ(row.setup != nullptr, !row.needs_torch) << row.name;
}

TEST(Commands, EveryOptionHasHelp) {
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
