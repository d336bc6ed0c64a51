// ebit sweep and ebit design from the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/cmd/test_support.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

std::string file(const std::string& name, const std::string& text) {
  const fs::path path = fs::path(folder("files-" + name)).replace_extension(".toml");
  fs::create_directories(path.parent_path());
  write_file_atomically(path, text);
  return path.string();
}

constexpr const char* kSweep = R"(name = "small"
seeds = 1
[settings]
data.generator = "noisy-sine"
data.set = "points=80"
data.window = 4
data.train = 0.6
data.validation = 0.2
model.name = "daskin-collapse"
train.epochs = 2
[grid]
train.lr = [0.01, 0.1]
)";

TEST(SweepCommand, ChoosesTestsAndGoesOn) {
  const std::string sweep = file("sweep", kSweep), place = folder("sweep");
  EXPECT_THAT(ebit({"sweep", sweep, "--units"}).out, HasSubstr("settings/"));
  const Outcome first = ebit({"sweep", sweep, "--jobs", "1", "-q", "--json", "-o", place});
  ASSERT_EQ(first.status, kOk) << first.error;
  const json result = json::parse(first.out);
  EXPECT_EQ(result["results"].size(), 2u);
  EXPECT_EQ(result["test_part"].size(), 1u);
  EXPECT_EQ(result["chosen"]["name"], result["results"][0]["name"]);
  EXPECT_TRUE(result["chosen"]["test"]["median"].is_number());
  EXPECT_TRUE(fs::exists(fs::path(place) / "report.html"));
  EXPECT_EQ(json::parse(ebit({"sweep", sweep, "--jobs", "1", "-q", "--json", "-o", place}).out), result);
  // A run of it shows its validation part alone, when it is evaluated too.
  const std::string run = place + "/settings/" + result["chosen"]["name"].get<std::string>() + "-1";
  EXPECT_THAT(ebit({"evaluate", run}).out, HasSubstr("Results on the validation part"));
}

TEST(SweepCommand, RefusesInOneLine) {
  const std::string sweep = file("sweep", kSweep);
  const auto refused = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "sweep");
    const Outcome outcome = ebit(arguments);
    EXPECT_EQ(outcome.status, kBadInput);
    return outcome.error;
  };
  EXPECT_THAT(refused({}), HasSubstr("ebit sweep --text"));
  EXPECT_THAT(refused({sweep, "--lr", "0.1"}), HasSubstr("is varied at"));
  EXPECT_THAT(refused({sweep, "--momentum", "0.1"}), HasSubstr("no effect on any setting"));
  EXPECT_THAT(refused({sweep, "--no-test-part"}), HasSubstr("not a sweep's to set"));
  EXPECT_THAT(refused({sweep, "--unit", "settings/x/1", "-q", "-o", folder("sweep-none")}),
              HasSubstr("no training"));
  const std::string text = ebit({"sweep", "--text"}).out;
  EXPECT_EQ(ebit({"sweep", file("text", text), "--units"}).status, kOk);
}

TEST(DesignCommand, WritesAFileThatTrainsAtOnce) {
  const std::string ansatz = file("ansatz", "");
  const Outcome made = ebit({"design", "--want", "e-up=0.6", "--system", "1", "--ancilla", "2", "--two-qubit",
                             "2", "--restarts", "4", "-q", "-o", ansatz, "--json"});
  ASSERT_EQ(made.status, kOk) << made.error;
  const json result = json::parse(made.out);
  EXPECT_NEAR(result["wishes"][0]["value"].get<double>(), 0.6, 1e-4);
  EXPECT_LE(result["powers"]["e_up"].get<double>(), result["crossing_bound"].get<double>());
  EXPECT_EQ(result["ansatz"], read_file(ansatz));
  const Outcome trained = ebit({"train",
                                "--generator",
                                "noisy-sine",
                                "--set",
                                "points=60",
                                "--model",
                                "daskin-collapse",
                                "--n-system",
                                "1",
                                "--n-ancilla",
                                "2",
                                "--layers-en",
                                "1",
                                "--layers-dis",
                                "1",
                                "--ansatz-file",
                                ansatz,
                                "--epochs",
                                "1",
                                "--baselines",
                                "none",
                                "--no-plots",
                                "-q",
                                "-o",
                                folder("designed")});
  EXPECT_EQ(trained.status, kOk) << trained.error;
}

TEST(DesignCommand, SaysWhereAWishWasMissed) {
  // CNOT and H alone make whole ebits.
  const Outcome missed = ebit({"design", "--want", "e-up=0.5", "--system", "1", "--ancilla", "1", "--gates",
                               "h,cnot", "--restarts", "2", "--steps", "4", "-q"});
  EXPECT_EQ(missed.status, kCheckFailed);
  EXPECT_THAT(missed.out, HasSubstr("was not met"));
  EXPECT_EQ(ebit({"design", "--want", "e-up=3"}).status, kBadInput);
  EXPECT_THAT(ebit({"design", "--want", "gap", "--study", "x"}).error, HasSubstr("leave --want"));
  EXPECT_THAT(ebit({"design", "--want", "gap", "--plot", "x.svg"}).error, HasSubstr("--study"));
}

TEST(DesignCommand, StudiesTheRunsOfASuite) {
  std::string suite = R"(name = "circuits"
metric = "RMSE"
seeds = 2
[settings]
data.window = 4
data.validation = 0.2
data.train = 0.6
model.layers_en = 1
model.layers_dis = 1
train.epochs = 1
[[data]]
name = "sine"
data.generator = "noisy-sine"
data.set = "points=80"
[[models]]
name = "linear"
)";
  for (const char* name :
       {"basic-entangler-ry", "strongly-entangling", "zz-ring", "ring-ry", "hardware-efficient"})
    suite += std::string("[[models]]\nname = \"") + name +
             "\"\nmodel.name = \"daskin-collapse\"\nmodel.ansatz = \"" + name + "\"\n";
  const std::string place = folder("circuits"), plot = fs::path(place).parent_path().string() + "/study.svg";
  ASSERT_EQ(ebit({"suite", file("circuits", suite), "--jobs", "1", "-q", "-o", place}).status, kOk);
  const Outcome studied = ebit({"design", "--study", place, "--samples", "100", "--plot", plot, "--json"});
  ASSERT_EQ(studied.status, kOk) << studied.error;
  const json result = json::parse(studied.out);
  EXPECT_EQ(result["circuits"].size(), 5u) << "linear has no circuit and is left out";
  EXPECT_EQ(result["circuits"][0]["two_wire_gates"], 4);
  EXPECT_EQ(result["correlations"].size(), 14u) << "seven numbers, one task and the mean";
  for (const json& row : result["correlations"]) {
    if (row["value"].is_null()) continue;
    EXPECT_LE(std::abs(row["value"].get<double>()), 1 + 1e-12);
  }
  EXPECT_TRUE(fs::exists(plot));
  EXPECT_THAT(ebit({"design", "--study", place, "--samples", "100"}).out, HasSubstr("rank correlation"));
  EXPECT_THAT(ebit({"design", "--study", place, "--only", "ring"}).error, HasSubstr("2 circuits"));
}

}  // namespace
}  // namespace ebit::cmd
