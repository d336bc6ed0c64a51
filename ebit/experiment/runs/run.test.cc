#include "ebit/experiment/runs/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/data/metrics.h"
#include "ebit/experiment/runs/testing/small_run.h"
#include "ebit/fit/checkpoint.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using testing::fresh;
using ::testing::HasSubstr;
using testing::small_config;

// losses.csv without its column of seconds, the one that may differ.
std::string losses_without_seconds(const fs::path& folder) {
  std::ifstream in(folder / files::kLosses);
  std::string text, line;
  while (std::getline(in, line)) {
    std::vector<std::string> cells;
    std::stringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i != 5) text += cells[i] + ",";
    }
    text += "\n";
  }
  return text;
}

TEST(Run, WritesACompleteFolder) {
  const fs::path folder = fresh("complete");
  Config config = small_config(folder);
  config.seeds = 2;
  const RunResult result = start_run(config, {});
  EXPECT_FALSE(result.interrupted);
  for (const char* name : {files::kConfig, files::kLosses, files::kMetrics, files::kPredictions, files::kBest,
                           files::kLast, files::kLog}) {
    EXPECT_TRUE(fs::exists(folder / name)) << name;
  }
  EXPECT_TRUE(fs::exists(folder / "seeds/2/best.safetensors"));
  EXPECT_TRUE(fs::exists(folder / "baselines/fellner-qrnn/seed-1/predictions.csv"));
  EXPECT_TRUE(fs::exists(folder / "baselines/fellner-qrnn/seed-2/losses.csv"));

  const json metrics = json::parse(read_file(folder / files::kMetrics));
  ASSERT_EQ(metrics["models"].size(), 4u);
  EXPECT_EQ(metrics["models"][0]["name"], "daskin-collapse");
  EXPECT_EQ(metrics["models"][0]["seeds"].size(), 2u);
  EXPECT_EQ(metrics["models"][0]["parameters"], 2 * 2 * 4 + 8);
  EXPECT_EQ(metrics["models"][0]["counts"], json({{"quantum", 16}, {"classical", 8}, {"frozen", 0}}));
  EXPECT_EQ(metrics["models"][1]["name"], "persistence");
  EXPECT_EQ(metrics["models"][2]["name"], "seasonal-naive");
  const double mean = metrics["models"][0]["mean"]["test"]["RMSE"];
  const double first = metrics["models"][0]["seeds"][0]["parts"]["test"]["values"]["RMSE"];
  const double second = metrics["models"][0]["seeds"][1]["parts"]["test"]["values"]["RMSE"];
  EXPECT_NEAR(mean, (first + second) / 2, 1e-12);
  EXPECT_NEAR(metrics["models"][0]["spread"]["test"]["RMSE"], std::abs(first - second) / std::sqrt(2.0),
              1e-12);
  EXPECT_FALSE(metrics["verdicts"].empty());

  // predictions.csv is in the data's units: its errors are those of metrics.json.
  const std::string text = read_file(folder / files::kPredictions);
  EXPECT_THAT(text,
              HasSubstr("time,row,part,\"temp, max truth\",\"temp, max prediction\",\"temp, max lower\","
                        "\"temp, max upper\"\n2024-01-05,4,train,"));
  EXPECT_THAT(text, ContainsRegex(",train,[^\n]*,,\n")) << "intervals are those of the test part";
  std::vector<double> truth, prediction;
  double inside = 0;
  std::stringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(",test,") == std::string::npos) continue;
    std::vector<std::string> cells;
    std::stringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    ASSERT_EQ(cells.size(), 7u) << line;
    truth.push_back(std::stod(cells[3]));
    prediction.push_back(std::stod(cells[4]));
    const double lower = std::stod(cells[5]), upper = std::stod(cells[6]);
    EXPECT_NEAR((lower + upper) / 2, prediction.back(), 1e-9);
    inside += lower <= truth.back() && truth.back() <= upper;
  }
  EXPECT_NEAR(metric("RMSE", truth, prediction, 1.0), first, 1e-9);
  const json& intervals = metrics["models"][0]["seeds"][0]["parts"]["test"]["interval"];
  EXPECT_NEAR(inside / static_cast<double>(truth.size()), intervals["coverage"], 1e-12) << intervals;
}

