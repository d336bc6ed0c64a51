#include "ebit/cmd/man_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ebit/cmd/test_support.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// What a command of the shell prints, and whether it ended well.
std::pair<std::string, bool> shell(const std::string& command) {
  std::string text;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> part{};
  while (const std::size_t count = fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), count);
  return {text, pclose(pipe) == 0};
}

std::string without_backslashes(std::string text) {
  for (const auto& [from, to] : {std::pair{"\\-", "-"}, {"\\fB", ""}, {"\\fR", ""}, {"\\fI", ""}})
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos;)
      text.replace(at, std::string(from).size(), to);
  return text;
}

TEST(ManPage, NamesEveryCommandOptionAndExample) {
  const std::vector<CommandDoc> all = describe(commands());
  for (const CommandDoc& command : all) {
    const std::string page = without_backslashes(man_page(command, all));
    EXPECT_THAT(page, testing::StartsWith(".TH EBIT"));
    for (const OptionDoc& option : command.options) {
      if (option.heading == kHidden) continue;
      EXPECT_THAT(page, HasSubstr(".TP\n" + spelling(option) + "\n")) << command.name;
    }
    EXPECT_THAT(page, HasSubstr(".SH EXIT STATUS"));
  }
  const std::string program = without_backslashes(man_page(all[0], all));
  for (const Command& row : commands()) EXPECT_THAT(program, HasSubstr("ebit-" + row.name + "(1)"));
}

// A text cannot become a request to roff.
TEST(ManPage, EscapesItsTexts) {
  CommandDoc command{
      .name = "odd", .group = "", .help = ".sp 'quoted' \\back -x", .options = {}, .examples = {".br"}};
  const std::string page = man_page(command, {});
  EXPECT_THAT(page, HasSubstr("\n\\&.sp \\(aqquoted\\(aq \\eback \\-x"));
  EXPECT_THAT(page, HasSubstr("\n\\&.br\n"));
}

TEST(ManPage, GroffHasNothingAgainstThem) {
  if (!shell("groff --version").second) GTEST_SKIP() << "groff is not installed";
  const std::string place = folder("man");
  ASSERT_EQ(ebit({"help-all", "--man", place}).status, kOk);
  std::size_t pages = 0;
  for (const auto& entry : fs::directory_iterator(place)) {
    ++pages;
    // Checked, not typeset; -K: as man-db reads UTF-8.
    const auto [text, well] = shell("groff -man -Tutf8 -K utf8 -ww -z '" + entry.path().string() + "'");
    EXPECT_TRUE(well && text.empty()) << entry.path() << ": " << text.substr(0, 300);
  }
  EXPECT_EQ(pages, commands().size() + 1);
  const std::string text =
      shell("MANWIDTH=80 groff -man -Tascii -K utf8 -P -c '" + place + "/ebit-train.1' | col -b").first;
  EXPECT_THAT(text, testing::AllOf(HasSubstr("EBIT-TRAIN(1)"), HasSubstr("--window INT")));
}

}  // namespace
}  // namespace ebit::cmd
