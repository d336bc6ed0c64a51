// The commands that train, as their user runs them: arguments in, exit status and text out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "ebit/base/atomic_file.h"
#include "ebit/cmd/test_support.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A register cell of two qubits: what it trains needs no libtorch, nor does this test program have it.
std::vector<std::string> short_run(const std::string& place, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {
      "train", "--generator", "noisy-sine", "--validation", "0.15",        "--n-system", "1",  "--n-ancilla",
      "1",     "--epochs",    "3",          "--baselines",  "persistence", "--no-plots", "-o", place};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(TrainCommand, PrintsATableAndTheFolder) {
  const std::string place = folder("table");
  const Outcome run = ebit(short_run(place));
  EXPECT_EQ(run.status, kOk) << run.error;
  EXPECT_THAT(run.out, AllOf(HasSubstr("persistence"), HasSubstr("RMSE"), HasSubstr("run folder: " + place)));
  EXPECT_THAT(run.error, HasSubstr("epoch 3/3"));
  EXPECT_FALSE(fs::exists(fs::path(place) / "report.html"));
}

TEST(TrainCommand, TheQuantumModelTrainsAndReports) {
  const std::string place = folder("quantum");
  const Outcome run = ebit({"train", "--generator", "noisy-sine", "--preset", "daskin-collapse", "--epochs",
                            "3", "--baselines", "persistence,li-pqrnn", "-q", "-o", place});
  EXPECT_EQ(run.status, kOk) << run.error;
  EXPECT_EQ(run.error, "");
  EXPECT_THAT(run.out, AllOf(HasSubstr("daskin-collapse"), HasSubstr("page:")));
  const std::string page = read_file(fs::path(place) / "report.html");
  EXPECT_THAT(page, AllOf(HasSubstr("<svg"), HasSubstr("24 parameters"), HasSubstr("encoder = ")));
  for (const char* name : {"loss", "predictions", "residuals", "scatter", "comparison"}) {
    for (const char* kind : {".png", ".svg"}) {
      EXPECT_TRUE(fs::exists(fs::path(place) / "plots" / (std::string(name) + kind))) << name << kind;
    }
  }
}

TEST(TrainCommand, JsonIsOneDocument) {
  const std::string place = folder("json");
  const Outcome run = ebit(short_run(place, {"--json", "--seeds", "2"}));
  EXPECT_EQ(run.status, kOk) << run.error;
  const json value = json::parse(run.out);
  EXPECT_EQ(value["folder"], place);
  EXPECT_EQ(value["interrupted"], false);
  EXPECT_EQ(value["models"][0]["seeds"].size(), 2u);
  EXPECT_EQ(value["version"], 2);
  EXPECT_EQ(value["problem"]["name"], "forecast");
  EXPECT_EQ(value["models"][1]["role"], "reference");
  EXPECT_TRUE(value["models"][0]["seeds"][0]["parts"]["test"]["values"]["RMSE"].is_number());

  // A second evaluation says the same; the forecast goes on from the end.
  const json again = json::parse(ebit({"evaluate", place, "--json"}).out);
  EXPECT_EQ(again["models"], value["models"]);
  const json forecast = json::parse(ebit({"forecast", place, "--steps", "4", "--no-plots", "--json"}).out);
  ASSERT_EQ(forecast["forecast"].size(), 4u);
  EXPECT_EQ(forecast["forecast"][0]["time"], "100");
  EXPECT_EQ(forecast["forecast"][0]["direct"], true);
  EXPECT_EQ(forecast["forecast"][1]["direct"], false);
  EXPECT_TRUE(fs::exists(fs::path(place) / "forecast.csv"));
}

TEST(TrainCommand, FlagsWinOverTheConfigFile) {
  const fs::path config = fs::path(EBIT_TEST_TMP) / "flags.toml";
  write_file_atomically(config, "[data]\ngenerator = \"henon\"\n[train]\nepochs = 50\nbatch = 20\n");
  const std::string place = folder("flags");
  const Outcome run =
      ebit({"train", "--config", config.string(), "--model", "li-pqrnn", "--epochs", "2", "-o", place,
            "--set", "points=120", "--set", "a=1.3", "--baselines", "none", "--no-plots"});
  EXPECT_EQ(run.status, kOk) << run.error;
  const std::string resolved = read_file(fs::path(place) / "config.toml");
  EXPECT_THAT(resolved, AllOf(HasSubstr("epochs = 2 "), HasSubstr("batch = 20 "),
                              HasSubstr("generator = 'henon'"), HasSubstr("'points' = '120'")));
}

TEST(TrainCommand, ARunWithAnAnsatzOfOnesOwnWorksFromAnyFolder) {
  const fs::path before = fs::current_path(), place = folder("own-ansatz");
  fs::current_path(EBIT_TEST_TMP);
  write_file_atomically(
      "own.toml",
      "gates = [{gate = \"RY\", wires = \"all\", angles = [\"a\"]}, {gate = \"CZ\", wires = \"ring\"}]\n");
  const Outcome run = ebit({"train", "--generator", "noisy-sine", "--ansatz-file", "own.toml", "--epochs",
                            "1", "--baselines", "none", "--no-plots", "-q", "-o", place.string()});
  fs::current_path(before);
  EXPECT_EQ(run.status, kOk) << run.error;
  EXPECT_EQ(ebit({"evaluate", place.string()}).status, kOk);
}

TEST(TrainCommand, CtrlCSavesStopsAndResumes) {
  const std::string place = folder("interrupted");
  std::thread user([&] {
    // Not before there is something to save: until then Ctrl-C ends the program at once.
    for (int i = 0; i < 2000 && !fs::exists(fs::path(place) / "last.safetensors"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ::kill(::getpid(), SIGINT);
  });
  const Outcome run =
      ebit({"train", "--generator", "noisy-sine", "--validation", "0.15", "--n-ancilla", "1", "--epochs",
            "1000000", "--checkpoint-seconds", "0", "--baselines", "none", "--no-plots", "-q", "-o", place});
  user.join();
  EXPECT_EQ(run.status, kInterrupted) << run.error;
  EXPECT_THAT(run.error, HasSubstr("ebit resume " + place));

  // What was trained so far can be used, and says that it is unfinished.
  const Outcome evaluated = ebit({"evaluate", place});
  EXPECT_EQ(evaluated.status, kOk) << evaluated.error;
  EXPECT_THAT(evaluated.error, HasSubstr("is unfinished (interrupted after"));
}

TEST(TrainCommand, BadInputIsOneLineAndStatusTwo) {
  struct Case {
    std::vector<std::string> arguments;
    std::string text;
  };
  const std::string place = folder("bad");
  const fs::path broken = fs::path(EBIT_TEST_TMP) / "broken.toml",
                 foreign = fs::path(EBIT_TEST_TMP) / "text.csv";
  write_file_atomically(broken, "[train]\nepochs = \n");
  write_file_atomically(foreign, "date,y\n2024-01-01,1\n2024-01-02,warm\n");
  const std::vector<Case> cases = {
      {{"train", "absent.csv"}, "absent.csv"},
      {{"train", "seattle-wether"}, "did you mean 'seattle-weather'"},
      {{"train", "seattle-weather", "--target", "temp_mx"}, "did you mean 'temp_max'"},
      {{"train", foreign.string(), "--target", "y"}, "warm"},
      {{"train", "--generator", "noisy-sin"}, "did you mean 'noisy-sine'"},
      {{"train", "--generator", "noisy-sine", "--validation", "0.15", "--preset", "daskin-colapse"},
       "did you mean 'daskin-collapse'"},
      {{"train", "--generator", "noisy-sine", "--validation", "0.15", "--window", "-3"}, "window"},
      {{"train", "--generator", "noisy-sine", "--validation", "0.15", "--window", "1000"}, "window"},
      {{"train", "--generator", "noisy-sine", "--validation", "0.15", "--n-system", "50"}, "memory"},
      {{"train", "--generator", "noisy-sine", "--validation", "0.15", "--epochs", "few"},
       "--epochs: 'few' is not a whole number"},
      {{"train", "--generator", "noisy-sine", "--validation", "0.15", "--no-such-flag"}, "no-such-flag"},
      {{"train", "--generator", "noisy-sine", "--validation", "0.15", "--model", "lstm", "--step", "native"},
       "--step native cannot train this model: only quantum cells"},
      {{"train", "--generator", "noisy-sine", "--model", "lstm", "--n-ancilla", "5"},
       "--n-ancilla has no effect on the model lstm"},
      {{"train", "seattle-weather", "--delay", "5"},
       "--delay has no effect on the problem forecast: it is an option of copying"},
      {{"train", "seattle-weather", "--momentum", "0.5"},
       "--momentum has no effect here: it counts with --optimizer sgd or rmsprop"},
      {{"train", "seattle-weather", "--model", "lstm", "--preset", "li-pqrnn"},
       "--model and --preset are one option"},
      {{"task", "copying", "--target", "x"}, "--target has no effect on the problem copying"},
      {{"task", "mnist", "--window", "20"}, "--window has no effect on the problem mnist"},
      {{"train", "--config", broken.string()}, "broken.toml:2"},
      {{"train"}, "there are no data"},
      {{"resume", place}, "there is no folder"},
      {{"evaluate", fs::path(EBIT_TEST_TMP).string()}, "is no run of ebit"},
  };
  for (const Case& c : cases) {
    std::vector<std::string> arguments = c.arguments;
    if (arguments[0] == "train" || arguments[0] == "task")
      arguments.insert(arguments.end(), {"--baselines", "none", "-o", place});
    const Outcome run = ebit(arguments);
    EXPECT_EQ(run.status, kBadInput) << c.text;
    EXPECT_THAT(run.error, HasSubstr(c.text));
    EXPECT_EQ(std::count(run.error.begin(), run.error.end(), '\n'), 1) << run.error;
    EXPECT_FALSE(fs::exists(place)) << c.text;
  }
}

TEST(TrainCommand, HelpShowsWhatHasAUse) {
  const std::string train = ebit({"train", "--help"}).out, task = ebit({"task", "--help"}).out;
  EXPECT_THAT(train, AllOf(HasSubstr("--window"), HasSubstr("--model"), testing::Not(HasSubstr("--delay"))));
  EXPECT_THAT(task, AllOf(HasSubstr("--window"), HasSubstr("--delay"), HasSubstr("--model")));
}

TEST(TaskCommand, TrainIsShortForTaskForecast) {
  const std::string one = folder("short"), other = folder("long");
  ASSERT_EQ(ebit(short_run(one)).status, kOk);
  std::vector<std::string> arguments = short_run(other);
  arguments[0] = "task", arguments.insert(arguments.begin() + 1, "forecast");
  ASSERT_EQ(ebit(arguments).status, kOk);
  const auto scores = [](const std::string& place) {
    return json::parse(read_file(fs::path(place) / "metrics.json"))["models"][0]["seeds"][0]["parts"];
  };
  EXPECT_EQ(scores(one), scores(other));
}

TEST(TrainCommand, ForecastNeedsSensibleSteps) {
  const std::string place = folder("steps");
  ASSERT_EQ(ebit(short_run(place)).status, kOk);
  const Outcome run = ebit({"forecast", place, "--steps", "0", "--no-plots"});
  EXPECT_EQ(run.status, kBadInput);
  EXPECT_THAT(run.error, HasSubstr("--steps must be at least 1"));
}

TEST(ReportCommand, DrawsThePageOfAFinishedRun) {
  const std::string place = folder("report");
  ASSERT_EQ(ebit(short_run(place)).status, kOk);
  const Outcome run = ebit({"report", place});
  EXPECT_EQ(run.status, kOk) << run.error;
  EXPECT_TRUE(fs::exists(fs::path(place) / "report.html"));
  EXPECT_TRUE(fs::exists(fs::path(place) / "plots" / "loss.png"));
}

}  // namespace
}  // namespace ebit::cmd