TEST(Run, TheResolvedConfigRepeatsTheRun) {
  const fs::path folder = fresh("repeat-1"), again = fresh("repeat-2");
  start_run(small_config(folder), {});
  Config config = read_run_config(folder);
  config.output.folder = again.string();
  start_run(config, {});
  EXPECT_EQ(read_file(folder / files::kPredictions), read_file(again / files::kPredictions));
  EXPECT_EQ(losses_without_seconds(folder), losses_without_seconds(again));
}

TEST(Run, AnInterruptedRunResumesToTheSameLosses) {
  const fs::path straight = fresh("straight"), stopped = fresh("stopped");
  start_run(small_config(straight), {});
  RunCallbacks callbacks;
  int polls = 0;
  callbacks.interrupted = [&] { return ++polls == 25; };
  EXPECT_TRUE(start_run(small_config(stopped), callbacks).interrupted);
  EXPECT_FALSE(fs::exists(stopped / files::kMetrics));
  EXPECT_FALSE(resume_run(stopped, 0, {}).interrupted);
  EXPECT_EQ(losses_without_seconds(straight), losses_without_seconds(stopped));
  EXPECT_EQ(read_file(straight / files::kPredictions), read_file(stopped / files::kPredictions));
  const fs::path other = "baselines/fellner-qrnn/seed-1";
  EXPECT_EQ(losses_without_seconds(straight / other), losses_without_seconds(stopped / other));
}

TEST(Run, ARunKilledAtAnyMomentResumesToTheSameLosses) {
  const fs::path straight = fresh("never-killed"), killed = fresh("killed");
  Config config = small_config(straight);
  config.train.epochs = 12;
  config.baselines.which = {};
  start_run(config, {});
  config.output.folder = killed.string();
  // A child process is killed by SIGKILL again and again, at another moment each time.
  bool done = false;
  int kills = 0;
  for (int round = 0; round < 60 && !done; ++round) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      int code = 3;
      try {
        if (is_run_folder(killed)) {
          resume_run(killed, 0, {});
        } else {
          start_run(config, {});
        }
        code = 0;
      } catch (const std::exception&) {
      }
      _exit(code);
    }
    usleep(static_cast<useconds_t>(8000 + 7000 * round));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    done = WIFEXITED(status);
    if (done) {
      EXPECT_EQ(WEXITSTATUS(status), 0);
    }
    kills += done ? 0 : 1;
  }
  ASSERT_TRUE(done);
  EXPECT_GE(kills, 1);
  EXPECT_EQ(losses_without_seconds(straight), losses_without_seconds(killed));
  EXPECT_EQ(read_file(straight / files::kPredictions), read_file(killed / files::kPredictions));
}

TEST(Run, MoreEpochsGoOnWhereTheRunEnded) {
  const fs::path folder = fresh("longer"), straight = fresh("long-at-once");
  Config config = small_config(folder);
  start_run(config, {});
  resume_run(folder, 6, {});
  config.train.epochs = 6;
  config.output.folder = straight.string();
  start_run(config, {});
  EXPECT_EQ(losses_without_seconds(folder), losses_without_seconds(straight));
  EXPECT_THAT(error_of([&] { resume_run(folder, 2, {}); }), HasSubstr("--epochs 2 is not above the run's 6"));
}

TEST(Run, AnEntropyInTheLossIsRecordedAndResumed) {
  Config config = small_config(fresh("entropy"));
  config.model.entropy = {.weight = 0.2, .target = 0.5};
  config.baselines.which = {};
  start_run(config, {});
  const std::string straight = read_file(config.output.folder + "/losses.csv");
  EXPECT_THAT(straight, HasSubstr("best,entropy\n"));
  EXPECT_THAT(read_file(config.output.folder + "/config.toml"), HasSubstr("entropy_target = 0.5"));
  const auto entropies_of = [](const Config& c) {
    std::vector<double> all;
    for (const fit::EpochRecord& r :
         fit::load_checkpoint(fs::path(c.output.folder) / files::kLast, "").state.history)
      all.push_back(r.entropy);
    return all;
  };
  Config begun = config;
  begun.output.folder = fresh("entropy-resumed").string();
  begun.train.epochs = 2;
  start_run(begun, {});
  resume_run(begun.output.folder, 4, {});
  EXPECT_EQ(entropies_of(begun), entropies_of(config));
  for (const double s : entropies_of(config)) EXPECT_GT(s, 0);
}

