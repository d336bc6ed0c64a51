// ebit completion: a shell's own script, which asks the program itself for words; so it knows every command,
// option, model and run that the program knows.
#include <fmt/format.h>

#include <memory>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/complete_words.h"
#include "ebit/cmd/output.h"

namespace ebit::cmd {
namespace {

// What `ebit completion words -- ebit train --mo` prints, a line each: ":files" or ":folders" where the shell
// shall add these, then candidates, a tab, and what they are.
constexpr const char* kBash =
    R"sh(# Completion of ebit for bash: source it, or put it as "ebit" into ~/.local/share/bash-completion/completions.
_ebit() {
  local line word current=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  [[ $current == = ]] && current=
  while IFS= read -r line; do
    case $line in
      :files) compopt -o filenames
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current") ;;
      :folders) compopt -o filenames
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -- "$current") ;;
      *) word=${line%%$'\t'*}
        [[ $word == */ ]] && compopt -o nospace
        COMPREPLY+=("$word") ;;
    esac
  done < <("${COMP_WORDS[0]/#\~/$HOME}" completion words -- "${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
}
complete -F _ebit ebit
)sh";

constexpr const char* kZsh = R"sh(#compdef ebit
# Completion of ebit for zsh: put it as "_ebit" into a folder of $fpath, or source it after compinit.
_ebit() {
  local line word about files folders
  local -a ends opens
  while IFS= read -r line; do
    case $line in
      :files) files=1 ;;
      :folders) folders=1 ;;
      *) word=${${line%%$'\t'*}//:/\\:}
        about=${line#*$'\t'}
        [[ $about == "$line" ]] && about=
        if [[ $word == */ ]]; then opens+=("$word${about:+:$about}"); else ends+=("$word${about:+:$about}"); fi ;;
    esac
  done < <("${words[1]/#\~/$HOME}" completion words -- "${(@)words[1,CURRENT]}" 2>/dev/null)
  (( $#ends )) && _describe -t words ebit ends
  (( $#opens )) && _describe -t folders folder opens -S ''
  [[ -n $files ]] && _files
  [[ -n $folders ]] && _files -/
  return 0
}
if [[ ${funcstack[1]} == _ebit ]]; then _ebit "$@"; else compdef _ebit ebit; fi
)sh";

constexpr const char* kFish =
    R"sh(# Completion of ebit for fish: put it as "ebit.fish" into ~/.config/fish/completions, or source it.
function __ebit_words
    set -l typed (commandline -opc)
    set -l program (string replace -r '^~' $HOME -- $typed[1])
    for line in ($program completion words -- $typed (commandline -ct) 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (commandline -ct)
            case :folders
                __fish_complete_directories (commandline -ct)
            case '*'
                printf '%s\n' $line
        end
    end
end
complete -c ebit -f -a '(__ebit_words)'
)sh";

struct Shell {
  std::string name;
  const char* script;
};

const std::vector<Shell> kShells = {{"bash", kBash}, {"zsh", kZsh}, {"fish", kFish}};

struct CompletionFlags {
  std::string what;
  std::vector<std::string> words;
};

std::vector<std::string> names() {
  std::vector<std::string> all = names_of(kShells);
  all.emplace_back("words");
  return all;
}

int run(const CompletionFlags& options) {
  if (options.what == "words") {
    const Completion found = complete_words(commands(), options.words);
    if (found.files) print(":files\n");
    if (found.folders) print(":folders\n");
    for (const Candidate& candidate : found.candidates)
      print(candidate.help.empty() ? candidate.word + "\n"
                                   : fmt::format("{}\t{}\n", candidate.word, candidate.help));
    return kOk;
  }
  require(options.words.empty(), "completion: words go with 'ebit completion words' alone");
  print(find_row(kShells, "completion: no shell", options.what).script);
  return kOk;
}

}  // namespace

Action setup_completion(Parser& parser) {
  auto options = std::make_shared<CompletionFlags>();
  parser
      .add_option(
          "SHELL", options->what,
          "Whose script is printed; words: what may stand in place of the last word of a command line, which "
          "the scripts ask for")
      .required()
      .offers(names(), /*shown=*/true);
  parser.add_option("WORD", options->words, "With words, behind --: the command line as far as it is typed");
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
