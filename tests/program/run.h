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

}  // namespace ebit::test
