// Completion as the shells themselves do it, with the scripts that the program prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/program/run.h"

namespace ebit::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Makes a run, a file and a link called ebit in the folder, and puts the folder in front of the PATH.
const std::string kPlace =
    "ln -s \"$EBIT\" ebit; mkdir -p runs/one; : >runs/one/config.toml; : >sunny.csv\nPATH=$PWD:$PATH; export "
    "PATH\n";

bool has(const std::string& shell) { return run("command -v " + shell).status == 0; }

TEST(Completion, Bash) {
  if (!has("bash")) GTEST_SKIP() << "bash is not installed";
  const auto offered = [](const std::string& words) {
    return output_of(kPlace +
                     "cat >ask <<'END'\n"
                     "source <(ebit completion bash)\n"
                     "complete -p ebit >/dev/null || exit 1\n"
                     "COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _ebit 2>/dev/null\n"
                     "printf '[%s]' \"${COMPREPLY[@]}\"\n"
                     "END\n"
                     "bash ask " +
                     words);
  };
  EXPECT_EQ(offered("ebit tra"), "[train]");
  EXPECT_EQ(offered("ebit train sun"), "[sunny.csv][sunspots]");
  EXPECT_EQ(offered("ebit train --scaler minmax-s"), "[minmax-sym]");
  EXPECT_EQ(offered("ebit train --scaler = minmax-s"), "[minmax-sym]");
  EXPECT_EQ(offered("ebit train --header ="), "[yes][no]");
  EXPECT_EQ(offered("ebit forecast ''"), "[runs/one][runs/]");
  EXPECT_EQ(offered("ebit train -o ru"), "[runs]");
  EXPECT_EQ(offered("ebit help vers"), "[version]");
  EXPECT_THAT(offered("ebit train --"), AllOf(HasSubstr("[--window]"), HasSubstr("[--no-plots]")));
}

TEST(Completion, Fish) {
  if (!has("fish")) GTEST_SKIP() << "fish is not installed";
  const auto offered = [](const std::string& line) {
    return output_of(kPlace +
                     "ebit completion fish >ebit.fish\nHOME=$PWD fish -c 'source ebit.fish; complete -C \"" +
                     line + "\"'");
  };
  EXPECT_EQ(offered("ebit tra"),
            "train\tTrain a model on a series, compare it with baselines, write a run folder and a page\n");
  EXPECT_EQ(offered("ebit train --scaler minmax-s"), "minmax-sym\n");
  EXPECT_EQ(offered("ebit train --scaler=minmax-s"), "--scaler=minmax-sym\n");
  EXPECT_THAT(offered("ebit train sun"), AllOf(HasSubstr("sunspots"), HasSubstr("sunny.csv")));
  EXPECT_THAT(offered("ebit forecast "), AllOf(HasSubstr("runs/one"), testing::Not(HasSubstr("sunny"))));
}

TEST(Completion, Zsh) {
  if (!has("zsh")) GTEST_SKIP() << "zsh is not installed";
  // A terminal of its own (zpty) types the line and a Tab.
  const auto offered = [](const std::string& line) {
    return output_of(
        kPlace +
        "mkdir functions; ebit completion zsh >functions/_ebit\n"
        "cat >ask <<'END'\n"
        "zmodload zsh/zpty\n"
        "zpty shell 'zsh -f -i'\n"
        "zpty -w shell 'PROMPT=; fpath=($PWD/functions $fpath); autoload -Uz compinit; compinit -u -D; "
        "LISTMAX=1000; bindkey \"^I\" complete-word; print ready'\n"
        "zpty -r shell text '*ready*ready*'\n"
        "zpty -w -n shell \"$1\"$'\\t'\n"
        "repeat 20; do sleep 0.1; zpty -r -t shell text && print -r -- \"$text\"; done\n"
        "zpty -d shell\n"
        "END\n"
        "HOME=$PWD zsh -f ask '" +
        line + "'");
  };
  EXPECT_THAT(offered("ebit train --scaler minmax-s"), HasSubstr("minmax-sym"));
  EXPECT_THAT(offered("ebit forecast runs/o"), HasSubstr("runs/one"));
  EXPECT_THAT(offered("ebit mod"), HasSubstr("models"));
}

}  // namespace
}  // namespace ebit::test
