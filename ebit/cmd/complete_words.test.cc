#include "ebit/cmd/complete_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ebit/cmd/test_support.h"
#include "ebit/settings/models.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/published.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

std::vector<std::string> words(const Completion& completion) {
  std::vector<std::string> all;
  for (const Candidate& candidate : completion.candidates) all.push_back(candidate.word);
  return all;
}

std::vector<std::string> typed(std::vector<std::string> line) {
  line.insert(line.begin(), "ebit");
  return words(complete_words(commands(), line));
}

TEST(CompleteWords, OffersEveryCommandAndEveryOptionOfEach) {
  const std::vector<std::string> names = typed({""});
  for (const Command& row : commands()) {
    EXPECT_THAT(names, Contains(row.name));
    EXPECT_THAT(typed({row.name.substr(0, 3)}), Contains(row.name));
  }
  for (const CommandDoc& command : describe(commands())) {
    if (command.name.empty()) continue;
    const std::vector<std::string> options = typed({command.name, "--"});
    for (const OptionDoc& option : command.options) {
      if (option.argument || option.heading == kHidden) continue;
      EXPECT_THAT(options, Contains(option.names.back())) << command.name;
      if (!option.opposite.empty()) {
        EXPECT_THAT(options, Contains(option.opposite)) << command.name;
      }
    }
  }
  EXPECT_THAT(typed({"train", "-"}), IsSupersetOf({"-o", "-q", "--window"}));
  EXPECT_THAT(typed({"--v"}), ElementsAre("--version"));
  EXPECT_THAT(typed({"help", "tra"}), ElementsAre("train"));
}

TEST(CompleteWords, OffersWhatTheTablesHave) {
  std::vector<std::string> trained;
  for (const ModelRow& row : models())
    if (row.family != kUntrained) trained.push_back(row.name);
  for (const std::string flag : {"--model", "--preset", "--core"})
    EXPECT_EQ(typed({"train", flag, ""}), trained) << flag;
  std::vector<std::string> names;
  for (const ProblemRow& row : problems()) names.emplace_back(row.name);
  EXPECT_EQ(typed({"task", ""}), names);
  names.clear();
  for (const ModelRow& row : published_models()) names.push_back(row.name);
  EXPECT_EQ(typed({"presets", ""}), names);
  EXPECT_THAT(typed({"train", "seat"}), ElementsAre("seattle-weather"));
  EXPECT_THAT(typed({"study", "pl"}), ElementsAre("plateau"));
  EXPECT_THAT(typed({"gates", "CR"}), IsSupersetOf({"CRX", "CRY", "CRZ"}));
  EXPECT_THAT(typed({"train", "--scaler", "minmax-s"}), ElementsAre("minmax-sym"));
}

TEST(CompleteWords, GoesOnBehindCommasAndEqualsSigns) {
  EXPECT_THAT(typed({"train", "--baselines", "linear,persist"}), ElementsAre("linear,persistence"));
  EXPECT_THAT(typed({"train", "--scaler=minmax-s"}), ElementsAre("--scaler=minmax-sym"));
  // As bash hands it on.
  EXPECT_THAT(typed({"train", "--scaler", "=", "minmax-s"}), ElementsAre("minmax-sym"));
  EXPECT_THAT(typed({"train", "--header", "="}), ElementsAre("yes", "no"));
  EXPECT_THAT(typed({"train", "--window", ""}), IsEmpty());  // a number
}

TEST(CompleteWords, CountsArguments) {
  // Behind the data of train there is no argument left, and options take their words.
  EXPECT_THAT(typed({"train", "data.csv", ""}), Contains("--window"));
  EXPECT_THAT(typed({"train", "--window", "4", ""}), Contains("seattle-weather"));
  EXPECT_THAT(typed({"train", "--window=4", "sun"}), ElementsAre("sunspots"));
  EXPECT_THAT(typed({"task", "digits", ""}), Contains("seattle-weather"));
  EXPECT_THAT(typed({"data", "get", "mni"}), Contains("mnist"));
  EXPECT_THAT(typed({"nonsense", ""}), IsEmpty());
  EXPECT_THAT(words(complete_words(commands(), {"ebit"})), IsEmpty());
  EXPECT_TRUE(complete_words(commands(), {"ebit", "train", ""}).files);
  EXPECT_TRUE(complete_words(commands(), {"ebit", "train", "-o", ""}).folders);
  EXPECT_FALSE(complete_words(commands(), {"ebit", "train", "--model", ""}).files);
}

TEST(CompleteWords, OffersRuns) {
  const fs::path place = folder("complete");
  for (const char* name : {"runs/one", "runs/two", "runs/deep/three", "other"})
    fs::create_directories(place / name);
  for (const char* name : {"runs/one", "runs/two", "runs/deep/three"})
    std::ofstream(place / name / "config.toml") << "\n";
  const fs::path before = fs::current_path();
  fs::current_path(place);
  EXPECT_THAT(typed({"forecast", ""}), ElementsAre("runs/one", "runs/two", "runs/deep/", "other/", "runs/"));
  EXPECT_THAT(typed({"forecast", "runs/o"}), ElementsAre("runs/one"));
  EXPECT_THAT(typed({"inspect", "runs/deep/"}), ElementsAre("runs/deep/three"));
  EXPECT_THAT(typed({"train", "--start-from", "runs/t"}), ElementsAre("runs/two"));
  EXPECT_THAT(typed({"forecast", (place / "runs" / "t").string()}),
              ElementsAre((place / "runs" / "two").string()));
  EXPECT_THAT(typed({"forecast", "nowhere/"}), IsEmpty());
  fs::current_path(before);
}

TEST(CompletionCommand, PrintsScriptsAndWords) {
  for (const std::string shell : {"bash", "zsh", "fish"})
    EXPECT_THAT(ebit({"completion", shell}).out, testing::HasSubstr("completion words --")) << shell;
  EXPECT_EQ(ebit({"completion", "words", "--", "ebit", "train", "--scaler", "minmax-s"}).out, "minmax-sym\n");
  EXPECT_EQ(ebit({"completion", "words", "--", "ebit", "repl"}).out,
            "replay\tRepeat a training recorded elsewhere and compare every batch loss\n");
  const Outcome all = ebit({"completion", "words", "--", "ebit", "train", ""});
  EXPECT_THAT(all.out, testing::StartsWith(":files\nseattle-weather\n"));
  EXPECT_THAT(ebit({"completion", "bsh"}).error, testing::HasSubstr("did you mean 'bash'"));
  EXPECT_EQ(ebit({"completion", "bash", "word"}).status, kBadInput);
}

}  // namespace
}  // namespace ebit::cmd
