// The problem pauli: what models see, what they are scored by, and numbers that hold on any number of qubits.
#include "ebit/corpus/pauli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

#include "ebit/base/testing/error_of.h"
#include "ebit/experiment/model_specs.h"
#include "ebit/experiment/problem.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

using ::testing::HasSubstr;

constexpr double kPi = std::numbers::pi;

Config config_of(std::vector<Setting> settings) {
  for (Setting& setting : settings) setting.where = setting.name;
  return resolve("pauli", std::nullopt, settings);
}

std::string message_of(const std::vector<Setting>& settings) {
  return error_of([&] {
    Config config = config_of(settings);
    const auto problem = make_problem(config);
    spec_of(config, *problem);
  });
}

// A measured cell whose numbers are the law: I does nothing, X and Y are turned to Z, parities are measured.
std::unique_ptr<fit::Model> model_of_the_law(const Config& config, const Problem& problem) {
  std::vector<double> turns(12, 0.0), couplings(4, 0.0), phases(4, 0.0);
  turns[3 * 1 + 1] = -kPi / 2, turns[3 * 2 + 2] = kPi / 2;
  for (std::size_t k = 1; k < 4; ++k) couplings[k] = kPi, phases[k] = kPi / 2;
  auto model = fit::make_model(spec_of(config, problem));
  model->load({{"core.turns", fit::make_tensor({4, 3}, turns.data())},
               {"core.couplings", fit::make_tensor({4}, couplings.data())},
               {"core.phases", fit::make_tensor({4}, phases.data())}},
              "test");
  return model;
}

TEST(PauliProblem, TheLawReachesTheFloorOnAnyNumberOfQubits) {
  Config config = config_of({{"problem.task_qubits", "2", ""},
                             {"problem.score_qubits", "1,3,6", ""},
                             {"problem.score_pool", "4", ""},
                             {"problem.score_length", "24", ""}});
  const auto problem = make_problem(config);
  const auto model = model_of_the_law(config, *problem);
  EXPECT_EQ(model->parameters(), 20);
  const std::vector<double> values = problem->scores(*model, 1, false).parts[2]->values;
  const std::vector<MetricName> names = problem->metrics();
  ASSERT_EQ(values.size(), names.size());
  ASSERT_EQ(names[problem->judged_metric()].name, "excess");
  EXPECT_NEAR(values[0], values[1], 1e-12) << "bits and floor";
  EXPECT_NEAR(values[1], 0.8, 0.02) << "3 of 15 strings are determined, and the start knows some more";
  for (std::size_t m = 2; m < values.size(); m += 2) {
    EXPECT_NEAR(values[m], 0, 1e-12) << names[m].name;
    EXPECT_EQ(values[m + 1], 1) << names[m + 1].name;
  }
  EXPECT_NEAR(problem->validate(*model, 1).metrics[0], 0, 1e-12);
}

// The references say what a perfect and an ignorant model do.
TEST(PauliProblem, ReferencesAreTheFloorAndACoin) {
  Config config = config_of({{"problem.score_qubits", "3", ""}, {"problem.setting_pool", "3", ""}});
  const auto problem = make_problem(config);
  const auto references = problem->references();
  ASSERT_EQ(references.size(), 2u);
  const auto &floor = references[0].scores.parts[2]->values, &coin = references[1].scores.parts[2]->values;
  EXPECT_EQ(floor[0], floor[1]);
  EXPECT_EQ(floor[2], 0);
  EXPECT_EQ(coin[0], 1);
  EXPECT_NEAR(coin[2], 1 - floor[1], 1e-12);
  EXPECT_GT(coin[4], 0.1) << "of a small pool many outcomes are determined";
  EXPECT_EQ(floor.size(), problem->metrics().size());
  EXPECT_THAT(references[0].summary, HasSubstr("10 bits"));
  // A model that is wrong: all letters turn a qubit alike.
  const auto model = model_of_the_law(config, *problem);
  fit::Tensors weights = model->weights();
  std::vector<double> half(12, 0.0), zero(4, 0.0), turn(4, kPi / 2);
  for (std::size_t k = 0; k < 4; ++k) half[3 * k + 1] = kPi / 2;
  weights["core.turns"] = fit::make_tensor({4, 3}, half.data());
  weights["core.couplings"] = fit::make_tensor({4}, turn.data());
  weights["core.phases"] = fit::make_tensor({4}, zero.data());
  model->load(weights, "test");
  const auto values = problem->scores(*model, 1, false).parts[2]->values;
  EXPECT_GT(values[2], 0.05);
  // Where a step's outcome is a coin the cross-entropy is what the law costs and the divergence, to the
  // draws.
  EXPECT_NEAR(values[0] - values[1], values[2], 0.05);
}

