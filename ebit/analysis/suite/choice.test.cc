#include "ebit/analysis/suite/choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ebit/analysis/suite/run_suite.h"
#include "ebit/analysis/suite/suite_page.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

// At a rate of 0.0001 hardly anything moves; linear has no rate, and `own` one of its own.
constexpr std::string_view kText = R"(name = "chooses"
seeds = 2
[settings]
data.window = 3
data.train = 0.6
data.validation = 0.2
train.epochs = 3
[choose]
train.lr = [0.0001, 0.05]
[[data]]
name = "sine"
data.generator = "noisy-sine"
data.set = "points=60"
[[models]]
name = "linear"
[[models]]
name = "small"
model.name = "daskin-collapse"
[[models]]
name = "own"
model.name = "daskin-collapse"
train.lr = 0.02
)";

const UnitsCallbacks kQuiet{.interrupted = [] { return false; }, .on_change = [](auto, auto) {}};

fs::path fresh(const char* name) {
  fs::path folder = fs::path(EBIT_TEST_TMP) / name;
  fs::remove_all(folder);
  return folder;
}

Suite replaced(const std::string& from, const std::string& to) {
  std::string text(kText);
  return parse_suite(text.replace(text.find(from), from.size(), to), "chooses.toml", false);
}

// The least validation loss of a run, read by hand.
double least_loss(const fs::path& run) {
  const auto metrics = nlohmann::json::parse(read_file(run / "metrics.json"));
  double least = INFINITY;
  for (const auto& loss : metrics["models"][0]["seeds"][0]["validation"]["loss"])
    least = std::min(least, loss.get<double>());
  return least;
}

TEST(SuiteChoice, EachModelHasTheValueOfTheLeastValidationLoss) {
  const fs::path folder = fresh("choice");
  const Suite suite = parse_suite(kText, "chooses.toml", false);
  const SuiteOutcome outcome = run_suite(suite, {.folder = folder, .jobs = 2}, kQuiet);
  ASSERT_TRUE(outcome.finished);
  const fs::path tried = folder / "chosen" / "sine";
  const double slow = least_loss(tried / "small,train.lr=0.0001-1"),
               fast = least_loss(tried / "small,train.lr=0.05-1");
  EXPECT_LT(fast, slow);
  EXPECT_EQ(outcome.results.cells[0][1].chosen, "lr 0.05");
  EXPECT_EQ(outcome.results.cells[0][2].chosen, "") << "a model's own is not chosen";
  EXPECT_THAT(read_file(folder / "sine" / "own-1" / "config.toml"), HasSubstr("lr = 0.02"));
  EXPECT_EQ(outcome.results.cells[0][0].chosen, "") << "least squares have no rate";
  for (const char* seed : {"small-1", "small-2"})
    EXPECT_THAT(read_file(folder / "sine" / seed / "config.toml"), HasSubstr("lr = 0.05"));
  EXPECT_EQ(std::distance(fs::directory_iterator(tried), {}), 2) << "one model chooses, of two values";
  // The test part is not looked at in choosing.
  const auto metrics = nlohmann::json::parse(read_file(tried / "small,train.lr=0.05-1" / "metrics.json"));
  EXPECT_FALSE(metrics["models"][0]["seeds"][0]["parts"].contains("test"));
  EXPECT_THAT(table_text(data_table(suite, outcome.results, 0)), HasSubstr("lr 0.05"));
  EXPECT_TRUE(outcome.results.changed.empty());
}

// Both processes need the same candidates: one waits for what the other trains.
TEST(SuiteChoice, ATrainingAloneChoosesTheSame) {
  const fs::path folder = fresh("choice-unit"), whole = fresh("choice-whole");
  const Suite suite = parse_suite(kText, "chooses.toml", false);
  run_one_unit(suite, {.folder = folder}, "sine/small/2", {});
  run_suite(suite, {.folder = whole, .jobs = 2}, kQuiet);
  EXPECT_EQ(least_loss(folder / "sine" / "small-2"), least_loss(whole / "sine" / "small-2"));
}

TEST(SuiteChoice, AValueThatIsAskedForIsNotChosen) {
  const fs::path folder = fresh("choice-asked");
  const Suite suite = parse_suite(kText, "chooses.toml", false);
  const SuiteOutcome outcome =
      run_suite(suite, {.settings = {{"train.lr", "0.01", "--lr"}}, .folder = folder, .jobs = 2}, kQuiet);
  EXPECT_EQ(outcome.results.cells[0][1].chosen, "");
  EXPECT_THAT(read_file(folder / "sine" / "small-1" / "config.toml"), HasSubstr("lr = 0.01"));
  EXPECT_FALSE(fs::exists(folder / "chosen"));
}

