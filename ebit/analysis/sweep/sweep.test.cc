#include "ebit/analysis/sweep/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <set>
#include <thread>

#include "ebit/analysis/sweep/run_sweep.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using testing::HasSubstr;

constexpr std::string_view kTiny = R"(name = "tiny"
seeds = 2
draws = 3
seed = 7
[settings]
data.generator = "noisy-sine"
data.set = "points=80"
data.validation = 0.2
model.name = "daskin-collapse"
train.epochs = 2
[grid]
data.window = [3, 1000]
[random]
train.lr = {low = 0.001, high = 0.1, log = true}
model.layers_en = {low = 1, high = 2}
)";

const UnitsCallbacks kQuiet{.interrupted = [] { return false; }, .on_change = [](auto, auto) {}};

fs::path fresh(const std::string& name) {
  fs::path folder = fs::path(EBIT_TEST_TMP) / name;
  fs::remove_all(folder);
  return folder;
}

std::string with(const std::string& from, const std::string& to) {
  std::string text(kTiny);
  text.replace(text.find(from), from.size(), to);
  return error_of([&] { points_of(parse_sweep(text, "tiny.toml")); });
}

TEST(Sweep, DrawsHoldForASeedAndDoNotMoveWhenTheSweepGrows) {
  const SweepSpec sweep = parse_sweep(kTiny, "tiny.toml");
  const std::vector<SweepPoint> points = points_of(sweep);
  ASSERT_EQ(points.size(), 6u);
  SweepSpec larger = sweep;
  larger.draws = 40;
  std::set<std::string> names, lrs, layers;
  for (const SweepPoint& point : points_of(larger)) {
    names.insert(point.name), lrs.insert(point.values[1]), layers.insert(point.values[2]);
    const double lr = std::stod(point.values[1]);
    EXPECT_GE(lr, 0.001);
    EXPECT_LE(lr, 0.1);
  }
  EXPECT_EQ(layers, (std::set<std::string>{"1", "2"}));
  EXPECT_GT(lrs.size(), 35u);
  // Half of a logarithmic range is below its geometric mean.
  EXPECT_NEAR(std::ranges::count_if(lrs, [](const std::string& v) { return std::stod(v) < 0.01; }), 20, 9);
  for (const SweepPoint& point : points) EXPECT_TRUE(names.contains(point.name)) << point.name;
  larger.seed = 8;
  for (const SweepPoint& point : points_of(larger)) EXPECT_FALSE(names.contains(point.name));
}

TEST(Sweep, LeavesOutWhatHasNoEffectAndTrainsEqualSettingsOnce) {
  const SweepSpec sweep = parse_sweep(R"(name = "two"
[settings]
data.generator = "noisy-sine"
[grid]
model.name = ["linear", "daskin-collapse"]
model.n_ancilla = [1, 2]
)",
                                      "two.toml");
  const std::vector<SweepPoint> points = points_of(sweep);
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0].values, (std::vector<std::string>{"linear", ""}));
  EXPECT_EQ(points[2].values, (std::vector<std::string>{"daskin-collapse", "2"}));
}

TEST(Sweep, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(with("train.lr", "train.lrr"), HasSubstr("tiny.toml:14: there is no option train.lrr"));
  EXPECT_THAT(with("train.epochs = 2", "train.epochz = 2"), HasSubstr("tiny.toml:10"));
  EXPECT_THAT(with("[3, 1000]", "[3, \"x\"]"), HasSubstr("tiny.toml:12: 'x' is not"));
  EXPECT_THAT(with("[3, 1000]", "[3, 3]"), HasSubstr("there twice: 3"));
  EXPECT_THAT(with("[3, 1000]", "[]"), HasSubstr("tiny.toml:12: grid.data.window is empty"));
  EXPECT_THAT(with("[3, 1000]", "3"), HasSubstr("must be a list"));
  EXPECT_THAT(with("low = 0.001", "low = 0"), HasSubstr("low > 0"));
  EXPECT_THAT(with("low = 0.001", "low = 1"), HasSubstr("low < high"));
  EXPECT_THAT(with("high = 2}", "high = 2.5}"), HasSubstr("whole"));
  EXPECT_THAT(with("high = 2}", "hihg = 2}"), HasSubstr("high"));
  EXPECT_THAT(with("draws = 3\n", ""), HasSubstr("needs `draws`"));
  EXPECT_THAT(with("draws = 3\n", "draws = 0\n"), HasSubstr("tiny.toml:3: draws must be at least 1"));
  EXPECT_THAT(with("data.window =", "train.seed ="), HasSubstr("same seeds"));
  EXPECT_THAT(with("data.window =", "data.split_seed ="), HasSubstr("decides what is scored"));
  EXPECT_THAT(with("data.window = [3, 1000]", "train.epochs = [1, 2]"), HasSubstr("set at tiny.toml:10"));
  EXPECT_THAT(with("model.layers_en =", "model.kernel ="), HasSubstr("tiny.toml:15"));
  EXPECT_THAT(with("seeds = 2", "seedz = 2"), HasSubstr("seeds"));
  EXPECT_THAT(error_of([] { parse_sweep("name = \"x\"\n[settings]\n", "x.toml"); }),
              HasSubstr("varies nothing"));
  EXPECT_THAT(error_of([] { points_of(parse_sweep(sweep_example(), "example")); }), HasSubstr("no error"));
}

