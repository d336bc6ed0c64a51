#include "ebit/task/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/nn/safetensors.h"

namespace ebit::task {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;
using train::Setting;

// A folder of its own for each test, empty at its start.
class Tasks : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(EBIT_TEST_TMP) / "task" / info->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }

  std::string write(const std::string& name, const std::string& text) const {
    write_file_atomically(folder_ / name, text);
    return (folder_ / name).string();
  }

  // Settings of a quick run; `more` wins.
  train::Config config(const std::string& task, const std::vector<Setting>& more,
                       const std::string& run = "run") const {
    std::vector<Setting> settings = {{"train.epochs", "2", "test"},
                                     {"train.batch", "4", "test"},
                                     {"task.core", "rnn", "test"},
                                     {"task.hidden_size", "6", "test"},
                                     {"task.embedding", "4", "test"},
                                     {"task.qubits", "2", "test"},
                                     {"output.plots", "false", "test"},
                                     {"output.checkpoint_seconds", "0", "test"},
                                     {"output.folder", (folder_ / run).string(), "test"}};
    settings.insert(settings.end(), more.begin(), more.end());
    return resolve_task(task, std::nullopt, settings);
  }

  // Small data for every task.
  std::vector<Setting> data_of(const std::string& task) const {
    if (task == "copying") return {{"task.delay", "3", "t"}, {"task.epoch_steps", "4", "t"}};
    if (task == "sentiment") {
      std::string text;
      for (int i = 0; i < 40; ++i)
        text += fmt::format("film {} was {}\t{}\n", i, i % 2 ? "good" : "bad", i % 2);
      return {{"task.corpus", write("sentences.tsv", text), "t"},
              {"task.validation", "0.2", "t"},
              {"task.test", "0.2", "t"}};
    }
    if (task == "language-model") {
      std::string text;
      for (int i = 0; i < 300; ++i) text += "abc\n";
      return {{"task.corpus", write("text.txt", text), "t"},
              {"task.bptt", "8", "t"},
              {"task.validation", "0.1", "t"},
              {"task.test", "0.1", "t"},
              {"task.sample", "12", "t"}};
    }
    if (task == "translate") {
      std::string text;
      const char* from[] = {"eins", "zwei", "drei", "vier"};
      const char* to[] = {"one", "two", "three", "four"};
      for (int a = 0; a < 4; ++a)
        for (int b = 0; b < 4; ++b)
          for (int c = 0; c < 4; ++c)
            text += fmt::format("{} {} {} .\t{} {} {} .\n", from[a], from[b], from[c], to[a], to[b], to[c]);
      return {{"task.corpus", write("pairs.tsv", text), "t"},
              {"task.validation", "0.125", "t"},
              {"task.test", "0.125", "t"},
              {"task.beam", "2", "t"}};
    }
    if (task == "forecast") return {{"data.generator", "noisy-sine", "t"}, {"data.window", "5", "t"}};
    return {{"task.limit", "60", "t"}, {"task.test_limit", "30", "t"}};
  }

  fs::path folder_;
};

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// losses.csv without its times.
std::string losses(const fs::path& run) {
  std::string text;
  std::ifstream file(run / train::files::kLosses);
  for (std::string line; std::getline(file, line);) {
    const std::size_t last = line.rfind(','), seconds = line.rfind(',', last - 1);
    text += line.substr(0, seconds) + line.substr(last) + "\n";
  }
  return text;
}

TEST_F(Tasks, EveryTaskRunsOnEveryKindOfCore) {
  for (const TaskRow& row : task_table()) {
    if (row.name == "mnist" || row.name == "permuted-mnist") continue;  // their data do not come with ebit
    SCOPED_TRACE(row.name);
    std::vector<Setting> settings = data_of(std::string(row.name));
    settings.push_back({"task.core", "qrnn", "test"});
    settings.push_back({"task.baselines", "orthogonal", "test"});
    const TaskRun run = start_task(config(std::string(row.name), settings, std::string(row.name)), {});
    EXPECT_FALSE(row.help.empty() || run.description.empty() || run.loss_name.empty());
    ASSERT_EQ(run.models.size(), 2U);
    for (const ModelScores& model : run.models) {
      ASSERT_EQ(model.seeds.at(0).values.size(), run.metrics.size());
      for (const double value : model.seeds[0].values) EXPECT_TRUE(std::isfinite(value)) << model.name;
      for (const double loss : model.seeds[0].validation_losses)
        EXPECT_TRUE(std::isfinite(loss)) << model.name;
    }
    const double size = static_cast<double>(run.models[0].parameters);
    EXPECT_NEAR(static_cast<double>(run.models[1].parameters), size, 0.2 * size);
    ASSERT_FALSE(run.references.empty());
    EXPECT_EQ(run.references[0].values.size(), run.metrics.size());
    EXPECT_NO_THROW(write_task_report(run));
    EXPECT_TRUE(fs::exists(run.folder / train::files::kReport));
    EXPECT_TRUE(fs::exists(run.folder / train::files::kMetrics));
  }
}

