#include "ebit/fit/data_start.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/testing/error_of.h"
#include "ebit/fit/test_support.h"
#include "ebit/fit/trainer.h"
#include "ebit/fit/windows_examples.h"

namespace ebit::fit {
namespace {

ModelSpec spec_of(std::string_view start, std::string_view dtype) {
  KernelOptions kernel;
  kernel.start = start, kernel.references = 3;
  ModelSpec spec;
  spec.core = kernel, spec.dtype = dtype;
  return spec;
}

TEST(DataStart, ReferencesAreInputsOfTheTrainingPart) {
  for (const char* dtype : {"float64", "float32"}) {
    const auto model = make_model(spec_of("data", dtype));
    const Tensors before = model->weights();
    const Examples examples = random_examples(model->spec(), 4, 3, 5, /*lengths=*/true);
    start_from_data(*model, examples, 1);
    const Tensors after = model->weights();
    for (const auto& [name, tensor] : after)
      EXPECT_EQ(tensor.bytes == before.at(name).bytes, name != "core.references") << name;
    const std::vector<double> references = as_doubles(after.at("core.references"), "references");
    for (std::size_t j = 0; j < 3; ++j) {
      const auto same = [&](double x) { return std::abs(x - references[4 * j + 3]) < 1e-7; };
      EXPECT_TRUE(std::ranges::any_of(examples.x, same)) << dtype << " " << j;  // v = [h, x]
    }
    start_from_data(*model, examples, 2);
    EXPECT_NE(model->weights().at("core.references").bytes, after.at("core.references").bytes);
  }
}

TEST(DataStart, OtherModelsAreLeftAlone) {
  const auto model = make_model(spec_of("random", "float64"));
  EXPECT_FALSE(starts_from_data(model->spec()));
  const auto before = model->weights().at("core.references").bytes;
  start_from_data(*model, random_examples(model->spec(), 4, 3, 5), 1);
  EXPECT_EQ(model->weights().at("core.references").bytes, before);
  ModelSpec translator = spec_of("data", "float64");
  translator.head.answer = Answer::kTranslation;
  EXPECT_TRUE(starts_from_data(translator));
}

// A training starts its references once, also where it was interrupted in its first epoch.
TEST(DataStart, ATrainingStartsFromItsFirstBatch) {
  const Dataset data = wave_data();
  const auto losses = [&](bool interrupt, std::string_view start) {
    const std::shared_ptr<Model> model = make_model(spec_of(start, "float64"));
    TrainOptions options;
    options.epochs = 3;
    Trainer trainer(windows_training(model, data, options), options);
    int polls = 0;
    TrainCallbacks callbacks;
    if (interrupt) callbacks.interrupted = [&] { return ++polls == 3; };
    if (interrupt) {
      EXPECT_EQ(trainer.run(callbacks).end, End::kInterrupted);
    }
    EXPECT_EQ(trainer.run().end, End::kFinished);
    return losses_of(trainer.progress());
  };
  EXPECT_EQ(losses(false, "data"), losses(true, "data"));
  EXPECT_NE(losses(false, "data"), losses(false, "random"));
}

}  // namespace
}  // namespace ebit::fit
