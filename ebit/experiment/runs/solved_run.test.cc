// Runs of models that are solved at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/base/testing/error_of.h"
#include "ebit/experiment/model_specs.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/experiment/runs/testing/small_run.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::csv_file;
using testing::fresh;
using ::testing::HasSubstr;

Config solved_config(const fs::path& folder, const std::string& model, std::vector<Setting> more = {}) {
  std::vector<Setting> settings = {{"model.name", model, "--model"},
                                   {"data.file", csv_file().string(), "data"},
                                   {"data.targets", "temp\\, max", "--target"},
                                   {"data.window", "4", "--window"},
                                   {"data.validation", "0.15", "--validation"},
                                   {"data.scaler", "minmax-half", "--scaler"},
                                   {"baselines.which", "none", "--baselines"},
                                   {"output.folder", folder.string(), "-o"}};
  settings.insert(settings.end(), more.begin(), more.end());
  return resolve("forecast", std::nullopt, settings);
}

TEST(SolvedRun, DegreesWithTooManyTermsAreTold) {
  std::vector<std::string> notes;
  const auto start = [&](const char* name, const char* window) {
    notes.clear();
    start_run(solved_config(fresh(name), "linear",
                            {{"baselines.which", "poly-ridge", "t"},
                             {"data.boundary", "across", "t"},
                             {"data.window", window, "t"}}),
              {.on_note = [&](const std::string& note) { notes.push_back(note); }});
  };
  start("degrees-few", "4");
  EXPECT_THAT(notes, ::testing::Not(::testing::Contains(HasSubstr("is left out"))));
  // C(24 + 3, 3) - 1
  start("degrees-many", "24");
  EXPECT_THAT(notes,
              ::testing::Contains("poly-ridge: degree 3 is left out: degree 3 of the window's 24 numbers has "
                                  "2924 terms, and 2000 are the most"));
}

TEST(SolvedRun, HasOneEpochAndAllFiles) {
  const fs::path folder = fresh("solved");
  const Config config = solved_config(folder, "linear",
                                      {{"baselines.which", "poly-ridge,esn,ets,fellner-qrnn", "--baselines"},
                                       {"train.epochs", "3", "--epochs"}});
  const RunResult result = start_run(config, {});
  const json metrics = json::parse(read_file(folder / files::kMetrics));
  ASSERT_EQ(metrics["models"].size(), 5u);
  for (const json& model : metrics["models"]) {
    const std::string name = model["name"];
    if (model["role"] == "reference") {
      EXPECT_EQ(name, "ets");
      EXPECT_THAT(std::string(model["summary"]), HasSubstr("fitted on the training part: "));
      continue;
    }
    EXPECT_EQ(model["seeds"][0]["epochs"], name == "fellner-qrnn" ? 3 : 1) << name;
    EXPECT_EQ(model["seeds"][0]["end"], "finished") << name;
    EXPECT_TRUE(std::isfinite(model["mean"]["test"]["RMSE"].get<double>())) << name;
  }
  EXPECT_THAT(std::string(metrics["models"][0]["summary"]), HasSubstr("linear on 4 inputs, ridge "));
  EXPECT_THAT(read_file(folder / files::kLosses), HasSubstr("\n1,"));
  EXPECT_THAT(read_file(folder / files::kLosses), HasSubstr(",,,")) << "neither a rate nor a gradient";

  // Seen again, and gone on with: nothing is left to do, but for the baseline that is trained by steps.
  const std::string predictions = read_file(folder / files::kPredictions);
  evaluate_run(folder, {});
  EXPECT_EQ(read_file(folder / files::kPredictions), predictions);
  resume_run(folder, 4, {});
  const json longer = json::parse(read_file(folder / files::kMetrics));
  for (const json& model : longer["models"])
    if (model["role"] != "reference") {
      EXPECT_EQ(model["seeds"][0]["epochs"], model["name"] == "fellner-qrnn" ? 4 : 1);
    }
  EXPECT_EQ(read_file(folder / files::kPredictions), predictions);
}

TEST(SolvedRun, StoppedBeforeItIsSolvedItStartsAnew) {
  const fs::path straight = fresh("solved-straight"), stopped = fresh("solved-stopped");
  start_run(solved_config(straight, "esn"), {});
  RunCallbacks callbacks;
  callbacks.interrupted = [] { return true; };
  EXPECT_TRUE(start_run(solved_config(stopped, "esn"), callbacks).interrupted);
  EXPECT_FALSE(resume_run(stopped, 0, {}).interrupted);
  EXPECT_EQ(read_file(straight / files::kPredictions), read_file(stopped / files::kPredictions));
}