TEST(Sweep, SaysBeforeATrainingThatNothingCanChoose) {
  const fs::path folder = fresh("sweep-refused");
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string text(kTiny);
    text.replace(text.find(from), from.size(), to);
    return error_of(
        [&] { run_sweep(parse_sweep(text, "tiny.toml"), {.folder = folder, .jobs = 1}, kQuiet); });
  };
  EXPECT_THAT(refused("seeds = 2", "metric = \"RMS\""), HasSubstr("tiny.toml:2: there is no metric 'RMS'"));
  EXPECT_THAT(refused("data.validation = 0.2", "data.validation = 0"),
              HasSubstr("--validation gives it a share"));
  EXPECT_THAT(refused("[3, 1000]", "[1000, 2000]"), HasSubstr("no setting of the sweep can be made"));
  EXPECT_FALSE(fs::exists(folder));
}

Json json_of(const fs::path& file) { return Json::parse(read_file(file)); }

// Until the validation part ends, a value is that of three steps before; in the test part it is the opposite.
// A window of 3 sees the rule and so wins where it may be chosen by, and is the worst on the test part.
fs::path treacherous_file() {
  std::string text = "y\n";
  std::vector<double> y = {1, 0.2, 0};
  for (std::size_t i = 3; i < 300; ++i) y.push_back(i < 250 ? y[i - 3] : 1 - y[i - 3]);
  for (std::size_t i = 0; i < 300; ++i)
    text += fmt::format("{}\n", y[i] + 0.01 * std::sin(5.0 * static_cast<double>(i)));
  const fs::path file = fs::path(EBIT_TEST_TMP) / "treacherous.csv";
  write_file_atomically(file, text);
  return file;
}

TEST(Sweep, ChoosesByTheValidationPartAlone) {
  const fs::path folder = fresh("sweep-treacherous");
  const SweepSpec sweep = parse_sweep(fmt::format(R"(name = "treacherous"
seeds = 1
[settings]
data.file = "{}"
data.train = 0.6
data.validation = 0.22
model.name = "linear"
[grid]
data.window = [1, 3]
)",
                                                  treacherous_file().string()),
                                      "treacherous.toml");
  const SweepOutcome outcome = run_sweep(sweep, {.folder = folder, .jobs = 1}, kQuiet);
  ASSERT_TRUE(outcome.finished);
  const std::size_t chosen = outcome.results.order[0], other = outcome.results.order[1];
  EXPECT_EQ(outcome.points[chosen].values[0], "3");
  // The test part would have chosen the other one.
  const auto test_rmse = [&](std::size_t p) {
    const experiment::RunResult run =
        experiment::score_test_part(folder / "settings" / (outcome.points[p].name + "-1"), {});
    return run.results.models[0].seeds[0].scores.parts[2]->values[run.results.judged_metric];
  };
  EXPECT_GT(test_rmse(chosen), 1.3 * test_rmse(other));
  EXPECT_LT(outcome.results.suite.cells[0][chosen].values[0],
            outcome.results.suite.cells[0][other].values[0]);
  // What the choice had before it holds nothing of the test part, for any setting.
  for (const SweepPoint& point : outcome.points) {
    const Json metrics = json_of(folder / "settings" / (point.name + "-1") / "metrics.json");
    EXPECT_EQ(metrics["judged"]["part"], "validation");
    EXPECT_FALSE(metrics["models"][0]["seeds"][0]["parts"].contains("test"));
    EXPECT_THAT(read_file(folder / "settings" / (point.name + "-1") / "predictions.csv"),
                testing::Not(HasSubstr("test")));
  }
  // Scored there afterwards: the chosen one alone.
  const Json json = json_of(folder / "sweep.json");
  ASSERT_EQ(json["test_part"].size(), 1u);
  EXPECT_EQ(json["test_part"][0]["setting"], outcome.points[chosen].name);
  EXPECT_DOUBLE_EQ(json["chosen"]["test"]["median"], test_rmse(chosen));
  EXPECT_DOUBLE_EQ(json["chosen"]["median"], outcome.results.suite.cells[0][chosen].values[0]);
}