TEST(PauliProblem, StepsAreLettersAndTheOutcomeBefore) {
  Config config = config_of({{"problem.task_qubits", "1,3", ""}, {"problem.length", "6", ""}});
  const auto problem = make_problem(config);
  EXPECT_EQ(problem->input().width, 13);
  const auto batches = problem->batches(0, 1);
  ASSERT_EQ(batches.size(), 50u);
  for (std::size_t kind = 0; kind < 2; ++kind) {
    const fit::Examples& e = problem->examples(batches[kind]);
    ASSERT_EQ(e.features, 13u);
    EXPECT_EQ(e.labels, e.outcomes);
    std::set<std::int64_t> seen;
    for (std::size_t s = 0; s < e.samples * e.steps; ++s) {
      const double* const x = e.x.data() + s * 13;
      for (std::size_t q = 0; q < 3; ++q) {
        double letters = 0;
        for (std::size_t k = 0; k < 4; ++k) letters += x[4 * q + k];
        EXPECT_EQ(letters, q < (kind == 0 ? 1 : 3) ? 1 : 0);
      }
      const double before = s % 6 == 0 ? 0 : e.outcomes[s - 1] == 0 ? 1 : -1;
      EXPECT_EQ(x[12], before);
      seen.insert(e.outcomes[s]);
    }
    EXPECT_EQ(seen.size(), 2u);
  }
  // The measured cell gets its outcome beside the letters, others get the one before.
  EXPECT_EQ(spec_of(config, *problem).input.core_width(), 13);
  Config qrnn = config_of({{"model.name", "qrnn", ""}, {"problem.task_qubits", "1,3", ""}});
  EXPECT_EQ(spec_of(qrnn, *problem).input.core_width(), 13);
  EXPECT_EQ(spec_of(qrnn, *problem).input.left_out, 0);
}

TEST(PauliProblem, BatchesAreNewFixedAndInTurns) {
  const auto batches_of = [](std::vector<Setting> settings, int pass, std::uint64_t seed) {
    settings.push_back({"problem.epoch_steps", "4", ""});
    settings.push_back({"train.batch", "8", ""});
    Config config = config_of(settings);
    return make_problem(config)->batches(pass, seed);
  };
  std::set<std::int64_t> seen;
  for (int pass = 0; pass < 3; ++pass)
    for (std::uint64_t seed = 1; seed < 4; ++seed)
      for (const fit::Batch& batch : batches_of({}, pass, seed)) seen.insert(batch.begin(), batch.end());
  EXPECT_EQ(seen.size(), 3u * 3 * 4 * 8) << "every sequence is new";
  seen.clear();
  for (int pass = 0; pass < 3; ++pass)
    for (const fit::Batch& batch : batches_of({{"problem.sequences", "20", ""}}, pass, 1))
      seen.insert(batch.begin(), batch.end());
  EXPECT_EQ(seen.size(), 20u);
  const std::vector<Setting> two = {{"problem.task_qubits", "1,2", ""}, {"problem.first_epochs", "1", ""}};
  for (const fit::Batch& batch : batches_of(two, 0, 1))
    for (const std::int64_t row : batch) EXPECT_EQ(row % 2, 0) << "the first alone";
  const auto turns = batches_of(two, 1, 1);
  for (std::size_t b = 0; b < turns.size(); ++b)
    for (const std::int64_t row : turns[b]) EXPECT_EQ(row % 2, static_cast<std::int64_t>(b % 2));
}

