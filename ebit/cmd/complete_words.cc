#include "ebit/cmd/complete_words.h"

#include <algorithm>
#include <filesystem>

#include "ebit/experiment/runs/run_folder.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;

// Collects candidates that begin with what is typed; `before` is what stands in front of the part that is
// completed: "lstm," or "--model=".
struct Collector {
  std::string before, typed;
  Completion found = {};

  void add(const std::string& word, const std::string& help = "") {
    if (word.starts_with(typed)) found.candidates.push_back({before + word, help});
  }
};

const OptionDoc* find_option(const CommandDoc& command, const std::string& name) {
  for (const OptionDoc& option : command.options)
    if (!option.argument && std::ranges::find(option.names, name) != option.names.end()) return &option;
  return nullptr;
}

// Folders of runs, and folders that may hold some, that begin with what is typed.
void add_runs(Collector& to, const std::string& typed) {
  const std::string above = typed.substr(0, typed.rfind('/') + 1);  // "" or "runs/"
  std::error_code ignored;
  std::vector<std::string> runs, others;
  for (fs::directory_iterator entry(above.empty() ? "." : above, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(".") || !entry->is_directory(ignored)) continue;
    const bool run = fs::exists(entry->path() / experiment::files::kConfig, ignored);
    (run ? runs : others).push_back(above + name + (run ? "" : "/"));
  }
  std::ranges::sort(runs);
  std::ranges::sort(others);
  for (const std::string& run : runs) to.add(run, "run");
  // Where nothing is typed yet, what is in runs/ saves a step.
  if (above.empty() && std::ranges::find(others, "runs/") != others.end()) {
    const std::string before = to.typed;
    if (std::string("runs/").starts_with(typed)) {
      to.typed = "runs/";
      add_runs(to, "runs/");
      to.typed = before;
    }
  }
  for (const std::string& other : others) to.add(other, "folder");
}

void add_values(Collector& to, const OptionDoc& option) {
  if (option.list && !option.argument) {
    if (const std::size_t comma = to.typed.rfind(','); comma != std::string::npos) {
      to.before += to.typed.substr(0, comma + 1);
      to.typed.erase(0, comma + 1);
    }
  }
  for (const std::string& value : option.values) to.add(value);
  if (option.type == "RUN") add_runs(to, to.typed);
  to.found.files = option.type.find("FILE") != std::string::npos;
  to.found.folders = option.type == "FOLDER";
}

void add_options(Collector& to, const CommandDoc& command) {
  for (const OptionDoc& option : command.options) {
    if (option.argument || option.heading == kHidden) continue;
    for (const std::string& name : option.names)
      if (name.starts_with("--") || to.typed == "-") to.add(name, option.help);
    if (!option.opposite.empty()) to.add(option.opposite, "not: " + option.help);
  }
}

// The argument that the word after `words` of a command is, or nullptr.
const OptionDoc* next_argument(const CommandDoc& command, std::span<const std::string> words) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("-")) {
      ++count;
    } else if (const OptionDoc* option = find_option(command, words[i])) {
      if (!option->type.empty()) ++i;
      if (i < words.size() && words[i] == "=") ++i;
    }
  }
  for (const OptionDoc& option : command.options) {
    if (!option.argument) continue;
    if (count == 0 || option.list) return &option;
    --count;
  }
  return nullptr;
}

void add_commands(Collector& to, std::span<const Command> table) {
  for (const Command& row : table) to.add(row.name, row.help);
}

}  // namespace

Completion complete_words(std::span<const Command> table, const std::vector<std::string>& words) {
  if (words.size() < 2) return {};
  Collector to{.before = "", .typed = words.back()};
  if (words.size() == 2 || (words.size() == 3 && words[1] == "help")) {
    add_commands(to, table);
    if (words.size() == 2) {
      to.add("help", "Print the help of a command");
      if (to.typed.starts_with("-")) add_options(to, describe_one(table, ""));
    }
    return to.found;
  }
  if (std::ranges::none_of(table, [&](const Command& row) { return row.name == words[1]; })) return {};
  const CommandDoc command = describe_one(table, words[1]);
  // Bash takes "--model=l" for three words, other shells for one.
  std::string before = words[words.size() - 2];
  if (to.typed == "=") {
    to.typed.clear();
  } else if (before == "=" && words.size() > 3) {
    before = words[words.size() - 3];
  } else if (const std::size_t equals = to.typed.find('=');
             to.typed.starts_with("--") && equals != std::string::npos) {
    before = to.typed.substr(0, equals);
    to.before = to.typed.substr(0, equals + 1);
    to.typed.erase(0, equals + 1);
  }
  if (const OptionDoc* option = find_option(command, before); option != nullptr && !option->type.empty()) {
    add_values(to, *option);
  } else if (to.typed.starts_with("-")) {
    add_options(to, command);
  } else if (const OptionDoc* argument = next_argument(command, {words.begin() + 2, words.end() - 1})) {
    add_values(to, *argument);
  } else {
    add_options(to, command);
  }
  return to.found;
}

}  // namespace ebit::cmd
