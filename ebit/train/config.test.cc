#include "ebit/train/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/cell/preset.h"
#include "ebit/train/config_file.h"
#include "ebit/train/model_factory.h"

namespace ebit::train {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return error.what();
  }
  return "no error";
}

std::string file_error(const std::string& text) {
  return error_of([&] {
    Config config;
    for (const Setting& setting : parse_settings(text, "x.toml")) apply_setting(config, setting);
  });
}

TEST(OptionTable, EveryRowIsCompleteAndUnique) {
  std::set<std::string> names;
  for (const OptionRow& row : option_table()) {
    EXPECT_TRUE(names.insert(name_of(row)).second) << name_of(row);
    EXPECT_FALSE(row.help.empty()) << name_of(row);
  }
  for (const std::string_view task : {"", "copying", "translate", "forecast"}) {
    SCOPED_TRACE(task);
    std::set<std::string> flags;
    for (const OptionRow& row : option_table()) {
      if (!belongs_to(row, task)) continue;
      if (row.flag.empty()) {
        EXPECT_TRUE(name_of(row) == "data.file" || name_of(row) == "task.name")
            << name_of(row) << ": only these are given without a flag";
        continue;
      }
      EXPECT_TRUE(flags.insert(std::string(row.flag)).second) << row.flag;
      EXPECT_EQ(row.flag.substr(0, 1), "-");
    }
  }
}

TEST(OptionTable, EveryValueSurvivesTextAndBack) {
  const Config config;
  for (const OptionRow& row : option_table()) {
    Config other;
    const std::string text = value_text(row, config);
    apply_setting(other, {name_of(row), text, "test"});
    EXPECT_EQ(value_text(row, other), text) << name_of(row);
  }
}

TEST(Config, TomlReadsBackExactly) {
  Config config;
  config.data.file = "C:\\data \"x\"\n.csv";
  config.data.set = {{"n", "300"}, {"noise", "gaussian"}};
  config.data.dataset.targets = {"Temp, max", "a\\b", ""};
  config.data.dataset.train = 1.0 / 3.0;
  config.train.optimizer_options.lr = 1e-3;
  config.train.seed = 12345678901234567;
  config.model.kind = "lstm";
  config.train.shuffle = false;
  config.train.entropy_target = 2;
  config.baselines.which = {};
  Config back;
  for (const Setting& setting : parse_settings(to_toml(config), "memory")) apply_setting(back, setting);
  for (const OptionRow& row : option_table()) {
    EXPECT_EQ(value_text(row, back), value_text(row, config)) << name_of(row);
  }
  EXPECT_EQ(to_toml(back), to_toml(config));
  EXPECT_EQ(back.data.dataset.targets, config.data.dataset.targets);
}

TEST(Config, BadFilesAreNamedWithTheirLine) {
  EXPECT_THAT(file_error("[train]\nepochs = = 3\n"), StartsWith("x.toml:2: broken TOML"));
  EXPECT_THAT(file_error("[train]\n\nepochz = 3\n"),
              AllOf(StartsWith("x.toml:3:"), HasSubstr("did you mean 'train.epochs'?")));
  EXPECT_THAT(file_error("[train]\nqqqqqqqqq = 3\n"),
              AllOf(StartsWith("x.toml:2:"), HasSubstr("[train] has epochs, batch")));
  EXPECT_THAT(file_error("[trian]\nepochs = 3\n"),
              AllOf(StartsWith("x.toml:1:"), HasSubstr("did you mean 'train'")));
  EXPECT_THAT(file_error("epochs = 3\n"), AllOf(StartsWith("x.toml:1:"), HasSubstr("outside a section")));
  EXPECT_THAT(file_error("[train]\nepochs = \"many\"\n"),
              HasSubstr("x.toml:2: train.epochs must be a number"));
  EXPECT_THAT(file_error("[train]\nepochs = 2.5\n"), HasSubstr("x.toml:2: '2.5' is not a whole number"));
  EXPECT_THAT(file_error("[train]\nepochs = 99999999999\n"),
              HasSubstr("x.toml:2: '99999999999' is too large"));
  EXPECT_THAT(file_error("[train]\nlr = nan\n"), HasSubstr("is not a finite number"));
  EXPECT_THAT(file_error("[train]\nentropy_target = \"many\"\n"),
              HasSubstr("is not a finite number or none"));
  EXPECT_THAT(file_error("[train]\nshuffle = 1\n"), HasSubstr("must be true or false"));
  EXPECT_THAT(file_error("[train]\noptimizer = \"adma\"\n"),
              AllOf(StartsWith("x.toml:2: train.optimizer: 'adma'"), HasSubstr("did you mean 'adam'")));
  EXPECT_THAT(file_error("[model]\nreadout = 3\n"), HasSubstr("must be a list"));
  EXPECT_THAT(file_error("[baselines]\nwhich = [\"lstm\", \"persistance\"]\n"),
              HasSubstr("did you mean 'persistence'"));
  EXPECT_THAT(file_error("[data]\nset = \"n\"\n"), HasSubstr("is not KEY=VALUE"));
  EXPECT_THAT(error_of([] { resolve_config("absent.toml", {}); }), HasSubstr("absent.toml"));
}

