// Runs the program as a user's shell would, for the tests beside this file.
#pragma once

#include <string>

namespace ebit::test {

/// What a command left behind.
struct Outcome {
  int status;       ///< exit status; 128 + signal where a signal ended it, as a shell says it
  std::string out;  ///< standard output
  std::string err;  ///< standard error
};

/// Runs `command` with sh in an empty folder of its own, without standard input. In it, `ebit` is the program
/// under test and $EBIT its path.
Outcome run(const std::string& command);

/// Standard output of a command that must end with status 0 and say nothing on standard error.
std::string output_of(const std::string& command);

/// Expects one line on standard error that starts with "ebit: " and holds `words`, nothing on standard
/// output, and status 2.
void expect_refused(const std::string& command, const std::string& words);

}  // namespace ebit::test
