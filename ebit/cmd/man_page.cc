#include "ebit/cmd/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace ebit::cmd {
namespace {

// Text for roff: hyphens stay what can be typed and copied, and no line becomes a request.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\'')
      out += "\\(aq";
    else if (c == '`')
      out += "\\(ga";
    else if (c == '^')
      out += "\\(ha";
    else if (c == '~')
      out += "\\(ti";
    else
      out += c;
  }
  return out.starts_with(".") ? "\\&" + out : out;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }

std::string name_and_type(const OptionDoc& option) {
  std::string text;
  for (const std::string& name : option.names) text += (text.empty() ? "" : ", ") + bold(name);
  if (!option.opposite.empty()) text += ", " + bold(option.opposite);
  if (!option.argument && !option.type.empty()) text += " \\fI" + roff(type_in_words(option)) + "\\fR";
  return text;
}

std::string synopsis(const CommandDoc& command) {
  std::string text = bold(command.name.empty() ? "ebit" : "ebit " + command.name) + " [\\fIOPTIONS\\fR]";
  if (command.name.empty()) return text + " [\\fICOMMAND\\fR]";
  for (const OptionDoc& option : command.options) {
    if (!option.argument) continue;
    const std::string name = "\\fI" + roff(option.names[0]) + "\\fR" + (option.list ? "..." : "");
    text += option.required ? " " + name : " [" + name + "]";
  }
  return text;
}

// What `whatis` shows: no full stop, and one line.
std::string short_help(const std::string& help) {
  return help.ends_with(".") ? help.substr(0, help.size() - 1) : help;
}

}  // namespace

std::string man_name(const CommandDoc& command) {
  return command.name.empty() ? "ebit" : "ebit-" + command.name;
}

std::string man_page(const CommandDoc& command, std::span<const CommandDoc> all) {
  const std::string name = man_name(command);
  std::string page = fmt::format(".TH {} 1 \"\" \"ebit {}\" \"ebit manual\"\n", upper(name), EBIT_VERSION);
  page += fmt::format(".SH NAME\n{} \\- {}\n", roff(name), roff(short_help(command.help)));
  page += ".SH SYNOPSIS\n.nh\n" + synopsis(command) + "\n.hy\n";
  page += ".SH DESCRIPTION\n" + roff(command.help) + (command.help.ends_with(".") ? "\n" : ".\n");
  for (const std::string& heading : headings(command)) {
    page += heading == "Options" || heading == "Arguments" ? ".SH " + upper(heading) + "\n"
                                                           : ".SS \"" + roff(heading) + "\"\n";
    for (const OptionDoc& option : command.options)
      if (option.heading == heading)
        page += ".TP\n" + name_and_type(option) + "\n" + roff(whole_help(option)) + "\n";
  }
  if (command.name.empty()) {
    page += ".SH COMMANDS\n";
    for (const std::string& group : groups(all)) {
      page += ".SS \"" + roff(group) + "\"\n";
      for (const CommandDoc& other : all)
        if (!other.name.empty() && other.group == group)
          page += ".TP\n\\fB" + roff(man_name(other)) + "\\fR(1)\n" + roff(other.help) + "\n";
    }
  }
  if (!command.examples.empty()) page += ".SH EXAMPLES\n.nf\n";
  for (const std::string& example : command.examples) page += roff(example) + "\n";
  if (!command.examples.empty()) page += ".fi\n";
  page +=
      ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nA check ran and found a difference.\n.TP\n2\n"
      "An option, a file or the machine did not allow it; one line on standard error says why.\n.TP\n130\n"
      "Interrupted; what was worth saving is saved.\n";
  page += ".SH SEE ALSO\n";
  if (!command.name.empty()) return page + "\\fBebit\\fR(1)\n";
  return page + "The pages of the commands above.\n";
}

}  // namespace ebit::cmd
