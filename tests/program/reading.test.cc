// Reading data and forecasting from them, as a new user would, by the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/program/run.h"

namespace ebit::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kFiles = std::string(EBIT_SOURCE_DIR) + "/tests/data/";

// A model that is solved at once: what is tested here is around it.
std::string train(const std::string& data, const std::string& more = "") {
  return "ebit train " + data +
         " --model poly-ridge --window 3 --baselines persistence --no-plots -q -o run " + more;
}

TEST(Reading, EveryGuessIsToldOnce) {
  const Outcome header = run(train(kFiles + "numeric-header-small.csv", "--validation 0"));
  EXPECT_EQ(header.status, 0) << header.err;
  EXPECT_THAT(header.err,
              AllOf(HasSubstr("line 1: 'month, 1958' is read as the names"), HasSubstr("--header no")));
  const Outcome thousands = run(train(kFiles + "thousands-point-small.csv", "--validation 0"));
  EXPECT_THAT(thousands.err, HasSubstr("'1.005' is read as 1005"));
  const Outcome asked =
      run(train(kFiles + "thousands-point-small.csv", "--validation 0 --thousands . --date-order dmy"));
  EXPECT_EQ(asked.err, "") << "what was asked for is no guess";
  const Outcome comments = run(train(kFiles + "comments-logger.csv"));
  EXPECT_THAT(comments.err, HasSubstr("lines 1 to 2 are read as comments"));
  EXPECT_EQ(run(train(kFiles + "comments-logger.csv", "--validation 0 --skip-lines 2")).err, "");
}

TEST(Reading, ForecastsGoOnByTheCalendar) {
  const std::string forecast = " && ebit forecast run --steps 3 --no-plot --interval 0";
  EXPECT_THAT(run(train(kFiles + "months-small.csv", "--validation 0") + forecast).out,
              AllOf(HasSubstr("2021-01-01 00:00:00 "), HasSubstr("2021-02-01"), HasSubstr("2021-03-01")));
  EXPECT_THAT(run(train(kFiles + "months-small-mdy.csv", "--validation 0 --date-order mdy") + forecast).out,
              AllOf(HasSubstr("01/01/2021"), HasSubstr("03/01/2021")));
  EXPECT_THAT(run(train(kFiles + "yahoo-small.csv", "--validation 0") + forecast).out,
              AllOf(HasSubstr("2024-05-20 00:00:00-04:00"), HasSubstr("2024-05-22")));
}

// 200 days whose sales jump on promotion days, by awk: no clock, no random numbers.
const std::string kSales =
    "awk 'BEGIN { print \"day,sales,promo\"; for (i = 0; i < 200; ++i) { p = (i * i) % 11 < 3; "
    "printf \"%s,%d,%d\\n\", strftime(\"%Y-%m-%d\", 1704067200 + i * 86400, 1), 50 + 20 * p + 10 * (i % 7 > "
    "4), p } }' "
    ">sales.csv && ";

TEST(Forecasting, WhatIsKnownAheadIsUsedAndAskedFor) {
  const std::string known =
      kSales + train("sales.csv", "--target sales --future promo --calendar weekday --json >known.json");
  const json with = json::parse(run(known + " && cat known.json").out);
  const json without = json::parse(run(kSales + train("sales.csv", "--target sales --json")).out);
  const auto rmse = [](const json& result) {
    return result["models"][0]["mean"]["test"]["RMSE"].get<double>();
  };
  EXPECT_LT(rmse(with), 0.2 * rmse(without)) << "promotions decide, and they are known";
  const Outcome asked = run(known + " && ebit forecast run --no-plot");
  EXPECT_EQ(asked.status, 2);
  EXPECT_THAT(asked.err, AllOf(HasSubstr("'promo', which is known ahead"), HasSubstr("2024-07-19")));
  const std::string future = " && printf 'day,promo\\n2024-07-19,1\\n2024-07-20,0\\n' >next.csv && ";
  const Outcome given =
      run(known + future + "ebit forecast run --no-plot --future next.csv --steps 2 --json");
  EXPECT_EQ(given.status, 0) << given.err;
  const json rows = json::parse(given.out)["forecast"];
  EXPECT_NEAR(rows[0]["values"]["sales"].get<double>(), 70, 5) << "a promotion on a Friday";
  EXPECT_NEAR(rows[1]["values"]["sales"].get<double>(), 60, 5) << "none on a Saturday";
  EXPECT_LE(rows[0]["lower"]["sales"].get<double>(), rows[0]["values"]["sales"].get<double>());
  const Outcome missing = run(known + future + "ebit forecast run --no-plot --future next.csv --steps 3");
  EXPECT_THAT(missing.err, HasSubstr("next.csv has no row for 2024-07-21"));
  const Outcome none =
      run(kSales + train("sales.csv", "--target sales") + " && ebit forecast run --future sales.csv");
  EXPECT_THAT(none.err, HasSubstr("--future has no effect"));
}

