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
      run("ebit task copying --model lstm --hidden-size 8 --baselines orthogonal" + kQuick +
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
      json::parse(output_of("ebit task copying --model qrnn --qubits 2 --no-plots --json" + kQuick));
  EXPECT_EQ(all["version"], 2);
  EXPECT_EQ(all["problem"]["name"], "copying");
  const auto cross_entropy = [](const json& model) {
    return model["seeds"][0]["parts"]["test"]["values"]["cross-entropy"].get<double>();
  };
  EXPECT_EQ(all["models"][0]["name"], "qrnn");
  EXPECT_GT(cross_entropy(all["models"][0]), 0);
  EXPECT_EQ(all["models"][1]["role"], "reference");
  EXPECT_NEAR(cross_entropy(all["models"][1]), 10 * std::log(8) / 23, 1e-12);
}

TEST(TaskCommand, RefusesBadInputInOneLine) {
  expect_refused("ebit task", "which task?");
  expect_refused("ebit task copyng", "did you mean 'copying'?");
  expect_refused("ebit task copying --model lstn", "did you mean 'lstm'?");
  expect_refused("ebit task copying --core lstm --qubits 3", "--qubits has no effect on the model lstm");
  expect_refused("ebit task copying --delay 0", "--delay");
  expect_refused("ebit task copying --qubits 0", "at least 1 qubit, not 0");
  expect_refused("ebit task copying --qubits 60", "memory");
  expect_refused("ebit task language-model --temperature warm", "'warm' is not a finite number");
  expect_refused("ebit task digits --pool least", "--pool: 'least' is not one of the choices");
  expect_refused("ebit task language-model --corpus absent.txt", "absent.txt");
  expect_refused("ebit task language-model --temperature 0", "--temperature");
  expect_refused("printf 'a film\\n' > s.tsv; ebit task sentiment --corpus s.tsv", "s.tsv");
  expect_refused("printf 'a\\tb\\n\\tc\\n' > p.tsv; ebit task translate --corpus p.tsv", "p.tsv");
  expect_refused("printf 'a\\nb\\n' > a; printf 'c\\n' > b; ebit task translate --corpus a --target-file b",
                 "2");
  expect_refused("printf 'caf\\351\\n' > l.txt; ebit task language-model --corpus l.txt", "l.txt");
  expect_refused("ebit task forecast absent.csv --model qrnn", "absent.csv");
  expect_refused("ebit task copying --qubits 2 --measured 0", "belong to measurement 'sampled'");
  expect_refused("ebit task copying --qubits 2 --measurement sampled --measured 2", "there is no qubit 2");
  expect_refused("ebit task copying --qubits 2 --measurement sampled --measured x", "--measured: 'x' is not");
  expect_refused("ebit task copying --qubits 2 --residual", "there are none: give their widths");
  expect_refused("ebit task copying --qubits 2 --gradient-memory keep", "--gradient-memory: 'keep'");
  expect_refused("ebit task copying --qubits 2 --ansatz-file absent.toml", "absent.toml");
  expect_refused("ebit task copying --model rnn --delay 2000000000 --epoch-steps 1", "--delay 2000000000");
  expect_refused("ebit task digits --model rnn --validation-share 0 --patience 2", "with --validation-share");
}

TEST(TaskCommand, RefusesDamagedAndForeignFilesInOneLine) {
  const std::string sentiment = "ebit task sentiment --model rnn --corpus ";
  const std::string pairs = "ebit task translate --model rnn --corpus ",
                    text = "ebit task language-model --model rnn --corpus ";
  const std::string images = "ebit task mnist --model rnn --corpus ";
  const std::string sentences =
      "for i in 1 2 3 4 5 6 7 8 9; do printf 'a film %d\\t1\\nno film %d\\t0\\n' $i $i; done > s.tsv; ";
  expect_refused(sentences + "printf '\\t1\\n' >> s.tsv; " + sentiment + "s.tsv",
                 "line 19: an empty sentence");
  expect_refused(sentences + "printf 'a\\0b\\t1\\n' >> s.tsv; " + sentiment + "s.tsv", "holds zero bytes");
  expect_refused(sentences + sentiment + "s.tsv --encoding latin1", "did you mean 'latin-1'?");
  expect_refused(sentences + sentiment + "mnist", "is for the task images");
  expect_refused(sentences + "printf 'film 1 2\\na 1\\n' > v; " + sentiment + "s.tsv --vectors v",
                 "v', line 2: 1 numbers where the first vector has 2");
  expect_refused(": > empty; " + text + "empty", "empty' is empty");
  expect_refused(": > empty; " + pairs + "empty", "empty' is empty");
  expect_refused(": > empty; " + sentiment + "empty", "holds no sentences");
  expect_refused("printf abc > t; " + text + "t", "too few lines");
  expect_refused("printf 'a b\\tc d\\n' > p; " + pairs + "p --max-length 1", "at most 1 tokens");
  expect_refused("printf 'a b\\n' > p; " + pairs + "p", "line 1: no tab");
  expect_refused("printf x > i; " + images + "i", "is no folder");
  expect_refused("mkdir i; " + images + "i", "holds neither train-images-idx3-ubyte.gz nor");
  const std::string idx =
      "mkdir i; for f in train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do : > i/$f-ubyte; done; ";
  const std::string file = "i/train-images-idx3-ubyte";
  expect_refused(idx + "echo hello > " + file + "; " + images + "i",
                 "does not begin with the format's magic number");
  expect_refused(
      idx + "printf '\\0\\0\\10\\3\\0\\0\\0\\2\\0\\0\\0\\1\\0\\0\\0\\1x' > " + file + "; " + images + "i",
      "has 1 values where its sizes 2 x 1 x 1 ask for 2; it is cut off");
  expect_refused(idx + "head -c 9999 /dev/zero | gzip | head -c 30 > " + file + ".gz; " + images + "i",
                 "truncated gzip");
}

TEST(TaskCommand, EvaluatesAndReportsARunAgain) {
  const std::string train =
      "ebit task copying --model lstm --hidden-size 8 --no-plots" + kQuick + ">/dev/null; ";
  const json both = json::parse(output_of(train + "printf '['; cat run/metrics.json; rm run/metrics.json; "
                                                  "printf ,; cd run; ebit evaluate . --json; printf ]"));
  EXPECT_EQ(both[1]["models"], both[0]["models"]);
  EXPECT_THAT(output_of(train + "ebit evaluate run"), HasSubstr("recalled"));
  EXPECT_THAT(output_of(train + "ebit report run; ls run/plots"),
              testing::AllOf(HasSubstr("run/report.html"), HasSubstr("validation-recalled.svg")));
  expect_refused(train + "ebit evaluate run seattle-weather", "leave out 'seattle-weather'");
  expect_refused(train + "ebit forecast run", "ebit evaluate scores it again");
}

#endif

}  // namespace
}  // namespace ebit::test
