#include "ebit/experiment/runs/forecast.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/testing/error_of.h"
#include "ebit/experiment/problems/forecast_problem.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/experiment/runs/testing/small_run.h"
#include "ebit/fit/windows_examples.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::csv_file;
using ::testing::ElementsAre;
using testing::fresh;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::small_config;

TEST(Evaluate, OtherDataAreSeenAsTheTrainingSawItsOwn) {
  const fs::path folder = fresh("evaluated");
  Config config = small_config(folder);
  config.baselines.which = {"persistence"};
  const RunResult run = start_run(config, {});
  // The same file as "other data": its windows hold those of the test part, which must score alike.
  const RunResult other = score_on(folder, csv_file().string(), {});
  ASSERT_EQ(other.results.models.size(), 2u);
  const auto& all = other.results.models[0].seeds[0].scores.predictions[2];
  const auto& test = run.results.models[0].seeds[0].scores.predictions[2];
  ASSERT_GT(all.size(), test.size());
  for (std::size_t i = 0; i < test.size(); ++i) {
    EXPECT_NEAR(all[all.size() - test.size() + i], test[i], 1e-12) << i;
  }
  EXPECT_THAT(error_of([&] {
                const fs::path path = fs::path(EBIT_TEST_TMP) / "other.csv";
                write_file_atomically(path, "date,rain\n2024-01-01,1\n2024-01-02,2\n");
                score_on(folder, path.string(), {});
              }),
              HasSubstr("temp, max"));
}

// The trainings of a run's model.
std::vector<TrainedModel> trainings_of(const fs::path& folder, Series& series) {
  Config config = read_run_config(folder);
  const std::unique_ptr<Problem> problem = make_problem(config);
  series = require_forecast(*problem, "this test").dataset().series;
  std::vector<TrainedModel> models;
  for (const Job& job : jobs_of(config, folder)) models.push_back(load_trained(job, *problem, config));
  return models;
}

TEST(Forecast, FirstStepsAreTheModelsOwnAndTheRestFollowsFromThem) {
  const fs::path folder = fresh("forecast");
  Config config = small_config(folder);
  config.baselines.which = {};
  config.seeds = 2;
  start_run(config, {});
  Series series;
  const std::vector<TrainedModel> models = trainings_of(folder, series);
  const std::span<const TrainedModel> first(models.data(), 1);
  const Forecast five = forecast(models, series, 5);
  ASSERT_EQ(five.values.size(), 5u);
  EXPECT_EQ(five.direct, 1u);
  EXPECT_LE(five.least[3], five.values[3]);
  EXPECT_GE(five.greatest[3], five.values[3]);
  // Step 1 on the series without its last row is the prediction of that row.
  Series shorter = series;
  shorter.times.pop_back();
  shorter.values.resize(shorter.values.size() - shorter.columns());
  const Forecast one = forecast(first, shorter, 1);
  const Dataset fitted = fitted_dataset(models[0].metadata.at("data"), "this test");
  const std::vector<double> y = fit::predict(*models[0].model, windows_of(series, fitted), false, 1, 1, 0);
  EXPECT_NEAR(one.values[0], fitted.target_scaler(0, 0).inverse(y.back()), 1e-12);
  // Step 2 is step 1 of the series with step 1 appended.
  Series longer = series;
  const Forecast single = forecast(first, series, 2);
  longer.times.push_back("x");
  longer.values.push_back(single.values[0]);
  EXPECT_NEAR(forecast(first, longer, 1).values[0], single.values[1], 1e-9);

  EXPECT_THAT(error_of([&] { forecast(models, series, 0); }), HasSubstr("--steps must be at least 1"));
  shorter.values.resize(2);
  shorter.times.resize(2);
  EXPECT_THAT(error_of([&] { forecast(models, shorter, 1); }), HasSubstr("a forecast needs 4"));
}

TEST(Forecast, AnotherOffsetFromUtcIsTold) {
  const fs::path folder = fresh("forecast-offset");
  Config config = small_config(folder);
  config.baselines.which = {};
  start_run(config, {});
  Series series;
  const std::vector<TrainedModel> models = trainings_of(folder, series);
  EXPECT_THAT(forecast(models, series, 12).notes, IsEmpty());
  // First days of months in Berlin.
  for (std::size_t i = 0; i < series.times.size(); ++i)
    series.times[i] = fmt::format("{}-{:02}-01T00:00:00+0{}:00", 2000 + i / 12, i % 12 + 1,
                                  i % 12 >= 3 && i % 12 <= 9 ? 2 : 1);
  EXPECT_THAT(forecast(models, series, 12).notes,
              ElementsAre(AllOf(HasSubstr("another offset from UTC"), HasSubstr("-01T00:00:00+0"))));
}

TEST(Forecast, FeaturesThatAreNotPredictedAreRefusedBeyondTheHorizon) {
  const fs::path folder = fresh("forecast-features");
  Config config = small_config(folder);
  config.baselines.which = {};
  config.data.dataset.features = {"temp, max", "rain"};
  config.data.dataset.horizon = 2;
  start_run(config, {});
  Series series;
  const std::vector<TrainedModel> models = trainings_of(folder, series);
  EXPECT_EQ(forecast(models, series, 2).direct, 2u);
  EXPECT_THAT(error_of([&] { forecast(models, series, 3); }),
              AllOf(HasSubstr("future values of 'rain'"), HasSubstr("at most 2 steps")));
}

