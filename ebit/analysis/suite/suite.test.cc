#include "ebit/analysis/suite/suite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "ebit/analysis/suite/run_suite.h"
#include "ebit/base/testing/error_of.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::string_view kTiny = R"(name = "tiny"
seeds = 2
metric = "MSE"
scaled = true
[settings]
data.window = 3
train.epochs = 1
[quick]
seeds = 1
use_models = ["linear"]
[[data]]
name = "sine"
data.generator = "noisy-sine"
data.set = "points=60"
[[models]]
name = "linear"
[[models]]
name = "small"
model.name = "daskin-collapse"
published = {sine = 0.5}
[[models]]
name = "broken"
model.name = "daskin-collapse"
model.encoder = "basis"
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text(kTiny);
  text.replace(text.find(from), from.size(), to);
  return error_of([&] { parse_suite(text, "tiny.toml", false); });
}

TEST(Suite, ReadsModelsDataAndSettings) {
  const Suite suite = parse_suite(kTiny, "tiny.toml", false);
  EXPECT_EQ(suite.seeds, 2);
  EXPECT_EQ(suite.models.size(), 3u);
  EXPECT_EQ(suite.models[1].published.at("sine"), 0.5);
  EXPECT_EQ(units_of(suite, "f").size(), 6u);
  EXPECT_EQ(units_of(suite, "f")[1].name, "sine/small/1");
  const Suite quick = parse_suite(kTiny, "tiny.toml", true);
  EXPECT_EQ(quick.seeds, 1);
  EXPECT_EQ(quick.models.size(), 1u);
}

TEST(Suite, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(with("train.epochs", "train.epoch"), HasSubstr("did you mean 'train.epochs'"));
  EXPECT_THAT(with("seeds = 2", "seedz = 2"), HasSubstr("seeds"));
  EXPECT_THAT(with("seeds = 2", "seeds = 0"), HasSubstr("at least 1"));
  EXPECT_THAT(with("{sine = 0.5}", "{sinus = 0.5}"), HasSubstr("sinus"));
  EXPECT_THAT(with("name = \"small\"", "name = \"linear\""), HasSubstr("there twice: linear"));
  EXPECT_THAT(with("name = \"small\"", "name = \"a/b\""), HasSubstr("name of a folder"));
  EXPECT_THAT(with("[\"linear\"]", "[\"linar\"]"), HasSubstr("no error"));
  EXPECT_THAT(error_of([] { find_suite("chenn", false); }), HasSubstr("did you mean 'chen'"));
}

// Trained, stopped, gone on with: the same numbers; a model that cannot be made is one line in the table.
TEST(Suite, TrainsGoesOnAndKeepsWhatFailed) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "suite-tiny";
  fs::remove_all(folder);
  const Suite suite = parse_suite(kTiny, "tiny.toml", false);
  const SuiteOptions options{.folder = folder, .jobs = 2};
  int calls = 0;
  const UnitsCallbacks callbacks{.interrupted = [] { return false; },
                                 .on_change = [&](auto, auto) { ++calls; }};
  const SuiteOutcome first = run_suite(suite, options, callbacks);
  EXPECT_TRUE(first.finished);
  EXPECT_GT(calls, 0);
  EXPECT_EQ(first.results.done, 4u);
  EXPECT_EQ(first.results.cells[0][1].values.size(), 2u);
  EXPECT_NE(first.results.cells[0][1].values[0], first.results.cells[0][1].values[1]) << "two seeds";
  EXPECT_EQ(first.results.cells[0][2].errors.size(), 2u);
  EXPECT_THAT(data_table(suite, first.results, 0).columns.back().name, "published");
  EXPECT_TRUE(fs::exists(folder / "report.html"));
  fs::remove_all(folder / "sine" / "small-2");
  const SuiteOutcome again = run_suite(suite, options, callbacks);
  EXPECT_EQ(again.results.cells[0][1].values, first.results.cells[0][1].values);
  EXPECT_THAT(error_of([&] {
                run_suite(suite,
                          {.settings = {{"train.epochs", "2", "--epochs"}}, .folder = folder, .jobs = 1},
                          callbacks);
              }),
              HasSubstr("holds a suite with other settings"));
}

}  // namespace
}  // namespace ebit::analysis