TEST(SolvedRun, WhatHasNoEffectIsRefused) {
  const fs::path folder = fresh("solved-alone");
  start_run(solved_config(folder, "poly-ridge"), {});
  EXPECT_EQ(error_of([&] { resume_run(folder, 50, {}); }),
            "--epochs has no effect on this run: poly-ridge is solved at once, in one pass");
  const auto refused = [&](const std::string& model, const char* name, const char* value, const char* flag) {
    return error_of([&] { solved_config(folder, model, {{name, value, flag}}); });
  };
  EXPECT_THAT(refused("linear", "train.epochs", "5", "--epochs"), HasSubstr("is trained step by step"));
  EXPECT_THAT(refused("linear", "train.lr", "5", "--lr"), HasSubstr("is trained step by step"));
  EXPECT_THAT(refused("linear", "train.momentum", "1", "--momentum"), HasSubstr("has no effect here"));
  EXPECT_THAT(refused("linear", "model.dtype", "float32", "--dtype"), HasSubstr("not solved in closed form"));
  EXPECT_THAT(refused("linear", "model.dropout", "0.5", "--dropout"), HasSubstr("has no effect here"));
  EXPECT_THAT(refused("linear", "model.degrees", "2", "--degrees"), HasSubstr("an option of poly-ridge"));
  EXPECT_THAT(refused("esn", "model.washout", "5", "--washout"), HasSubstr("it counts with --stateful"));
  EXPECT_THAT(refused("esn", "model.head", "none", "--head"), HasSubstr("has no effect on the model esn"));
  EXPECT_THAT(error_of([&] {
                start_run(solved_config(fresh("ets-random"), "linear",
                                        {{"baselines.which", "ets", "t"}, {"data.split", "random", "t"}}),
                          {});
              }),
              HasSubstr("ets is fitted on the first rows of a series: it needs --split time"));
}

TEST(SolvedRun, ASizeIsFoundByParameters) {
  std::string said;
  RunCallbacks callbacks;
  callbacks.on_note = [&](const std::string& line) {
    if (line.starts_with("--parameters")) said = line;
  };
  const fs::path folder = fresh("sized");
  const RunResult result =
      start_run(solved_config(folder, "esn", {{"model.parameters", "40", "--parameters"}}), callbacks);
  EXPECT_EQ(said, "--parameters 40: esn of hidden size 38 has 40 parameters, 40 were wanted");
  EXPECT_EQ(result.results.models.at(0).counts.trained(), 40);
  EXPECT_EQ(read_run_config(folder).model.echo.hidden, 38) << "the run keeps the size";
  EXPECT_TRUE(read_run_config(folder).model.parameters.empty());
  // As many as another model has: linear on a window of 4.
  const RunResult other = start_run(
      solved_config(fresh("sized-2"), "esn",
                    {{"model.parameters", "linear", "--parameters"}, {"model.density", "1", "--density"}}),
      callbacks);
  EXPECT_EQ(other.results.models.at(0).counts.trained(), 5);
  // Of a quantum model with linear maps around its circuits.
  const RunResult gated = start_run(solved_config(fresh("sized-3"), "le-qlstm-fellner",
                                                  {{"model.parameters", "900", "--parameters"},
                                                   {"train.epochs", "1", "t"},
                                                   {"train.patience", "0", "t"},
                                                   {"data.window", "3", "t"}}),
                                    callbacks);
  EXPECT_NEAR(static_cast<double>(gated.results.models.at(0).counts.trained()), 900, 30);

  const auto refused = [&](const std::string& model, const char* value) {
    return error_of([&] {
      start_run(solved_config(fresh("sized-4"), model, {{"model.parameters", value, "--parameters"}}), {});
    });
  };
  EXPECT_THAT(refused("linear", "40"), HasSubstr("--parameters has no effect on the model linear"));
  EXPECT_THAT(refused("qlstm-v0", "40"), HasSubstr("needs a hidden size that is free"));
  EXPECT_THAT(refused("esn", "0"), HasSubstr("must be at least 1"));
  EXPECT_THAT(refused("esn", "persistence"), HasSubstr("persistence has none"));
  EXPECT_THAT(refused("esn", "lster"), HasSubstr("no model is called 'lster'"));
}

TEST(SolvedRun, ItsMetricsAreTheLastFile) {
  const fs::path folder = fresh("last_file");
  start_run(solved_config(folder, "linear"), {});
  // A kill between two files: the predictions cannot be written, so nobody may take the run for finished.
  fs::remove(folder / files::kMetrics);
  fs::remove(folder / files::kPredictions);
  fs::create_directories(folder / files::kPredictions / "in the way");
  EXPECT_THAT(error_of([&] { evaluate_run(folder, {}); }), HasSubstr("predictions.csv"));
  EXPECT_FALSE(fs::exists(folder / files::kMetrics));
}

}  // namespace
}  // namespace ebit::experiment
