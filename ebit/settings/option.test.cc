#include "ebit/settings/option.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/settings/models.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/resolve.h"

namespace ebit::inline settings {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string file_error(const std::string& text) {
  return error_of([&] {
    Config config;
    for (const Setting& setting : parse_settings(text, "x.toml")) apply_setting(config, setting);
  });
}

// A configuration of every model on every problem that has one.
std::vector<Config> all_pairs() {
  std::vector<Config> pairs;
  for (const ProblemRow& problem : problems())
    for (const ModelRow& model : models()) {
      if (model.family == kUntrained) continue;
      pairs.push_back(resolve(problem.name, std::nullopt, {{"model.name", model.name, "--model"}}));
    }
  return pairs;
}

TEST(Resolve, PublishedModelsAreAsPublishedUnlessSomebodyChangesThem) {
  for (const Config& config : all_pairs())
    EXPECT_THAT(changes_of_model(config), testing::IsEmpty())
        << config.model.name << " on " << config.problem.name;
  const Config changed =
      resolve("forecast", std::nullopt,
              {{"model.name", "daskin-collapse", "t"}, {"model.encoder", "cubic-angle", "t"}});
  EXPECT_THAT(changes_of_model(changed), testing::ElementsAre(HasSubstr("encoder cubic-angle (")));
  const Config own =
      resolve("forecast", std::nullopt, {{"model.name", "register", "t"}, {"model.encoder", "basis", "t"}});
  EXPECT_THAT(changes_of_model(own), testing::IsEmpty()) << "nobody published it";
}

TEST(OptionTable, EveryRowIsCompleteAndOneOfItsNameForEachPair) {
  for (const OptionRow& row : option_table()) {
    EXPECT_FALSE(row.help.empty()) << name_of(row);
    EXPECT_TRUE(row.users.families & kAnyModel & ~kUntrained) << name_of(row) << " is for no model";
    EXPECT_TRUE(row.users.problems) << name_of(row) << " is for no problem";
    EXPECT_EQ(row.users.effective == nullptr, row.users.when.empty()) << name_of(row);
  }
  for (const Config& config : all_pairs()) {
    SCOPED_TRACE(config.problem.name + " " + config.model.name);
    std::set<std::string> names, flags;
    for (const OptionRow& row : option_table()) {
      if (!applies(row, config)) continue;
      EXPECT_TRUE(names.insert(name_of(row)).second) << name_of(row);
      if (row.flag.empty()) {
        EXPECT_TRUE(name_of(row) == "data.file" || name_of(row) == "problem.name")
            << name_of(row) << ": only these are given without a flag";
        continue;
      }
      EXPECT_TRUE(flags.insert(std::string(row.flag)).second) << row.flag;
      EXPECT_EQ(row.flag.substr(0, 1), "-");
    }
  }
}

TEST(OptionTable, EveryValueSurvivesTextAndBack) {
  for (const Config& config : all_pairs())
    for (const OptionRow& row : option_table()) {
      if (!applies(row, config)) continue;
      Config other = config;
      const std::string text = value_text(row, config);
      apply_setting(other, {name_of(row), text, "test"});
      EXPECT_EQ(value_text(row, other), text) << name_of(row);
    }
}

TEST(OptionTable, AnOptionWithoutEffectIsRefusedAndSaysWhereItHasOne) {
  const auto refused = [](std::string_view problem, const std::vector<Setting>& flags) {
    return error_of([&] { resolve(problem, std::nullopt, flags); });
  };
  EXPECT_EQ(refused("mnist", {{"data.window", "20", "--window"}}),
            "--window has no effect on the problem mnist: it is an option of forecast");
  EXPECT_THAT(refused("copying", {{"data.targets", "x", "--target"}}),
              StartsWith("--target has no effect on the problem copying"));
  EXPECT_THAT(
      refused("forecast", {{"model.name", "lstm", "--model"}, {"model.n_ancilla", "5", "--n-ancilla"}}),
      AllOf(StartsWith("--n-ancilla has no effect on the model lstm: it is an option of register, "),
            HasSubstr("daskin-collapse")));
  EXPECT_THAT(refused("forecast", {{"problem.delay", "5", "--delay"}}), HasSubstr("an option of copying"));
  EXPECT_EQ(refused("forecast", {{"train.momentum", "0.5", "--momentum"}}),
            "--momentum has no effect here: it counts with --optimizer sgd or rmsprop");
  EXPECT_EQ(refused("forecast",
                    {{"train.momentum", "0.5", "--momentum"}, {"train.optimizer", "sgd", "--optimizer"}}),
            "no error");
  const auto of = [&](const char* model, std::vector<Setting> flags) {
    flags.insert(flags.begin(), {"model.name", model, "--model"});
    return refused("forecast", flags);
  };
  EXPECT_EQ(of("qk-lstm", {{"model.kernel_width", "2", "--kernel-width"}}),
            "--kernel-width has no effect here: it counts with --kernel rbf");
  EXPECT_EQ(of("rbf-lstm", {{"model.kernel_width", "2", "--kernel-width"}}), "no error");
  EXPECT_THAT(of("rbf-lstm", {{"model.encoder", "zz", "--encoder"}}), HasSubstr("with --kernel quantum"));
  EXPECT_THAT(of("qk-lstm", {{"model.references_from", "data", "--references-from"},
                             {"model.init_low", "-2", "--init-low"}}),
              HasSubstr("with --references-from random"));
  EXPECT_THAT(of("qfwp", {{"model.gate_bias", "1", "--gate-bias"}}), HasSubstr("with --gate"));
  EXPECT_EQ(of("qfwp-gated", {{"model.gate_bias", "1", "--gate-bias"}}), "no error");
  EXPECT_THAT(of("qk-lstm-released", {{"model.ansatz", "zz-ring", "--ansatz"}}),
              HasSubstr("with --circuit-layers above 0"));
  EXPECT_THAT(of("qk-lstm", {{"model.ansatz", "zz-ring", "--ansatz"}}),
              HasSubstr("has no effect on the model"));
  // A name that two families have means the one of the model.
  EXPECT_EQ(resolve("forecast", {}, {{"model.name", "qrnn", "t"}, {"model.readout", "Z", "--readout"}})
                .model.qrnn.readout,
            std::vector<std::string>{"Z"});
  EXPECT_EQ(resolve("forecast", {}, {{"model.readout", "Z0", "--readout"}}).model.reg.readout,
            std::vector<std::string>{"Z0"});
}

TEST(Config, TomlReadsBackExactly) {
  Config config;
  config.data.file = "C:\\data \"x\"\n.csv";
  config.data.set = {{"n", "300"}, {"noise", "gaussian"}};
  config.data.dataset.targets = {"Temp, max", "a\\b", ""};
  config.data.dataset.train = 1.0 / 3.0;
  config.train.optimizer_options.lr = 1e-3;
  config.train.seed = 12345678901234567;
  config.train.shuffle = false;
  config.model.entropy.target = 2;
  config.baselines.which = {};
  const Config back = from_toml(to_toml(config), "memory");
  for (const OptionRow& row : option_table()) {
    if (!applies(row, config)) continue;
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
  EXPECT_THAT(file_error("[model]\nentropy_target = \"many\"\n"),
              HasSubstr("is not a finite number or none"));
  EXPECT_THAT(file_error("[train]\nshuffle = 1\n"), HasSubstr("must be true or false"));
  EXPECT_THAT(file_error("[train]\noptimizer = \"adma\"\n"),
              AllOf(StartsWith("x.toml:2: train.optimizer: 'adma'"), HasSubstr("did you mean 'adam'")));
  EXPECT_THAT(file_error("[model]\nreadout = 3\n"), HasSubstr("must be a list"));
  EXPECT_THAT(file_error("[baselines]\nwhich = [\"lstm\", \"persistance\"]\n"),
              HasSubstr("did you mean 'persistence'"));
  EXPECT_THAT(file_error("[data]\nset = \"n\"\n"), HasSubstr("is not KEY=VALUE"));
  EXPECT_THAT(error_of([] { resolve("", "absent.toml", {}); }), HasSubstr("absent.toml"));
}

TEST(Config, FlagsWinOverTheFileAndTheFileOverThePreset) {
  const std::filesystem::path path = std::filesystem::path(EBIT_TEST_TMP) / "precedence.toml";
  write_file_atomically(path, "[train]\nepochs = 8\nbatch = 10\n[model]\nname = \"daskin-extended\"\n");
  const Config config = resolve("", path, {{"train.epochs", "11", "--epochs"}});
  EXPECT_EQ(config.problem.name, "forecast");
  EXPECT_EQ(config.model.reg.encoder, "cubic-angle");      // preset
  EXPECT_EQ(config.train.optimizer_options.lr, 0.001);     // preset
  EXPECT_EQ(config.train.batch, 10);                       // file over preset
  EXPECT_EQ(config.train.epochs, 11);                      // flag over file
  EXPECT_EQ(config.train.loss, fit::TrainOptions().loss);  // default

  EXPECT_THAT(error_of([] {
                resolve("", {}, {{"model.name", "daskin-colapse", "--preset"}});
              }),
              AllOf(StartsWith("--preset:"), HasSubstr("did you mean 'daskin-collapse'")));
  EXPECT_THAT(error_of([] { resolve("copyng", {}, {}); }),
              StartsWith("no problem is called 'copyng'; did you mean 'copying'?"));
}

TEST(Config, ProblemsHaveDefaultsOfTheirOwn) {
  const Config copying = resolve("copying", {}, {});
  EXPECT_EQ(copying.model.name, "qrnn");
  EXPECT_EQ(copying.model.qrnn.angle_scale, 0.03);
  EXPECT_EQ(copying.model.dtype, "float32");
  // A preset on another problem than its authors' is its cell alone.
  const Config fellner = resolve("copying", {}, {{"model.name", "fellner-qrnn", "--model"}});
  EXPECT_EQ(fellner.model.reg.hidden, "coherent");
  EXPECT_EQ(fellner.train.batch, 32);
  const Config lstm = with_model(copying, "lstm");
  EXPECT_EQ(lstm.model.dtype, "float32");
  EXPECT_EQ(lstm.train.clip, copying.train.clip);
}

TEST(Config, ListsAndParametersOnTheCommandLine) {
  Config config;
  apply_setting(config, {"data.targets", "a,b\\,c", "--target"});
  EXPECT_EQ(config.data.dataset.targets, (std::vector<std::string>{"a", "b,c"}));
  apply_setting(config, {"data.targets", "a\"b\\c,C:\\x\\,d\\\\,e\\", "--target"});
  EXPECT_EQ(config.data.dataset.targets, (std::vector<std::string>{"a\"b\\c", "C:\\x,d\\", "e\\"}))
      << "a backslash before anything but a comma or a backslash is itself";
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

TEST(Config, AHorizonIsAStepOrARangeOfThem) {
  Config config;
  const auto set = [&](const std::string& value) {
    apply_setting(config, {"data.horizon", value, "--horizon"});
  };
  const auto text = [&] {
    const std::string toml = to_toml(config);
    const std::size_t at = toml.find("horizon = ");
    return toml.substr(at + 10, toml.find(' ', at + 10) - at - 10);
  };
  set("7");
  EXPECT_EQ(config.data.dataset.steps(), 1u);
  EXPECT_EQ(text(), "7");
  const std::string seven = fingerprint(config);
  set("1..14");
  EXPECT_EQ(config.data.dataset.steps(), 14u);
  EXPECT_EQ(config.data.dataset.first(), 1u);
  EXPECT_EQ(text(), "'1..14'");
  EXPECT_NE(fingerprint(config), seven);
  EXPECT_EQ(from_toml(to_toml(config), "x.toml").data.dataset.steps(), 14u);
  set("7..7");
  EXPECT_EQ(fingerprint(config), seven) << "a range of one step is that step";
  for (const char* bad : {"14..1", "0..3", "1..", "..3", "1...3", "x"})
    EXPECT_THAT(error_of([&] { set(bad); }), HasSubstr("such as 1..14")) << bad;
}

// Several numbers are more than a cell's readouts: a trained map is put behind it where nobody says
// otherwise.
TEST(Config, AHeadIsThereWhereManyNumbersAreAsked) {
  const auto head = [](std::vector<Setting> settings) {
    settings.insert(settings.begin(), {"model.name", "daskin-collapse", "t"});
    const Config config = resolve("forecast", std::nullopt, settings);
    EXPECT_THAT(changes_of_model(config), testing::IsEmpty());
    return config.model.head;
  };
  EXPECT_EQ(head({}), "none");
  EXPECT_EQ(head({{"data.horizon", "1..3", "t"}}), "linear");
  EXPECT_EQ(head({{"train.loss", "quantile", "t"}}), "linear");
  Config own = resolve(
      "forecast", std::nullopt,
      {{"model.name", "daskin-collapse", "t"}, {"data.horizon", "1..3", "t"}, {"model.head", "none", "t"}});
  EXPECT_EQ(own.model.head, "none");
  EXPECT_THAT(error_of([] {
                resolve("forecast", std::nullopt, {{"train.quantiles", "0.5", "--quantiles"}});
              }),
              HasSubstr("with --loss quantile"));
}

}  // namespace
}  // namespace ebit::inline settings
