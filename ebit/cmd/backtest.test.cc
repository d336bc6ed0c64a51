// ebit backtest from the command line, and several steps at once from training to forecast.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/cmd/test_support.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

// Days with a planned column; those from `from` on without their values.
std::string csv_file(const std::string& name, int from, int to, bool values) {
  const fs::path path = fs::path(folder("files")).parent_path() / (name + ".csv");
  fs::create_directories(path.parent_path());
  std::string text = values ? "date,promo,sales\n" : "date,promo\n";
  for (int i = from; i < to; ++i) {
    const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1} +
                                          std::chrono::days{i}};
    text += fmt::format("2024-{:02}-{:02},{}", unsigned{day.month()}, unsigned{day.day()}, i % 3);
    text += values ? fmt::format(",{}\n", 50 + 8 * std::sin(0.9 * i) + 3 * (i % 3) + (i * 37) % 5) : "\n";
  }
  write_file_atomically(path, text);
  return path.string();
}

TEST(BacktestCommand, CutsTrainsScoresAndGoesOn) {
  const std::string data = csv_file("sales", 0, 168, true), place = folder("run");
  const std::vector<std::string> arguments = {
      "backtest", data,     "--target", "sales",    "--cuts", "3",       "--horizon", "1..7",
      "--window", "7",      "--refit",  "--season", "7",      "--model", "linear",    "--future",
      "promo",    "--time", "date",     "--jobs",   "1",      "-q",      "-o",        place};
  const Outcome first = ebit(arguments);
  ASSERT_EQ(first.status, kOk) << first.error;
  for (const char* part : {"7 steps from each of 3 cuts, trained anew at each", "MASE by step", "MASE by cut",
                           "seasonal-naive", "poly-ridge", "in 90 %", "pinball", "report.html"})
    EXPECT_THAT(first.out, HasSubstr(part));
  std::vector<std::string> again = arguments;
  again.push_back("--json");
  const json result = json::parse(ebit(again).out);
  EXPECT_EQ(result["models"].size(), 6u);
  EXPECT_EQ(result["models"][0]["name"], "linear");
  EXPECT_EQ(result["models"][0]["by_step"].size(), 7u);
  EXPECT_EQ(result["models"][0]["by_cut"].size(), 3u);
  EXPECT_GT(result["models"][0]["mean"]["coverage"], 0.3);
  EXPECT_TRUE(result["models"][0]["mean"]["pinball"].is_number());
  EXPECT_THAT(read_file(place + "/forecasts.csv"),
              HasSubstr("model,seed,cut,step,time,target,truth,forecast"));
  EXPECT_THAT(read_file(place + "/report.html"), HasSubstr("Backtest of linear on sales"));
  // A run's settings stand for the flags.
  const Outcome other = ebit({"backtest", "--config", place + "/cut-1/linear-1/config.toml", data, "--cuts",
                              "2", "--metric", "RMSE", "--jobs", "1", "-q", "-o", folder("from-config")});
  EXPECT_EQ(other.status, kOk) << other.error;
  EXPECT_THAT(other.out, HasSubstr("RMSE by cut"));
  const std::string config = place + "-config.toml";
  write_file_atomically(
      config,
      "[data]\ntargets = ['sales']\nwindow = 7\nhorizon = '1..3'\ntest_from = '2024-05-01'\n"
      "[model]\nname = 'linear'\n[output]\ninterval = 0.5\n");
  const Outcome half = ebit({"backtest", "--config", config, data, "--cuts", "2", "--baselines",
                             "persistence", "--jobs", "1", "-q", "-o", folder("half")});
  EXPECT_EQ(half.status, kOk) << half.error;
  EXPECT_THAT(half.out, HasSubstr("in 50 %"));
  EXPECT_THAT(half.error, HasSubstr("data.test_from = 2024-05-01 has no effect on a backtest: the cuts say"));
  const Outcome refused = ebit({"backtest", data, "--target", "sales", "--test-from", "2024-03-01"});
  EXPECT_EQ(refused.status, kBadInput);
  EXPECT_THAT(refused.error, HasSubstr("the cuts say what is forecast"));
}

TEST(TrainCommand, SeveralStepsAreTrainedScoredAndForecastAtOnce) {
  const std::string data = csv_file("sales", 0, 168, true), place = folder("run");
  const Outcome run = ebit({"train",        data,   "--target",   "sales",  "--future",    "promo",
                            "--time",       "date", "--horizon",  "1..5",   "--window",    "7",
                            "--season",     "7",    "--model",    "linear", "--baselines", "seasonal-naive",
                            "--validation", "0.2",  "--no-plots", "-q",     "-o",          place});
  ASSERT_EQ(run.status, kOk) << run.error;
  EXPECT_THAT(run.out, HasSubstr("RMSE of each step on the test part"));
  const json metrics = json::parse(read_file(place + "/metrics.json"));
  const json& test = metrics["models"][0]["seeds"][0]["parts"]["test"];
  EXPECT_EQ(test["by_step"].size(), 5u);
  EXPECT_EQ(test["by_step"][4]["step"], 5);
  EXPECT_TRUE(test["by_step"][4]["interval"]["width"].is_number());
  EXPECT_THAT(read_file(place + "/predictions.csv"),
              HasSubstr("time,row,part,step,sales truth,sales prediction"));
  const Outcome none = ebit({"forecast", place, "--no-plots"});
  EXPECT_THAT(none.error, HasSubstr("give its values with --future FILE"));
  const Outcome forecast =
      ebit({"forecast", place, "--no-plots", "--json", "--future", csv_file("planned", 168, 178, false)});
  ASSERT_EQ(forecast.status, kOk) << forecast.error;
  const json said = json::parse(forecast.out);
  ASSERT_EQ(said["forecast"].size(), 5u) << "as many as it predicts";
  EXPECT_TRUE(said["forecast"][4]["direct"].get<bool>());
  EXPECT_LT(said["forecast"][4]["lower"]["sales"], said["forecast"][4]["upper"]["sales"]);
  const Outcome narrow =
      ebit({"train", data, "--target", "sales", "--future", "promo", "--horizon", "1..5", "--window", "4",
            "--model", "linear", "--baselines", "none", "-o", folder("narrow")});
  EXPECT_THAT(narrow.error, HasSubstr("take --window 5 or more"));
}

}  // namespace
}  // namespace ebit::cmd
