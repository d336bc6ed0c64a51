// ebit suite from the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/cmd/test_support.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string tiny() {
  const fs::path path = fs::path(EBIT_TEST_TMP) / "suite.toml";
  write_file_atomically(path, R"(name = "tiny"
seeds = 2
metric = "MSE"
scaled = true
[settings]
data.window = 3
train.epochs = 1
[protocols.long]
data.window = 5
[[data]]
name = "sine"
data.generator = "noisy-sine"
data.set = "points=60"
[[data]]
name = "wave"
data.generator = "multi-sine"
data.set = "points=60"
[[models]]
name = "linear"
[[models]]
name = "mean"
)");
  return path.string();
}

TEST(SuiteCommand, TakesSomeOfTheModelsAndDataAndOtherSeeds) {
  EXPECT_EQ(
      ebit({"suite", tiny(), "--units", "--use-models", "mean", "--use-data", "wave", "--seeds", "3"}).out,
      "wave/mean/1\nwave/mean/2\nwave/mean/3\n");
  EXPECT_EQ(ebit({"suite", tiny(), "--units"}).out,
            "sine/linear/1\nsine/mean/1\nwave/linear/1\nwave/mean/1\n"
            "sine/linear/2\nsine/mean/2\nwave/linear/2\nwave/mean/2\n");
  for (const auto& [arguments, words] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--use-models", "meen"}, "did you mean 'mean'"},
           {{"--use-data", "sin"}, "did you mean 'sine'"},
           {{"--protocol", "lang"}, "did you mean 'long'"},
           {{"--seeds", "0"}, "--seeds must be at least 1"},
           {{"--quick"}, "no table [quick]"}}) {
    std::vector<std::string> all = {"suite", tiny(), "--units"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Outcome outcome = ebit(all);
    EXPECT_EQ(outcome.status, kBadInput) << words;
    EXPECT_THAT(outcome.error, HasSubstr(words));
  }
}

TEST(SuiteCommand, TrainsUnderAProtocolAndPrintsWhatIsToldApart) {
  const std::string place = folder("suite-tiny");
  fs::remove_all(place);
  const Outcome outcome =
      ebit({"suite", tiny(), "--protocol", "long", "--jobs", "1", "-q", "--json", "-o", place});
  ASSERT_EQ(outcome.status, kOk) << outcome.error;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["suite"], "tiny-long");
  EXPECT_EQ(json["done"], 8);
  EXPECT_EQ(json["over_data"]["test"], "nemenyi");
  EXPECT_THAT(read_file(fs::path(place) / "sine" / "linear-1" / "config.toml"), HasSubstr("window = 5"));
  for (const auto& row : json["results"])
    if (row["model"] == "linear") {
      EXPECT_TRUE(row["best"]) << "without randomness values decide";
    }
  // The suite's own protocol is another suite for this folder.
  const Outcome other = ebit({"suite", tiny(), "--jobs", "1", "-q", "-o", place});
  EXPECT_EQ(other.status, kBadInput);
  EXPECT_THAT(other.error, HasSubstr("holds a suite with other settings"));
}

}  // namespace
}  // namespace ebit::cmd