// A run of a few epochs with other settings.
Config trained_config(const std::string& name, const std::vector<Setting>& settings) {
  Config config = with_settings(small_config(fresh(name)), settings);
  config.baselines.which = {};
  start_run(config, {});
  return config;
}

TEST(Forecast, AllStepsComeFromOneWindow) {
  Config config =
      trained_config("forecast-direct", {{"data.horizon", "1..5", "t"}, {"model.head", "linear", "t"}});
  Series series;
  const std::vector<TrainedModel> models = trainings_of(config.output.folder, series);
  const Dataset fitted = fitted_dataset(models[0].metadata.at("data"), "this test");
  EXPECT_EQ(fitted.options.steps(), 5u);
  const Forecast five = forecast(models, series, 5);
  EXPECT_EQ(five.direct, 5u);
  // The last window that has targets, on the series without them.
  Series shorter = series;
  shorter.times.resize(series.rows() - 5), shorter.values.resize(shorter.times.size() * series.columns());
  const Forecast past = forecast(models, shorter, 5);
  const std::vector<double> y = fit::predict(*models[0].model, windows_of(series, fitted), false, 1, 1, 0);
  for (std::size_t s = 0; s < 5; ++s)
    EXPECT_NEAR(past.values[s], fitted.target_scaler(0, 0).inverse(y[y.size() - 5 + s]), 1e-12) << s;
  // Beyond, the first five are taken for known.
  const Forecast eight = forecast(models, series, 8);
  Series longer = series;
  for (std::size_t s = 0; s < 5; ++s)
    longer.times.push_back("x" + std::to_string(s)), longer.values.push_back(five.values[s]);
  const Forecast beyond = forecast(models, longer, 3);
  for (std::size_t s = 0; s < 3; ++s) EXPECT_NEAR(eight.values[5 + s], beyond.values[s], 1e-9) << s;
  EXPECT_EQ(forecast_run(config.output.folder, {}).forecast.values, five.values) << "as many as it predicts";
}

TEST(Forecast, AFirstStepBehindTheNextIsAnsweredByEarlierWindows) {
  Config config =
      trained_config("forecast-later", {{"data.horizon", "3..5", "t"}, {"model.head", "linear", "t"}});
  Series series;
  const std::vector<TrainedModel> models = trainings_of(config.output.folder, series);
  const Dataset fitted = fitted_dataset(models[0].metadata.at("data"), "this test");
  const Forecast five = forecast(models, series, 5);
  Series shorter = series;
  shorter.times.resize(series.rows() - 2), shorter.values.resize(shorter.times.size() * series.columns());
  // Step 1 is the third of the window that ends two rows earlier, and steps 3 to 5 are those of the last one.
  EXPECT_NEAR(five.values[0], forecast(models, shorter, 3).values[2], 1e-12);
  EXPECT_EQ(five.direct, 5u);
}

TEST(Forecast, QuantilesAreItsIntervals) {
  Config config = trained_config("forecast-quantiles", {{"data.horizon", "1..3", "t"},
                                                        {"train.loss", "quantile", "t"},
                                                        {"train.quantiles", "0.1,0.5,0.9", "t"},
                                                        {"model.head", "linear", "t"}});
  Series series;
  const std::vector<TrainedModel> models = trainings_of(config.output.folder, series);
  EXPECT_EQ(models[0].model->spec().head.outputs, 9);
  const Forecast plain = forecast(models, series, 3);
  EXPECT_NEAR(plain.level, 0.8, 1e-12);
  for (std::size_t s = 0; s < 3; ++s) {
    EXPECT_LE(plain.lower[s], plain.values[s]);
    EXPECT_GE(plain.upper[s], plain.values[s]);
  }
  const Forecast calibrated = forecast_run(config.output.folder, {.steps = 3, .interval = 0.75}).forecast;
  EXPECT_EQ(calibrated.level, 0.75);
  EXPECT_EQ(calibrated.values, plain.values);
  EXPECT_NE(calibrated.upper, plain.upper);
  // The scores of the run say so too.
  const RunResult run = evaluate_run(config.output.folder, {});
  const PartScores& test = *run.results.models[0].seeds[0].scores.parts[2];
  EXPECT_EQ(test.by_step.size(), 3u);
  EXPECT_EQ(test.quantiles->levels.size(), 3u);
  EXPECT_GT(test.quantiles->pinball, 0);
  EXPECT_THAT(table_text(result_table(run.results, 2)), HasSubstr("mean pinball loss of its quantiles"));
  EXPECT_EQ(step_table(run.results, 2)->rows.size(), 3u);
  // What is solved in closed form has none.
  EXPECT_THAT(error_of([&] {
                Config other = resolve("forecast", std::nullopt,
                                       {{"model.name", "poly-ridge", "t"}, {"train.loss", "quantile", "t"}});
                other.data.file = csv_file().string(), other.data.dataset.targets = {"rain"};
                other.output.folder = fresh("solved-quantiles").string();
                start_run(other, {});
              }),
              HasSubstr("solved in closed form"));
}

}  // namespace
}  // namespace ebit::experiment
