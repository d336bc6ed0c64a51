#include "ebit/cmd/help_text.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace ebit::cmd {
namespace {

constexpr int kLeast = 40, kMost = 120;

int columns(const std::string& text) {
  return static_cast<int>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

// "  NAME      what it is", the second column wrapped; below each other where there is no room beside each
// other.
std::string entry(const std::string& name, const std::string& help, int width) {
  const int column = width >= 90 ? 34 : width >= 64 ? 26 : 8;
  std::string text = "  " + name;
  if (columns(text) + 2 > column)
    text += "\n" + std::string(static_cast<std::size_t>(column), ' ');
  else
    text += std::string(static_cast<std::size_t>(column - columns(text)), ' ');
  return text + wrapped(help, column, width) + "\n";
}

}  // namespace

int help_width() {
  int width = 0;
  if (const char* given = std::getenv("COLUMNS")) width = std::atoi(given);
  winsize size{};
  if (width <= 0 && isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
    width = size.ws_col;
  return width <= 0 ? kReferenceWidth : std::clamp(width, kLeast, kMost);
}

std::string help_text(const CommandDoc& command, std::span<const CommandDoc> all, int width) {
  std::string text =
      wrapped(command.help, 0, width) + "\n" + wrapped("Usage: " + usage(command), 7, width) + "\n";
  for (const std::string& heading : headings(command)) {
    text += "\n" + heading + ":\n";
    for (const OptionDoc& option : command.options)
      if (option.heading == heading) text += entry(spelling(option), whole_help(option), width);
  }
  if (command.name.empty()) {
    for (const std::string& group : groups(all)) {
      text += "\n" + group + ":\n";
      for (const CommandDoc& other : all)
        if (!other.name.empty() && other.group == group) text += entry(other.name, other.help, width);
    }
    text += "\n" + wrapped("'ebit COMMAND --help' says more about a command and shows examples.", 0, width);
    text += "\n" + wrapped("Exit status: 0 done, 1 a check failed, 2 bad input, 130 interrupted.", 0, width) +
            "\n";
  }
  if (!command.examples.empty()) text += "\nExamples:\n";
  for (const std::string& example : command.examples)
    text += "  " + example + "\n";  // to be copied: not wrapped
  return text;
}

std::string wrapped(const std::string& text, int indent, int width) {
  std::istringstream words(text);
  std::string result, word;
  int at = indent;
  bool first = true;
  while (words >> word) {
    if (!first && at + 1 + columns(word) > width) {
      result += "\n" + std::string(static_cast<std::size_t>(indent), ' ');
      at = indent;
      first = true;
    }
    if (!first) result += ' ', ++at;
    result += word;
    at += columns(word);
    first = false;
  }
  return result;
}

}  // namespace ebit::cmd
