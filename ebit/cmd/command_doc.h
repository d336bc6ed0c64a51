// What a command is and takes, as plain data: --help, docs/cli.md, the manual pages and the completion of
// shells are all made of this, so that none of them can say what the others do not.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ebit/cmd/command.h"

namespace ebit::cmd {

/// An option, a switch or an argument of a command.
struct OptionDoc {
  std::vector<std::string> names;   ///< as typed: "-o", "--output"; of an argument its name alone
  std::string opposite;             ///< "--no-plots" of "--plots"; "": none
  std::string type;                 ///< what stands behind it, such as "FILE"; "": a switch
  std::string help;                 ///< what it does
  std::string standard;             ///< its value where it is not given; "": none worth a word
  std::string heading;              ///< heading that it stands under; kHidden: shown nowhere
  std::vector<std::string> values;  ///< names that can be given, for the completion of shells
  bool values_shown = false;        ///< and whether the help lists them
  bool argument = false;            ///< stands without a flag
  bool list = false;                ///< takes several
  bool required = false;            ///< the command cannot do without
};

/// A command, or the program itself.
struct CommandDoc {
  std::string name;                   ///< as typed behind "ebit"; "": the program itself
  std::string group;                  ///< heading that it stands under in `ebit --help`
  std::string help;                   ///< what it does
  std::vector<OptionDoc> options;     ///< arguments first
  std::vector<std::string> examples;  ///< command lines
};

/// The program itself, then every row of `table`, in its order.
std::vector<CommandDoc> describe(std::span<const Command> table);

/// One row of `table`, or the program itself where there is no row of that name.
CommandDoc describe_one(std::span<const Command> table, const std::string& name);

/// "ebit train [OPTIONS] [data]".
std::string usage(const CommandDoc& command);

/// Headings of the options that are shown, in their order.
std::vector<std::string> headings(const CommandDoc& command);

/// The groups of `table`, in their order.
std::vector<std::string> groups(std::span<const CommandDoc> table);

/// What stands behind the flag: "FILE", and "INT,..." where several do.
std::string type_in_words(const OptionDoc& option);

/// "--plots, --no-plots" or "-o, --output FILE", and "data" of an argument.
std::string spelling(const OptionDoc& option);

/// The help with the values that can be given and the one that stands: "How it is scaled (a | b; default:
/// a)".
std::string whole_help(const OptionDoc& option);

}  // namespace ebit::cmd