TEST(PauliProblem, SettingsByNumberAreOneOfAll) {
  Config config = config_of({{"model.name", "measured-free", ""}, {"problem.length", "5", ""}});
  EXPECT_EQ(config.problem.setting, "number");
  const auto problem = make_problem(config);
  EXPECT_EQ(problem->input().width, 16);
  const fit::Examples& e = problem->examples(problem->batches(0, 1)[0]);
  for (std::size_t s = 0; s < e.samples * e.steps; ++s)
    EXPECT_EQ(std::count(e.x.begin() + static_cast<std::ptrdiff_t>(s * 16),
                         e.x.begin() + static_cast<std::ptrdiff_t>(s * 16 + 15), 1.0),
              1);
  const fit::ModelSpec spec = spec_of(config, *problem);
  EXPECT_EQ(fit::make_model(spec)->parameters(), 15 * 16);
}

// What is trained on few qubits is scored on more where its numbers allow it.
TEST(PauliProblem, OtherModelsAreNotScoredOnMoreQubits) {
  Config config = config_of({{"model.name", "qrnn", ""},
                             {"problem.score_qubits", "1,3", ""},
                             {"model.qubits", "2", ""},
                             {"problem.length", "4", ""}});
  const auto problem = make_problem(config);
  const auto model = fit::make_model(spec_of(config, *problem));
  const auto values = problem->scores(*model, 1, false).parts[2]->values;
  EXPECT_GT(values[4], 0) << "fewer qubits fit";
  EXPECT_TRUE(std::isnan(values[6])) << "more do not";
  ASSERT_EQ(problem->notes().size(), 1u);
  EXPECT_THAT(problem->notes()[0], HasSubstr("above 2 qubits only models"));
}

TEST(PauliProblem, BadSettingsAreOneClearLine) {
  EXPECT_EQ(message_of({}), "no error");
  EXPECT_THAT(message_of({{"problem.task_qubits", "0", ""}}), HasSubstr("1 to 31 qubits, not 0"));
  EXPECT_THAT(message_of({{"problem.score_qubits", "15", ""}}), HasSubstr("at most 14 qubits, not 15"));
  EXPECT_THAT(message_of({{"problem.setting", "number", ""}}), HasSubstr("or the model measured-free"));
  EXPECT_THAT(message_of({{"problem.setting_pool", "-1", ""}}), HasSubstr("--setting-pool must be 0"));
  EXPECT_THAT(message_of({{"problem.score_qubits", "3", ""}, {"problem.score_pool", "-1", ""}}),
              HasSubstr("--score-pool must be 0"));
  EXPECT_THAT(message_of({{"problem.score_qubits", "3", ""}, {"problem.score_length", "-1", ""}}),
              HasSubstr("--score-length must be 0"));
  EXPECT_THAT(message_of({{"problem.length", "0", ""}}), HasSubstr("--length of pauli must be from 1"));
  EXPECT_THAT(message_of({{"problem.epoch_steps", "0", ""}}), HasSubstr("--epoch-steps must be at least 1"));
  EXPECT_THAT(message_of({{"problem.sequences", "-1", ""}}), HasSubstr("--sequences must be 0"));
  EXPECT_THAT(message_of({{"model.name", "measured-free", ""}, {"problem.task_qubits", "1,2", ""}}),
              HasSubstr("--setting number needs one --task-qubits"));
  EXPECT_THAT(message_of({{"model.name", "measured-free", ""}, {"problem.task_qubits", "7", ""}}),
              HasSubstr("4^7 settings"));
  EXPECT_THAT(message_of({{"model.name", "measured-free", ""}, {"problem.score_qubits", "3", ""}}),
              HasSubstr("--score-qubits needs --setting letters"));
  EXPECT_THAT(error_of([] {
                Config config = config_of({});
                make_problem(config)->check_model(config_of({{"model.name", "measured-free", ""}}));
              }),
              HasSubstr("measured-free takes settings by number, and in this run they enter by letters"));
  EXPECT_THAT(message_of({{"model.name", "rvqe", ""}}), HasSubstr("for pauli take measured"));
  EXPECT_THAT(message_of({{"model.name", "esn", ""}}), HasSubstr("answers with numbers, not with classes"));
}

}  // namespace
}  // namespace ebit::experiment
