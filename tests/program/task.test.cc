// ebit task from outside: what its user types, gets and is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/program/run.h"

namespace ebit::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

#if EBIT_WITH_TORCH

const std::string kQuick = " --delay 3 --epochs 2 --epoch-steps 3 --batch 4 -q -o run ";

TEST(TaskCommand, WritesARunThatCanBeRepeatedAndContinued) {
  const Outcome outcome =
      run("ebit task copying --core lstm --hidden-size 8 --baselines orthogonal" + kQuick +
          "&& ls run run/plots && ebit task --config run/config.toml -q -o again >/dev/null && "
          "cut -d, -f1-5 again/losses.csv > b && cut -d, -f1-5 run/losses.csv | cmp - b && "
          "ebit resume run --epochs 3 -q");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* words :
       {"no memory: 10 ln 8 / (L + 20)", "orthogonal", "report.html", "comparison.svg", "metrics.json"})
    EXPECT_THAT(outcome.out, HasSubstr(words));
}

TEST(TaskCommand, PrintsScoresAsJson) {
  const json all =
      json::parse(output_of("ebit task copying --core qrnn --qubits 2 --no-plots --json" + kQuick));
  EXPECT_EQ(all["task"], "copying");
  EXPECT_EQ(all["models"][0]["name"], "qrnn");
  EXPECT_GT(all["models"][0]["seeds"][0]["test"]["cross-entropy"], 0);
  EXPECT_NEAR(all["references"][0]["test"]["cross-entropy"].get<double>(), 10 * std::log(8) / 23, 1e-12);
}

TEST(TaskCommand, RefusesBadInputInOneLine) {
  expect_refused("ebit task", "which task?");
  expect_refused("ebit task copyng", "did you mean 'copying'?");
  expect_refused("ebit task copying --core lstn", "did you mean 'lstm'?");
  expect_refused("ebit task copying --delay 0", "--delay");
  expect_refused("ebit task copying --qubits 0", "at least 1 qubit, not 0");
  expect_refused("ebit task copying --qubits 60", "memory");
  expect_refused("ebit task copying --temperature warm", "'warm' is not a finite number");
  expect_refused("ebit task digits --pool least", "--pool: 'least' is not one of the choices");
  expect_refused("ebit task language-model --corpus absent.txt", "absent.txt");
  expect_refused("ebit task language-model --temperature 0", "--temperature");
  expect_refused("printf 'a film\\n' > s.tsv; ebit task sentiment --corpus s.tsv", "s.tsv");
  expect_refused("printf 'a\\tb\\n\\tc\\n' > p.tsv; ebit task translate --corpus p.tsv", "p.tsv");
  expect_refused("printf 'a\\nb\\n' > a; printf 'c\\n' > b; ebit task translate --corpus a --target-file b",
                 "2");
  expect_refused("printf 'caf\\351\\n' > l.txt; ebit task language-model --corpus l.txt", "l.txt");
  expect_refused("ebit task forecast absent.csv", "absent.csv");
  expect_refused("ebit task copying --core lstm -q --no-plots" + kQuick + ">/dev/null; ebit evaluate run",
                 "ebit task");
}

#endif

}  // namespace
}  // namespace ebit::test
