#include "ebit/task/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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

// losses.csv without its times: epoch, train, validation, lr, gradient_norm, and behind them best and
// metrics.
std::string losses(const fs::path& run) {
  std::string text;
  std::ifstream file(run / train::files::kLosses);
  for (std::string line; std::getline(file, line);) {
    std::size_t seconds = 0;
    for (int column = 0; column < 5; ++column) seconds = line.find(',', seconds) + 1;
    text += line.substr(0, seconds) + line.substr(line.find(',', seconds) + 1) + "\n";
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
      ASSERT_EQ(model.seeds[0].validation_metrics.size(), run.validation_metrics.size());
      for (const std::vector<double>& values : model.seeds[0].validation_metrics) {
        ASSERT_EQ(values.size(), model.seeds[0].validation_losses.size());
        for (const double value : values) EXPECT_TRUE(std::isfinite(value)) << model.name;
      }
    }
    EXPECT_FALSE(run.validation_metrics.empty());
    const double size = static_cast<double>(run.models[0].parameters);
    EXPECT_NEAR(static_cast<double>(run.models[1].parameters), size, 0.2 * size);
    ASSERT_FALSE(run.references.empty());
    EXPECT_EQ(run.references[0].values.size(), run.metrics.size());
    EXPECT_NO_THROW(write_task_report(run));
    EXPECT_TRUE(fs::exists(run.folder / train::files::kReport));
    EXPECT_TRUE(fs::exists(run.folder / train::files::kMetrics));
    std::string plot = "validation-" + run.validation_metrics[0];
    std::ranges::replace(plot, ' ', '-');
    EXPECT_TRUE(fs::exists(run.folder / train::files::kPlots / (plot + ".svg"))) << plot;

    const std::string written = read_file(run.folder / train::files::kMetrics);
    fs::remove(run.folder / train::files::kMetrics);
    const TaskRun again = evaluate_task(run.folder, {});
    EXPECT_EQ(to_json(again).dump(), to_json(run).dump()) << "scored again, the same to the last bit";
    EXPECT_EQ(read_file(run.folder / train::files::kMetrics), written);
  }
}

TEST_F(Tasks, MetricsOfTheValidationPartAreThoseOfItsLosses) {
  const TaskRun text = start_task(config("language-model", data_of("language-model"), "text"), {});
  const SeedScores& seed = text.models[0].seeds[0];
  for (std::size_t e = 0; e < seed.validation_losses.size(); ++e)
    EXPECT_DOUBLE_EQ(seed.validation_metrics[0][e], std::exp(seed.validation_losses[e]));
  // Every character is a token, and its end of line is one of them.
  EXPECT_DOUBLE_EQ(seed.validation_metrics[1][0], seed.validation_losses[0] / std::log(2.0));

  // One target: RMSE in the data's units over the root of the scaled loss is the scaler's factor.
  std::vector<Setting> sine = data_of("forecast");
  sine.push_back({"train.epochs", "4", "t"});
  const TaskRun series = start_task(config("forecast", sine, "series"), {});
  const SeedScores& one = series.models[0].seeds[0];
  const double scale = one.validation_metrics[0][0] / std::sqrt(one.validation_losses[0]);
  for (std::size_t e = 0; e < one.validation_losses.size(); ++e)
    EXPECT_NEAR(one.validation_metrics[0][e], scale * std::sqrt(one.validation_losses[e]), 1e-4 * scale);

  const std::string csv = read_file(text.folder / train::files::kLosses);
  EXPECT_THAT(csv, StartsWith("epoch,train,validation,lr,gradient_norm,seconds,best,"
                              "validation_perplexity,validation_bits_per_character\n"));
}

TEST_F(Tasks, EveryChoiceOfTheCellIsASetting) {
  const auto with = [&](std::vector<Setting> more) {
    std::vector<Setting> settings = {{"task.core", "qrnn", "t"},
                                     {"task.delay", "3", "t"},
                                     {"task.epoch_steps", "2", "t"},
                                     {"train.epochs", "1", "t"},
                                     {"output.overwrite", "true", "t"}};
    settings.insert(settings.end(), more.begin(), more.end());
    return start_task(config("copying", settings), {});
  };
  const auto loss = [](const TaskRun& run) { return run.models[0].seeds[0].train_losses[0]; };
  const TaskRun plain = with({});
  // Two qubits have 2 first RY and 6 angles of a layer; the network has 4 inputs, 6 readouts and a bias.
  EXPECT_EQ(plain.models[0].parameters - with({{"task.first_ry", "false", "t"}}).models[0].parameters, 22);
  EXPECT_NEAR(loss(with({{"task.gradient_memory", "store", "t"}})), loss(plain), 1e-5);

  const Setting hidden = {"task.ffn_hidden", "10", "t"}, other = {"task.ffn_hidden", "7", "t"};
  const Setting residual = {"task.residual", "true", "t"};
  EXPECT_NE(loss(with({hidden})), loss(with({hidden, residual}))) << "10 inputs and 10 outputs are added";
  EXPECT_EQ(with({other, residual}).models[0].parameters - with({other}).models[0].parameters, 70)
      << "a matrix where the widths differ";

  const Setting sampled = {"task.measurement", "sampled", "t"};
  const double all = loss(with({sampled})), first = loss(with({sampled, {"task.measured", "0", "t"}}));
  EXPECT_NE(all, first);
  EXPECT_NE(first, loss(with({sampled, {"task.measured", "0", "t"}, {"task.reset", "true", "t"}})));

  const std::string gates =
      write("gates.toml", "name = \"mine\"\ngates = [{gate = \"RX\", wires = \"all\", angles = [\"a\"]}]\n");
  EXPECT_THAT(with({{"task.ansatz_file", gates, "t"}}).models[0].summary, HasSubstr("mine"));
}

