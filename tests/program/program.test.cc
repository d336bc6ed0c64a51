// The program from outside: what every command has in common.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/program/run.h"

namespace ebit::test {
namespace {

using testing::HasSubstr;

TEST(Program, VersionIsReadableByMachines) {
  const Outcome outcome = run("ebit version --json");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const auto facts = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(facts["torch"], EBIT_WITH_TORCH != 0);
  EXPECT_EQ(run("ebit --version").out, "ebit " + facts["version"].get<std::string>() + "\n");
}

TEST(Program, RefusesWhatItDoesNotKnow) {
  expect_refused("ebit vresion", "did you mean 'version'");
  expect_refused("ebit version --jsn", "did you mean '--json'");
  expect_refused("ebit version twice", "unexpected argument 'twice'");
  expect_refused("ebit version --json >/dev/full", "cannot write to standard output");
}

TEST(Program, FindsItselfThroughALinkAndThePath) {
  EXPECT_EQ(run("ln -s \"$EBIT\" e && ./e --version").status, 0);
  EXPECT_EQ(run("PATH=$(dirname \"$EBIT\"):$PATH; unset -f ebit; command ebit --version").status, 0);
}

#if EBIT_WITH_TORCH

TEST(Program, HandsTorchCommandsToEbitTorch) {
  const Outcome outcome = run("ebit help-all");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("## ebit version"));
  EXPECT_EQ(run("ln -s \"$EBIT\" e && ./e help-all").out, outcome.out);
  EXPECT_EQ(run("PATH=$(dirname \"$EBIT\"):$PATH; unset -f ebit; command ebit help-all").out, outcome.out);
  expect_refused("ebit help-all --nonsense", "help-all: no option '--nonsense'");
}

TEST(Program, SaysWhereItLookedForEbitTorch) {
  expect_refused("mkdir bin && cp \"$EBIT\" bin/ && bin/ebit help-all", "work/libexec/ebit/ebit-torch");
}

TEST(Program, FindsEbitTorchWhereAnInstallationHasIt) {
  const Outcome outcome =
      run("mkdir -p bin libexec/ebit && cp \"$EBIT\" bin/ && ln -s \"$EBIT-torch\" libexec/ebit/ebit-torch &&"
          "bin/ebit help-all");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

#else

TEST(Program, SaysThatItWasBuiltWithoutTorch) { expect_refused("ebit help-all", "built without it"); }

#endif

}  // namespace
}  // namespace ebit::test
