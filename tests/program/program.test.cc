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

TEST(Program, HelpAllKnowsEveryCommand) {
  const std::string help = output_of("ebit help-all");
  EXPECT_THAT(help, HasSubstr("## ebit version"));
  EXPECT_THAT(help, HasSubstr("## ebit study"));
  expect_refused("ebit help-all --nonsense", "help-all: no option '--nonsense'");
}

TEST(Program, ListsItsModels) {
  const auto rows = nlohmann::json::parse(output_of("ebit models --json"));
  const std::string table = output_of("ebit models");
  for (const auto& row : rows) {
    EXPECT_THAT(table, HasSubstr("\n" + row["name"].get<std::string>() + " "));
    EXPECT_FALSE(row["problems"].empty()) << row;
  }
  EXPECT_GT(rows.size(), 10u);
}

// strace or the like is not at hand; a copy alone in a folder has no ebit-torch to become.
const std::string kAlone = "mkdir bin && cp \"$EBIT\" bin/ && bin/ebit ";

TEST(Program, NeedsNoTorchForQuantumCellsOnSeries) {
  const Outcome outcome = run(kAlone +
                              "train seattle-weather --preset daskin-collapse --baselines persistence "
                              "--epochs 1 --no-plots -q -o run && bin/ebit evaluate run && "
                              "bin/ebit forecast run --no-plot && bin/ebit resume run --epochs 2 -q");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(run(kAlone + "bench --quick --repeat 1 --workload C >/dev/null").status, 0);
}

const std::string kLstm =
    "train --generator noisy-sine --validation 0.15 --model lstm --baselines none "
    "--epochs 1 --no-plots -q ";

#if EBIT_WITH_TORCH

TEST(Program, BecomesEbitTorchForModelsThatNeedIt) {
  const Outcome outcome = run("ebit " + kLstm + "-o run && ebit evaluate run && ebit forecast run --no-plot");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(run("ln -s \"$EBIT\" e && ./e " + kLstm).status, 0);
  EXPECT_EQ(run("PATH=$(dirname \"$EBIT\"):$PATH; unset -f ebit; command ebit " + kLstm).status, 0);
}

TEST(Program, SaysWhereItLookedForEbitTorch) {
  expect_refused(kAlone + kLstm, "work/libexec/ebit/ebit-torch");
  expect_refused(kAlone + "bench --quick --workload A", "work/libexec/ebit/ebit-torch");
}

TEST(Program, FindsEbitTorchWhereAnInstallationHasIt) {
  const Outcome outcome =
      run("mkdir -p libexec/ebit && ln -s \"$EBIT-torch\" libexec/ebit/ebit-torch && " + kAlone + kLstm);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST(Program, RefusesAnLstmThatIsLargerThanMemory) {
  expect_refused("ebit " + kLstm + "--hidden-size 1000000", "of memory, and");
}

TEST(Program, EitherStepTrainsTheSame) {
  std::vector<nlohmann::json> models;
  for (const std::string step : {"native", "torch"})
    models.push_back(nlohmann::json::parse(
        output_of("ebit train --generator noisy-sine --validation 0.15 --epochs 2 --baselines rnn --no-plots "
                  "-q --json -o run --step " +
                  step))["models"]);
  for (std::size_t model = 0; model < 2; ++model) {
    const auto score = [&](const nlohmann::json& run) {
      return run[model]["seeds"][0]["parts"]["test"]["scaled"]["MSE"].get<double>();
    };
    EXPECT_NEAR(score(models[0]), score(models[1]), 1e-12) << models[0][model]["name"];
  }
}

#else

TEST(Program, SaysThatItWasBuiltWithoutTorch) { expect_refused("ebit " + kLstm, "built without it"); }

#endif

}  // namespace
}  // namespace ebit::test
