// Two processes on one folder, signals, closed pipes, full disks, folders that vanish, little memory, foreign
// bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/program/run.h"

namespace ebit::test {
namespace {

using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

const std::string kRun =
    "train --generator noisy-sine --set points=60 --window 3 --validation 0.2 --n-system 1 --n-ancilla 1 "
    "--baselines "
    "none "
    "--no-plots --checkpoint-seconds 0 -o run ";

// A training without end in the background, $pid, that has saved something.
const std::string kBackground = "\"$EBIT\" " + kRun +
                                "--epochs 10000000 -q 2>background & pid=$!\n"
                                "while [ ! -e run/last.safetensors ]; do sleep 0.05; done\n";

std::ptrdiff_t lines_of(const std::string& text) { return std::ranges::count(text, '\n'); }

TEST(Faults, TheSecondProcessOnARunIsToldWhoHoldsIt) {
  const Outcome outcome = run(kBackground +
                              "ebit resume run -q; echo resume $?\n"
                              "ebit evaluate run; echo evaluate $?\n"
                              "ebit " +
                              kRun +
                              "-q --epochs 1 --overwrite; echo train $?\n"
                              "echo of $pid; kill -9 $pid; wait $pid\n"
                              "ebit evaluate run >/dev/null; echo then $?; ls -a run | grep -c '\\.lock'\n");
  EXPECT_THAT(outcome.out, HasSubstr("resume 2\nevaluate 2\ntrain 2\n"));
  EXPECT_THAT(outcome.out, HasSubstr("then 0\n0\n")) << "a dead holder's lock is taken over\n" << outcome.err;
  const std::string pid = outcome.out.substr(outcome.out.find("of ") + 3,
                                             outcome.out.find("\nthen") - outcome.out.find("of ") - 3);
  const std::string told = "ebit: 'run' is in use by process " + pid + " on ";
  EXPECT_THAT(outcome.err, ContainsRegex(told + "[^\n]+ since [^\n]+\n" + told + "[^\n]+\n" + told));
}

class Signal : public testing::TestWithParam<std::string> {};

TEST_P(Signal, SavesWhatIsDoneAndSaysHowToGoOn) {
  const Outcome outcome =
      run(kBackground + "kill -" + GetParam() +
          " $pid; wait $pid; echo status $?; cat background >&2; ebit evaluate run >/dev/null");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "status 130\n");
  EXPECT_THAT(outcome.err, HasSubstr("Go on from there with: ebit resume run\n"));
}

INSTANTIATE_TEST_SUITE_P(Faults, Signal, testing::Values("INT", "TERM", "HUP"));

TEST(Faults, AFolderThatIsRemovedEndsTheTrainingWithOneLine) {
  const Outcome outcome = run(
      kBackground + "until rm -r run 2>/dev/null; do :; done\nwait $pid; echo status $?; cat background >&2");
  EXPECT_EQ(outcome.out, "status 2\n");
  EXPECT_THAT(outcome.err, MatchesRegex("ebit: cannot write 'run/[^\n]+\n"));
}

TEST(Faults, AReaderThatHadEnoughIsNoError) {
  const Outcome outcome = run("(ebit models; echo $? >status) | head -1; cat status");
  EXPECT_THAT(outcome.out, EndsWith("\n0\n"));
  EXPECT_EQ(outcome.err, "");
  const Outcome training =
      run("(ebit " + kRun + "--epochs 3; echo $? >status) 2>&1 | true; cat status; ls run");
  EXPECT_THAT(training.out, HasSubstr("0\n"));
  EXPECT_THAT(training.out, HasSubstr("metrics.json")) << "a training does not end because nobody looks";
}

TEST(Faults, AFullDiskKeepsWhatIsFinishedAndTheRunGoesOn) {
  // No file may grow beyond 20 KiB: the history outgrows it after some 200 epochs.
  const Outcome outcome = run("(ulimit -f 40; \"$EBIT\" " + kRun +
                              "-q --epochs 500); echo status $?; cp run/last.safetensors before\n"
                              "ebit evaluate run >/dev/null 2>&1; echo $?; ls run | grep partial\n"
                              "cmp before run/last.safetensors && ebit resume run -q >/dev/null; echo $?");
  EXPECT_EQ(outcome.out, "status 2\n0\n0\n") << outcome.err;
  EXPECT_THAT(outcome.err, MatchesRegex("ebit: cannot write 'run/[^\n]+: File too large\n"));
}

TEST(Faults, FewDescriptorsAndLittleMemoryAreOneLine) {
  for (const char* const limit : {"ulimit -n 5", "ulimit -n 4", "ulimit -v 60000"}) {
    SCOPED_TRACE(limit);
    const Outcome outcome = run(std::string("(") + limit + "; timeout 60 \"$EBIT\" " + kRun +
                                "-q --epochs 2 --n-system 3) >/dev/null");
    if (outcome.status == 0) continue;
    // 127: the system could not even load the program.
    EXPECT_TRUE(outcome.status == 2 || outcome.status == 127) << outcome.status << outcome.err;
    EXPECT_EQ(lines_of(outcome.err), 1) << outcome.err;
  }
}

TEST(Faults, APipeInPlaceOfARunsFileIsRefusedAndNotWaitedFor) {
  for (const char* const file : {"best.safetensors", "last.safetensors", "config.toml"}) {
    SCOPED_TRACE(file);
    const std::string path = std::string("run/") + file;
    const Outcome outcome = run("ebit " + kRun + "-q --epochs 1 >/dev/null; rm " + path + "; mkfifo " + path +
                                "; timeout 20 \"$EBIT\" resume run --epochs 2 -q; echo $?\n"
                                "timeout 20 \"$EBIT\" forecast run --no-plot >/dev/null; echo $?");
    EXPECT_THAT(outcome.out, Not(HasSubstr("124"))) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("ebit: "));
  }
}