TEST(Sweep, AScoreOnTheTestPartIsNotFoundTwice) {
  const fs::path folder = fresh("sweep-once");
  const SweepSpec sweep = parse_sweep(R"(name = "once"
seeds = 1
[settings]
data.generator = "noisy-sine"
data.set = "points=80"
data.window = 4
data.validation = 0.2
[grid]
model.name = ["linear", "poly-ridge"]
)",
                                      "once.toml");
  run_sweep(sweep, {.folder = folder, .jobs = 1}, kQuiet);
  Json tested = json_of(folder / "test.json");
  tested[0]["values"][0] = 42.0;
  write_file_atomically(folder / "test.json", tested.dump());
  const SweepOutcome again = run_sweep(sweep, {.folder = folder, .jobs = 1}, kQuiet);
  EXPECT_EQ(again.results.tested.at(0).values, std::vector<double>{42.0});
}

// A window that is longer than the series is a line, and the rest goes on. Killed in the middle, with another
// process at work: the same numbers as from one call.
TEST(Sweep, GoesOnAfterAKillToTheSameNumbersAndKeepsWhatFailed) {
  const SweepSpec sweep = parse_sweep(kTiny, "tiny.toml");
  const fs::path whole = fresh("sweep-whole"), killed = fresh("sweep-killed");
  const SweepOutcome first = run_sweep(sweep, {.folder = whole, .jobs = 2}, kQuiet);
  ASSERT_TRUE(first.finished);
  EXPECT_EQ(first.results.order.size(), 3u);
  EXPECT_EQ(first.results.suite.done, 6u);
  EXPECT_THAT(settings_table(sweep, first.points, first.results).notes.back(), HasSubstr("1000"));
  EXPECT_TRUE(fs::exists(whole / "plots" / "train.lr.png"));

  const pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    try {
      run_sweep(sweep, {.folder = killed, .jobs = 1}, kQuiet);
    } catch (...) {
    }
    _exit(0);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(killed / "settings") && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  kill(-child, SIGKILL), kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const SweepOutcome second = run_sweep(sweep, {.folder = killed, .jobs = 2}, kQuiet);
  ASSERT_TRUE(second.finished);
  EXPECT_EQ(second.results.order, first.results.order);
  for (std::size_t p = 0; p < first.points.size(); ++p)
    EXPECT_EQ(second.results.suite.cells[0][p].values, first.results.suite.cells[0][p].values);
  EXPECT_EQ(second.results.tested.at(0).values, first.results.tested.at(0).values);
  SweepSpec other = sweep;
  other.settings.back().value = "3";
  EXPECT_THAT(error_of([&] { run_sweep(other, {.folder = whole, .jobs = 1}, kQuiet); }),
              HasSubstr("holds a sweep with other settings"));
}

TEST(Sweep, TwoProcessesShareTheTrainings) {
  const SweepSpec sweep = parse_sweep(kTiny, "tiny.toml");
  const fs::path folder = fresh("sweep-shared");
  const pid_t child = fork();
  if (child == 0) {
    int status = 1;
    try {
      run_sweep(sweep, {.folder = folder, .jobs = 1}, kQuiet);
      status = 0;
    } catch (...) {
    }
    _exit(status);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(folder / "sweep.json") && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  SweepOutcome own = run_sweep(sweep, {.folder = folder, .jobs = 1}, kQuiet);
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  if (!own.finished) own = run_sweep(sweep, {.folder = folder, .jobs = 1}, kQuiet);
  EXPECT_TRUE(own.finished);
  EXPECT_EQ(own.results.suite.done, 6u);
}

}  // namespace
}  // namespace ebit::analysis
