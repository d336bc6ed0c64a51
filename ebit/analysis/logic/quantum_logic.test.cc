#include "ebit/analysis/logic/quantum_logic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ebit/analysis/logic/logic_report.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/logic/bit_simulator.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A run that libtorch trained: an LSTM of 3 hidden units on 160 values of Mackey-Glass.
fs::path golden_run() { return fs::path(EBIT_SOURCE_DIR) / "tests" / "golden" / "lstm-run"; }

// A copy of it with one text of config.toml replaced.
fs::path changed_run(const std::string& name, const std::string& from, const std::string& to) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / ("lstm-run-" + name);
  fs::remove_all(folder);
  fs::copy(golden_run(), folder);
  std::string config = read_file(folder / "config.toml");
  const std::size_t place = config.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  config.replace(place, from.size(), to);
  write_file_atomically(folder / "config.toml", config);
  return folder;
}

std::string refusal(const fs::path& folder, const LogicOptions& options = {}) {
  try {
    check_logic(folder, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(QuantumLogic, TheRealLstmIsTheOneThatTorchTrained) {
  const LstmRun run = read_lstm_run(golden_run(), {});
  const auto model = lstm_model(run.lstm, nullptr);
  const experiment::Scores scores = run.problem->scores(*model, 1, false);
  std::istringstream lines(read_file(golden_run() / "predictions.csv"));
  std::string line, cell;
  std::getline(lines, line);
  std::array<std::size_t, 3> seen{};
  while (std::getline(lines, line)) {
    std::istringstream cells(line);
    std::vector<std::string> row;
    while (std::getline(cells, cell, ',')) row.push_back(cell);
    const auto part = static_cast<std::size_t>(std::ranges::find(experiment::kPartNames, row.at(2)) -
                                               experiment::kPartNames.begin());
    ASSERT_LT(part, 3u);
    EXPECT_NEAR(scores.predictions[part].at(seen[part]++), std::stod(row.at(4)), 1e-9) << line;
  }
  for (std::size_t part = 0; part < 3; ++part) EXPECT_EQ(seen[part], scores.predictions[part].size());
  EXPECT_GT(seen[2], 20u);
}

TEST(QuantumLogic, ATrainedRunGoesThroughItsCircuits) {
  for (const WeightsAs weights : {WeightsAs::kConstant, WeightsAs::kRegister}) {
    const LogicReport report = check_logic(golden_run(), {.bits = {6, 9, 14}, .weights = weights});
    EXPECT_TRUE(report.right());
    EXPECT_EQ(report.steps, 6);
    ASSERT_EQ(report.rows.size(), 3u);
    double last = 1e9;
    for (const LogicRow& row : report.rows) {
      const LogicCheck& check = *row.check;
      EXPECT_EQ(check.sequences, 26u);
      EXPECT_EQ(check.steps, 26u * 6);
      EXPECT_EQ(check.words, 26u * 6 * 2 * 3);
      EXPECT_EQ(check.different, 0u);
      EXPECT_EQ(check.unclean, 0u);
      EXPECT_LT(check.rms_error, last);
      EXPECT_LE(check.rms_error, check.largest_error);
      last = check.rms_error;
      EXPECT_EQ(check.metrics.size(), report.metrics.size());
      EXPECT_GT(check.superposed.outputs, 8u);
      // The input alone is entangled with the outputs, so neither output can be more than it.
      EXPECT_LE(check.superposed.hidden, check.superposed.input + 1e-9);
      EXPECT_LE(check.superposed.cell, check.superposed.input + 1e-9);
      EXPECT_LE(check.superposed.input, std::log2(static_cast<double>(check.superposed.outputs)) + 1e-9);
    }
    // With many bits what is left is PLAN's error, which is not nothing.
    EXPECT_NEAR(last, report.real->lines_rms, 5e-4);
    EXPECT_GT(report.real->lines_rms, 1e-3);
    EXPECT_NEAR(report.real->exact.at(report.judged), 0.009520, 1e-6);
  }
}

// Chords cost more and are nearer to the sigmoid.
TEST(QuantumLogic, ChordsAreNearer) {
  const LogicReport plan = check_logic(golden_run(), {.bits = {16}});
  const LogicReport chords = check_logic(golden_run(), {.bits = {16}, .gates = "chords"});
  EXPECT_TRUE(chords.right());
  EXPECT_LT(chords.rows[0].check->rms_error, plan.rows[0].check->rms_error / 4);
  EXPECT_LT(chords.real->lines_rms, plan.real->lines_rms / 4);
  EXPECT_GT(chords.rows[0].step.toffoli, plan.rows[0].step.toffoli);
  EXPECT_THAT(logic_text(chords), HasSubstr("real, chords"));
}

// Other parts, fewer windows, a given format whose words are too short for the inputs.
TEST(QuantumLogic, OptionsCount) {
  const LogicReport few = check_logic(golden_run(), {.bits = {8}, .part = "train", .windows = 5});
  EXPECT_EQ(few.part, "train");
  EXPECT_EQ(few.rows[0].check->sequences, 5u);
  EXPECT_GT(few.sequences, 50u);
  EXPECT_THAT(few.notes, testing::Contains(HasSubstr("5 of 106 sequences")));
  const LogicReport all = check_logic(golden_run(), {});
  EXPECT_EQ(all.rows.size(), std::size(kUsualBits));
  EXPECT_EQ(all.rows[0].format.bits - all.rows[0].format.fraction,
            all.rows[5].format.bits - all.rows[5].format.fraction);
}

TEST(QuantumLogic, AStatefulRunIsOneSequence) {
  const fs::path folder = changed_run("stateful", "stateful = false", "stateful = true");
  const LogicReport report = check_logic(folder, {.bits = {10}});
  EXPECT_TRUE(report.right());
  EXPECT_EQ(report.rows[0].check->sequences, 1u);
  EXPECT_EQ(report.rows[0].check->steps, report.sequences * 6);
  EXPECT_GT(report.rows[0].check->rms_error, 0);
}

TEST(QuantumLogic, MeanPoolIsAnotherAnswer) {
  const LogicReport last = check_logic(golden_run(), {.bits = {10}});
  const LogicReport mean = check_logic(changed_run("mean", "pool = 'last'", "pool = 'mean'"), {.bits = {10}});
  EXPECT_GT(std::abs(mean.real->exact[mean.judged] - last.real->exact[last.judged]), 1e-3);
  EXPECT_TRUE(mean.right());
  EXPECT_THAT(mean.notes, testing::Contains(HasSubstr("have changed since the training")));
}

TEST(QuantumLogic, RefusesWhatItCannotCompute) {
  EXPECT_THAT(refusal("nowhere"), HasSubstr("there is no folder 'nowhere'"));
  EXPECT_THAT(refusal(changed_run("gru", "name = 'lstm'", "name = 'gru'")),
              HasSubstr("computes the model lstm, and this run is of gru"));
  EXPECT_THAT(refusal(changed_run("deep", "layers = 1", "layers = 2")),
              HasSubstr("one layer, and this run's has 2"));
  EXPECT_THAT(refusal(changed_run("wide", "hidden_size = 3", "hidden_size = 4")),
              HasSubstr("has another shape"));
  EXPECT_THAT(refusal(golden_run(), {.bits = {8}, .fraction = 6}), HasSubstr("does not fit words of 8 bits"));
  EXPECT_THAT(refusal(golden_run(), {.bits = {4}, .fraction = 3}),
              HasSubstr("--fraction must be from 2 to 2"));
  EXPECT_THAT(refusal(golden_run(), {.bits = {25}}), HasSubstr("--bits must be from 4 to 24, not 25"));
  EXPECT_THAT(refusal(golden_run(), {.bits = {4}}),
              AllOf(HasSubstr("words of 4 bits"), HasSubstr("take --bits 5 or more")));
  EXPECT_THAT(refusal(golden_run(), {.seed = 9}), HasSubstr("no training of seed 9; its seeds are 3 to 3"));
  EXPECT_THAT(refusal(golden_run(), {.part = "tset"}),
              HasSubstr("quantum-logic: there is no part 'tset'; did you mean 'test'"));
  EXPECT_THAT(refusal(golden_run(), {.gates = "cords"}),
              HasSubstr("unknown --gates 'cords'; did you mean 'chords'"));
  EXPECT_THAT(refusal(golden_run(), {.windows = -1}), HasSubstr("--windows"));
  const fs::path untrained = changed_run("untrained", "layers = 1", "layers = 1");
  fs::remove(untrained / "best.safetensors");
  EXPECT_THAT(refusal(untrained), HasSubstr("holds no trained weights yet"));
}

TEST(QuantumLogic, CountsWithoutARun) {
  const LogicReport report = count_logic({.bits = {4, 8}, .features = {1, 2}, .hidden = {2}, .steps = 5});
  ASSERT_EQ(report.rows.size(), 4u);
  EXPECT_TRUE(report.right());
  for (const LogicRow& row : report.rows) {
    EXPECT_EQ(row.sequence.toffoli, 10 * row.step.toffoli);
    EXPECT_FALSE(row.check);
  }
  EXPECT_LT(report.rows[0].step.toffoli, report.rows[1].step.toffoli);
  EXPECT_LT(report.rows[1].step.toffoli, report.rows[3].step.toffoli);
  EXPECT_EQ(report.rows[0].format.fraction, 2);
  EXPECT_EQ(report.rows[1].format.fraction, 4);
  EXPECT_THROW(count_logic({.hidden = {0}}), Error);
  EXPECT_THROW(count_logic({.steps = 0}), Error);
}

// A report of a circuit that is wrong says so.
TEST(QuantumLogic, AWrongWordIsNotOverlooked) {
  LogicReport report = check_logic(golden_run(), {.bits = {8}});
  EXPECT_THAT(logic_text(report), HasSubstr("yes, 936 words"));
  report.rows[0].check->different = 1;
  EXPECT_FALSE(report.right());
  EXPECT_THAT(logic_text(report), HasSubstr("NO: 1 words differ"));
  EXPECT_EQ(to_json(report)["equal"], false);
}

TEST(QuantumLogic, CsvAndJsonHoldEveryRow) {
  const LogicReport report = check_logic(golden_run(), {.bits = {6, 8}});
  std::istringstream lines(logic_csv(report));
  std::string head, row;
  std::getline(lines, head);
  int rows = 0;
  for (; std::getline(lines, row); ++rows)
    EXPECT_EQ(std::ranges::count(row, ','), std::ranges::count(head, ',')) << row;
  EXPECT_EQ(rows, 2);
  const nlohmann::ordered_json json = to_json(report);
  EXPECT_EQ(json["rows"].size(), 2u);
  EXPECT_EQ(json["rows"][1]["step"]["toffoli"], report.rows[1].step.toffoli);
  EXPECT_EQ(json["rows"][1]["check"]["metrics"].size(), report.metrics.size());
  EXPECT_EQ(json["rows"][0]["step"]["t_7"], 7 * report.rows[0].step.toffoli);
}

TEST(QuantumLogic, TheWrittenCircuitIsTheOneThatWasCounted) {
  std::vector<std::string> comments;
  const LogicCircuit circuit = step_circuit({}, {.bits = {4}, .hidden = {1}}, comments);
  const LogicReport report = count_logic({.bits = {4}, .hidden = {1}});
  EXPECT_EQ(counts_of(circuit).toffoli, report.rows[0].step.toffoli);
  EXPECT_EQ(circuit.wires(), report.rows[0].step.qubits);
  EXPECT_THAT(comments, testing::Contains("x: 1 word, least significant bit first, from q[0] to q[3]"));
  EXPECT_THROW(step_circuit({}, {.bits = {4, 5}}, comments), Error);
}

}  // namespace
}  // namespace ebit::analysis