TEST(Run, ALossThatBecomesNanKeepsTheLastGoodCheckpoint) {
  const fs::path folder = fresh("diverging");
  Config config = small_config(folder);
  config.baselines.which = {};
  config.model.head = "linear", config.model.dtype = "float32";
  config.train.optimizer = "sgd", config.train.optimizer_options.lr = 4;
  config.train.epochs = 200;
  const std::string message = error_of([&] { start_run(config, {}); });
  EXPECT_THAT(message, AllOf(HasSubstr("the training loss became"), HasSubstr("batch"), HasSubstr("--lr")));
  const fit::TrainState state = fit::load_checkpoint(folder / files::kLast, "").state;
  EXPECT_GE(state.history.size(), 1u);
  EXPECT_EQ(state.end, fit::End::kDiverged);
  for (const double number : fit::as_doubles(state.model.at("head.weight"), "head.weight"))
    EXPECT_TRUE(std::isfinite(number));
}

TEST(Run, ARunIsScoredByItsBestWeightsAlone) {
  const fs::path folder = fresh("weights-alone");
  Config config = small_config(folder);
  config.baselines.which = {};
  const RunResult before = start_run(config, {});
  fs::remove(folder / files::kLast);
  std::vector<std::string> notes;
  RunCallbacks callbacks;
  callbacks.on_note = [&](const std::string& note) { notes.push_back(note); };
  const RunResult after = evaluate_run(folder, callbacks);
  EXPECT_EQ(after.results.models[0].seeds[0].scores.parts[2]->values,
            before.results.models[0].seeds[0].scores.parts[2]->values);
  EXPECT_THAT(notes, ::testing::Contains(HasSubstr("there is no last.safetensors")));

  fit::SavedWeights weights = fit::load_weights(folder / files::kBest);
  auto& bytes = weights.weights.begin()->second.bytes;
  std::fill(bytes.begin(), bytes.end(), std::byte{0xFF});  // all ones is NaN
  fit::save_weights(folder / files::kBest, weights.weights, weights.metadata);
  EXPECT_THAT(error_of([&] { evaluate_run(folder, {}); }),
              AllOf(HasSubstr("best.safetensors"), HasSubstr("NaN")));
}

TEST(Run, CellsOfEveryFamilyAnswerClassesToo) {
  for (const std::string model : {"daskin-collapse", "fellner-qrnn", "li-pqrnn", "qrnn"}) {
    SCOPED_TRACE(model);
    Config config = resolve("digits", std::nullopt,
                            {{"model.name", model, "--model"},
                             {"corpus.limit", "60", "--limit"},
                             {"corpus.test_limit", "20", "--test-limit"},
                             {"train.epochs", "2", "--epochs"},
                             {"output.folder", fresh("digits-" + model).string(), "-o"}});
    if (model == "qrnn") config.model.qrnn.qubits = 3;
    if (model == "fellner-qrnn" || model == "li-pqrnn") {
      // Eight numbers a step do not fit on two wires: a trained map is needed, which torch computes.
      EXPECT_THAT(error_of([&] { start_run(config, {}); }), HasSubstr("libtorch"));
      continue;
    }
    const RunResult result = start_run(config, {});
    const auto& scores = result.results.models.at(0).seeds.at(0).scores.parts[2];
    ASSERT_TRUE(scores.has_value());
    EXPECT_GE(scores->values[0], 0) << "accuracy";
    EXPECT_EQ(scores->values.size(), result.results.metrics.size());
    EXPECT_EQ(result.results.models.at(1).role, Role::kReference);
    EXPECT_NO_THROW(write_report(result));
    EXPECT_TRUE(fs::exists(result.folder / files::kReport));
  }
}

}  // namespace
}  // namespace ebit::experiment
