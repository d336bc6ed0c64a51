// The table of commands of the `ebit` program, and what a command's file must define.
//
// A new command is one row in commands.cc and one file `x.cc` in this folder. The file defines
// `std::function<int()> setup_x(Parser& parser)`, which adds its options to `parser` and returns what runs
// after parsing:
//
//     std::function<int()> setup_x(Parser& parser) {
//       auto options = std::make_shared<Options>();   // shared: it outlives this call, inside the lambda
//       parser.add_flag("--json", options->json, "Print the result as JSON");
//       return [options] { return run(*options); };
//     }
//
// Bad input is thrown as ebit::Error; the program prints it as one line on standard error and ends with
// kBadInput. fit::NeedsTorch is thrown for a model that needs libtorch, before there is anything to see: then
// `ebit` becomes `ebit-torch` (torch_program.h).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ebit/cmd/parser.h"

namespace ebit::cmd {

/// Exit statuses of the program; there are no others.
inline constexpr int kOk = 0;
inline constexpr int kCheckFailed = 1;  ///< a check ran and found a difference (gradcheck, replay)
inline constexpr int kBadInput = 2;  ///< an option, a file or the machine did not allow it; one line says why
inline constexpr int kInterrupted = 130;  ///< Ctrl-C; what was worth saving is saved

/// What a command does once its options are parsed; @returns the exit status.
using Action = std::function<int()>;

/// Adds a command's options to its parser and returns what to run once they are parsed.
using Setup = Action(Parser&);

/// One command: a row of the table in commands.cc. Every field is shown by `--help`, in docs/cli.md and in
/// the manual pages (command_doc.h).
struct Command {
  std::string name;                   ///< as typed, for example "train"
  std::string group;                  ///< the heading that it stands under in `ebit --help`
  std::string help;                   ///< one line: what it does
  std::vector<std::string> examples;  ///< command lines to try, one or more
  Setup* setup = nullptr;             ///< its file's
};

/// Every command, in the order of `ebit --help`.
std::span<const Command> commands();

/// Parses `arguments` (without the program's name) against `table`, runs the command and returns the exit
/// status. Nothing is thrown: an exception becomes one line on standard error. Where a model needs libtorch
/// and this program was built with it but does not carry it, ebit-torch takes over and this call does not
/// return.
int run_program(std::span<const Command> table, const std::vector<std::string>& arguments);

/// A parser for `table`; `actions` gets, row by row, what the command runs. Options are added to the command
/// called `only` alone (the other actions stay empty), or to every command where it is empty. `offered`,
/// where it is given, gets the names that can be given to options.
std::shared_ptr<CLI::App> make_parser(std::span<const Command> table, std::vector<Action>& actions,
                                      const std::string& only = "", OfferedValues* offered = nullptr);

}  // namespace ebit::cmd
