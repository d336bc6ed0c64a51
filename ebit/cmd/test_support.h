// What the tests of the commands share.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "ebit/cmd/command.h"

namespace ebit::cmd {

/// What a command left behind.
struct Outcome {
  int status;         ///< exit status
  std::string out;    ///< standard output
  std::string error;  ///< standard error
};

/// Runs the program in this process with `arguments`.
inline Outcome ebit(const std::vector<std::string>& arguments) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int status = run_program(commands(), arguments);
  std::fflush(stdout);
  return {status, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

/// The path of a run folder that is not there, the running test's own: tests run beside each other.
inline std::string folder(const std::string& name) {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path path = std::filesystem::path(EBIT_TEST_TMP) / "command-runs" /
                                     (std::string(test.test_suite_name()) + "." + test.name()) / name;
  std::filesystem::remove_all(path);
  return path.string();
}

}  // namespace ebit::cmd