TEST_F(Tasks, RunsWithoutWeightsAreTold) {
  EXPECT_THAT(message_of([&] { evaluate_task(folder_ / "none", {}); }), HasSubstr("there is no folder"));
  int polls = 0;
  train::RunCallbacks stop;
  stop.interrupted = [&] { return ++polls > 2; };
  std::vector<Setting> settings = data_of("copying");
  EXPECT_TRUE(start_task(config("copying", settings), stop).interrupted);
  EXPECT_THAT(message_of([&] { evaluate_task(folder_ / "run", {}); }),
              HasSubstr("holds no trained weights yet: ebit resume trains them"));
}

TEST_F(Tasks, DataThatChangedAreTold) {
  const std::vector<Setting> settings = data_of("sentiment");
  start_task(config("sentiment", settings), {});
  std::vector<std::string> notes;
  train::RunCallbacks callbacks;
  callbacks.on_note = [&](const std::string& text) { notes.push_back(text); };
  evaluate_task(folder_ / "run", callbacks);
  EXPECT_THAT(notes, testing::Not(testing::Contains(HasSubstr("have changed since the training"))));
  const std::string text = read_file(folder_ / "sentences.tsv");
  write("sentences.tsv",
        text + text.substr(0, text.find('\n') + 1) + "film 41 was good\t1\nfilm 42 was bad\t0\n");
  evaluate_task(folder_ / "run", callbacks);
  EXPECT_THAT(notes, testing::Contains(HasSubstr("have changed since the training")));
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

// Behind an "a" only what stood before it tells what follows; windows of one token do not show it.
TEST_F(Tasks, ALanguageModelSeesBeyondItsWindowWhereTheStateIsCarried) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "aabaabaab\n";
  const std::string file = write("aab.txt", text);
  const auto perplexity = [&](const char* carry) {
    const auto c = config("language-model",
                          {{"task.corpus", file, "t"},
                           {"task.bptt", "1", "t"},
                           {"task.carry", carry, "t"},
                           {"task.hidden_size", "12", "t"},
                           {"task.sample", "20", "t"},
                           {"train.lr", "0.02", "t"},
                           {"train.epochs", "15", "t"}},
                          fmt::format("carry-{}", carry));
    return start_task(c, {}).models[0].seeds[0].values[0];
  };
  EXPECT_GT(perplexity("false"), 1.5);
  EXPECT_LT(perplexity("true"), 1.4);
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
  const auto refused = [&](std::vector<Setting> settings) {
    settings.push_back({"task.core", "qrnn", "t"});
    return message_of([&] { start_task(config("copying", settings), {}); });
  };
  const Setting sampled = {"task.measurement", "sampled", "t"};
  EXPECT_THAT(refused({{"task.measured", "0", "t"}}), HasSubstr("belong to measurement 'sampled'"));
  EXPECT_THAT(refused({{"task.reset", "true", "t"}}), HasSubstr("belong to measurement 'sampled'"));
  EXPECT_THAT(refused({sampled, {"task.measured", "0,2", "t"}}), HasSubstr("there is no qubit 2 to measure"));
  EXPECT_THAT(refused({sampled, {"task.measured", "0,x", "t"}}),
              HasSubstr("--measured: 'x' is not a whole number"));
  EXPECT_THAT(refused({{"task.residual", "true", "t"}}), HasSubstr("there are none: give their widths"));
  EXPECT_THAT(refused({{"task.delay", "2000000000", "t"}}), HasSubstr("--delay 2000000000: a batch of 100"));
  EXPECT_THAT(
      message_of([&] {
        start_task(config("digits", {{"task.validation", "0", "t"}, {"train.patience", "2", "t"}}), {});
      }),
      HasSubstr("give a share with --validation-share"));
  EXPECT_THAT(message_of([&] {
                start_task(config("forecast", {{"data.generator", "noisy-sine", "t"},
                                               {"data.validation", "0", "t"},
                                               {"train.patience", "2", "t"}}),
                           {});
              }),
              testing::EndsWith("give a share with --validation"));
  EXPECT_THAT(message_of([&] {
                start_task(config("copying", {{"task.core", "qrnn", "t"}, {"task.qubits", "0", "t"}}), {});
              }),
              HasSubstr("at least 1 qubit, not 0"));
  EXPECT_FALSE(fs::exists(folder_ / "run")) << "nothing is written before all is checked";
}

}  // namespace
}  // namespace ebit::task
