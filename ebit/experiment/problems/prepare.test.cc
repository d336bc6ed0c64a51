#include "ebit/experiment/problems/prepare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/error.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

Config sine(std::vector<Setting> flags) {
  flags.push_back({"data.generator", "noisy-sine", "--generator"});
  return resolve("forecast", std::nullopt, flags);
}

// 10% of 100 rows cannot hold a window of 10.
TEST(Prepare, AShortSeriesDoesWithoutAValidationPart) {
  Config config = sine({});
  const Dataset dataset = prepare_dataset(config);
  EXPECT_EQ(dataset.validation.count, 0u);
  EXPECT_EQ(dataset.part_begin[1], 80u) << "the test part stays, training takes the rows";
  EXPECT_EQ(config.data.dataset.validation, 0.0) << "config.toml says what was done";
  EXPECT_THAT(dataset.series.warnings, Contains(HasSubstr("no validation part: its 10 of 100 rows")));

  Config again = config;
  EXPECT_EQ(prepare_dataset(again).part_begin, dataset.part_begin) << "a resumed run sees the same parts";
}

TEST(Prepare, SoDoesOneWhoseTestPartBeginsAtATime) {
  Config config = sine({{"data.test_from", "80", "--test-from"}});
  const Dataset dataset = prepare_dataset(config);
  EXPECT_EQ(dataset.part_begin[1], 80u);
  EXPECT_EQ(dataset.part_begin[2], 80u);
  EXPECT_THAT(dataset.series.warnings, Contains(HasSubstr("no validation part: its 10 of 100 rows")));
  Config asked = sine({{"data.test_from", "80", "--test-from"}, {"data.validation", "0.1", "--validation"}});
  EXPECT_THROW(prepare_dataset(asked), Error);
  Config late = sine({{"data.test_from", "800", "--test-from"}});
  EXPECT_THROW(prepare_dataset(late), Error) << "no row is left for testing";
}

TEST(Prepare, APresetsValidationPartGivesWayToo) {
  Config config = sine({{"model.name", "daskin-extended", "--preset"}});
  EXPECT_EQ(prepare_dataset(config).validation.count, 0u);
}

TEST(Prepare, WhatTheUserAsksForIsTakenAsItIs) {
  Config asked = sine({{"data.validation", "0.1", "--validation"}});
  EXPECT_THROW(prepare_dataset(asked), Error);
  Config train = sine({{"data.train", "0.6", "--train"}});
  const Dataset dataset = prepare_dataset(train);
  EXPECT_EQ(dataset.part_begin[1], 60u);
  EXPECT_EQ(dataset.validation.count, 0u);
  Config patient = sine({{"train.patience", "5", "--patience"}});
  EXPECT_THROW(prepare_dataset(patient), Error) << "early stopping needs the part";
  Config fits = sine({{"data.window", "5", "--window"}});
  const Dataset whole = prepare_dataset(fits);
  EXPECT_EQ(whole.validation.count, 5u);
  EXPECT_THAT(whole.series.warnings, Each(Not(HasSubstr("no validation part"))));
}

TEST(Prepare, DataThatAreGoneAreTold) {
  Config config;
  config.data.file = "/no/such/folder/data.csv";
  config.output.folder = "runs/x";
  try {
    require_run_data(config);
    FAIL() << "no Error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("'/no/such/folder/data.csv'"), HasSubstr("runs/x/config.toml"),
                                    HasSubstr("ebit evaluate RUN DATA")));
  }
  config.data.file = "seattle-weather";
  require_run_data(config);  // an included set, not a path
}

}  // namespace
}  // namespace ebit::experiment
