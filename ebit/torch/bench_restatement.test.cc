#include "ebit/torch/bench_restatement.h"

#include <gtest/gtest.h>

#include "ebit/base/error.h"
#include "ebit/data/generator.h"
#include "ebit/fit/trainer.h"
#include "ebit/fit/windows_examples.h"
#include "ebit/torch/backend.h"

namespace ebit::nn {
namespace {

// A cell read after the last step on the noisy sine, with how it is trained.
struct Problem {
  RegisterOptions cell;
  fit::TrainOptions train{.batch = 5};

  Windows windows() const {
    const Series series = generate_series("noisy-sine", {}, 0);
    DatasetOptions options;
    options.targets = {series.names[0]};
    options.validation = 0;
    return make_dataset(series, options).train;
  }
  std::shared_ptr<fit::Model> model(std::string_view step) const {
    return fit::make_model({.core = CellOptions(cell), .input = {.steps = 10}, .head = {.linear = false}},
                           step);
  }
};

std::vector<double> our_losses(const Problem& problem, std::string_view step, int epochs) {
  fit::TrainOptions options = problem.train;
  options.epochs = epochs;
  const Windows windows = problem.windows();
  fit::Examples examples;
  fit::Training training{.model = problem.model(step), .step = nullptr, .batches = {}, .examples = {}};
  training.step = training.model->make_step(options);
  training.batches = [&](int epoch) {
    return fit::epoch_batches(windows.count, options.batch, options.shuffle, options.seed, epoch);
  };
  training.examples = [&](const fit::Batch& batch) -> const fit::Examples& {
    fit::fill(windows, batch, examples);
    return examples;
  };
  fit::Trainer trainer(std::move(training), options);
  trainer.run();
  std::vector<double> losses;
  for (const fit::EpochRecord& record : trainer.progress().history) losses.push_back(record.train_loss);
  return losses;
}

template <Circuits circuits>
std::vector<double> restated(const Problem& problem, int epochs) {
  const auto model = problem.model("native");
  const auto& cell = std::get<RegisterOptions>(std::get<CellOptions>(model->spec().core));
  return restated_losses<circuits>(cell, fit::cell_parameters(model->spec(), model->weights()),
                                   problem.windows(), problem.train, epochs);
}

// Any difference of model, order, weights or optimizer shows in the losses of the first epochs.
void expect_equal_losses(const Problem& problem, int epochs) {
  add_torch_backend();
  const std::vector<double> ways[] = {restated<Circuits::kComplexGates>(problem, epochs),
                                      restated<Circuits::kRealGates>(problem, epochs),
                                      restated<Circuits::kFolded>(problem, epochs)};
  for (const std::string_view step : {"native", "torch"}) {
    const auto ours = our_losses(problem, step, epochs);
    ASSERT_EQ(ours.size(), static_cast<std::size_t>(epochs));
    EXPECT_NE(ours.back(), ours.front()) << "the weights move";
    for (const auto& theirs : ways)
      for (std::size_t e = 0; e < ours.size(); ++e)
        EXPECT_NEAR(theirs[e], ours[e], 1e-10) << "way " << (&theirs - ways) << ", " << step;
  }
}

TEST(Restatement, LossesEqualOursOnThePapersTraining) { expect_equal_losses({}, 4); }

TEST(Restatement, LossesEqualOursAtOtherSizes) {
  expect_equal_losses({.cell = {.ancilla = 1, .layers_en = 3, .layers_dis = 1}}, 3);
  expect_equal_losses({.cell = {.system = 1}, .train = {.batch = 17, .shuffle = false}}, 3);
}

TEST(Restatement, RefusesAnotherModel) {
  for (const Problem& other :
       {Problem{.cell = {.hidden = "probabilities"}}, Problem{.cell = {.ansatz = "zz-ring"}},
        Problem{.cell = {.dis = "adjoint"}}, Problem{.cell = {.readout = {"X1"}}},
        Problem{.cell = {}, .train = {.optimizer = "sgd"}}, Problem{.cell = {}, .train = {.loss = "mae"}}})
    EXPECT_THROW(restated<Circuits::kFolded>(other, 1), Error);
}

}  // namespace
}  // namespace ebit::nn
