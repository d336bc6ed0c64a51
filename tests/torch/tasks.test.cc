// Runs of every problem with models that need torch: what crosses the torch wall.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/fit/safetensors.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/resolve.h"
#include "ebit/torch/backend.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

// A folder of its own for each test, empty at its start.
class Tasks : public testing::Test {
 protected:
  void SetUp() override {
    nn::add_torch_backend();
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
  Config config(const std::string& task, const std::vector<Setting>& more,
                const std::string& run = "run") const {
    std::vector<Setting> settings = {{"model.name", "rnn", "test"},
                                     {"output.plots", "false", "test"},
                                     {"output.checkpoint_seconds", "0", "test"},
                                     {"output.folder", (folder_ / run).string(), "test"}};
    settings.insert(settings.end(), more.begin(), more.end());
    // What is solved at once takes neither epochs nor batches.
    if (takes_steps(resolve(task, std::nullopt, settings)))
      settings.insert(settings.begin(), {{"train.epochs", "2", "test"}, {"train.batch", "4", "test"}});
    Config config = resolve(task, std::nullopt, settings);
    config.model.classical.hidden = 6, config.model.embedding = 4;
    if (!config.given.contains("model.qubits")) config.model.qrnn.qubits = 2;
    return config;
  }

  // Small data for every task.
  std::vector<Setting> data_of(const std::string& task) const {
    if (task == "pauli")
      return {
          {"problem.task_qubits", "2", "t"}, {"problem.length", "5", "t"}, {"problem.epoch_steps", "4", "t"}};
    if (task == "copying") return {{"problem.delay", "3", "t"}, {"problem.epoch_steps", "4", "t"}};
    if (task == "sentiment") {
      std::string text;
      for (int i = 0; i < 40; ++i)
        text += fmt::format("film {} was {}\t{}\n", i, i % 2 ? "good" : "bad", i % 2);
      return {{"corpus.corpus", write("sentences.tsv", text), "t"},
              {"corpus.validation", "0.2", "t"},
              {"corpus.test", "0.2", "t"}};
    }
    if (task == "language-model") {
      std::string text;
      for (int i = 0; i < 300; ++i) text += "abc\n";
      return {{"corpus.corpus", write("text.txt", text), "t"},
              {"problem.bptt", "8", "t"},
              {"corpus.validation", "0.1", "t"},
              {"corpus.test", "0.1", "t"},
              {"problem.sample", "12", "t"}};
    }
    if (task == "translate") {
      std::string text;
      const char* from[] = {"eins", "zwei", "drei", "vier"};
      const char* to[] = {"one", "two", "three", "four"};
      for (int a = 0; a < 4; ++a)
        for (int b = 0; b < 4; ++b)
          for (int c = 0; c < 4; ++c)
            text += fmt::format("{} {} {} .\t{} {} {} .\n", from[a], from[b], from[c], to[a], to[b], to[c]);
      return {{"corpus.corpus", write("pairs.tsv", text), "t"},
              {"corpus.validation", "0.125", "t"},
              {"corpus.test", "0.125", "t"},
              {"problem.beam", "2", "t"}};
    }
    if (find_problem(task).set == kWords)
      return {{"problem.length", "7", "t"}, {"train.validate_every", "1", "t"}};
    if (task == "mnist-01")
      return {
          {"corpus.corpus", "digits", "t"}, {"corpus.limit", "60", "t"}, {"train.validate_every", "1", "t"}};
    if (task == "forecast") return {{"data.generator", "noisy-sine", "t"}, {"data.window", "5", "t"}};
    return {{"corpus.limit", "60", "t"}, {"corpus.test_limit", "30", "t"}};
  }

  fs::path folder_;
};

// losses.csv without its times: epoch, train, validation, lr, gradient_norm, and behind them best and
// metrics.
std::string losses(const fs::path& run) {
  std::string text;
  std::ifstream file(run / files::kLosses);
  for (std::string line; std::getline(file, line);) {
    std::size_t seconds = 0;
    for (int column = 0; column < 5; ++column) seconds = line.find(',', seconds) + 1;
    text += line.substr(0, seconds) + line.substr(line.find(',', seconds) + 1) + "\n";
  }
  return text;
}

// Values of one seed on the test part, one a metric.
const std::vector<double>& values_of(const RunResult& run, std::size_t model = 0) {
  return run.results.models.at(model).seeds.at(0).scores.parts[2]->values;
}

const std::vector<fit::EpochRecord>& history_of(const RunResult& run) {
  return run.results.models.at(0).seeds.at(0).history;
}

TEST_F(Tasks, EveryProblemRunsOnCellsAndClassicalCores) {
  for (const ProblemRow& row : problems()) {
    if (row.name == "mnist" || row.name == "permuted-mnist") continue;  // their data do not come with ebit
    SCOPED_TRACE(row.name);
    std::vector<Setting> settings = data_of(std::string(row.name));
    settings.push_back({"model.name", "qrnn", "test"});
    settings.push_back({"baselines.which", "orthogonal", "test"});
    settings.push_back({"baselines.match", "true", "test"});
    const RunResult run = start_run(config(std::string(row.name), settings, std::string(row.name)), {});
    const Results& results = run.results;
    EXPECT_FALSE(row.help.empty() || results.description.empty() || results.loss_name.empty());
    std::vector<const ModelResult*> trained;
    for (const ModelResult& model : results.models) {
      const SeedResult& seed = model.seeds.at(0);
      ASSERT_EQ(seed.scores.parts[2]->values.size(), results.metrics.size());
      if (model.role == Role::kReference) continue;
      trained.push_back(&model);
      for (const fit::EpochRecord& record : seed.history) {
        EXPECT_TRUE(std::isfinite(record.validation_loss)) << model.name;
        ASSERT_EQ(record.metrics.size(), results.validation_metrics.size());
        for (const double value : record.metrics) EXPECT_TRUE(std::isfinite(value)) << model.name;
      }
    }
    ASSERT_EQ(trained.size(), 2U);
    const double size = static_cast<double>(trained[0]->counts.trained());
    EXPECT_NEAR(static_cast<double>(trained[1]->counts.trained()), size, 0.2 * size);
    EXPECT_NO_THROW(write_report(run));
    EXPECT_TRUE(fs::exists(run.folder / files::kReport));

    const std::string written = read_file(run.folder / files::kMetrics);
    fs::remove(run.folder / files::kMetrics);
    evaluate_run(run.folder, {});
    EXPECT_EQ(read_file(run.folder / files::kMetrics), written) << "scored again, the same to the last bit";
  }
}

TEST_F(Tasks, EveryPairWorksOrIsRefusedWithTheReason) {
  for (const ProblemRow& problem : problems()) {
    if (problem.name == "mnist" || problem.name == "permuted-mnist") continue;
    for (const ModelRow& model : models()) {
      if (model.family == kUntrained) continue;
      SCOPED_TRACE(std::string(problem.name) + " " + model.name);
      std::vector<Setting> settings = data_of(std::string(problem.name));
      settings.push_back({"model.name", model.name, "test"});
      settings.push_back({"baselines.which", "none", "test"});
      settings.push_back({"output.overwrite", "true", "test"});
      if (problem.name == "forecast") settings.push_back({"data.scaler", "minmax-half", "test"});
      const std::string message = error_of([&] {
        Config one = config(std::string(problem.name), settings);
        one.train.epochs = 1;
        start_run(one, {});
      });
      if (message == "no error") continue;
      EXPECT_THAT(model.name, testing::AnyOf("mlp", "linear", "poly-ridge", "esn", "qlstm-v0", "rvqe",
                                             "d-qnn", "ru-qnn", "register-reservoir", "ebit-1",
                                             "qrnn-reservoir", "measured", "measured-free"))
          << message;
      EXPECT_THAT(message,
                  testing::AnyOf(HasSubstr("sees all steps at once"), HasSubstr("answers with numbers"),
                                 HasSubstr("takes steps of numbers, not tokens"),
                                 HasSubstr("reads words of bits and answers with words"),
                                 HasSubstr("measures what a step's setting says"),
                                 HasSubstr("remembers the last steps as they were"),
                                 HasSubstr("take --input-map none"),
                                 HasSubstr("take more qubits, or a linear map in front")));
    }
  }
}

TEST_F(Tasks, MetricsOfTheValidationPartAreThoseOfItsLosses) {
  const RunResult text = start_run(config("language-model", data_of("language-model"), "text"), {});
  for (const fit::EpochRecord& record : history_of(text))
    EXPECT_DOUBLE_EQ(record.metrics[0], std::exp(record.validation_loss));
  // Every character is a token, and its end of line is one of them.
  EXPECT_DOUBLE_EQ(history_of(text)[0].metrics[1], history_of(text)[0].validation_loss / std::log(2.0));
  EXPECT_THAT(read_file(text.folder / files::kLosses),
              StartsWith("epoch,train,validation,lr,gradient_norm,seconds,best,"
                         "validation_perplexity,validation_bits_per_character\n"));
}

TEST_F(Tasks, EveryChoiceOfTheCellIsASetting) {
  const auto with = [&](std::vector<Setting> more) {
    std::vector<Setting> settings = {{"model.name", "qrnn", "t"},
                                     {"problem.delay", "3", "t"},
                                     {"problem.epoch_steps", "2", "t"},
                                     {"train.epochs", "1", "t"},
                                     {"output.overwrite", "true", "t"}};
    settings.insert(settings.end(), more.begin(), more.end());
    return start_run(config("copying", settings), {});
  };
  const auto loss = [](const RunResult& run) { return history_of(run)[0].train_loss; };
  const RunResult plain = with({});
  // Two qubits have 2 first RY and 6 angles of a layer; the network has 4 inputs, 6 readouts and a bias.
  EXPECT_EQ(plain.results.models[0].counts.trained() -
                with({{"model.first_ry", "false", "t"}}).results.models[0].counts.trained(),
            22);
  EXPECT_NEAR(loss(with({{"model.gradient_memory", "store", "t"}})), loss(plain), 1e-5);

  const Setting hidden = {"model.ffn_hidden", "10", "t"}, other = {"model.ffn_hidden", "7", "t"};
  const Setting residual = {"model.residual", "true", "t"};
  EXPECT_NE(loss(with({hidden})), loss(with({hidden, residual}))) << "10 inputs and 10 outputs are added";
  EXPECT_EQ(with({other, residual}).results.models[0].counts.trained() -
                with({other}).results.models[0].counts.trained(),
            70)
      << "a matrix where the widths differ";

  const Setting sampled = {"model.measurement", "sampled", "t"};
  const double all = loss(with({sampled})), first = loss(with({sampled, {"model.measured", "0", "t"}}));
  EXPECT_NE(all, first);
  EXPECT_NE(first, loss(with({sampled, {"model.measured", "0", "t"}, {"model.reset", "true", "t"}})));

  const std::string gates =
      write("gates.toml", "name = \"mine\"\ngates = [{gate = \"RX\", wires = \"all\", angles = [\"a\"]}]\n");
  EXPECT_THAT(with({{"model.ansatz_file", gates, "t"}}).results.models[0].summary, HasSubstr("mine"));
}

TEST_F(Tasks, RunsWithoutWeightsAreTold) {
  EXPECT_THAT(error_of([&] { evaluate_run(folder_ / "none", {}); }), HasSubstr("there is no folder"));
  int polls = 0;
  RunCallbacks stop;
  stop.interrupted = [&] { return ++polls > 2; };
  std::vector<Setting> settings = data_of("copying");
  EXPECT_TRUE(start_run(config("copying", settings), stop).interrupted);
  EXPECT_THAT(error_of([&] { evaluate_run(folder_ / "run", {}); }),
              HasSubstr("holds no trained weights yet: ebit resume trains them"));
}

TEST_F(Tasks, DataThatChangedAreTold) {
  const std::vector<Setting> settings = data_of("sentiment");
  start_run(config("sentiment", settings), {});
  std::vector<std::string> notes;
  RunCallbacks callbacks;
  callbacks.on_note = [&](const std::string& text) { notes.push_back(text); };
  evaluate_run(folder_ / "run", callbacks);
  EXPECT_THAT(notes, testing::Not(testing::Contains(HasSubstr("have changed since the training"))));
  const std::string text = read_file(folder_ / "sentences.tsv");
  write("sentences.tsv",
        text + text.substr(0, text.find('\n') + 1) + "film 41 was good\t1\nfilm 42 was bad\t0\n");
  evaluate_run(folder_ / "run", callbacks);
  EXPECT_THAT(notes, testing::Contains(HasSubstr("have changed since the training")));
}

TEST_F(Tasks, AStoppedRunGoesOnBitForBit) {
  const std::vector<Setting> settings = {{"problem.delay", "3", "t"},
                                         {"problem.epoch_steps", "6", "t"},
                                         {"model.dropout", "0.2", "t"},
                                         {"baselines.which", "gru", "t"}};
  const RunResult whole = start_run(config("copying", settings, "whole"), {});
  int polls = 0;
  RunCallbacks stop;
  stop.interrupted = [&] { return ++polls > 9; };  // in the second epoch
  EXPECT_TRUE(start_run(config("copying", settings, "parts"), stop).interrupted);
  polls = -100;
  const RunResult parts = resume_run(folder_ / "parts", 0, {});
  EXPECT_FALSE(parts.interrupted);
  EXPECT_EQ(losses(whole.folder), losses(parts.folder));
  EXPECT_EQ(losses(whole.folder / "baselines/gru/seed-1"), losses(parts.folder / "baselines/gru/seed-1"));
  const auto a = fit::load_safetensors(whole.folder / files::kBest);
  const auto b = fit::load_safetensors(parts.folder / files::kBest);
  for (const auto& [name, tensor] : a.tensors) EXPECT_EQ(tensor.bytes, b.tensors.at(name).bytes) << name;
  EXPECT_EQ(values_of(whole), values_of(parts));
}

TEST_F(Tasks, ShortEpochsTakeTheBatchesOfWholePassesInTheirOrder) {
  // 48 of 64 pairs in batches of 4 make 12 steps; 4 epochs of 3 steps are one pass.
  const std::vector<Setting> data = data_of("translate");
  std::vector<Setting> whole = data, cut = data;
  whole.push_back({"train.epochs", "1", "t"});
  const RunResult one = start_run(config("translate", whole, "one"), {});
  cut.push_back({"problem.epoch_steps", "3", "t"});
  cut.push_back({"train.epochs", "4", "t"});
  const RunResult four = start_run(config("translate", cut, "four"), {});
  ASSERT_EQ(history_of(four).size(), 4U);
  EXPECT_DOUBLE_EQ(history_of(four).back().validation_loss, history_of(one).back().validation_loss);
}

TEST_F(Tasks, ALanguageModelLearnsAPeriodicText) {
  std::vector<Setting> settings = data_of("language-model");
  settings.push_back({"train.epochs", "30", "t"});
  settings.push_back({"train.lr", "0.02", "t"});
  settings.push_back({"problem.temperature", "0.1", "t"});
  const RunResult run = start_run(config("language-model", settings), {});
  EXPECT_LT(values_of(run)[0], 1.1);          // perplexity
  EXPECT_NEAR(values_of(run, 1)[0], 4, 0.1);  // four characters alike often
  EXPECT_THAT(run.results.models[0].seeds[0].scores.exhibits.at(0).text, HasSubstr("abc\nabc"));
}

// Behind an "a" only what stood before it tells what follows; windows of one token do not show it.
TEST_F(Tasks, ALanguageModelSeesBeyondItsWindowWhereTheStateIsCarried) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "aabaabaab\n";
  const std::string file = write("aab.txt", text);
  const auto perplexity = [&](const char* carry) {
    const auto c = config("language-model",
                          {{"corpus.corpus", file, "t"},
                           {"problem.bptt", "1", "t"},
                           {"problem.carry", carry, "t"},
                           {"model.hidden_size", "12", "t"},
                           {"problem.sample", "20", "t"},
                           {"train.lr", "0.02", "t"},
                           {"train.epochs", "15", "t"}},
                          fmt::format("carry-{}", carry));
    return values_of(start_run(c, {}))[0];
  };
  EXPECT_GT(perplexity("false"), 1.5);
  EXPECT_LT(perplexity("true"), 1.4);
}

