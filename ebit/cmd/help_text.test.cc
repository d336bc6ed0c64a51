#include "ebit/cmd/help_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "ebit/cmd/test_support.h"

namespace ebit::cmd {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

const std::vector<CommandDoc>& all() {
  static const std::vector<CommandDoc> docs = describe(commands());
  return docs;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(HelpText, WrapsBetweenWordsAndIndents) {
  EXPECT_EQ(wrapped("one two  three", 2, 9), "one two\n  three");
  EXPECT_EQ(wrapped("one two three", 0, 100), "one two three");
  EXPECT_EQ(wrapped("a-word-that-is-too-long here", 2, 10), "a-word-that-is-too-long\n  here");
  EXPECT_EQ(wrapped("θθθ θθθ", 0, 7), "θθθ θθθ");  // seven columns, of twelve bytes and a blank
  EXPECT_EQ(wrapped("", 4, 40), "");
}

// A line that is too long holds one word that cannot be broken, or a command line to be copied.
TEST(HelpText, FitsIntoEveryWidth) {
  for (const int width : {40, 64, 80, 100, 120}) {
    for (const CommandDoc& command : all()) {
      bool examples = false;
      for (const std::string& line : lines_of(help_text(command, all(), width))) {
        examples = examples || line == "Examples:";
        const auto columns =
            std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
        if (examples || columns <= width) continue;
        const std::size_t begin = line.find_first_not_of(' ');
        // The name of an option stands on a line of its own where it is long.
        EXPECT_TRUE(line.find(' ', begin) == std::string::npos || line[begin] == '-')
            << width << ": " << line;
      }
    }
  }
}

TEST(HelpText, NamesEveryOptionWithItsDefaultOnce) {
  for (const CommandDoc& command : all()) {
    const std::string text = help_text(command, all(), 100);
    EXPECT_THAT(text, Not(AnyOf(HasSubstr("{false}"), HasSubstr("{true}"))));
    EXPECT_THAT(text, Not(HasSubstr("(default)")));
    for (const OptionDoc& option : command.options) {
      if (option.heading == kHidden) continue;
      EXPECT_THAT(text, HasSubstr("\n  " + spelling(option))) << command.name;
      EXPECT_GT(option.help.size(), 5u) << command.name << " " << option.names[0];
    }
  }
}

TEST(HelpText, SaysWhatAnOptionIsToEachFamily) {
  const CommandDoc train = describe_one(commands(), "train");
  const auto row = [&](const std::string& name) {
    return *std::ranges::find_if(train.options, [&](const OptionDoc& o) { return o.names.back() == name; });
  };
  EXPECT_THAT(row("--encoder").help, HasSubstr("Register cells: how an input enters"));
  EXPECT_THAT(row("--encoder").help, HasSubstr("gated cells"));
  EXPECT_THAT(row("--encoder").values, testing::IsSupersetOf({"cubic-angle", "zz", "ry"}));
  EXPECT_THAT(row("--hidden-size").help, testing::StartsWith("lstm, gru, rnn"));
  EXPECT_EQ(whole_help(row("--window")), "Time steps that the model sees (default: 10)");
  EXPECT_EQ(whole_help(row("--scale-on")),
            "Rows that the scaler is fitted on (train | leak-whole-series | leak-each-part; default: train)");
  EXPECT_EQ(spelling(row("--plots")), "--plots, --no-plots");
  EXPECT_EQ(row("--plots").standard, "on");
  EXPECT_EQ(row("--overwrite").standard, "off");
}

TEST(HelpText, TakesTheWidthOfTheTerminal) {
  setenv("COLUMNS", "50", 1);
  EXPECT_EQ(help_width(), 50);
  const std::string narrow = ebit({"train", "--help"}).out;
  setenv("COLUMNS", "7", 1);
  EXPECT_EQ(help_width(), 40);
  setenv("COLUMNS", "500", 1);
  EXPECT_EQ(help_width(), 120);
  unsetenv("COLUMNS");
  EXPECT_GT(std::ssize(lines_of(narrow)),
            std::ssize(lines_of(help_text(describe_one(commands(), "train"), {}, 120))));
}

TEST(HelpText, TheProgramListsEveryCommand) {
  const std::string text = ebit({"--help"}).out;
  for (const Command& row : commands()) EXPECT_THAT(text, HasSubstr("\n  " + row.name)) << row.name;
  EXPECT_THAT(text, HasSubstr("Exit status: 0 done"));
}

}  // namespace
}  // namespace ebit::cmd
