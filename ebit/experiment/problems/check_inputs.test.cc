#include "ebit/experiment/problems/check_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/error.h"

namespace ebit::experiment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A ramp: scaled to [-1, 1] on the first half, the second half lies above.
Series ramp(int rows) {
  Series series{
      .source = "ramp.csv", .names = {"t", "u"}, .times = {}, .values = {}, .warnings = {}, .aliases = {}};
  for (int row = 0; row < rows; ++row) {
    series.times.push_back("day " + std::to_string(row));
    series.values.insert(series.values.end(), {static_cast<double>(row), 1.0 * (row % 2)});
  }
  return series;
}

Config config_with(const std::string& encoder, const std::string& scaler) {
  Config config;
  config.model.reg.encoder = encoder;
  config.data.dataset.targets = {"t"};
  config.data.dataset.window = 3;
  config.data.dataset.horizon = 2;
  config.data.dataset.train = 0.5;
  config.data.dataset.validation = 0;
  config.data.dataset.scaler = scaler;
  return config;
}

std::string refusal(const Config& config) {
  try {
    check_inputs(config, make_dataset(ramp(40), config.data.dataset));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(CheckInputs, NamesTheRowAndTheWayOut) {
  // Row 19 is the last training row and becomes 1; row 20 is the first one above.
  EXPECT_THAT(refusal(config_with("arccos-angle", "minmax-sym")),
              AllOf(HasSubstr("ramp.csv row 21 (day 20), column 't': 1.105"), HasSubstr("[-1, 1]"),
                    HasSubstr("--scaler minmax-half")));
  EXPECT_THAT(refusal(config_with("arccos-angle", "minmax-half")),
              HasSubstr("a larger --train share would reach further, or take another --encoder"));
}

TEST(CheckInputs, EncodersOfBitsWantBits) {
  Config config = config_with("basis", "minmax-sym");
  EXPECT_EQ(refusal(config), "") << "one feature for two wires: the model says what is wrong";
  config.model.reg.system = 1;
  config.data.dataset.targets = {"u"};
  EXPECT_THAT(refusal(config), HasSubstr("with --scaler none"));
  config.data.dataset.scaler = "none";
  EXPECT_EQ(refusal(config), "");
}

TEST(CheckInputs, OtherModelsTakeEverything) {
  EXPECT_EQ(refusal(config_with("linear-amplitude", "none")), "");
  Config classical = config_with("arccos-angle", "none");
  classical.model.name = "lstm";
  EXPECT_EQ(refusal(classical), "");
}

TEST(ReachWarning, TellsOfTargetsThatNoExpectationReaches) {
  const auto warning = [](const Config& config) {
    return reach_warning(config, make_dataset(ramp(40), config.data.dataset));
  };
  Config config = config_with("linear-amplitude", "minmax-sym");
  EXPECT_THAT(warning(config), AllOf(HasSubstr("16 of 16 test targets"), HasSubstr("--head linear")));
  config.model.head = "linear";
  EXPECT_EQ(warning(config), "");
  config.model.head = "none";
  config.data.dataset.scale_on = "leak-whole-series";
  EXPECT_EQ(warning(config), "") << "then all targets are within";
  config.data.dataset.scale_on = "train";
  config.model.name = "lstm";
  EXPECT_EQ(warning(config), "");
}

}  // namespace
}  // namespace ebit::experiment