TEST_F(Tasks, ASentimentModelLearnsAWord) {
  std::vector<Setting> settings = data_of("sentiment");
  settings.push_back({"train.epochs", "40", "t"});
  settings.push_back({"train.lr", "0.02", "t"});
  settings.push_back({"model.dropout", "0", "t"});
  const RunResult run = start_run(config("sentiment", settings), {});
  EXPECT_EQ(values_of(run)[0], 1);
  EXPECT_NEAR(values_of(run, 1)[0], 0.5, 0.13);
}

TEST_F(Tasks, BadSettingsAreToldInOneLine) {
  EXPECT_THAT(error_of([&] {
                config("copying", {{"model.name", "lstn", "--core"}});
              }),
              HasSubstr("did you mean 'lstm'?"));
  EXPECT_THAT(error_of([&] {
                start_run(config("copying", {{"problem.delay", "0", "t"}}), {});
              }),
              HasSubstr("--delay"));
  EXPECT_THAT(error_of([&] {
                start_run(config("digits", {{"corpus.limit", "-1", "t"}}), {});
              }),
              HasSubstr("--limit"));
  const auto refused = [&](std::vector<Setting> settings) {
    settings.push_back({"model.name", "qrnn", "t"});
    return error_of([&] { start_run(config("copying", settings), {}); });
  };
  const Setting sampled = {"model.measurement", "sampled", "t"};
  EXPECT_THAT(refused({{"model.measured", "0", "t"}}), HasSubstr("belong to measurement 'sampled'"));
  EXPECT_THAT(refused({{"model.reset", "true", "t"}}), HasSubstr("belong to measurement 'sampled'"));
  EXPECT_THAT(refused({sampled, {"model.measured", "0,2", "t"}}),
              HasSubstr("there is no qubit 2 to measure"));
  EXPECT_THAT(refused({sampled, {"model.measured", "0,x", "t"}}),
              HasSubstr("'0,x' is not a list of whole numbers"));
  EXPECT_THAT(refused({{"model.residual", "true", "t"}}), HasSubstr("there are none: give their widths"));
  EXPECT_THAT(refused({{"problem.delay", "2000000000", "t"}}),
              HasSubstr("--delay 2000000000: a batch of 100"));
  EXPECT_THAT(
      error_of([&] {
        start_run(config("digits", {{"corpus.validation", "0", "t"}, {"train.patience", "2", "t"}}), {});
      }),
      HasSubstr("give a share with --validation-share"));
  EXPECT_THAT(error_of([&] {
                start_run(config("forecast", {{"data.generator", "noisy-sine", "t"},
                                              {"data.validation", "0", "t"},
                                              {"train.patience", "2", "t"}}),
                          {});
              }),
              testing::EndsWith("give a share with --validation"));
  EXPECT_THAT(error_of([&] {
                start_run(config("copying", {{"model.name", "qrnn", "t"}, {"model.qubits", "0", "t"}}), {});
              }),
              HasSubstr("at least 1 qubit, not 0"));
  EXPECT_FALSE(fs::exists(folder_ / "run")) << "nothing is written before all is checked";
}

}  // namespace
}  // namespace ebit::experiment