// A suite that is edited and goes on says which trainings are of the text before.
TEST(SuiteChoice, SaysWhatWasTrainedWithOtherSettings) {
  const fs::path folder = fresh("choice-changed");
  run_suite(parse_suite(kText, "chooses.toml", false), {.folder = folder, .jobs = 2}, kQuiet);
  const SuiteOutcome later =
      run_suite(replaced("train.lr = 0.02", "train.lr = 0.03"), {.folder = folder, .jobs = 2}, kQuiet);
  EXPECT_THAT(later.results.changed, testing::ElementsAre("sine/own/1: train.lr 0.03 (was 0.02)",
                                                          "sine/own/2: train.lr 0.03 (was 0.02)"));
  const Suite more = replaced("[0.0001, 0.05]", "[0.0001, 0.05, 0.1]");
  const SuiteOutcome longer = run_suite(more, {.folder = folder, .jobs = 2}, kQuiet);
  EXPECT_THAT(longer.results.changed, Contains("sine/small/1: [choose] lists what was not tried"));
  EXPECT_THAT(table_text(overview_table(more, longer.results)),
              AllOf(HasSubstr("2 were trained with other settings"), HasSubstr("delete their folders")));
}

// A value whose training fails is told and not chosen; where all fail, nothing is trained; the next call
// tries again.
TEST(SuiteChoice, AValueThatCannotBeTrainedIsTold) {
  const fs::path folder = fresh("choice-failed");
  const Suite some = replaced("train.lr = [0.0001, 0.05]", "model.encoder = [\"basis\", \"cubic-angle\"]");
  const SuiteOutcome outcome = run_suite(some, {.folder = folder, .jobs = 2}, kQuiet);
  EXPECT_EQ(outcome.results.cells[0][1].chosen, "encoder cubic-angle");
  EXPECT_THAT(outcome.results.cells[0][1].errors,
              Contains(AllOf(HasSubstr("encoder=basis"), HasSubstr("not chosen"))));
  const fs::path error = folder / "chosen" / "units" / "sine,small,model.encoder=basis,1" / "error.txt";
  EXPECT_TRUE(fs::exists(error));
  write_file_atomically(error, "the disk was full\n");
  fs::remove_all(folder / "sine" / "small-1");
  run_suite(some, {.folder = folder, .jobs = 2}, kQuiet);
  EXPECT_THAT(read_file(error), testing::Not(HasSubstr("the disk was full"))) << "it is tried again";
  const fs::path other = fresh("choice-all-failed");
  const SuiteOutcome none = run_suite(
      replaced("train.lr = [0.0001, 0.05]", "model.encoder = [\"basis\"]\nmodel.layers_en = [1, 2]"),
      {.folder = other, .jobs = 2}, kQuiet);
  EXPECT_TRUE(none.results.cells[0][1].values.empty());
  EXPECT_THAT(none.results.cells[0][1].errors, Contains(HasSubstr("basis")));
}

TEST(SuiteChoice, RefusesWhatCannotBeChosenBeforeAnythingIsTrained) {
  const auto told = [](const std::string& from, const std::string& to) {
    return error_of([&] { replaced(from, to); });
  };
  const std::string list = "train.lr = [0.0001, 0.05]";
  EXPECT_THAT(told(list, "train.lr = 0.05"), AllOf(HasSubstr("chooses.toml:9"), HasSubstr("a list")));
  EXPECT_THAT(told(list, "train.lr = [0.1, 0.1]"), HasSubstr("is there twice"));
  EXPECT_THAT(told(list, "train.rl = [0.1]"), HasSubstr("did you mean 'train.lr'"));
  EXPECT_THAT(told(list, "data.horizon = [1, 2]"), HasSubstr("decides what is scored"));
  EXPECT_THAT(told(list, "train.epochs = [1, 2]"), HasSubstr("set at chooses.toml:7"));
  EXPECT_THAT(told(list, "train.loss = [\"mse\", \"mae\"]"), HasSubstr("not the same thing"));
  EXPECT_THAT(told(list, ""), HasSubstr("is empty"));
  const fs::path folder = fresh("choice-none");
  EXPECT_THAT(error_of([&] {
                run_suite(replaced("data.validation = 0.2\n", ""), {.folder = folder, .jobs = 1}, kQuiet);
              }),
              AllOf(HasSubstr("chooses.toml:8"), HasSubstr("sine has none"), HasSubstr("--validation")));
  EXPECT_FALSE(fs::exists(folder));
}

}  // namespace
}  // namespace ebit::analysis
