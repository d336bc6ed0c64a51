#include "ebit/fit/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "ebit/fit/test_support.h"

namespace ebit::fit {
namespace {

using ::testing::HasSubstr;

std::filesystem::path scratch(const std::string& name) { return std::filesystem::path(EBIT_TEST_TMP) / name; }

struct Trained {
  Dataset data = wave_data();
  TrainOptions options{.epochs = 2};
  std::shared_ptr<Model> model = make_model(register_spec());
  Trainer trainer{windows_training(model, data, options), options};

  Trained() { trainer.run(); }
};

TEST(Checkpoint, GivesBackWhatWasSaved) {
  const Trained trained;
  TrainState state = trained.trainer.state();
  state.end = End::kInterrupted;
  state.schedule = {.factor = 0.25, .best = 0.5, .waited = 3};
  state.random = make_tensor({3}, std::vector<std::uint8_t>{1, 2, 255}.data());
  for (const bool entropy : {false, true}) {
    for (EpochRecord& record : state.history)
      if (entropy) record.entropy = 0.1 * record.epoch;
    save_checkpoint(scratch("good.safetensors"), state, {{"note", "x"}});
    const Checkpoint back = load_checkpoint(scratch("good.safetensors"), "");
    EXPECT_EQ(back.metadata.at("note"), "x");
    EXPECT_EQ(losses_of(back.state), losses_of(state));
    for (std::size_t e = 0; e < state.history.size(); ++e) {
      const EpochRecord &a = back.state.history[e], &b = state.history[e];
      EXPECT_EQ(std::tie(a.epoch, a.lr, a.gradient_norm, a.seconds, a.improved),
                std::tie(b.epoch, b.lr, b.gradient_norm, b.seconds, b.improved));
      EXPECT_TRUE(entropy ? a.entropy == b.entropy : std::isnan(a.entropy));
    }
    EXPECT_TRUE(same(back.state.model, state.model) && same(back.state.best, state.best) &&
                same(back.state.optimizer, state.optimizer));
    EXPECT_EQ(back.state.random.bytes, state.random.bytes);
    EXPECT_EQ(back.state.best_epoch, state.best_epoch);
    EXPECT_EQ(back.state.best_loss, state.best_loss);
    EXPECT_EQ(back.state.end, End::kInterrupted);
    EXPECT_EQ(std::tie(back.state.schedule.factor, back.state.schedule.best, back.state.schedule.waited),
              std::tie(state.schedule.factor, state.schedule.best, state.schedule.waited));
  }
}

TEST(Checkpoint, BadFilesAreRefusedWithTheirReason) {
  const Trained trained;
  const auto path = scratch("bad.safetensors");
  const auto refusal = [&] { return error_of([&] { load_checkpoint(path, ""); }); };
  save_checkpoint(path, trained.trainer.state(), {{"fingerprint", "abc"}});
  EXPECT_EQ(load_checkpoint(path, "abc").metadata.at("fingerprint"), "abc");
  EXPECT_THAT(error_of([&] { load_checkpoint(path, "abd"); }), HasSubstr("is of another training"));

  // Another model.
  ModelSpec larger = register_spec();
  std::get<RegisterOptions>(std::get<CellOptions>(larger.core)).layers_en = 2;
  const Dataset data = wave_data();
  Trainer other(windows_training(make_model(larger), data, {}), {});
  EXPECT_THAT(error_of([&] { other.restore(load_checkpoint(path, "").state, "bad.safetensors"); }),
              HasSubstr("'bad.safetensors' is of another model"));

  // Another version.
  TensorFile file = load_safetensors(path);
  file.metadata["version"] = "1";
  save_safetensors(path, file);
  EXPECT_THAT(refusal(), HasSubstr("bad.safetensors' was written by an earlier version of ebit (file version "
                                   "1, here 2): train it again"));
  file.metadata["version"] = "3";
  save_safetensors(path, file);
  EXPECT_THAT(refusal(), HasSubstr("by another version of ebit (file version 3, here 2)"));

  // Tensors that are missing or of another size.
  file.metadata["version"] = "2";
  for (const char* name : {"history", "progress", "random"}) {
    TensorFile less = file;
    less.tensors.erase(name);
    save_safetensors(path, less);
    EXPECT_THAT(refusal(), HasSubstr(fmt::format("its tensor '{}' is missing", name)));
  }
  TensorFile short_one = file;
  short_one.tensors["progress"] = make_tensor({1}, std::vector<double>{1}.data());
  save_safetensors(path, short_one);
  EXPECT_THAT(refusal(), HasSubstr("its history has the wrong size"));

  // Truncated at every length.
  const std::string bytes = encode_safetensors(file);
  for (std::size_t size = 0; size < bytes.size(); size += 97) {
    std::ofstream(path, std::ios::binary) << bytes.substr(0, size);
    EXPECT_THAT(refusal(), HasSubstr("bad.safetensors")) << size;
  }

  // A good safetensors file of somebody else, and a file of weights.
  save_safetensors(path,
                   {.tensors = {{"w", make_tensor({1}, std::vector<double>{1}.data())}}, .metadata = {}});
  EXPECT_THAT(refusal(), HasSubstr("not one that ebit wrote"));
  save_weights(path, trained.trainer.state().best, {});
  EXPECT_THAT(refusal(), HasSubstr("not one that ebit wrote"));
  EXPECT_THAT(error_of([&] { load_checkpoint(scratch("absent.safetensors"), ""); }), HasSubstr("absent"));
}

TEST(Checkpoint, WeightsGoIntoAnotherModelOfTheSameMake) {
  const Trained trained;
  const auto path = scratch("weights.safetensors");
  save_weights(path, trained.model->weights(), {{"note", "y"}});
  const SavedWeights saved = load_weights(path);
  EXPECT_EQ(saved.metadata.at("note"), "y");
  const auto again = make_model(register_spec(9));
  again->load(saved.weights, path.string());
  EXPECT_TRUE(same(again->weights(), trained.model->weights()));
  save_checkpoint(path, trained.trainer.state(), {});
  EXPECT_THAT(error_of([&] { load_weights(path); }), HasSubstr("not one that ebit wrote"));
}

}  // namespace
}  // namespace ebit::fit