TEST(Faults, NothingThatSteersATerminalComesOutOfAFile) {
  const Outcome outcome =
      run("printf 'a\\033[31m,b\\n1,2\\nx\\033]0;owned\\007,3\\n' >d.csv; ebit train d.csv --target 1 -o "
          "run; echo $?\n"
          "printf '[model]\\n\"na\\033me\" = 1\\n' >c.toml; ebit train --generator noisy-sine --config "
          "c.toml; echo $?\n"
          "printf 'name = \"\\\\u001b[2J\"\\n[grid]\\n' >s.toml; ebit sweep s.toml; echo $?\n"
          "printf '{\"re\": [[1, \"\\\\u0007%s\"]]}' $(head -c 5000 /dev/zero | tr '\\0' x) >m.json; ebit "
          "power m.json; "
          "echo $?\n");
  EXPECT_EQ(outcome.out, "2\n2\n2\n2\n") << outcome.err;
  EXPECT_EQ(outcome.err.find_first_of("\x1b\x07"), std::string::npos) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("\\x1b"));
  EXPECT_LT(outcome.err.size(), 3000u);
}

TEST(Faults, TwoHyphensShortIsStandardInput) {
  const std::string train =
      "ebit train d.csv --target v --window 3 --n-system 1 --n-ancilla 1 --epochs 1 --baselines none "
      "--no-plots -q -o run >/dev/null\n";
  const std::string data = "seq 80 | awk 'BEGIN { print \"t,v\" } { print $1 \",\" $1 % 7 }' >d.csv\n";
  const Outcome outcome =
      run(data + train +
          "ebit forecast run --no-plot >a; ebit forecast run --no-plot --data - <d.csv >b; "
          "echo $?; cmp a b; ebit evaluate run - <d.csv >/dev/null; echo $?\n"
          "ebit train - --target v -o other <d.csv; echo $?; ls other 2>/dev/null");
  EXPECT_THAT(outcome.out, HasSubstr("0\n0\n2\n")) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("standard input gives them once"));
  EXPECT_EQ(run("printf 'OPENQASM 3.0; qubit[1] q; h q;' | \"$EBIT\" import -").status, 0);
}

TEST(Faults, AStudyGoesOnWithItsOwnCommandAndResumeSaysSo) {
  const std::string study =
      "study depth --values 1 --generator noisy-sine --set points=60 --window 3 --validation 0.2 --n-system "
      "1 "
      "--n-ancilla 1 "
      "--baselines none --no-plots -q --epochs 2 -o s";
  const Outcome outcome =
      run("ebit " + study + " >a; echo $?; ebit resume s; echo $?; ebit " + study + " >b; echo $?");
  EXPECT_EQ(outcome.out, "0\n2\n0\n") << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("ebit study ... -o s"));
}

TEST(Faults, TheListOfCorporaNeedsNoHome) {
  const Outcome outcome = run("env -u HOME -u XDG_DATA_HOME -u EBIT_CORPORA \"$EBIT\" data list");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST(Faults, ASuiteLeavesItsFolderUnderNoName) {
  const std::string suite =
      "seeds = 1\\n[[data]]\\nname = \"sine\"\\ndata.generator = \"noisy-sine\"\\n[[models]]\\n"
      "name = \"linear\"\\n";
  const Outcome outcome =
      run("printf 'name = \"a/../../../outside\"\\n" + suite + "' >s.toml; ebit suite s.toml -q");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("s.toml:1: name is the name of a folder"));
}

}  // namespace
}  // namespace ebit::test
