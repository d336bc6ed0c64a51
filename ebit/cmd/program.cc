// From the command line to a command's exit status: parsing, help, and errors as one line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <new>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/command_doc.h"
#include "ebit/cmd/help_text.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/torch_program.h"
#include "ebit/fit/model.h"

namespace ebit::cmd {
namespace {

int run_or_throw(std::span<const Command> table, std::vector<std::string> arguments);
constexpr std::size_t kLongestMessage = 4000;  // bytes; file names have at most 4096

void print_error(std::string message);
std::string first_line(const std::string& text);

}  // namespace

int run_program(std::span<const Command> table, const std::vector<std::string>& arguments) {
  open_standard_streams();
  // A file that grows beyond the limit of its size is an error like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  // A reader that has had enough, such as head, does not end a training: what cannot be shown is not.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    try {
      const int status = run_or_throw(table, arguments);
      flush_output();
      return status;
    } catch (const fit::NeedsTorch&) {
      if (!built_with_torch() || has_torch()) throw;
      run_in_torch_program(arguments);
    }
  } catch (const std::bad_alloc&) {
    print_error("out of memory; try a smaller model, batch or window");
  } catch (const Error& error) {
    print_error(error.what());
  } catch (const std::exception& error) {
    // Files that cannot be opened, and whatever a library underneath throws: torch adds a stack trace, which
    // starts on the second line.
    print_error(first_line(error.what()));
  }
  return kBadInput;
}

std::shared_ptr<CLI::App> make_parser(std::span<const Command> table, std::vector<Action>& actions,
                                      const std::string& only, OfferedValues* offered) {
  auto app = std::make_shared<CLI::App>("Recurrent sequence models whose memory is a quantum state.", "ebit");
  app->set_version_flag("--version", "ebit " EBIT_VERSION, "Print the version and exit");
  app->set_help_flag("-h,--help", "Print this help and exit");
  app->option_defaults()->always_capture_default();
  // At most one, or a command's argument could not have the name of another command.
  app->require_subcommand(0, 1);
  actions.clear();
  OfferedValues unused;
  for (const Command& row : table) {
    Parser parser(*app->add_subcommand(row.name, row.help), offered != nullptr ? *offered : unused);
    actions.push_back(only.empty() || only == row.name ? row.setup(parser) : nullptr);
  }
  return app;
}

namespace {

const Command* find_command(std::span<const Command> table, const std::string& name) {
  const auto row = std::find_if(table.begin(), table.end(), [&](auto& r) { return r.name == name; });
  return row == table.end() ? nullptr : &*row;
}

/// The option of `app` that `word` was probably meant to be, as "; did you mean '--target'", or "".
std::string option_suggestion(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  const auto meant = nearest(word.substr(0, word.find('=')), names);
  return meant.empty() ? "" : fmt::format("; did you mean '{}'", meant);
}

/// Throws what CLI11 has against the arguments as one line that names the command and where to read on.
[[noreturn]] void fail_parsing(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  const auto before = app.remaining();  // what stands before the command is the program's own
  if (!chosen.empty() && !before.empty()) {
    fail("no option '{}' before the command; see 'ebit --help'", before.front());
  }
  const CLI::App& place = chosen.empty() ? app : *chosen.front();
  const std::string where = chosen.empty() ? "" : place.get_name() + ": ";
  const std::string see = fmt::format("see 'ebit {}--help'", chosen.empty() ? "" : place.get_name() + " ");
  if (!dynamic_cast<const CLI::ExtrasError*>(&error)) fail("{}{}; {}", where, error.what(), see);

  const auto extra = place.remaining();
  const std::string word = extra.empty() ? "" : extra.front();
  if (!word.starts_with("-")) fail("{}unexpected argument '{}'; {}", where, word, see);
  fail("{}no option '{}'{}; {}", where, word, option_suggestion(place, word), see);
}

int run_or_throw(std::span<const Command> table, std::vector<std::string> arguments) {
  // "ebit help train" is what many type first.
  if (!arguments.empty() && arguments[0] == "help") {
    arguments.erase(arguments.begin());
    arguments.push_back("--help");
  }
  const std::string name = arguments.empty() ? "--help" : arguments[0];
  const Command* chosen = find_command(table, name);
  if (!chosen && !name.starts_with("-")) {
    const auto names = names_of(table);
    fail("no command '{}'{}", name, suggestion(name, names));
  }
  std::vector<Action> actions;
  const auto app = make_parser(table, actions, name);
  if (arguments.empty()) arguments.push_back("--help");
  try {
    app->parse(
        std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 wants the last one first
  } catch (const CLI::CallForHelp&) {
    if (chosen != nullptr) {
      print(help_text(describe_one(table, name), {}, help_width()));
    } else {
      const std::vector<CommandDoc> all = describe(table);
      print(help_text(all.front(), all, help_width()));
    }
    return kOk;
  } catch (const CLI::CallForVersion& version) {
    print(std::string(version.what()) + "\n");
    return kOk;
  } catch (const CLI::ParseError& error) {
    fail_parsing(*app, error);
  }
  require(chosen != nullptr, "the command must come first; see 'ebit --help'");
  return actions[static_cast<std::size_t>(chosen - table.data())]();
}

void print_error(std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  if (message.size() > kLongestMessage) message = message.substr(0, kLongestMessage) + "...";
  std::fflush(stdout);
  tell(fmt::format("ebit: {}\n", message));
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace
}  // namespace ebit::cmd