TEST_F(Tasks, AStoppedRunGoesOnBitForBit) {
  const std::vector<Setting> settings = {{"task.delay", "3", "t"},
                                         {"task.epoch_steps", "6", "t"},
                                         {"task.dropout", "0.2", "t"},
                                         {"task.baselines", "gru", "t"}};
  const TaskRun whole = start_task(config("copying", settings, "whole"), {});
  int polls = 0;
  train::RunCallbacks stop;
  stop.interrupted = [&] { return ++polls > 9; };  // in the second epoch
  EXPECT_TRUE(start_task(config("copying", settings, "parts"), stop).interrupted);
  polls = -100;
  const TaskRun parts = resume_task(folder_ / "parts", 0, {});
  EXPECT_FALSE(parts.interrupted);
  EXPECT_EQ(losses(whole.folder), losses(parts.folder));
  EXPECT_EQ(losses(whole.folder / "baselines/gru/seed-1"), losses(parts.folder / "baselines/gru/seed-1"));
  const auto a = nn::load_safetensors(whole.folder / train::files::kBest);
  const auto b = nn::load_safetensors(parts.folder / train::files::kBest);
  for (const auto& [name, tensor] : a.tensors) EXPECT_TRUE(tensor.equal(b.tensors.at(name))) << name;
  EXPECT_EQ(whole.models[0].seeds[0].values, parts.models[0].seeds[0].values);
  EXPECT_TRUE(is_task_folder(parts.folder));
}

TEST_F(Tasks, ShortEpochsTakeTheBatchesOfWholePassesInTheirOrder) {
  // 48 of 64 pairs in batches of 4 make 12 steps; 4 epochs of 3 steps are one pass.
  const std::vector<Setting> data = data_of("translate");
  std::vector<Setting> whole = data, cut = data;
  whole.push_back({"train.epochs", "1", "t"});
  const TaskRun one = start_task(config("translate", whole, "one"), {});
  cut.push_back({"task.epoch_steps", "3", "t"});
  cut.push_back({"train.epochs", "4", "t"});
  const TaskRun four = start_task(config("translate", cut, "four"), {});
  ASSERT_EQ(four.models[0].seeds[0].train_losses.size(), 4U);
  EXPECT_DOUBLE_EQ(four.models[0].seeds[0].validation_losses.back(),
                   one.models[0].seeds[0].validation_losses.back());
}

TEST_F(Tasks, ALanguageModelLearnsAPeriodicText) {
  std::vector<Setting> settings = data_of("language-model");
  settings.push_back({"train.epochs", "30", "t"});
  settings.push_back({"train.lr", "0.02", "t"});
  settings.push_back({"task.temperature", "0.1", "t"});
  const TaskRun run = start_task(config("language-model", settings), {});
  EXPECT_LT(run.models[0].seeds[0].values[0], 1.1);  // perplexity
  EXPECT_NEAR(run.references[0].values[0], 4, 0.1);  // four characters alike often
  EXPECT_THAT(run.exhibits.at(0).text, HasSubstr("abc\nabc"));
}

TEST_F(Tasks, ASentimentModelLearnsAWord) {
  std::vector<Setting> settings = data_of("sentiment");
  settings.push_back({"train.epochs", "40", "t"});
  settings.push_back({"train.lr", "0.02", "t"});
  settings.push_back({"task.dropout", "0", "t"});
  const TaskRun run = start_task(config("sentiment", settings), {});
  EXPECT_EQ(run.models[0].seeds[0].values[0], 1);
  EXPECT_NEAR(run.references[0].values[0], 0.5, 0.13);
}

TEST_F(Tasks, BadSettingsAreToldInOneLine) {
  EXPECT_THAT(message_of([] { resolve_task("copyng", std::nullopt, {}); }),
              StartsWith("no task is called 'copyng'; did you mean 'copying'?"));
  EXPECT_THAT(message_of([] { resolve_task("", std::nullopt, {}); }),
              HasSubstr("which task? One of: copying"));
  EXPECT_THAT(message_of([&] {
                config("copying", {{"task.core", "lstn", "--core"}});
              }),
              HasSubstr("did you mean 'lstm'?"));
  EXPECT_THAT(message_of([&] {
                start_task(config("copying", {{"task.delay", "0", "t"}}), {});
              }),
              HasSubstr("--delay"));
  EXPECT_THAT(message_of([&] {
                start_task(config("copying", {{"task.limit", "-1", "t"}}), {});
              }),
              HasSubstr("--limit"));
  EXPECT_THAT(message_of([&] {
                start_task(config("copying", {{"task.core", "qrnn", "t"}, {"task.qubits", "0", "t"}}), {});
              }),
              HasSubstr("at least 1 qubit, not 0"));
  EXPECT_FALSE(fs::exists(folder_ / "run")) << "nothing is written before all is checked";
}

}  // namespace
}  // namespace ebit::task
