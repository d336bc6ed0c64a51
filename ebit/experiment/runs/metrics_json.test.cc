#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/experiment/runs/testing/made_results.h"

namespace ebit::experiment {
namespace {

using nlohmann::json;
using testing::series_results;
using testing::task_results;

json parsed(const Results& results) { return json::parse(to_json(results).dump()); }

TEST(MetricsJson, OfASeries) {
  const json all = parsed(series_results());
  EXPECT_EQ(all["format"], "ebit-metrics");
  EXPECT_EQ(all["version"], 2);
  EXPECT_EQ(
      all["problem"],
      json(
          {{"name", "forecast"}, {"data", "made, 40 rows"}, {"loss", "mse"}, {"targets", {"wind", "rain"}}}));
  EXPECT_EQ(all["metrics"][3], json({{"name", "R2"}, {"better", "greater"}}));
  EXPECT_EQ(all["judged"], json({{"metric", "RMSE"}, {"part", "test"}}));
  EXPECT_EQ(all["verdicts"].size(), 2u);
  EXPECT_EQ(all["notes"].size(), 1u);

  const json& model = all["models"][0];
  EXPECT_EQ(model["role"], "model");
  EXPECT_EQ(model["seconds"], 0.5);
  EXPECT_EQ(model["mean"]["validation"]["RMSE"], 3);
  EXPECT_DOUBLE_EQ(model["spread"]["test"]["RMSE"], std::sqrt(2.0));
  EXPECT_TRUE(model["mean"]["test"]["MAPE"].is_null());
  const json& seed = model["seeds"][1];
  EXPECT_EQ(seed["seed"], 2);
  EXPECT_EQ(seed["parts"]["train"]["values"]["RMSE"], 4);
  EXPECT_EQ(seed["parts"]["train"]["scaled"]["RMSE"], 0.4);
  EXPECT_EQ(seed["parts"]["train"]["by_target"]["rain"]["RMSE"], 4);
  EXPECT_EQ(seed["validation"], json({{"loss", {5, 3}}}));

  EXPECT_EQ(all["models"][1]["role"], "reference");
  EXPECT_EQ(all["models"][1]["seeds"].size(), 1u);
  EXPECT_FALSE(all["models"][1]["seeds"][0].contains("seed"));
  EXPECT_FALSE(all["models"][1]["seeds"][0].contains("validation"));
  EXPECT_EQ(all["models"][2]["role"], "baseline");
}

TEST(MetricsJson, OfATask) {
  const json all = parsed(task_results());
  EXPECT_FALSE(all["problem"].contains("targets"));
  const json& seed = all["models"][0]["seeds"][0];
  EXPECT_EQ(seed["parts"], json({{"test", {{"values", {{"cross-entropy", 0.3}, {"recalled", 0.75}}}}}}));
  EXPECT_EQ(seed["validation"], json({{"loss", {5, 3}}, {"recalled", {0.5, nullptr}}}));
  EXPECT_EQ(all["models"][0]["spread"]["test"]["recalled"], 0);
  EXPECT_EQ(all["models"][0]["counts"], json({{"quantum", 0}, {"classical", 99}, {"frozen", 0}}));
  EXPECT_EQ(all["models"][1]["parameters"], 0);
}

TEST(MetricsJson, OneTargetStandsForItself) {
  Results results = series_results();
  results.targets.resize(1);
  const json all = parsed(results);
  EXPECT_FALSE(all["models"][0]["seeds"][0]["parts"]["test"].contains("by_target"));
}

TEST(MetricsJson, WithoutAValidationPart) {
  Results results = task_results();
  for (fit::EpochRecord& record : results.models[0].seeds[0].history) record.validation_loss = NAN;
  EXPECT_FALSE(parsed(results)["models"][0]["seeds"][0].contains("validation"));
}

}  // namespace
}  // namespace ebit::experiment
