// Panels, as a user would have them, by the program.
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

const std::string kLong = std::string(EBIT_SOURCE_DIR) + "/tests/data/panel-long.csv";

std::string train(const std::string& more = "", const std::string& data = kLong) {
  return "ebit train " + data +
         " --id unique_id --model linear --window 3 --baselines persistence --no-plots -q -o run " + more;
}

// Two ramps, 0 to 39 and 1000 to 1039: a line through the windows of both.
TEST(Panel, TwoSeriesOfOtherSizesAreOneModel) {
  const Outcome trained = run(train() + " && cat run/predictions.csv && cat run/metrics.json >&2");
  EXPECT_EQ(trained.status, 0) << trained.err;
  EXPECT_THAT(trained.out,
              AllOf(HasSubstr("means over 2 series"), HasSubstr("unique_id"), HasSubstr("the worst first"),
                    HasSubstr("unique_id,time,row,part,y truth,y prediction")));
  const Outcome ahead =
      run(train() + " >/dev/null && ebit forecast run --horizon 3 --no-plot && cat run/forecast.csv");
  EXPECT_EQ(ahead.status, 0) << ahead.err;
  EXPECT_THAT(ahead.out, AllOf(HasSubstr("\nunique_id,time,y"), HasSubstr("\nH1,2024-02-10,40"),
                               HasSubstr("\nH2,2024-02-12,1042")));
  const json forecast = json::parse(
      run(train() + " >/dev/null && ebit forecast run --steps 2 --no-plot --interval 0 --json").out);
  EXPECT_EQ(forecast["id"], "unique_id");
  ASSERT_EQ(forecast["series"].size(), 2u);
  EXPECT_EQ(forecast["series"][1]["id"], "H2");
  EXPECT_NEAR(forecast["series"][1]["forecast"][1]["values"]["y"].get<double>(), 1041, 1);
}

TEST(Panel, WhatIsWrongIsOneLine) {
  expect_refused("ebit train " + kLong + " --id uniqe_id --baselines none", "did you mean 'unique_id'");
  expect_refused(train("--split random"), "split by time");
  expect_refused(train("--target unique_id"), "names the series (--id)");
  expect_refused("ebit train --generator noisy-sine --id x", "for data from a file");
  expect_refused(train("--unusable keep"), "drop");
  expect_refused("ebit train " + kLong + " --unusable drop", "with --id");
  expect_refused("ebit train " + kLong + " --target y --baselines none", "with --id");
  expect_refused("cp " + kLong + " p.csv && echo H1,2024-01-05,7 >>p.csv && " + train("", "p.csv"),
                 "series 'H1': lines 6 and 82 are both of 2024-01-05");
  expect_refused("cp " + kLong + " p.csv && echo H9,2024-01-05,7 >>p.csv && " + train("", "p.csv"),
                 "series 'H9'");
  expect_refused("ebit study depth " + kLong + " --id unique_id", "a study looks at one series");
}

TEST(Panel, ARunOfOneSeriesTakesNoId) {
  const std::string one = "head -41 " + kLong +
                          " >one.csv && ebit train one.csv --target y --model poly-ridge --window 3 "
                          "--baselines none --no-plots -q -o run >/dev/null && ";
  EXPECT_THAT(run(one + "ebit forecast run --data one.csv --id unique_id").err,
              HasSubstr("--id has no effect"));
  EXPECT_THAT(run(one + "ebit evaluate run one.csv --id unique_id").err, HasSubstr("--id has no effect"));
}

TEST(Panel, TextsWithoutTheOptionAreToldHow) {
  const std::string file =
      "awk 'BEGIN { print \"day,y,sky\"; for (i = 0; i < 60; ++i) printf \"%s,%d,%s\\n\", "
      "strftime(\"%Y-%m-%d\", 1704067200 + "
      "i * 86400, 1), i * i % 7 + 5 * (i % 3 == 0), i % 3 ? \"sun\" : \"rain\" }' >t.csv && ";
  const std::string model =
      "ebit train t.csv --target y --model poly-ridge --window 3 --baselines none --no-plots -q -o run ";
  EXPECT_THAT(run(file + model + "--features y,sky").err, HasSubstr("--category"));
  const Outcome done =
      run(file + model +
          "--category sky --future sky && printf 'day,sky\\n2024-03-01,rain\\n' >f.csv && "
          "ebit forecast run --future f.csv --no-plot --interval 0 && "
          "printf 'day,sky\\n2024-03-01,snow\\n' >f.csv && ebit forecast run --future f.csv --no-plot");
  EXPECT_THAT(done.out, HasSubstr("2024-03-01"));
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.err, AllOf(HasSubstr("'snow'"), HasSubstr("rain, sun")));
}

}  // namespace
}  // namespace ebit::test
