// What a shell offers for the word that is being typed.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ebit/cmd/command_doc.h"

namespace ebit::cmd {

/// A word that may stand there.
struct Candidate {
  std::string word;  ///< whole; one that ends with '/' is to be typed on
  std::string help;  ///< what it is, may be ""
};

/// All of them, and what the shell has to add.
struct Completion {
  std::vector<Candidate> candidates;  ///< those that begin with what is typed
  bool files = false;                 ///< and names of files
  bool folders = false;               ///< and names of folders
};

/// Completes the last of `words`, which may be empty; the first is the program. Commands, options, values of
/// options (after "," too, and after "="), run folders: those below the folder that is typed, and those in
/// runs/. Nothing is thrown: what cannot be known is not offered.
Completion complete_words(std::span<const Command> table, const std::vector<std::string>& words);

}  // namespace ebit::cmd
