#include "ebit/bench/restatement.h"

#include <gtest/gtest.h>

#include "ebit/base/error.h"
#include "ebit/bench/training.h"

namespace ebit::bench {
namespace {

std::vector<double> restated(const TrainingProblem& problem, Circuits circuits, int epochs) {
  const auto model = std::dynamic_pointer_cast<nn::RegisterModelImpl>(problem.model());
  Restatement restatement(nn::RegisterModel(model), problem.config.train, circuits);
  const train::TensorPart part = train::to_tensors(problem.data.train, torch::kFloat64);
  std::vector<double> losses;
  for (int e = 0; e < epochs; ++e) losses.push_back(restatement.epoch(part.x, part.y, e));
  return losses;
}

// Any difference of model, order, weights or optimizer shows in the losses of the first epochs.
void expect_equal_losses(const TrainSettings& settings, int epochs) {
  const TrainingProblem problem = sine_problem("daskin-collapse", settings);
  for (const std::string& step : step_choices()) {
    const auto ours = train_losses(problem, epochs, step);
    ASSERT_EQ(ours.size(), static_cast<std::size_t>(epochs));
    EXPECT_LT(ours.back(), ours.front()) << "it learns";
    for (const Circuits circuits : {Circuits::kComplexGates, Circuits::kRealGates, Circuits::kFolded}) {
      const auto theirs = restated(problem, circuits, epochs);
      for (std::size_t e = 0; e < ours.size(); ++e)
        EXPECT_NEAR(theirs[e], ours[e], 1e-10)
            << "way " << int(circuits) << ", step '" << step << "', epoch " << e;
    }
  }
}

TEST(Restatement, LossesEqualOursOnThePapersTraining) { expect_equal_losses({}, 4); }

TEST(Restatement, LossesEqualOursAtOtherSizes) {
  expect_equal_losses({{"model.n_ancilla", "1"}, {"model.layers_en", "3"}, {"model.layers_dis", "1"}}, 3);
  expect_equal_losses({{"model.n_system", "1"}, {"train.batch", "17"}, {"train.shuffle", "false"}}, 3);
}

TEST(Restatement, RefusesAnotherModel) {
  for (const TrainSettings& other : {TrainSettings{{"model.hidden", "probabilities"}},
                                     {{"model.ansatz", "zz-ring"}},
                                     {{"model.head", "linear"}},
                                     {{"model.dis", "adjoint"}},
                                     {{"model.readout", "X1"}},
                                     {{"train.optimizer", "sgd"}},
                                     {{"train.loss", "mae"}}})
    EXPECT_THROW(restated(sine_problem("daskin-collapse", other), Circuits::kFolded, 1), Error)
        << other[0].first << " = " << other[0].second;
}

TEST(TrainingProblem, ThePapersHasItsSeventyWindows) {
  const TrainingProblem problem = sine_problem("daskin-collapse", {});
  EXPECT_EQ(problem.data.train.count, 70u);
  EXPECT_EQ(problem.data.train.steps, 10u);
  EXPECT_EQ(problem.config.train.batch, 5);
}

}  // namespace
}  // namespace ebit::bench