TEST(Config, FlagsWinOverTheFileAndTheFileOverThePreset) {
  const std::filesystem::path path = std::filesystem::path(EBIT_TEST_TMP) / "precedence.toml";
  write_file_atomically(path, "[train]\nepochs = 8\nbatch = 10\n[model]\npreset = \"daskin-extended\"\n");
  const Config config = resolve_config(path, {{"train.epochs", "11", "--epochs"}});
  EXPECT_EQ(config.model.encoder, "cubic-angle");       // preset
  EXPECT_EQ(config.train.optimizer_options.lr, 0.001);  // preset
  EXPECT_EQ(config.train.batch, 10);                    // file over preset
  EXPECT_EQ(config.train.epochs, 11);                   // flag over file
  EXPECT_EQ(config.train.loss, TrainOptions().loss);    // default

  const std::string message = error_of([] {
    resolve_config({}, {{"model.preset", "daskin-colapse", "--preset"}});
  });
  EXPECT_THAT(message, AllOf(StartsWith("--preset:"), HasSubstr("did you mean 'daskin-collapse'")));
}

TEST(Config, EveryPresetIsAModelThatCanBeBuilt) {
  for (const auto& preset : presets()) {
    const Config config = resolve_config({}, {{"model.preset", preset.name, "--preset"}});
    EXPECT_EQ(config.model.kind, "register") << preset.name;
    EXPECT_FALSE(make_model(config, 1, 1, 1)->parameters().empty()) << preset.name;
  }
}

TEST(Config, ListsAndParametersOnTheCommandLine) {
  Config config;
  apply_setting(config, {"data.targets", "a,b\\,c", "--target"});
  EXPECT_EQ(config.data.dataset.targets, (std::vector<std::string>{"a", "b,c"}));
  apply_setting(config, {"data.set", "n=5", "--set"});
  apply_setting(config, {"data.set", "noise=none", "--set"});
  EXPECT_EQ(config.data.set.size(), 2u);
  apply_setting(config, {"baselines.which", "none", "--baselines"});
  EXPECT_TRUE(config.baselines.which.empty());
}

TEST(Config, FingerprintChangesWithWhatShapesLossesOnly) {
  Config config;
  const std::string before = fingerprint(config);
  config.train.epochs = 5;
  config.output.folder = "elsewhere";
  EXPECT_EQ(fingerprint(config), before);
  config.train.batch = 6;
  EXPECT_NE(fingerprint(config), before);
}

TEST(ModelFactory, BuildsEveryKindOfItsTableRepeatably) {
  for (const ModelKind& kind : model_kinds()) {
    Config config;
    config.model.kind = kind.name;
    const auto model = make_model(config, 1, 1, 5), same = make_model(config, 1, 1, 5),
               other = make_model(config, 1, 1, 6);
    ASSERT_FALSE(model->parameters().empty()) << kind.name;
    EXPECT_EQ(model->parameters()[0].scalar_type(), torch::kFloat64) << kind.name;
    EXPECT_TRUE(torch::equal(model->parameters()[0], same->parameters()[0])) << kind.name;
    EXPECT_FALSE(torch::equal(model->parameters()[0], other->parameters()[0])) << kind.name;
    EXPECT_FALSE(kind.help.empty()) << kind.name;
  }
  Config config;
  config.model.kind = "lsmt";
  EXPECT_THAT(error_of([&] { make_model(config, 1, 1, 1); }), HasSubstr("did you mean 'lstm'"));
  config.model.kind = "lstm";
  config.model.hidden_size = 0;
  EXPECT_THAT(error_of([&] { make_model(config, 1, 1, 1); }),
              HasSubstr("hidden size of lstm must be at least 1"));
}

}  // namespace
}  // namespace ebit::train
