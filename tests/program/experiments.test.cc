// `ebit replay` against the recorded training of the authors' code, and `ebit reproduce`.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "tests/program/run.h"

#if EBIT_WITH_TORCH

namespace ebit::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string kTrace = EBIT_SOURCE_DIR "/tests/golden/trace_collapsed.json";

// The trace with something changed, in a file.
std::string changed_trace(const std::function<void(json&)>& change) {
  std::ifstream in(kTrace);
  json trace = json::parse(in);
  change(trace);
  // A file of its own for each test: they run side by side.
  const std::string path = fmt::format("{}/trace-{}.json", EBIT_TEST_TMP,
                                       testing::UnitTest::GetInstance()->current_test_info()->name());
  std::ofstream(path) << trace;
  return path;
}

TEST(Replay, FollowsEveryRecordedBatchLoss) {
  for (const std::string step : {"native", "torch"}) {
    const Outcome outcome = run("ebit replay --json --step " + step + " " + kTrace);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const json result = json::parse(outcome.out);
    EXPECT_EQ(result["epochs"], 150);
    EXPECT_LT(result["largest_difference"].get<double>(), 1e-12) << step;
    EXPECT_EQ(result["batch_losses"].size(), 150u);
    EXPECT_EQ(result["batch_losses"][0].size(), 14u);
  }
}

TEST(Replay, SeesADifference) {
  const std::string path =
      changed_trace([](json& t) { t["batch_losses"][2][3] = t["batch_losses"][2][3].get<double>() + 1e-6; });
  const Outcome outcome = run("ebit replay --epochs 5 " + path);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("over 5 epochs: 1.00e-06"));
  EXPECT_EQ(run("ebit replay --epochs 2 " + path).status, 0) << "the changed epoch is not reached";
}

TEST(Replay, SaysWhatIsWrongWithATrace) {
  const auto error_of = [](const std::function<void(json&)>& change) {
    const Outcome outcome = run("ebit replay " + changed_trace(change));
    EXPECT_EQ(outcome.status, 2);
    return outcome.err;
  };
  EXPECT_THAT(error_of([](json& t) { t.erase("adam"); }), HasSubstr("adam is missing"));
  EXPECT_THAT(error_of([](json& t) { t["permutations"].erase(3); }),
              HasSubstr("batch_losses has 150 epochs"));
  EXPECT_THAT(error_of([](json& t) { t["permutations"][0][0] = 70; }), HasSubstr("permutations[0] holds 70"));
  EXPECT_THAT(error_of([](json& t) { t["init_params"]["U_params"][0].erase(0); }),
              HasSubstr("init_params.U_params"));
  EXPECT_THAT(run("ebit replay --epochs 151 " + kTrace).err, HasSubstr("only 150 epochs are recorded"));
}

TEST(Reproduce, MakesAPageWithBothHiddenUpdates) {
  const Outcome outcome =
      run("ebit reproduce daskin-fig4 --epochs 2 -o fig4 2>/dev/null && ls fig4 fig4/plots "
          "fig4/daskin-collapse && "
          "grep -c '<svg' fig4/report.html");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* expected :
       {"daskin-collapse", "daskin-probabilities", "lstm", "persistence", "[reference]", "loss.png",
        "predictions.svg", "report.html", "metrics.json", "6"})
    EXPECT_THAT(outcome.out, HasSubstr(expected));
}

TEST(Reproduce, SaysWhichSeriesItTook) {
  const Outcome outcome = run("ebit reproduce daskin-fig5 --epochs 1 -o fig5");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("the included set seattle-weather"));
  const Outcome own =
      run("printf 'day,t\\n' > own.csv; for i in $(seq 80); do echo \"$i,$((i * 7 % 13))\" >> own.csv; done; "
          "ebit reproduce daskin-fig5 --data own.csv --target t --epochs 1 -o fig5");
  EXPECT_EQ(own.status, 0) << own.err;
  EXPECT_THAT(own.err, HasSubstr("data: own.csv"));
  const Outcome unknown = run("ebit reproduce daskin-fig6");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean 'daskin-fig"));
}

}  // namespace
}  // namespace ebit::test

#endif
