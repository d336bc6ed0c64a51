#include "ebit/cmd/command_doc.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>

namespace ebit::cmd {
namespace {

// A help that begins with a plain word begins with a capital: tables of options are written without. Names,
// as of "lstm, gru: width", stay as they are.
std::string with_capital(std::string text) {
  const bool names = text.find(':') < text.size() && text.find(',') < text.find(':');
  const std::size_t end = names ? 0 : std::min(text.find_first_of(" ,"), text.size());
  const bool plain = std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end),
                                 [](unsigned char c) { return std::islower(c) != 0; });
  if (plain && end > 0) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

// CLI11 writes lists of defaults as [a,b].
std::string default_of(const CLI::Option& option) {
  std::string text = option.get_default_str();
  if (text.starts_with("[") && text.ends_with("]")) text = text.substr(1, text.size() - 2);
  return text;
}

OptionDoc describe_option(const CLI::Option& option, const OfferedValues& offered) {
  OptionDoc doc;
  doc.argument = option.get_positional() && option.get_lnames().empty() && option.get_snames().empty();
  doc.heading = option.get_group();
  const auto opposite = [&](const std::string& name) {
    return option.get_items_expected_max() == 0 &&
           std::ranges::find(option.get_fnames(), name) != option.get_fnames().end();
  };
  if (doc.argument) doc.names = {option.get_name(/*positional=*/true)}, doc.heading = "Arguments";
  for (const std::string& name : option.get_snames()) doc.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) {
    if (opposite(name))
      doc.opposite = "--" + name;
    else
      doc.names.push_back("--" + name);
  }
  const bool is_switch = option.get_items_expected_max() == 0;
  // CLI11 puts what a check says behind the type.
  if (!is_switch) doc.type = option.get_type_name().substr(0, option.get_type_name().find(':'));
  doc.help = with_capital(option.get_description());
  if (!is_switch || !doc.opposite.empty()) doc.standard = default_of(option);
  doc.list = option.get_expected_max() >= CLI::detail::expected_max_vector_size;
  doc.required = option.get_required();
  if (const auto found = offered.find(&option); found != offered.end()) {
    doc.values = found->second.names;
    doc.values_shown = found->second.shown;
  }
  return doc;
}

CommandDoc describe_app(const CLI::App& app, const Command* row, const OfferedValues& offered) {
  CommandDoc doc;
  doc.help = app.get_description();
  if (row != nullptr) doc.name = row->name, doc.group = row->group, doc.examples = row->examples;
  for (const bool argument : {true, false}) {
    for (const CLI::Option* option : app.get_options({})) {
      OptionDoc one = describe_option(*option, offered);
      if (one.argument == argument) doc.options.push_back(std::move(one));
    }
  }
  return doc;
}

}  // namespace

std::vector<CommandDoc> describe(std::span<const Command> table) {
  std::vector<Action> actions;
  OfferedValues offered;
  const auto app = make_parser(table, actions, "", &offered);
  std::vector<CommandDoc> docs = {describe_app(*app, nullptr, offered)};
  for (const Command& row : table)
    docs.push_back(describe_app(*app->get_subcommand(row.name), &row, offered));
  return docs;
}

CommandDoc describe_one(std::span<const Command> table, const std::string& name) {
  std::vector<Action> actions;
  OfferedValues offered;
  // No row is called "--help", so that no command's options are added for the program's own.
  const auto app = make_parser(table, actions, name.empty() ? "--help" : name, &offered);
  const auto row = std::ranges::find_if(table, [&](const Command& r) { return r.name == name; });
  if (row == table.end()) return describe_app(*app, nullptr, offered);
  return describe_app(*app->get_subcommand(name), &*row, offered);
}

std::string usage(const CommandDoc& command) {
  std::string text =
      command.name.empty() ? "ebit [OPTIONS] [COMMAND]" : fmt::format("ebit {} [OPTIONS]", command.name);
  for (const OptionDoc& option : command.options) {
    const std::string name = spelling(option) + (option.list ? "..." : "");
    if (option.argument) text += option.required ? " " + name : fmt::format(" [{}]", name);
  }
  return text;
}

std::vector<std::string> headings(const CommandDoc& command) {
  std::vector<std::string> found;
  for (const OptionDoc& option : command.options)
    if (option.heading != kHidden && std::ranges::find(found, option.heading) == found.end())
      found.push_back(option.heading);
  return found;
}

std::vector<std::string> groups(std::span<const CommandDoc> table) {
  std::vector<std::string> found;
  for (const CommandDoc& command : table)
    if (!command.name.empty() && std::ranges::find(found, command.group) == found.end())
      found.push_back(command.group);
  return found;
}

std::string spelling(const OptionDoc& option) {
  std::string text = fmt::format("{}", fmt::join(option.names, ", "));
  if (!option.opposite.empty()) text += ", " + option.opposite;
  if (!option.argument && !option.type.empty()) text += " " + type_in_words(option);
  return text;
}

std::string type_in_words(const OptionDoc& option) {
  return option.list && option.type != "LIST" && option.type != "KEY=VALUE" ? option.type + ",..."
                                                                            : option.type;
}

std::string whole_help(const OptionDoc& option) {
  std::vector<std::string> parts;
  if (option.values_shown && !option.values.empty())
    parts.push_back(fmt::format("{}", fmt::join(option.values, " | ")));
  if (!option.standard.empty()) parts.push_back(fmt::format("default: {}", option.standard));
  if (option.required && !option.argument) parts.emplace_back("must be given");
  if (parts.empty()) return option.help;
  return fmt::format("{} ({})", option.help, fmt::join(parts, "; "));
}

}  // namespace ebit::cmd
