// The table of commands of the `ebit` program, and what a command's file must define.
//
// A new command is one row in commands.cc and one file: `x.cc` in this folder, or `torch/x.cc` where it needs
// libtorch. The file defines `std::function<int()> setup_x(CLI::App& app)`, which adds its options to `app`
// and returns what runs after parsing:
//
//     std::function<int()> setup_x(CLI::App& app) {
//       auto options = std::make_shared<Options>();   // shared: it outlives this call, inside the lambda
//       app.add_flag("--json", options->json, "Print the result as JSON");
//       return [options] { return run(*options); };
//     }
//
// Bad input is thrown as ebit::Error; the program prints it as one line on standard error and ends with
// kBadInput.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ebit::cmd {

/// Exit statuses of the program; there are no others.
inline constexpr int kOk = 0;
inline constexpr int kCheckFailed = 1;  ///< a check ran and found a difference (gradcheck, replay)
inline constexpr int kBadInput = 2;  ///< an option, a file or the machine did not allow it; one line says why
inline constexpr int kInterrupted = 130;  ///< Ctrl-C; what was worth saving is saved

/// Adds a command's options to its parser and returns what to run once they are parsed: the exit status.
using Setup = std::function<int()>(CLI::App&);

/// One command: a row of the table in commands.cc. Every field is shown by `--help` and in docs/cli.md.
struct Command {
  std::string name;                   ///< as typed, for example "train"
  std::string group;                  ///< the heading that it stands under in `ebit --help`
  std::string help;                   ///< one line: what it does
  std::vector<std::string> examples;  ///< command lines to try, one or more
  bool needs_torch = false;           ///< its file is in torch/ and is linked into ebit-torch only
  Setup* setup = nullptr;             ///< nullptr where this executable does not carry the command's file
};

/// Every command, in the order of `ebit --help`; the same rows in `ebit` and in `ebit-torch`.
std::span<const Command> commands();

/// Parses `arguments` (without the program's name) against `table`, runs the command and returns the exit
/// status. Nothing is thrown: an exception becomes one line on standard error. A torch command that this
/// executable does not carry is handed to ebit-torch, and then this call does not return.
int run_program(std::span<const Command> table, const std::vector<std::string>& arguments);

/// A parser for `table` with every command's options, as --help shows it; `actions` gets, row by row, what
/// the command runs (empty where this executable does not carry it).
std::unique_ptr<CLI::App> make_parser(std::span<const Command> table,
                                      std::vector<std::function<int()>>& actions);

}  // namespace ebit::cmd
