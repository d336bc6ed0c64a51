#include "ebit/experiment/runs/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/experiment/runs/testing/made_results.h"

namespace ebit::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kNaN;
using testing::series_results;
using testing::task_results;

TEST(Results, MeanAndSampleSpread) {
  EXPECT_DOUBLE_EQ(mean_spread(std::vector{1.0, 2.0, 6.0}).mean, 3);
  EXPECT_DOUBLE_EQ(mean_spread(std::vector{1.0, 2.0, 6.0}).spread, std::sqrt(7.0));
  EXPECT_EQ(mean_spread(std::vector{5.0}).mean, 5);
  EXPECT_EQ(mean_spread(std::vector{5.0}).spread, 0);
  EXPECT_TRUE(std::isnan(mean_spread({}).mean));
  EXPECT_TRUE(std::isnan(mean_spread(std::vector{1.0, kNaN}).mean));
}

TEST(Results, MetricsAreFoundByNameOrTheNearestIsNamed) {
  const Results results = series_results();
  EXPECT_EQ(metric_place(results, "R2"), 3u);
  try {
    metric_place(results, "RMSD");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no metric 'RMSD' of forecast; did you mean 'RMSE'?"));
  }
}

TEST(Results, TheLastScoredPartIsJudged) {
  Results results = series_results();
  EXPECT_EQ(judged_part(results), 2u);
  for (SeedResult& seed : results.models[0].seeds) seed.scores.parts[2].reset();
  EXPECT_EQ(judged_part(results), 1u);
  EXPECT_TRUE(values_of_seeds(results.models[0], 2, 0).empty());
  EXPECT_THAT(values_of_seeds(results.models[0], 1, 1), ElementsAre(2, 4));
}

TEST(Results, VerdictsNameWhatIsLostAndWhatIsBeaten) {
  // Over the seeds daskin has 2 and 4: twice the standard error is 2.
  EXPECT_THAT(
      series_results().verdicts,
      ElementsAre(
          "daskin cannot be told from persistence on the test part (RMSE 3 against 3.500, closer than twice "
          "the standard error over the seeds)",
          "daskin cannot be told from lstm on the test part (RMSE 3 against 2, closer than twice the "
          "standard error over the seeds)"));
  Results sure = series_results();
  sure.models[0].seeds[0].scores.parts[2]->values[1] = 2.9,
  sure.models[0].seeds[1].scores.parts[2]->values[1] = 3.1;
  sure.models[2].seeds[0].scores.parts[2]->values[1] = 1.9,
  sure.models[2].seeds[1].scores.parts[2]->values[1] = 2.1;
  EXPECT_THAT(verdicts(sure), ElementsAre("daskin loses to lstm on the test part (RMSE 3 against 2)",
                                          "daskin beats persistence on the test part (RMSE 3)"));
  EXPECT_THAT(task_results().verdicts,
              ElementsAre("qrnn beats no memory on the test part (recalled 0.7500)"));
  Results equal = task_results();
  equal.models[1].seeds[0].scores.parts[2]->values[1] = 0.75;
  EXPECT_THAT(verdicts(equal), ElementsAre("qrnn is no better than no memory on the test part (recalled "
                                           "0.7500 against 0.7500)"));
  equal.models[1].seeds[0].scores.parts[2]->values[1] = 0.8;
  EXPECT_THAT(verdicts(equal), ElementsAre(HasSubstr("qrnn loses to no memory")));
}

TEST(Results, NothingIsBeatenWithoutANumber) {
  Results results = task_results();
  results.models[1].seeds[0].scores.parts[2]->values[1] = kNaN;
  EXPECT_THAT(verdicts(results), ElementsAre("no memory has no recalled on the test part to compare with"));
  results.models[0].seeds[0].scores.parts[2]->values[1] = kNaN;
  EXPECT_THAT(verdicts(results), ElementsAre("qrnn has no recalled on the test part"));
  results.models.resize(1);
  EXPECT_TRUE(verdicts(results).empty());
}

TEST(Results, TheTableMarksTheBestByTheJudgedMetric) {
  const TextTable series = result_table(series_results(), 2);
  EXPECT_EQ(series.title, "Results on the test part, in the data's units");
  EXPECT_EQ(series.best_row, 2u);
  EXPECT_EQ(series.best_meaning, "lowest RMSE, though daskin, persistence cannot be told from it");
  EXPECT_THAT(series.rows[0],
              ElementsAre("daskin", "3.0 ± 1.4", "12", "4", "0.5", "10.0 ± 8.5", "–", "0.70 ± 0.14"));
  EXPECT_THAT(series.rows[1], ElementsAre("persistence", "3.500", "–", "–", "–", "12.25", "–", "0.5000"));
  EXPECT_THAT(
      series.notes,
      ElementsAre(HasSubstr("angles of circuits (quantum)"), "mean ± standard deviation over 2 seeds",
                  HasSubstr("means over wind, rain, each in its own unit"),
                  HasSubstr("cannot be told from persistence"), HasSubstr("cannot be told from lstm")));
  EXPECT_EQ(result_table(series_results(), 0).title, "Results on the training part, in the data's units");

  const TextTable task = result_table(task_results(), 2);
  EXPECT_EQ(task.title, "copying on the test part: delay 10");
  EXPECT_EQ(task.best_row, 0u);
  EXPECT_EQ(task.best_meaning, "highest recalled");
  EXPECT_EQ(task.notes.size(), 2u) << "one seed has no spread";
}

TEST(Results, FrozenNumbersHaveAColumnWhereThereAreSome) {
  Results results = series_results();
  const auto headings = [&] {
    std::vector<std::string> names;
    for (const TableColumn& column : result_table(results, 2).columns) names.push_back(column.name);
    names.resize(5);
    return names;
  };
  EXPECT_THAT(headings(), ElementsAre("model", "RMSE", "quantum", "classical", "seconds"));
  results.models[0].counts = {.quantum = 0, .classical = 4, .frozen = 12};
  EXPECT_THAT(headings(), ElementsAre("model", "RMSE", "quantum", "classical", "frozen"));
  EXPECT_EQ(result_table(results, 2).rows[0][4], "12");
  EXPECT_EQ(result_table(results, 2).rows[2][4], "0");
  EXPECT_THAT(result_table(results, 2).notes[0], HasSubstr("frozen ones stay"));
}

TEST(Results, WhatHasNoValueIsNeverTheBest) {
  Results results = task_results();
  results.models[0].seeds[0].scores.parts[2]->values[1] = kNaN;
  const TextTable table = result_table(results, 2);
  EXPECT_EQ(table.best_row, 1u);
  EXPECT_EQ(table.rows[0][1], "–");
  EXPECT_FALSE(result_table(results, 0).best_row.has_value()) << "no part was scored";
}

}  // namespace
}  // namespace ebit::experiment