TEST(Forecasting, PartsByDateAndIntervals) {
  const Outcome by_date = run(kSales + train("sales.csv", "--target sales --test-from 2024-06-01 --json"));
  EXPECT_EQ(by_date.status, 0) << by_date.err;
  const json result = json::parse(by_date.out);
  EXPECT_THAT(result["problem"]["data"].get<std::string>(), HasSubstr("45 test windows"))
      << "48 rows less the window";
  for (const json& model : result["models"]) {
    const json interval = model["seeds"][0]["parts"]["test"]["interval"];
    EXPECT_EQ(interval["level"], 0.9) << model["name"];
    EXPECT_GE(interval["coverage"].get<double>(), 0.6);
    EXPECT_GT(interval["width"].get<double>(), 0);
  }
  EXPECT_THAT(run(kSales + train("sales.csv", "--target sales")).out, HasSubstr("in 90 %"));
  EXPECT_THAT(run(kSales + train("sales.csv", "--target sales --interval 0")).out, Not(HasSubstr("in 90 %")));
  EXPECT_THAT(run(kSales + train("sales.csv", "--target sales --validation 0.04 --interval 0.9")).err,
              HasSubstr("no prediction intervals: 90 % take 9 validation windows"));
}

TEST(Forecasting, SeasonsThatAreTooLongAreSaid) {
  const std::string naive = "--target sales --baselines persistence,seasonal-naive ";
  const Outcome longer = run(kSales + train("sales.csv", naive + "--season 365"));
  EXPECT_THAT(longer.err, AllOf(HasSubstr("MASE is not defined"),
                                HasSubstr("seasonal-naive is left out of the validation and the test part")));
  EXPECT_THAT(longer.out, Not(HasSubstr("\nseasonal-naive")));
  const Outcome partly = run(kSales + train("sales.csv", naive + "--season 170"));
  EXPECT_THAT(partly.err, HasSubstr("seasonal-naive is scored on"));
}

TEST(Runs, EveryPathLeadsToTheRun) {
  const Outcome moved = run(
      kSales +
      "ebit task forecast sales.csv --target sales --model daskin-collapse --window 3 --epochs 2 --baselines "
      "none --no-plots -q -o run && mkdir elsewhere && cd elsewhere && ebit resume ../run --epochs 3 -q && "
      "ebit forecast ../run --no-plot");
  EXPECT_EQ(moved.status, 0) << moved.err;
}

TEST(Runs, ThePageShowsTheLastForecast) {
  const Outcome page = run(kSales + train("sales.csv", "--target sales") +
                           " && ebit report run && grep -c 'Of the last ebit forecast' run/report.html; ebit "
                           "forecast run --steps 3 && "
                           "ebit report run && grep -c 'Of the last ebit forecast' run/report.html");
  EXPECT_EQ(page.status, 0) << page.err;
  EXPECT_THAT(page.out, AllOf(HasSubstr("report.html\n0\n"), HasSubstr("report.html\n1\n")));
}

TEST(Runs, ClosedAndFullStreamsLoseNothing) {
  const std::string quantum =
      kSales +
      "ebit train sales.csv --target sales --model daskin-collapse --window 3 --epochs 2 --baselines none "
      "--no-plots -o run ";
  for (const char* streams : {"2>&-", "2>/dev/full", "<&- >&- 2>&-"}) {
    const Outcome outcome =
        run(quantum + streams + "; s=$?; cat run/log.txt >kept; grep -c epoch kept; exit $s");
    EXPECT_EQ(outcome.status, 0) << streams << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("2\n")) << "no progress in the log: " << outcome.out;
  }
}

TEST(Runs, OtherDataAreReadWhole) {
  const Outcome first =
      run(kSales + train("sales.csv", "--target sales --first-rows 100") +
          " && ebit forecast run --data sales.csv --no-plot --interval 0 && ebit evaluate run sales.csv");
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("2024-07-19")) << "behind row 200, not 100";
  EXPECT_THAT(first.err, HasSubstr("scored rows are rows that the run was trained on"));
}

TEST(Runs, WhatCannotGoOnSaysWhy) {
  const std::string early = kSales +
                            "ebit train sales.csv --target sales --model daskin-collapse --window 3 --epochs "
                            "40 --validation 0.1 --patience 1 "
                            "--baselines none --no-plots -q -o run >out && cp run/config.toml before && ";
  const Outcome same =
      run(early + "ebit resume run --epochs 60; s=$?; cmp before run/config.toml || exit 9; exit $s");
  EXPECT_EQ(same.status, 2) << same.err;
  EXPECT_THAT(same.err, AllOf(HasSubstr("stopped early at epoch"),
                              HasSubstr("ebit resume run --epochs 60 --patience 0")));
  EXPECT_EQ(run(early + "ebit resume run --epochs 42 --patience 0 -q").status, 0);
  const Outcome grown = run(
      early +
      "echo 2024-07-19,60,0 >>sales.csv && ebit resume run --epochs 60 -q; cmp before run/config.toml || "
      "exit 9; "
      "ebit train sales.csv --target sales --model daskin-collapse --window 3 --epochs 1 --baselines none "
      "--no-plots -q --start-from run -o again");
  EXPECT_EQ(grown.status, 0) << grown.err;
  EXPECT_THAT(grown.err, AllOf(HasSubstr("is of another training: its data were other ones"),
                               HasSubstr("200 rows"), HasSubstr("now"), HasSubstr("--start-from run")));
}

}  // namespace
}  // namespace ebit::test
